/**
 * Words to an order that can be carried out, everything in it checked; and an order back to words.
 * An environment's preset, or in its place a peer's options, lies under the flags, and the defaults under both.
 */
import type { Environment } from '../../envs/index.ts'
import { boundsProblem } from '../../rl/actionBounds.ts'
import { resolveOptions } from '../../trpo/options/resolve.ts'
import type { TrainOptions } from '../../trpo/options/options.ts'
import { presets } from '../../trpo/options/presets.ts'
import { vineBranchesFor } from '../../trpo/variants/sampling.ts'
import { type Arguments, EVAL_EPISODES, problemOfFlag } from './trainArguments.ts'
import { findEnvironment, type Worlds } from '../environments.ts'
import { UsageError } from './failure.ts'
import { flagNames, writeFlag } from './flags.ts'

export interface Order {
  readonly environment: Environment
  readonly options: TrainOptions
  readonly given: Arguments
}

/** Throws one UsageError that tells everything wrong. `clock` serves under --phases. */
export function orderOf(given: Arguments, clock: () => number, worlds: Worlds): Order {
  const problems: string[] = []
  const environment = findEnvironment(given.environment, worlds)
  if (typeof environment === 'string') problems.push(environment)
  problems.push(...given.problems)
  const preset = typeof environment === 'string' ? {} : presetOf(environment, given.options.conventions as TrainOptions['conventions'])
  try {
    const options = resolveOptions({ ...preset, ...given.options, clock: given.phases ? clock : undefined })
    const fault = typeof environment === 'string' ? null : unsuited(environment, options)
    if (fault !== null) problems.push(problemOfFlag(fault))
    if (typeof environment !== 'string' && problems.length === 0) return { environment, options, given }
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error
    problems.push(...error.message.split('\n').map(problemOfFlag))
  }
  throw new UsageError(problems.join('\n'))
}

/** What the options ask of an environment that cannot give it; null where it can. One is made only to answer that. */
function unsuited({ make }: Environment, options: TrainOptions): string | null {
  if (options.actionBounds === 'clip' && options.sampling === 'single-path') return null
  const env = make()
  env.close?.()
  if (options.sampling === 'vine') vineBranchesFor(options, env.actionSpace)
  return boundsProblem(options.actionBounds, env.actionSpace)
}

/** The command that repeats the first `steps` steps: the seed, and what is not the environment's default. */
export function commandOf({ environment, options, given }: Order, steps: number): string {
  const usual = resolveOptions(presetOf(environment, options.conventions))
  const asRun = { ...options, totalSteps: Math.min(options.totalSteps, steps) }
  const flags = flagNames
    .filter((name) => name === 'seed' || (name === 'conventions' && asRun.conventions !== 'trpo') || String(asRun[name]) !== String(usual[name]))
    .map((name) => writeFlag(name, asRun[name]))
  if (given.evalEpisodes !== EVAL_EPISODES) flags.push(`--eval-episodes ${given.evalEpisodes}`)
  return ['trpo train', environment.name, ...flags].join(' ')
}

function presetOf({ name }: Environment, conventions: TrainOptions['conventions'] = 'trpo'): Partial<TrainOptions> {
  return conventions === 'trpo' && Object.hasOwn(presets, name) ? presets[name] : { conventions }
}
