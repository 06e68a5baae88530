/**
 * How a training is set up, in `trpo/parts`, with its arguments checked. Inside, the same functions run
 * unchecked.
 */
import { expectBoolean, expectFunction, expectNumber } from '../../errors/expect.ts'
import { type Check, expectShape, integer, type Shape } from '../../errors/shape.ts'
import { type Backend, expectBackend } from '../../math/backend.ts'
import { expectRandom, type Random } from '../../math/random.ts'
import type { Batch } from '../../rl/batch.ts'
import { expectValue, type Value } from '../../rl/value.ts'
import type { Action, Env } from '../../rl/world/env.ts'
import { distributionFor } from '../../rl/policy.ts'
import { expectSpace, type Space, type SpaceOf } from '../../rl/world/space.ts'
import { backendFor as fastest, plainBackendFor as plain } from '../backendFor.ts'
import { createLearner as learnerOf, type Learner, type Spaces } from '../learner.ts'
import type { TrainOptions } from '../options/options.ts'
import { resolveOptions } from '../options/resolve.ts'
import * as trainers from '../trainer.ts'
import { startValue as start } from '../value/startValue.ts'
import { expectBatches, expectRollout } from './batches.ts'
import { expectMaskLength } from './policies.ts'
import { expectBatch, expectEnvs } from './records.ts'

const spaces = (): Shape => ({
  observationSpace: expectSpace, actionSpace: expectSpace, maskLength: integer(0),
})

/** `random` draws the states of Fisher products if they are not all. */
export function createLearner(
  backend: Backend, options: TrainOptions, spaces_: Spaces, random: Random,
): Learner {
  expectBackend('backend', backend)
  expectShape('spaces', spaces_, 'a record of spaces', spaces())
  expectMaskLength('spaces.maskLength', spaces_.maskLength, distributionFor(spaces_.actionSpace))
  expectRandom('random', random)
  return learnerOf(backend, resolveOptions(options), spaces_, random)
}

/** Make options.envCount environments and what learns in them; if anything fails, close the environments. */
export function createTrainer<A extends Action>(
  makeEnv: () => Env<A>, options: TrainOptions, chooseBackend: trainers.ChooseBackend,
): trainers.Trainer<SpaceOf<A>> {
  expectFunction('makeEnv', makeEnv, 'a function that returns an environment')
  expectFunction('chooseBackend', chooseBackend, 'backendFor, or a function like it')
  return trainers.createTrainer(makeEnv, resolveOptions(options), (...all) => {
    const backend = chooseBackend(...all)
    expectBackend('chooseBackend()', backend)
    return backend
  })
}

const envs = (): Shape => ({ envs: expectEnvs })
const aRollout: Check = (name, value) => expectShape(name, value, 'a rollout', envs())

/**
 * Call `close` of every environment that has one: at the end of your own loop, also after an error. Throws
 * the first error of a `close` as an EnvError, unless `failed`: your loop's own error is the one to throw.
 */
export function closeEnvs(trainer: trainers.Trainer, failed: boolean = false): void {
  expectShape('trainer', trainer, 'a trainer', { rollout: aRollout })
  trainers.closeEnvs(trainer, expectBoolean('failed', failed))
}

/** What the first batch fixes: statistics of observations, and where V starts. Call it once, after it. */
export function startFromBatch(trainer: trainers.Trainer): void {
  const shape: Shape = {
    rollout: expectRollout, batches: expectBatches, value: expectValue,
    options: (_, value) => { resolveOptions(value as object) },
  }
  expectShape('trainer', trainer, 'a trainer', shape)
  trainers.startFromBatch(trainer)
}

/** V ← the constant that fits the batch, if V is 0 everywhere. `gamma`: the discount, in [0, 1]. */
export function startValue(value: Value, batch: Batch, gamma: number): void {
  expectValue('value', value)
  expectBatch('batch', batch)
  start(value, batch, expectNumber('gamma', gamma, 0, 1))
}

/** The backend of options.backend. Throws a RangeError for "simd" in a runtime without WebAssembly SIMD. */
export function backendFor(options: TrainOptions, observationSpace: Space, actionSpace: Space): Backend {
  expectSpaces(observationSpace, actionSpace)
  return fastest(resolveOptions(options), observationSpace, actionSpace)
}

/** The same without WebAssembly, for bundles that leave it out. */
export function plainBackendFor(options: TrainOptions, observationSpace: Space, actionSpace: Space): Backend {
  expectSpaces(observationSpace, actionSpace)
  return plain(resolveOptions(options), observationSpace, actionSpace)
}

function expectSpaces(observationSpace: Space, actionSpace: Space): void {
  expectSpace('observationSpace', observationSpace)
  expectSpace('actionSpace', actionSpace)
}
