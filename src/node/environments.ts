/**
 * The environments that a command knows: found by a name as people write it, and listed.
 */
import type { Environment } from '../envs/index.ts'
import type { Space } from '../rl/world/space.ts'
import { likely, perhaps } from '../errors/nearest.ts'
import { decimal } from './show/format.ts'
import type { Paint } from './show/terminal.ts'

/** By name. */
export type Worlds = Readonly<Record<string, Environment>>

/** The environment called `name`, whatever its case and with or without Gymnasium's -v1; or what is wrong. */
export function findEnvironment(name: string | undefined, worlds: Worlds): Environment | string {
  const names = Object.keys(worlds)
  if (name === undefined) return `environment: expected one of ${names.join(', ')}, got nothing`
  const plain = name.replace(/-v\d+$/i, '')
  const found = names.find((known) => known.toLowerCase() === plain.toLowerCase())
  if (found !== undefined) return worlds[found]
  return `${name}: unknown environment${perhaps(likely(plain, names))} (trpo envs lists them)`
}

/** The table of `trpo envs`. */
export function environmentTable(worlds: Worlds, paint: Paint): string {
  const rows = Object.values(worlds).map(({ name, make, maxEpisodeSteps, solvedReturn, summary }) => {
    const { observationSpace, actionSpace } = make()
    return [name, describe(observationSpace), describe(actionSpace), String(maxEpisodeSteps),
      decimal(solvedReturn, 0, 12), summary]
  })
  const titles = ['name', 'observation', 'action', 'steps', 'solved', 'task']
  const widths = titles.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c].length)))
  // Numbers to the right, words to the left.
  const align = (cell: string, c: number): string =>
    c === 3 || c === 4 ? cell.padStart(widths[c]) : cell.padEnd(widths[c])
  const line = (cells: readonly string[]): string => cells.map(align).join('  ').trimEnd()
  return `${[paint.faint(line(titles)), ...rows.map(line)].join('\n')}\n`
}

/** A space by kind and size; its bounds too where there is one number. */
export function describe(space: Space): string {
  if (space.kind === 'box') {
    const { low, high } = space
    return low.length === 1 ? `Box(1) ${low[0]} … ${high[0]}` : `Box(${low.length})`
  }
  if (space.kind === 'discrete') return `Discrete(${space.n})`
  return space.kind === 'multiDiscrete' ? `MultiDiscrete(${space.nvec.join()})` : `MultiBinary(${space.n})`
}
