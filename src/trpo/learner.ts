/**
 * All that a training holds besides its environments: networks, batches, stepper and fitter, each allocated once.
 * What is made here depends on options and spaces alone, so `memory` can count it before a backend is made.
 */
import type { Backend } from '../math/backend.ts'
import type { Random } from '../math/random.ts'
import { createNormalizer } from '../rl/normalizer.ts'
import { createPolicy, type Policy } from '../rl/policy.ts'
import { createValue, type Value } from '../rl/value.ts'
import type { Space } from '../rl/world/space.ts'
import type { TrainOptions } from './options/options.ts'
import { createStepper, type Stepper } from './step.ts'
import { createFitter, type Fitter } from './value/fitter.ts'
import { type Batches, createBatches } from './variants/sampling.ts'

/** Networks, batches, stepper and fitter of one training. */
export interface Learner {
  /** π_θ and V_φ, all parameters 0. */
  readonly policy: Policy
  readonly value: Value
  readonly batches: Batches
  readonly stepper: Stepper
  readonly fitter: Fitter
}

/** `maskLength` is that of `maskLengthOf`; `random` draws the states of Fisher products if they are not all. */
export function createLearner(
  backend: Backend, options: TrainOptions, observationSpace: Space, actionSpace: Space, maskLength: number, random: Random,
): Learner {
  const { normalizeObservations, observationClip, hiddenSizes, valueHiddenSizes, activation } = options
  const normalizer = normalizeObservations === 'off' ? null : createNormalizer(observationSpace, observationClip)
  const policy = createPolicy(backend, observationSpace, actionSpace, hiddenSizes, activation, { ...options, normalizer })
  const value = createValue(backend, policy.net.sizes[0], valueHiddenSizes, activation, normalizer)
  const batches = createBatches(options, policy, maskLength)
  const { batch, paths } = batches
  return {
    policy, value, batches,
    stepper: createStepper(policy, batch.observations, options, random, batch.masks),
    fitter: createFitter(value, paths.returns.length, options),
  }
}
