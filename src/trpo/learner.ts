/**
 * What learns: networks, batches, stepper and fitter, each allocated once.
 * They depend on options and spaces alone, so `memory` can count their bytes before there is a backend.
 */
import type { Backend } from '../math/backend.ts'
import { type Communicator, solo } from '../math/communicator.ts'
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
  /** π_θ and V_φ; all parameters are 0 at first. */
  readonly policy: Policy
  readonly value: Value
  readonly batches: Batches
  readonly stepper: Stepper
  readonly fitter: Fitter
}

/** The spaces that networks and batches are made for. */
export interface Spaces {
  readonly observationSpace: Space
  readonly actionSpace: Space
  /** Length of an action mask; 0 if actions are not masked. */
  readonly maskLength: number
}

/** `random` draws the states of Fisher products if they are not all. */
export function createLearner(
  backend: Backend, options: TrainOptions, spaces: Spaces, random: Random, ranks: Communicator = solo,
): Learner {
  const { observationSpace, actionSpace, maskLength } = spaces
  const { hiddenSizes, valueHiddenSizes, activation, observationClip } = options
  const normalizer = options.normalizeObservations === 'off'
    ? null : createNormalizer(observationSpace, observationClip)
  const drawing = { ...options, normalizer }
  const policy = createPolicy(backend, observationSpace, actionSpace, hiddenSizes, activation, drawing)
  const value = createValue(backend, policy.net.sizes[0], valueHiddenSizes, activation, normalizer)
  const batches = createBatches(options, policy, maskLength, ranks)
  const { batch, paths } = batches
  return {
    policy, value, batches,
    stepper: createStepper(policy, batch.observations, options, random, batch.masks, ranks),
    fitter: createFitter(value, paths.returns.length, options, ranks),
  }
}
