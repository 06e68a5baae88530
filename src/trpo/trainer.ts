/**
 * Everything that the iterations of a training work with, made from its options. `train` is one loop over it;
 * you can write another (docs/examples/own-loop makes each part by itself).
 */
import type { Backend } from '../math/backend.ts'
import { Random } from '../math/random.ts'
import { initializePolicy, type Policy } from '../rl/policy.ts'
import { closeAll, makeEnvs } from '../rl/environments.ts'
import { createRollout, type Episode, type Rollout } from '../rl/rollout.ts'
import { initializeValue } from '../rl/value.ts'
import type { Action, Env } from '../rl/world/env.ts'
import { maskLengthOf } from '../rl/world/mask.ts'
import type { Space, SpaceOf } from '../rl/world/space.ts'
import { createLearner, type Learner } from './learner.ts'
import type { TrainOptions } from './options/options.ts'
import { startValue } from './value/startValue.ts'
import { startNormalization } from './variants/normalization.ts'
import { createSampler, type Sampler } from './variants/sampling.ts'

/** A training under way: a learner, and the environments that it acts in. */
export interface Trainer<S extends Space = Space> extends Learner {
  readonly policy: Policy<S>
  readonly options: TrainOptions
  readonly rollout: Rollout
  readonly sampler: Sampler
  /** Draws the minibatches of the value fit, or the states of its H. */
  readonly minibatches: Random
  /** Overwritten by `normalizeAdvantages`: [N]. */
  readonly scratch: Float64Array
  /** The last finished episodes, at most 100 of them. */
  recent: readonly Episode[]
}

/** Number of finished episodes in the running means. */
export const RECENT = 100

/** `backendFor`, or `plainBackendFor`, which leaves WebAssembly out of a bundle. */
export type ChooseBackend = (options: TrainOptions, observationSpace: Space, actionSpace: Space) => Backend

/** Make options.envCount environments and what learns in them; if anything fails, close the environments. */
export function createTrainer<A extends Action>(
  makeEnv: () => Env<A>, options: TrainOptions, chooseBackend: ChooseBackend,
): Trainer<SpaceOf<A>> {
  const envs = makeEnvs(makeEnv, options.envCount)
  try {
    return trainerOf(envs, options, chooseBackend)
  } catch (error) {
    closeAll(envs, true)
    throw error
  }
}

function trainerOf<A extends Action>(
  envs: readonly Env<A>[], options: TrainOptions, chooseBackend: ChooseBackend,
): Trainer<SpaceOf<A>> {
  const random = new Random(options.seed)
  const { observationSpace, actionSpace } = envs[0]
  const backend = chooseBackend(options, observationSpace, actionSpace)
  const spaces = { observationSpace, actionSpace, maskLength: maskLengthOf(envs) }
  const learner = createLearner(backend, options, spaces, random.fork('fisher'))
  const { policy, value, batches } = learner
  initializePolicy(policy, options.initialLogStd, random.fork('policy'))
  initializeValue(value, random.fork('value'))
  const rollout = createRollout(envs, policy, random, options.actionNoiseHold)
  return {
    ...learner, options, rollout,
    policy: policy as Policy<SpaceOf<A>>,
    sampler: createSampler(options, rollout, batches, random.fork('vine')),
    minibatches: random.fork('minibatches'),
    scratch: new Float64Array(batches.batch.advantages.length),
    recent: [],
  }
}

/**
 * Once, after the first `collect` and before its values: the units of observations and the mean of V, which
 * nobody can choose beforehand.
 */
export function startFromBatch({ rollout, batches, value, options }: Trainer): void {
  startNormalization(rollout, batches.all)
  startValue(value, batches.paths, options.discount)
}

/**
 * Call `close` of every environment that has one: at the end of your own loop, also after an error. Throws
 * the first error of a `close` as an EnvError, unless `failed`: your loop's own error is the one to throw.
 */
export function closeEnvs({ rollout: { envs } }: Trainer, failed: boolean = false): void {
  closeAll(envs, failed)
}
