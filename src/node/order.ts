/**
 * Words to an order that can be carried out, everything in it checked; and an order back to words.
 * An environment's preset lies under the flags, and the defaults under both.
 */
import type { Environment } from '../envs/index.ts'
import { resolveOptions, type TrainOptions } from '../trpo/options.ts'
import { presets } from '../trpo/presets.ts'
import { vineBranchesFor } from '../trpo/sampling.ts'
import { type Arguments, EVAL_EPISODES, problemOfFlag } from './arguments.ts'
import { findEnvironment } from './envs.ts'
import { UsageError } from './failure.ts'
import { flagNames, writeFlag } from './flags.ts'

export interface Order {
  readonly environment: Environment
  readonly options: TrainOptions
  readonly given: Arguments
}

/** Throws one UsageError that tells everything wrong. `clock` serves under --phases. */
export function orderOf(given: Arguments, clock: () => number): Order {
  const problems: string[] = []
  const environment = findEnvironment(given.environment)
  if (typeof environment === 'string') problems.push(environment)
  problems.push(...given.problems)
  const preset = typeof environment === 'string' ? {} : presetOf(environment)
  try {
    const options = resolveOptions({ ...preset, ...given.options, clock: given.phases ? clock : undefined })
    if (typeof environment !== 'string') {
      if (options.sampling === 'vine') vineBranchesFor(options, environment.make().actionSpace)
      if (problems.length === 0) return { environment, options, given }
    }
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error
    problems.push(...error.message.split('\n').map(problemOfFlag))
  }
  throw new UsageError(problems.join('\n'))
}

/** The command that repeats the first `steps` steps: the seed, and what is not the environment's default. */
export function commandOf({ environment, options, given }: Order, steps: number): string {
  const usual = resolveOptions(presetOf(environment))
  const asRun = { ...options, totalSteps: Math.min(options.totalSteps, steps) }
  const flags = flagNames
    .filter((name) => name === 'seed' || String(asRun[name]) !== String(usual[name]))
    .map((name) => writeFlag(name, asRun[name]))
  if (given.evalEpisodes !== EVAL_EPISODES) flags.push(`--eval-episodes ${given.evalEpisodes}`)
  return ['trpo train', environment.name, ...flags].join(' ')
}

function presetOf({ name }: Environment): Partial<TrainOptions> {
  return Object.hasOwn(presets, name) ? presets[name] : {}
}
