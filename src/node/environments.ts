/**
 * The environments that the commands know: found by name, and listed.
 */
import type { Environment } from '../envs/index.ts'
import type { AsyncEnv, Env } from '../rl/world/env.ts'
import type { Space } from '../rl/world/space.ts'
import type { TrainOptions } from '../trpo/options/options.ts'
import { argumentError } from '../errors/expect.ts'
import { isPlainRecord } from '../errors/kinds.ts'
import { likely, perhaps } from '../errors/nearest.ts'
import { closeAll, type MakeAsyncEnv, makeEnvs } from '../rl/play/environments.ts'
import { EnvError } from '../rl/play/envError.ts'
import { atOnce, isLate, isRefusal, later } from '../rl/play/late.ts'
import { timeLimit } from '../rl/play/timeLimit.ts'
import { resolveOptions } from '../trpo/options/resolve.ts'
import { wrap } from './show/format.ts'
import type { Paint } from './show/terminal.ts'
import { shown, shownLines } from './show/text.ts'
import { looksLikeFile } from './worlds/modulePath.ts'

/** A row of a table, with the options that suit its environment, if they are known. */
export interface EnvironmentRow extends Environment {
  /** In place of the defaults; flags take precedence. Default: those of `presets` for the same name. */
  readonly preset?: Partial<TrainOptions>
}

/** By name. */
export type Environments = Readonly<Record<string, EnvironmentRow>>

/**
 * The table of a script, whose rows may lack what only people read. Throws an EnvError for the first row that
 * is invalid.
 */
export function expectEnvironments(given: Environments): Environments {
  return Object.fromEntries(Object.entries(given).map(([key, row]) => {
    if (typeof row === 'object' && row !== null) return [key, completed(`environments.${key}.`, key, row)]
    const { message } = argumentError('', 'a record with name and make', row)
    throw new EnvError(0, null, `environments.${key}${message}`)
  }))
}

/** A row of a table with what it lacks; its name is by default `key`. Errors begin with `where`. */
export function completed(where: string, key: string, row: Partial<EnvironmentRow>): EnvironmentRow {
  const expect = (isRight: boolean, field: string, expected: string, value: unknown): void => {
    if (!isRight) throw new EnvError(0, null, where + argumentError(field, expected, value).message)
  }
  const { name = key, solvedReturn = null, summary = '', maxEpisodeSteps, make, preset } = row
  expect(typeof name === 'string', 'name', 'a string', name)
  expect(typeof summary === 'string', 'summary', 'a string', summary)
  expect(typeof make === 'function', 'make', 'a function that returns an environment', make)
  expect(solvedReturn === null || Number.isFinite(solvedReturn), 'solvedReturn', 'a finite number or null',
    solvedReturn)
  expect(maxEpisodeSteps === undefined || (Number.isSafeInteger(maxEpisodeSteps) && maxEpisodeSteps > 0),
    'maxEpisodeSteps', 'an integer of at least 1', maxEpisodeSteps)
  expect(preset === undefined || isPlainRecord(preset), 'preset', 'a record of options', preset)
  const problem = preset === undefined ? '' : presetProblem(preset)
  if (problem !== '') throw new EnvError(0, null, problem.replace(/^/gm, `${where}preset.`))
  return { ...row as EnvironmentRow, name, solvedReturn, summary }
}

/** Lines that name options; '' if the options are valid. */
function presetProblem(preset: Partial<TrainOptions>): string {
  try {
    resolveOptions(preset)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

/**
 * The environment called `name`, in upper or lower case, with or without Gymnasium's -v1; or an error's text.
 */
export function findEnvironment(
  name: string | undefined, environments: Environments,
): EnvironmentRow | string {
  const names = Object.keys(environments)
  if (name === undefined) return `environment: expected one of ${names.map(shown).join(', ')}, got nothing`
  const plain = name.replace(/-v\d+$/i, '')
  const called = (word: string): string | undefined =>
    names.find((known) => known.toLowerCase() === word.toLowerCase())
  // A key of an own table may have a version, and may differ from the name, which files and summaries have.
  const found = called(name) ?? called(plain) ?? names.find((known) => environments[known].name === name)
  if (found !== undefined) return environments[found]
  if (looksLikeFile(name)) {
    return `${shown(name)}: expected a name that trpo envs lists, got a file; only a word of the command may `
      + 'name code'
  }
  const near = likely(plain, names)
  const suggestion = perhaps(near === '' ? '' : shown(near))
  return `${shown(name)}: unknown environment${suggestion} (trpo envs lists them)`
}

/**
 * A factory of environments with the table's limit of steps per episode, if theirs is not lower. What an
 * asynchronous factory promises is limited, too.
 */
export function makerOf({ make, maxEpisodeSteps }: Environment): MakeAsyncEnv {
  // In JavaScript an own table may be without.
  const limit: number | undefined = maxEpisodeSteps
  // One that is made twice must be found out, so it has one wrapper.
  const limited = new WeakMap<AsyncEnv, AsyncEnv>()
  const withLimit = (env: AsyncEnv): AsyncEnv => {
    if (limit === undefined || env?.maxEpisodeSteps === limit) return env
    const wrapped = limited.get(env) ?? timeLimit(env, limit)
    limited.set(env, wrapped)
    return wrapped
  }
  return () => {
    const env: AsyncEnv | PromiseLike<AsyncEnv> = make()
    return isLate(env) ? Promise.resolve(env as PromiseLike<AsyncEnv>).then(withLimit) : withLimit(env)
  }
}

/** What to add to an error about a name that a file gives. */
export const OWN = 'one of your own is given as a word of the command, as a path'

/** The two spaces of an environment. */
export type Spaces = Pick<Env, 'observationSpace' | 'actionSpace'>

/** The spaces, of an environment that is made only to ask. Throws an EnvError if it cannot be made. */
export async function spacesOf(environment: Environment): Promise<Spaces> {
  return closed(await later(makeEnvs(makerOf(environment), 1)))
}

/** An environment that is made only to ask, and closed; null if it is made later. Throws likewise. */
export function sampleOf(environment: Environment): AsyncEnv | null {
  try {
    return closed(atOnce(makeEnvs(makerOf(environment), 1), 'trainAsync'))
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
}

function closed(envs: readonly AsyncEnv[]): AsyncEnv {
  // What goes wrong in closing it is reported by the run.
  closeAll(envs, true)
  return envs[0]
}

/** Wider text is not easier to read. */
const WIDEST = 80

/**
 * The table of `trpo envs`: one line per environment, and below it, indented, its task. If that is too wide,
 * a name per line, and all the rest below it.
 */
export async function environmentTable(
  environments: Environments, paint: Paint, columns: number = 80,
): Promise<string> {
  const width = Math.min(WIDEST, columns) - 1
  const rows: string[][] = []
  for (const environment of Object.values(environments)) {
    const { name, maxEpisodeSteps, solvedReturn } = environment
    const { observationSpace, actionSpace } = await namedSpacesOf(environment)
    rows.push([shown(name), describe(observationSpace), describe(actionSpace),
      String(maxEpisodeSteps ?? '-'), String(solvedReturn ?? '-')])
  }
  const titles = ['name', 'observation', 'action', 'steps', 'solved']
  const widths = titles.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c].length)))
  // Numbers to the right, words to the left.
  const align = (cell: string, c: number): string =>
    c >= 3 ? cell.padStart(widths[c]) : cell.padEnd(widths[c])
  const line = (cells: readonly string[]): string => cells.map(align).join('  ').trimEnd()
  const below = (text: string): string[] =>
    wrap(shownLines(text), width - 4).map((each) => paint.faint(`    ${each}`))
  const tasks = Object.values(environments).map(({ summary }) => summary === '' ? [] : below(summary))
  const fits = line(widths.map((n) => 'x'.repeat(n))).length <= width
  const about = (cells: readonly string[]): string =>
    titles.flatMap((title, c) => c === 0 ? [] : [`${title}: ${cells[c]}`]).join(', ')
  const lines = rows.flatMap((row, i) => fits ? [line(row), ...tasks[i]]
    : [row[0], ...below(about(row)), ...tasks[i]])
  return `${[...fits ? [paint.faint(line(titles))] : [], ...lines].join('\n')}\n`
}

/** The spaces; the error says which row of the table is wrong. */
async function namedSpacesOf(environment: Environment): Promise<Spaces> {
  try {
    return await spacesOf(environment)
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
