/**
 * The words after `trpo train`, as a training whose options are all checked; and a training as the command
 * that repeats it. Flags take precedence over the environment's preset, or over another library's conventions
 * in its place, and these over the defaults. Problems are collected, so that one run reports all of them.
 */
import type { Environment } from '../../envs/index.ts'
import { show } from '../../errors/expect.ts'
import { likely } from '../../errors/nearest.ts'
import type { TrainOptions } from '../../trpo/options/options.ts'
import { presets } from '../../trpo/options/presets.ts'
import { optionMeant, resolveOptions } from '../../trpo/options/resolve.ts'
import { vineBranchesFor } from '../../trpo/variants/sampling.ts'
import { type Environments, findEnvironment, spacesOf } from '../environments.ts'
import { UsageError } from './failure.ts'
import { flagNames, flagOf, isSwitch, readValue, writeFlag } from './flags.ts'
import { shellWord } from './program.ts'
import { fileFlag, type Flag, integerFlag, nothingForNull, readWords, switchFlag } from './words.ts'

export interface TrainArguments {
  /** As it was written; undefined if none was. */
  readonly environment: string | undefined
  /** The training options that are given; not checked yet. */
  readonly options: Readonly<Record<string, unknown>>
  /** Episodes of the final evaluation; 0 for none. */
  readonly evalEpisodes: number
  /** The file to save the policy in; undefined for none. */
  readonly save: string | undefined
  readonly json: boolean
  readonly quiet: boolean
  readonly phases: boolean
  readonly color: boolean
  readonly help: boolean
  /** One line each. */
  readonly problems: readonly string[]
}

/** What `trpo train` runs. */
export interface Training {
  readonly environment: Environment
  /** All of them, checked. */
  readonly options: TrainOptions
  readonly given: TrainArguments
}

export const EVAL_EPISODES = 100

/** Reads the words; options and the environment's name are not checked yet. */
export function parseTrainArguments(words: readonly string[]): TrainArguments {
  const problems: string[] = []
  const options: Record<string, unknown> = {}
  const switches = { json: false, quiet: false, phases: false, color: true, help: false }
  let environment: string | undefined
  let save: string | undefined
  let evalEpisodes = EVAL_EPISODES

  const flags = new Map<string, Flag>()
  for (const name of flagNames) {
    const flag = flagOf(name)
    if (isSwitch(name)) {
      flags.set(flag, switchFlag(() => { options[name] = true }))
      flags.set(flag.replace('--', '--no-'), switchFlag(() => { options[name] = false }))
    } else {
      flags.set(flag, { takesValue: true, set: (text) => { options[name] = readValue(name, text) } })
    }
  }
  const episodes = integerFlag('--eval-episodes', 0, problems, (value) => { evalEpisodes = value })
  flags.set('--eval-episodes', episodes)
  flags.set('--save', fileFlag('--save', problems, (path) => { save = path }))
  for (const name of ['json', 'quiet', 'phases', 'help'] as const) {
    flags.set(`--${name}`, switchFlag(() => { switches[name] = true }))
  }
  flags.set('-h', switchFlag(() => { switches.help = true }))
  flags.set('--no-color', switchFlag(() => { switches.color = false }))

  readWords(words, flags, problems, (word) => {
    if (environment === undefined) environment = word
    else problems.push(`${show(word)}: unexpected word; the environment is already ${show(environment)}`)
  }, (flag) => flagMeant(flag, [...flags.keys()]))
  return { environment, options, evalEpisodes, save, ...switches, problems }
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
    if (typeof environment !== 'string' && problems.length === 0) return { environment, options, given }
  } catch (error) {
    const { name, message } = error as Error
    if (name !== 'TypeError' && name !== 'RangeError') throw error
    problems.push(...message.split('\n').map(flagProblem))
  }
  throw new UsageError(problems.join('\n'))
}

/**
 * The command that repeats the first `steps` steps: the seed, and every option that differs from the preset.
 * `program` is what a shell runs.
 */
export function repeatCommand(
  { environment, options, given }: Training, steps: number, program: string = 'trpo',
): string {
  const usual = resolveOptions(presetOf(environment, options.conventions))
  const asRun = { ...options, totalSteps: Math.min(options.totalSteps, steps) }
  const flags = flagNames
    .filter((name) => name === 'seed' || (name === 'conventions' && asRun.conventions !== 'trpo')
      || String(asRun[name]) !== String(usual[name]))
    .map((name) => writeFlag(name, asRun[name]))
  if (given.evalEpisodes !== EVAL_EPISODES) flags.push(`--eval-episodes ${given.evalEpisodes}`)
  return [program, 'train', shellWord(environment.name), ...flags].join(' ')
}

function presetOf(
  { name }: Environment, conventions: TrainOptions['conventions'] = 'trpo',
): Partial<TrainOptions> {
  return conventions === 'trpo' && Object.hasOwn(presets, name) ? presets[name] : { conventions }
}

/**
 * The reason why the environment cannot be trained with these options, or null. Makes one only to answer
 * that.
 */
function environmentProblem(environment: Environment, options: TrainOptions): string | null {
  if (options.sampling === 'single-path') return null
  vineBranchesFor(options, spacesOf(environment).actionSpace)
  return null
}

/** A problem that the rules found, with flags in place of option names. */
function flagProblem(message: string): string {
  const named = message.replace(/^\w+/, (name) => flagOf(name))
  return nothingForNull(named.replace('multiple of envCount', 'multiple of --env-count'))
}

/** The flag that an unknown one probably means; other libraries' names of options are understood, too. */
function flagMeant(flag: string, known: readonly string[]): string {
  const option = optionMeant(flag)
  return known.includes(flagOf(option)) ? flagOf(option) : likely(flag, known)
}
