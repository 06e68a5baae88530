/**
 * The environments that the commands know: found by name, and listed.
 */
import type { Environment } from '../envs/index.ts'
import type { Space } from '../rl/world/space.ts'
import { likely, perhaps } from '../errors/nearest.ts'
import { decimal, wrap } from './show/format.ts'
import type { Paint } from './show/terminal.ts'

/** By name. */
export type Environments = Readonly<Record<string, Environment>>

/**
 * The environment called `name`, in upper or lower case, with or without Gymnasium's -v1; or an error's text.
 */
export function findEnvironment(name: string | undefined, environments: Environments): Environment | string {
  const names = Object.keys(environments)
  if (name === undefined) return `environment: expected one of ${names.join(', ')}, got nothing`
  const plain = name.replace(/-v\d+$/i, '')
  const found = names.find((known) => known.toLowerCase() === plain.toLowerCase())
  if (found !== undefined) return environments[found]
  return `${name}: unknown environment${perhaps(likely(plain, names))} (trpo envs lists them)`
}

/** The table of `trpo envs`: one line per environment, and below it, indented, its task. */
export function environmentTable(environments: Environments, paint: Paint): string {
  const rows = Object.values(environments).map(({ name, make, maxEpisodeSteps, solvedReturn }) => {
    const { observationSpace, actionSpace } = make()
    return [name, describe(observationSpace), describe(actionSpace), String(maxEpisodeSteps),
      decimal(solvedReturn, 0, 12)]
  })
  const titles = ['name', 'observation', 'action', 'steps', 'solved']
  const widths = titles.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c].length)))
  // Numbers to the right, words to the left.
  const align = (cell: string, c: number): string =>
    c >= 3 ? cell.padStart(widths[c]) : cell.padEnd(widths[c])
  const line = (cells: readonly string[]): string => cells.map(align).join('  ').trimEnd()
  const tasks = Object.values(environments).map(({ summary }) =>
    wrap(summary, 76).map((text) => paint.faint(`    ${text}`)))
  return `${[paint.faint(line(titles)), ...rows.flatMap((row, i) => [line(row), ...tasks[i]])].join('\n')}\n`
}

/** A space by kind and size; with its bounds if it is a single number. */
export function describe(space: Space): string {
  if (space.kind === 'box') {
    const { low, high } = space
    return low.length === 1 ? `Box(1) ${low[0]} … ${high[0]}` : `Box(${low.length})`
  }
  if (space.kind === 'discrete') return `Discrete(${space.n})`
  return space.kind === 'multiDiscrete' ? `MultiDiscrete(${space.nvec.join()})` : `MultiBinary(${space.n})`
}
