/**
 * The words after `trpo train`, as a training whose options are all checked; and a training as the command
 * that repeats it. Flags take precedence over the environment's preset, or over another library's conventions
 * in its place, and these over the defaults. Problems are collected, so that one run reports all of them.
 */
import { show } from '../../errors/expect.ts'
import { likely } from '../../errors/nearest.ts'
import type { TrainOptions } from '../../trpo/options/options.ts'
import { presets } from '../../trpo/options/presets.ts'
import { optionMeant, resolveOptions } from '../../trpo/options/resolve.ts'
import type { Iteration } from '../../trpo/train.ts'
import { vineBranchesFor } from '../../trpo/variants/sampling.ts'
import { type EnvironmentRow, type Environments, findEnvironment, sampleOf } from '../environments.ts'
import { SAVE_EVERY } from '../save.ts'
import { looksLikeFile } from '../worlds/modulePath.ts'
import { UsageError } from './failure.ts'
import { flagNames, flagOf, writeFlag } from './flags.ts'
import { type GivenOptions, optionFlags } from './optionFlags.ts'
import { shellWord } from './program.ts'
import { fileFlag, type Flag, integerFlag, nothingForNull, readWords, switchFlag } from './words.ts'

export interface TrainArguments extends GivenOptions {
  /** As it was written; undefined if none was. */
  readonly environment: string | undefined
  /** Runs of a sweep at a time; undefined for the default. */
  readonly jobs: number | undefined
  /** Threads of a run: 1, 2, 4, 8 or 16. */
  readonly workers: number
  /** Episodes of the final evaluation; 0 for none. */
  readonly evalEpisodes: number
  /** Iterations between two evaluations during the training; 0 for none. */
  readonly evalEvery: number
  /** The iteration that the run ends with, if it is not complete before; undefined for none. */
  readonly iterations: number | undefined
  /** The file to save the policy in; undefined for none. */
  readonly save: string | undefined
  /** Seconds between two saves. */
  readonly saveEvery: number
  /** The folder of the run: a path, null for none, undefined for a new one below runs/. */
  readonly runDir: string | null | undefined
  /** Whether the run in that folder is replaced. */
  readonly force: boolean
  /** The folder of the run to continue; undefined for a new run. */
  readonly resume: string | undefined
  readonly json: boolean
  readonly quiet: boolean
  readonly phases: boolean
  readonly color: boolean
  readonly help: boolean
  /** The word after --help, or null. */
  readonly topic: string | null
  /** One line each. */
  readonly problems: readonly string[]
}

/** What `trpo train` runs. */
export interface Training {
  readonly environment: EnvironmentRow
  /** What finds the environment again: its name, or the path of its module. */
  readonly word: string
  /** All of them, checked. */
  readonly options: TrainOptions
  readonly given: TrainArguments
}

export const EVAL_EPISODES = 100

/** Reads the words; options and the environment's name are not checked yet. */
export function parseTrainArguments(words: readonly string[]): TrainArguments {
  const problems: string[] = []
  const switches = { json: false, quiet: false, phases: false, force: false, color: true, help: false }
  let environment: string | undefined
  let save: string | undefined, resume: string | undefined
  let runDir: string | null | undefined
  let evalEpisodes = EVAL_EPISODES, evalEvery = 0, saveEvery = SAVE_EVERY
  let jobs: number | undefined, iterations: number | undefined
  let workers = 1
  let topic: string | null = null

  const { given, flags: ofOptions } = optionFlags(problems)
  const flags = new Map<string, Flag>(ofOptions)
  const integer = (flag: string, set: (value: number) => void, low: number = 0): void => {
    flags.set(flag, integerFlag(flag, low, problems, set))
  }
  integer('--jobs', (value) => { jobs = value }, 1)
  integer('--iterations', (value) => { iterations = value }, 1)
  integer('--workers', (value) => { workers = value }, 1)
  integer('--eval-episodes', (value) => { evalEpisodes = value })
  integer('--eval-every', (value) => { evalEvery = value })
  integer('--save-every', (value) => { saveEvery = value })
  flags.set('--save', fileFlag('--save', problems, (path) => { save = path }))
  flags.set('--run-dir', fileFlag('--run-dir', problems, (path) => { runDir = path }, 'folder'))
  flags.set('--no-run-dir', switchFlag(() => { runDir = null }))
  flags.set('--resume', fileFlag('--resume', problems, (path) => { resume = path }, 'folder'))
  for (const name of ['json', 'quiet', 'phases', 'force'] as const) {
    flags.set(`--${name}`, switchFlag(() => { switches[name] = true }))
  }
  for (const name of ['--help', '-h']) {
    flags.set(name, {
      takesValue: 'optional',
      set(text) {
        switches.help = true
        topic = text
      },
    })
  }
  flags.set('--no-color', switchFlag(() => { switches.color = false }))

  readWords(words, flags, problems, (word) => {
    if (environment === undefined) environment = word
    else problems.push(`${show(word)}: unexpected word; the environment is already ${show(environment)}`)
  }, (flag) => flagMeant(flag, [...flags.keys()]))
  if (![1, 2, 4, 8, 16].includes(workers)) {
    problems.push(`--workers: expected 1, 2, 4, 8 or 16, got ${workers}`)
  }
  if (evalEvery > 0 && evalEpisodes === 0) {
    problems.push('--eval-episodes: expected at least 1 with --eval-every, got 0')
  }
  return {
    environment, ...given, jobs, workers, evalEpisodes, evalEvery, iterations, save, saveEvery, runDir,
    resume, ...switches, topic, problems,
  }
}

/** Throws one UsageError with a line per problem. `clock` is used with --phases. */
export function resolveTraining(
  given: TrainArguments, clock: () => number, environments: Environments,
): Training {
  const problems: string[] = []
  const environment = findEnvironment(given.environment, environments)
  if (typeof environment === 'string') problems.push(environment)
  problems.push(...given.problems)
  const conventions = given.options.conventions as TrainOptions['conventions']
  const preset = typeof environment === 'string' ? {} : presetOf(environment, conventions)
  try {
    const options = resolveOptions({ ...preset, ...given.options, clock: given.phases ? clock : undefined })
    const problem = typeof environment === 'string' ? null : environmentProblem(environment, options)
    if (problem !== null) problems.push(flagProblem(problem))
    if (typeof environment !== 'string' && problems.length === 0) {
      return { environment, word: wordOf(given, environment), options, given }
    }
  } catch (error) {
    const { name, message } = error as Error
    if (name !== 'TypeError' && name !== 'RangeError') throw error
    problems.push(...message.split('\n').map(flagProblem))
  }
  throw new UsageError(problems.join('\n'))
}

/** The path that was given for a module, else the environment's name. */
export function wordOf({ environment: word = '' }: TrainArguments, { name }: EnvironmentRow): string {
  return looksLikeFile(word) ? word : name
}

/**
 * The command that repeats the run, or as much of it as is `done`: the seed, and every option that differs
 * from the preset. `program` is what a shell runs.
 */
export function repeatCommand(
  { environment, word, options, given }: Training, done: Pick<Iteration, 'iteration' | 'steps'> | null,
  program: string = 'trpo',
): string {
  const usual = resolveOptions(presetOf(environment, options.conventions))
  const flags = flagNames
    .filter((name) => name === 'seed' || (name === 'conventions' && options.conventions !== 'trpo')
      || String(options[name]) !== String(usual[name]))
    .map((name) => writeFlag(name, options[name]))
  // Not fewer steps in all: a schedule of δ is over all of them.
  const last = done === null ? given.iterations : done.steps < options.totalSteps ? done.iteration : undefined
  if (last !== undefined) flags.push(`--iterations ${last}`)
  if (given.evalEpisodes !== EVAL_EPISODES) flags.push(`--eval-episodes ${given.evalEpisodes}`)
  if (given.evalEvery > 0) flags.push(`--eval-every ${given.evalEvery}`)
  return [program, 'train', shellWord(word), ...flags].join(' ')
}

function presetOf(
  { name, preset }: EnvironmentRow, conventions: TrainOptions['conventions'] = 'trpo',
): Partial<TrainOptions> {
  if (conventions !== 'trpo') return { conventions }
  return preset ?? (Object.hasOwn(presets, name) ? presets[name] : {})
}

/**
 * The reason why the environment cannot be trained with these options, or null. Makes one only to answer
 * that.
 */
function environmentProblem(environment: EnvironmentRow, options: TrainOptions): string | null {
  if (options.sampling === 'single-path') return null
  // What an environment that is made later has, the training itself asks.
  const sample = sampleOf(environment)
  if (sample === null) return null
  vineBranchesFor(options, sample.actionSpace)
  if (typeof sample.getState !== 'function' || typeof sample.setState !== 'function') {
    const where = 'an environment without getState and setState'
    return `sampling: expected "single-path" for ${where}, got "vine"`
  }
  return null
}

/** A problem that the rules found, with flags in place of option names. */
export function flagProblem(message: string): string {
  const named = message.replace(/^\w+/, (name) => flagOf(name))
  return nothingForNull(named.replace('multiple of envCount', 'multiple of --env-count'))
}

/** The flag that an unknown one probably means; other libraries' names of options are understood, too. */
function flagMeant(flag: string, known: readonly string[]): string {
  const option = optionMeant(flag)
  return known.includes(flagOf(option)) ? flagOf(option) : likely(flag, known)
}
