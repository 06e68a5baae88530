/**
 * Trust Region Policy Optimization, whole: act, estimate advantages, step, fit the value, again.
 * Schulman, Levine, Moritz, Jordan & Abbeel 2015; advantages after Schulman et al. 2016.
 * A generator: each `next()` is one iteration, and between two of them the host does what it likes.
 */
import { expectFunction } from '../errors/expect.ts'
import { sum } from '../math/vector.ts'
import { normalizeAdvantages } from '../rl/advantage.ts'
import type { Policy } from '../rl/policy.ts'
import type { Episode } from '../rl/rollout.ts'
import { predictValues, type Value } from '../rl/value.ts'
import type { Action, Env } from '../rl/world/env.ts'
import type { SpaceOf } from '../rl/world/space.ts'
import { backendFor, plainBackendFor } from './backendFor.ts'
import type { Certificate } from './certificate.ts'
import type { TrainOptions } from './options/options.ts'
import { resolveOptions } from './options/resolve.ts'
import { laps, type Phases, zeroPhases } from './phases.ts'
import { step } from './step.ts'
import { type ChooseBackend, closeEnvs, createTrainer, type Trainer } from './trainer.ts'
import type { ValueFit } from './value/loss.ts'
import { type Normalization, refreshStatistics, startNormalization } from './variants/normalization.ts'
import { updateTrustRegion } from './variants/trustRegion.ts'

/** What one iteration did. Plain data, except `policy` and `value`, which go on changing. */
export interface Iteration<A extends Action = Action> {
  /** From 1. */
  readonly iteration: number
  /** Environment steps so far, this iteration's included; exact. */
  readonly steps: number
  /** Episodes that ended in this iteration, in order, with raw returns. */
  readonly episodes: readonly Episode[]
  /** Mean return and length of the last 100 finished episodes; null until one has finished. */
  readonly meanReturn: number | null
  readonly meanLength: number | null
  readonly certificate: Certificate
  readonly valueFit: ValueFit
  /** What new statistics of observations did after the step; null if observations are not normalised. */
  readonly normalization: Normalization | null
  /** Milliseconds by phase, all 0 without options.clock. */
  readonly phases: Phases
  readonly policy: Policy<SpaceOf<A>>
  readonly value: Value
}

/** Finished episodes that the running means look back on. */
export const RECENT = 100

/**
 * Train on environments that `makeEnv` makes, options.envCount of them, until options.totalSteps.
 * Yields one record per iteration; returns the policy. Invalid options throw here, all named together. An invalid
 * result of an environment throws an EnvError from `next()`, with θ and φ as the last iteration left them.
 */
export function train<A extends Action>(
  makeEnv: () => Env<A>, options: Partial<TrainOptions> = {},
): Generator<Iteration<A>, Policy<SpaceOf<A>>, void> {
  return start(makeEnv, options, backendFor)
}

/** `train` on plain TypeScript alone: `auto` is the reference, and a bundle holds no WebAssembly. */
export function trainPlain<A extends Action>(
  makeEnv: () => Env<A>, options: Partial<TrainOptions> = {},
): Generator<Iteration<A>, Policy<SpaceOf<A>>, void> {
  return start(makeEnv, options, plainBackendFor)
}

function start<A extends Action>(
  makeEnv: () => Env<A>, options: Partial<TrainOptions>, chooseBackend: ChooseBackend,
): Generator<Iteration<A>, Policy<SpaceOf<A>>, void> {
  expectFunction('makeEnv', makeEnv, 'a function that returns an environment')
  return iterate(makeEnv, resolveOptions(options), chooseBackend)
}

function* iterate<A extends Action>(
  makeEnv: () => Env<A>, options: TrainOptions, chooseBackend: ChooseBackend,
): Generator<Iteration<A>, Policy<SpaceOf<A>>, void> {
  const trainer = createTrainer(makeEnv, options, chooseBackend)
  const { policy, value, rollout, sampler, batches, stepper, fitter, minibatches, scratch } = trainer
  const { batch, paths } = batches
  try {
    for (let iteration = 1, steps = 0; steps < options.totalSteps; iteration++) {
      const phases = zeroPhases(), lap = laps(phases, options.clock)
      updateTrustRegion(stepper.region, options, steps / options.totalSteps)        // δ

      const episodes = sampler.collect()                                            // D_k: run π_θ
      startNormalization(rollout, batches.all)                                      // μ, σ of the first batch
      steps = sum(rollout.steps)
      lap('rollout')

      for (const each of batches.all) predictValues(value, each)                    // V_φ(s_t)
      sampler.estimateAdvantages()                                                  // G_t and Â_t
      if (options.normalizeAdvantages) normalizeAdvantages(batch, scratch)
      lap('advantage')

      const certificate = step(stepper, batch, lap)                                 // θ: linearize, solve, search
      const valueFit = fitter.fit(paths, minibatches)                               // φ: least squares on the returns
      lap('valueFit')
      const normalization = refreshStatistics(trainer)                              // μ, σ for the next batch
      lap('rollout')

      const means = runningMeans(trainer, episodes)
      yield { iteration, steps, episodes, ...means, certificate, valueFit, normalization, phases, policy, value }
    }
  } finally {
    closeEnvs(trainer)
  }
  return policy
}

function runningMeans(trainer: Trainer, episodes: readonly Episode[]): Pick<Iteration, 'meanReturn' | 'meanLength'> {
  trainer.recent = [...trainer.recent, ...episodes].slice(-RECENT)
  const mean = (x: readonly number[]): number | null =>
    x.length === 0 ? null : x.reduce((total, each) => total + each, 0) / x.length
  return {
    meanReturn: mean(trainer.recent.map((episode) => episode.return)),
    meanLength: mean(trainer.recent.map((episode) => episode.length)),
  }
}
