/**
 * The environments that the commands know: found by name, and listed.
 */
import type { Environment } from '../envs/index.ts'
import type { Env } from '../rl/world/env.ts'
import type { Space } from '../rl/world/space.ts'
import { argumentError } from '../errors/expect.ts'
import { likely, perhaps } from '../errors/nearest.ts'
import { closeAll, makeEnvs } from '../rl/environments.ts'
import { EnvError } from '../rl/guard.ts'
import { timeLimit } from '../rl/timeLimit.ts'
import { wrap } from './show/format.ts'
import type { Paint } from './show/terminal.ts'
import { shown, shownLines } from './show/text.ts'

/** By name. */
export type Environments = Readonly<Record<string, Environment>>

/**
 * The table of a script, whose rows may lack what only people read. Throws an EnvError for the first row that
 * is invalid.
 */
export function expectEnvironments(given: Environments): Environments {
  return Object.fromEntries(Object.entries(given).map(([key, row]) => {
    const expect = (isRight: boolean, field: string, expected: string, value: unknown): void => {
      const error = argumentError(`environments.${key}${field}`, expected, value)
      if (!isRight) throw new EnvError(0, null, error.message)
    }
    expect(typeof row === 'object' && row !== null, '', 'a record with name and make', row)
    const { name = key, solvedReturn = null, summary = '', maxEpisodeSteps, make } = row
    expect(typeof name === 'string', '.name', 'a string', name)
    expect(typeof summary === 'string', '.summary', 'a string', summary)
    expect(typeof make === 'function', '.make', 'a function that returns an environment', make)
    expect(solvedReturn === null || Number.isFinite(solvedReturn), '.solvedReturn', 'a finite number or null',
      solvedReturn)
    expect(maxEpisodeSteps === undefined || (Number.isSafeInteger(maxEpisodeSteps) && maxEpisodeSteps > 0),
      '.maxEpisodeSteps', 'an integer of at least 1', maxEpisodeSteps)
    return [key, { ...row, name, solvedReturn, summary }]
  }))
}

/**
 * The environment called `name`, in upper or lower case, with or without Gymnasium's -v1; or an error's text.
 */
export function findEnvironment(name: string | undefined, environments: Environments): Environment | string {
  const names = Object.keys(environments)
  if (name === undefined) return `environment: expected one of ${names.map(shown).join(', ')}, got nothing`
  const plain = name.replace(/-v\d+$/i, '')
  const called = (word: string): string | undefined =>
    names.find((known) => known.toLowerCase() === word.toLowerCase())
  // A key of an own table may have a version, and may differ from the name, which files and summaries have.
  const found = called(name) ?? called(plain) ?? names.find((known) => environments[known].name === name)
  if (found !== undefined) return environments[found]
  if (looksLikeFile(name)) {
    const how = 'your own environment runs in a script of yours that calls main of trpo/node'
    return `${shown(name)}: expected a name that trpo envs lists, got a file; ${how}`
  }
  const near = likely(plain, names)
  const suggestion = perhaps(near === '' ? '' : shown(near))
  return `${shown(name)}: unknown environment${suggestion} (trpo envs lists them)`
}

/** As environments of one's own would be given, if a command could load code. */
export function looksLikeFile(word: string): boolean {
  return /[/\\]|\.(m|c)?[jt]s$|\.py$/.test(word)
}

/** A factory of environments with the table's limit of steps per episode, if theirs is not lower. */
export function makerOf({ make, maxEpisodeSteps }: Environment): () => Env {
  // In JavaScript an own table may be without.
  const limit: number | undefined = maxEpisodeSteps
  // One that is made twice must be found out, so it has one wrapper.
  const limited = new WeakMap<Env, Env>()
  return () => {
    const env = make()
    if (limit === undefined || env?.maxEpisodeSteps === limit) return env
    const wrapped = limited.get(env) ?? timeLimit(env, limit)
    limited.set(env, wrapped)
    return wrapped
  }
}

/** The spaces, of an environment that is made only to ask. Throws an EnvError if it cannot be made. */
export function spacesOf(environment: Environment): Pick<Env, 'observationSpace' | 'actionSpace'> {
  const envs = makeEnvs(makerOf(environment), 1)
  const [{ observationSpace, actionSpace }] = envs
  // What goes wrong in closing it is reported by the run.
  closeAll(envs, true)
  return { observationSpace, actionSpace }
}

/** The table of `trpo envs`: one line per environment, and below it, indented, its task. */
export function environmentTable(environments: Environments, paint: Paint): string {
  const rows = Object.values(environments).map((environment) => {
    const { name, maxEpisodeSteps, solvedReturn } = environment
    const { observationSpace, actionSpace } = namedSpacesOf(environment)
    return [shown(name), describe(observationSpace), describe(actionSpace), String(maxEpisodeSteps ?? '-'),
      String(solvedReturn ?? '-')]
  })
  const titles = ['name', 'observation', 'action', 'steps', 'solved']
  const widths = titles.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c].length)))
  // Numbers to the right, words to the left.
  const align = (cell: string, c: number): string =>
    c >= 3 ? cell.padStart(widths[c]) : cell.padEnd(widths[c])
  const line = (cells: readonly string[]): string => cells.map(align).join('  ').trimEnd()
  const tasks = Object.values(environments).map(({ summary }) =>
    wrap(shownLines(summary), 76).map((text) => paint.faint(`    ${text}`)))
  return `${[paint.faint(line(titles)), ...rows.flatMap((row, i) => [line(row), ...tasks[i]])].join('\n')}\n`
}

/** The spaces; the error says which row of the table is wrong. */
function namedSpacesOf(environment: Environment): Pick<Env, 'observationSpace' | 'actionSpace'> {
  try {
    return spacesOf(environment)
  } catch (error) {
    if (!(error instanceof EnvError)) throw error
    throw new EnvError(0, null, `${shown(environment.name)}: ${error.message}`, error)
  }
}

/** Factors of a MultiDiscrete that are shown. */
const FEW = 8

/** A space by kind and size; with its bounds if it is a single number. */
export function describe(space: Space): string {
  if (space.kind === 'box') {
    const { low, high } = space
    return low.length === 1 ? `Box(1) ${low[0]} … ${high[0]}` : `Box(${low.length})`
  }
  if (space.kind === 'discrete') return `Discrete(${space.n})`
  if (space.kind === 'multiBinary') return `MultiBinary(${space.n})`
  const few = space.nvec.slice(0, FEW).join(), n = space.nvec.length
  return n > FEW ? `MultiDiscrete(${few},… ${n} in all)` : `MultiDiscrete(${few})`
}
