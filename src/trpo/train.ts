/**
 * Trust Region Policy Optimization as a loop: run π, estimate advantages, step, fit V, again.
 * Schulman, Levine, Moritz, Jordan & Abbeel 2015; advantages after Schulman et al. 2016.
 * A generator: each `next()` is one iteration, and the caller decides what happens between two of them.
 */
import { expectFunction } from '../errors/expect.ts'
import { exp } from '../math/elementary.ts'
import { sum } from '../math/vector.ts'
import { unitRemark } from '../rl/actionBounds.ts'
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
import {
  type ChooseBackend, closeEnvs, createTrainer, RECENT, startFromBatch, type Trainer,
} from './trainer.ts'
import type { ValueFit } from './value/loss.ts'
import { type Normalization, refreshStatistics } from './variants/normalization.ts'
import { updateTrustRegion } from './variants/trustRegion.ts'

/** What one iteration did. Plain data, except `policy` and `value`, which further iterations change. */
export interface Iteration<A extends Action = Action> {
  /** From 1. */
  readonly iteration: number
  /** Environment steps so far, those of this iteration included; exact. */
  readonly steps: number
  /** Episodes that ended in this iteration, in order, with raw returns. */
  readonly episodes: readonly Episode[]
  /** Mean return and mean length of the last 100 finished episodes; null until one has finished. */
  readonly meanReturn: number | null
  readonly meanLength: number | null
  readonly certificate: Certificate
  readonly valueFit: ValueFit
  /** The effect of new statistics of observations, after the step; null if there are none. */
  readonly normalization: Normalization | null
  /** Milliseconds per phase, all 0 without options.clock. */
  readonly phases: Phases
  /** What of the world stays in a unit of its own, as `checkEnv` remarks; [] after the first iteration. */
  readonly remarks: readonly string[]
  readonly policy: Policy<SpaceOf<A>>
  readonly value: Value
}

/**
 * Train on options.envCount environments, each a result of `makeEnv`, for at least options.totalSteps steps.
 * Yields one record per iteration; returns the policy. Invalid options throw here, in one error. An invalid
 * result of an environment throws an EnvError from `next()`, with θ and φ as after the last iteration.
 */
export function train<A extends Action>(
  makeEnv: () => Env<A>, options: Partial<TrainOptions> = {},
): Generator<Iteration<A>, Policy<SpaceOf<A>>, void> {
  return start(makeEnv, options, backendFor)
}

/** `train` without WebAssembly, also in the bundle: backend 'auto' is the reference. */
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
  let failed = false
  try {
    for (let iteration = 1, steps = 0; steps < options.totalSteps; iteration++) {
      const phases = zeroPhases(), lap = laps(phases, options.clock)
      updateTrustRegion(stepper.region, options, steps / options.totalSteps)   // δ by its schedule

      const episodes = sampler.collect()                                       // D_k: run π_θ
      if (iteration === 1) startFromBatch(trainer)                             // μ, σ, and the mean of V
      steps = sum(rollout.steps)
      lap('rollout')

      for (const each of batches.all) predictValues(value, each)               // V_φ(s_t)
      sampler.estimateAdvantages()                                             // G_t and Â_t
      if (options.normalizeAdvantages) normalizeAdvantages(batch, scratch)
      lap('advantage')

      const certificate = step(stepper, batch, lap)                            // θ: linearize, solve, search
      const valueFit = fitter.fit(paths, minibatches)                          // φ: least squares on G_t
      lap('valueFit')
      const normalization = refreshStatistics(trainer)                         // μ, σ for the next D_k
      lap('rollout')

      const means = runningMeans(trainer, episodes)
      const remarks = iteration === 1 ? remarksOn(policy, options) : []
      yield {
        iteration, steps, episodes, ...means, certificate, valueFit, normalization, phases, remarks, policy,
        value,
      }
    }
  } catch (error) {
    failed = true
    throw error
  } finally {
    closeEnvs(trainer, failed)
  }
  return policy
}

function remarksOn({ actionSpace, actionBounds }: Policy, { initialLogStd }: TrainOptions): string[] {
  const unit = unitRemark(actionSpace, actionBounds, exp(initialLogStd))
  return unit === null ? [] : [unit]
}

/** Add `episodes` to the recent ones, and average over them. */
function runningMeans(
  trainer: Trainer, episodes: readonly Episode[],
): Pick<Iteration, 'meanReturn' | 'meanLength'> {
  trainer.recent = [...trainer.recent, ...episodes].slice(-RECENT)
  const mean = (x: readonly number[]): number | null =>
    x.length === 0 ? null : x.reduce((total, each) => total + each, 0) / x.length
  return {
    meanReturn: mean(trainer.recent.map((episode) => episode.return)),
    meanLength: mean(trainer.recent.map((episode) => episode.length)),
  }
}
