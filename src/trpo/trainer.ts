/**
 * Everything that the iterations of a training work with, made from its options. `train` is one loop over it;
 * you can write another (docs/examples/own-loop makes each part by itself).
 */
import type { Backend } from '../math/backend.ts'
import { type Communicator, solo } from '../math/communicator.ts'
import { exp } from '../math/elementary.ts'
import { Random } from '../math/random.ts'
import { unitRemark } from '../rl/actionBounds.ts'
import { initializePolicy, type Policy } from '../rl/policy.ts'
import { closeAll, closing, type MakeAsyncEnv, makeEnvs } from '../rl/play/environments.ts'
import { atOnce, type Waiting } from '../rl/play/late.ts'
import { type Episode, openRollout, type Rollout } from '../rl/rollout.ts'
import { initializeValue } from '../rl/value.ts'
import type { Action, AsyncEnv, Env } from '../rl/world/env.ts'
import { maskLengthOf } from '../rl/world/mask.ts'
import type { Space, SpaceOf } from '../rl/world/space.ts'
import { createLearner, type Learner } from './learner.ts'
import type { TrainOptions } from './options/options.ts'
import type { RunOptions, Settings } from './start/settings.ts'
import { restoreSnapshot } from './start/snapshot.ts'
import { startValue } from './value/startValue.ts'
import { startNormalization } from './variants/normalization.ts'
import { createSampler, type Sampler } from './variants/sampling.ts'
import { warmStart } from './start/warmStart.ts'

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
  /** Length of an action mask; 0 if actions are not masked. */
  readonly maskLength: number
  /** Iterations that are complete. */
  iteration: number
  /** The last finished episodes, at most 100 of them. */
  recent: readonly Episode[]
  /** What the next record has to say of the world. */
  remarks: readonly string[]
}

/** Number of finished episodes in the running means. */
export const RECENT = 100

/** `backendFor`, or `plainBackendFor`, which leaves WebAssembly out of a bundle. */
export type ChooseBackend = (
  options: TrainOptions, observationSpace: Space, actionSpace: Space, ranks?: Communicator,
) => Backend

/** Make options.envCount environments and what learns in them; if anything fails, close the environments. */
export function createTrainer<A extends Action>(
  makeEnv: () => Env<A>, options: TrainOptions, chooseBackend: ChooseBackend,
): Trainer<SpaceOf<A>> {
  return atOnce(openTrainer(makeEnv, { options, run: {} }, chooseBackend), 'trainAsync')
}

/** The same for environments that may answer later, and for a training that does not begin anew. */
export function* openTrainer<A extends Action>(
  makeEnv: MakeAsyncEnv<A>, { options, run }: Settings, chooseBackend: ChooseBackend,
): Waiting<Trainer<SpaceOf<A>>> {
  const { communicator: ranks = solo } = run
  const count = options.envCount / ranks.size
  const envs = yield* makeEnvs(makeEnv, count, ranks.rank * count)
  let isMade = false
  try {
    const trainer = yield* trainerOf(envs, options, run, chooseBackend)
    isMade = true
    return trainer
  } finally {
    if (!isMade) yield* closing(envs, true)
  }
}

function* trainerOf<A extends Action>(
  envs: readonly AsyncEnv<A>[], options: TrainOptions, run: RunOptions, chooseBackend: ChooseBackend,
): Waiting<Trainer<SpaceOf<A>>> {
  const { resume, communicator: ranks = solo } = run
  const random = new Random(options.seed)
  const { observationSpace, actionSpace } = envs[0]
  const backend = chooseBackend(options, observationSpace, actionSpace, ranks)
  const spaces = { observationSpace, actionSpace, maskLength: maskLengthOf(envs) }
  const learner = createLearner(backend, options, spaces, random.fork('fisher'), ranks)
  const { policy, value, batches } = learner
  initializePolicy(policy, options.initialLogStd, random.fork('policy'))
  initializeValue(value, random.fork('value'))
  warmStart(learner, run.policy, run.value)
  const life = resume === undefined ? '' : `/${resume.iteration}`
  const rollout = yield* openRollout(envs, policy, random, options.actionNoiseHold, life, ranks)
  const trainer: Trainer<SpaceOf<A>> = {
    ...learner, options, rollout,
    policy: policy as Policy<SpaceOf<A>>,
    sampler: createSampler(options, rollout, batches, random.fork('vine')),
    minibatches: random.fork('minibatches'),
    scratch: new Float64Array(batches.batch.advantages.length),
    maskLength: spaces.maskLength,
    iteration: 0, recent: [], remarks: [],
  }
  trainer.remarks = resume === undefined ? remarksOn(policy, options) : restoreSnapshot(trainer, resume)
  return trainer
}

function remarksOn({ actionSpace, actionBounds }: Policy, { initialLogStd }: TrainOptions): string[] {
  const unit = unitRemark(actionSpace, actionBounds, exp(initialLogStd))
  return unit === null ? [] : [unit]
}

/**
 * Once, after the first `collect` and before its values: the units of observations and the mean of V, which
 * nobody can choose beforehand.
 */
export function startFromBatch({ rollout, batches, value, options }: Trainer): void {
  startNormalization(rollout, batches.all)
  startValue(value, batches.paths, options.discount, rollout.ranks)
}

/**
 * Call `close` of every environment that has one: at the end of your own loop, also after an error. Throws
 * the first error of a `close` as an EnvError, unless `failed`: your loop's own error is the one to throw.
 */
export function closeEnvs({ rollout: { envs } }: Trainer, failed: boolean = false): void {
  closeAll(envs, failed)
}
