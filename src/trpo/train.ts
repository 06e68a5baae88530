/**
 * Trust Region Policy Optimization as a loop: run π, estimate advantages, step, fit V, again.
 * Schulman, Levine, Moritz, Jordan & Abbeel 2015; advantages after Schulman et al. 2016.
 * A generator: each `next()` is one iteration, and the caller decides what happens between two of them.
 */
import { expectFunction } from '../errors/expect.ts'
import { expectAlike } from '../math/communicator.ts'
import { normalizeAdvantages } from '../rl/advantage.ts'
import { closing, type MakeAsyncEnv } from '../rl/play/environments.ts'
import { awaiting, type Body, refusing } from '../rl/play/late.ts'
import type { Policy } from '../rl/policy.ts'
import { endingAll, episodesTogether, infoTogether, stepsTogether } from '../rl/together.ts'
import type { Episode } from '../rl/rollout.ts'
import { predictValues, type Value } from '../rl/value.ts'
import type { Action, Env } from '../rl/world/env.ts'
import type { SpaceOf } from '../rl/world/space.ts'
import { backendFor, plainBackendFor } from './backendFor.ts'
import type { Certificate } from './certificate.ts'
import type { TrainOptions } from './options/options.ts'
import { type AsyncRunOptions, resolveSettings, type RunOptions, type Settings } from './start/settings.ts'
import { laps, type Phases, zeroPhases } from './phases.ts'
import { type Snapshot, takeSnapshot } from './start/snapshot.ts'
import { step } from './step.ts'
import { type ChooseBackend, openTrainer, RECENT, startFromBatch, type Trainer } from './trainer.ts'
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
  /** Mean return of these episodes; null if there are none. */
  readonly meanReturnNow: number | null
  /** Mean return and mean length of the last 100 finished episodes; null until one has finished. */
  readonly meanReturn: number | null
  readonly meanLength: number | null
  /** Means of the numbers that environments returned in `info`, each over the steps that had it. */
  readonly info: Readonly<Record<string, number>>
  readonly certificate: Certificate
  readonly valueFit: ValueFit
  /** The effect of new statistics of observations, after the step; null if there are none. */
  readonly normalization: Normalization | null
  /** Milliseconds per phase, all 0 without options.clock. */
  readonly phases: Phases
  /**
   * In the first record what of the world stays in a unit of its own, as `checkEnv` remarks, or which
   * episodes began anew, if the training was resumed; then [].
   */
  readonly remarks: readonly string[]
  readonly policy: Policy<SpaceOf<A>>
  readonly value: Value
  /**
   * Everything that later iterations depend on, for `resume`. Throws if the next iteration has begun, and an
   * EnvError if an environment fails to return its state.
   */
  snapshot(): Snapshot
}

/**
 * Train on options.envCount environments, each a result of `makeEnv`, for at least options.totalSteps steps.
 * Yields one record per iteration; returns the policy. Invalid options throw here, in one error. An invalid
 * result of an environment throws an EnvError from `next()`, with θ and φ as after the last iteration.
 */
export function train<A extends Action>(
  makeEnv: () => Env<A>, options: Partial<TrainOptions> & RunOptions = {},
): Generator<Iteration<A>, Policy<SpaceOf<A>>, void> {
  return refusing(start(makeEnv, options, backendFor), 'trainAsync')
}

/**
 * `train` in environments that may answer later: `makeEnv` and their methods may return promises, and all
 * environments of a timestep are awaited together. The same bits as `train` in the same world. A rejection
 * is an EnvError; all environments are closed, whatever ends the loop.
 * But: with answers that never wait for anything, no timer runs before the end of an iteration.
 */
export function trainAsync<A extends Action>(
  makeEnv: MakeAsyncEnv<A>, options: Partial<TrainOptions> & AsyncRunOptions = {},
): AsyncGenerator<Iteration<A>, Policy<SpaceOf<A>>, void> {
  return awaiting(start(makeEnv, options, backendFor), options.signal)
}

/** `train` without WebAssembly, also in the bundle: backend 'auto' is the reference. */
export function trainPlain<A extends Action>(
  makeEnv: () => Env<A>, options: Partial<TrainOptions> & RunOptions = {},
): Generator<Iteration<A>, Policy<SpaceOf<A>>, void> {
  return refusing(start(makeEnv, options, plainBackendFor), 'trainAsync')
}

/** `trainAsync` without WebAssembly. */
export function trainPlainAsync<A extends Action>(
  makeEnv: MakeAsyncEnv<A>, options: Partial<TrainOptions> & AsyncRunOptions = {},
): AsyncGenerator<Iteration<A>, Policy<SpaceOf<A>>, void> {
  return awaiting(start(makeEnv, options, plainBackendFor), options.signal)
}

function start<A extends Action>(
  makeEnv: MakeAsyncEnv<A>, options: Partial<TrainOptions> & AsyncRunOptions, chooseBackend: ChooseBackend,
): Body<Iteration<A>, Policy<SpaceOf<A>>> {
  expectFunction('makeEnv', makeEnv, 'a function that returns an environment')
  const settings = resolveSettings(options)
  return endingAll(settings.run.communicator, iterate(makeEnv, settings, chooseBackend))
}

function* iterate<A extends Action>(
  makeEnv: MakeAsyncEnv<A>, settings: Settings, chooseBackend: ChooseBackend,
): Body<Iteration<A>, Policy<SpaceOf<A>>> {
  const { options, run: { observer, signal } } = settings
  const trainer = yield* openTrainer(makeEnv, settings, chooseBackend)
  const { policy, value, rollout, sampler, batches, stepper, fitter, minibatches, scratch } = trainer
  const { batch, paths } = batches, { ranks } = rollout
  const stopIfAborted = (): void => { if (signal?.aborted) throw signal.reason }
  let failed = false
  try {
    for (let steps = stepsTogether(rollout); steps < options.totalSteps;) {
      const iteration = ++trainer.iteration
      const phases = zeroPhases(), lap = laps(phases, options.clock)
      updateTrustRegion(stepper.region, options, steps / options.totalSteps)   // δ by its schedule

      const ended = yield* sampler.collecting(stopIfAborted)                   // D_k: run π_θ
      if (iteration === 1) startFromBatch(trainer)                             // μ, σ, and the mean of V
      steps = stepsTogether(rollout)
      lap('rollout')

      for (const each of batches.all) predictValues(value, each)               // V_φ(s_t)
      sampler.estimateAdvantages()                                             // G_t and Â_t
      if (options.normalizeAdvantages) normalizeAdvantages(batch, scratch, ranks)
      lap('advantage')

      const certificate = step(stepper, batch, lap, observer)                  // θ: linearize, solve, search
      const valueFit = fitter.fit(paths, minibatches)                          // φ: least squares on G_t
      lap('valueFit')
      const normalization = refreshStatistics(trainer)                         // μ, σ for the next D_k
      lap('rollout')

      expectAlike(ranks, iteration, [policy.net, value.net].map(({ parameters }) => parameters.flat))
      const episodes = episodesTogether(rollout, ended)
      const means = meanReturns(trainer, episodes)
      yield {
        iteration, steps, episodes, ...means, info: infoTogether(rollout), certificate, valueFit,
        normalization, phases, remarks: takeRemarks(trainer), policy, value,
        snapshot: () => snapshotAfter(trainer, iteration),
      }
    }
  } catch (error) {
    failed = true
    throw error
  } finally {
    yield* closing(rollout.envs, failed, rollout.first)
  }
  return policy
}

/** The remarks that are due, once. */
function takeRemarks(trainer: Trainer): readonly string[] {
  const { remarks } = trainer
  trainer.remarks = []
  return remarks
}

function snapshotAfter(trainer: Trainer, iteration: number): Snapshot {
  if (trainer.iteration !== iteration) {
    const problem = 'expected a call before the next iteration begins, got one after that'
    throw new RangeError(`snapshot: ${problem}`)
  }
  return takeSnapshot(trainer)
}

/** Add `episodes` to the recent ones, and average over both. */
function meanReturns(
  trainer: Trainer, episodes: readonly Episode[],
): Pick<Iteration, 'meanReturnNow' | 'meanReturn' | 'meanLength'> {
  trainer.recent = [...trainer.recent, ...episodes].slice(-RECENT)
  const mean = (x: readonly number[]): number | null =>
    x.length === 0 ? null : x.reduce((total, each) => total + each, 0) / x.length
  return {
    meanReturnNow: mean(episodes.map((episode) => episode.return)),
    meanReturn: mean(trainer.recent.map((episode) => episode.return)),
    meanLength: mean(trainer.recent.map((episode) => episode.length)),
  }
}
