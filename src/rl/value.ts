/**
 * A value function V_φ: observations ↦ expected discounted return, by a network of its own.
 */
import type { Backend } from '../math/backend.ts'
import type { Random } from '../math/random.ts'
import type { Tensor } from '../math/tensor.ts'
import type { ActivationName } from '../nn/activation.ts'
import { createMlp, createTape, forward, initializeMlp, type Mlp, type Tape } from '../nn/mlp.ts'
import type { Batch } from './batch.ts'
import type { Normalizer } from './normalizer.ts'

/** V_φ: a network with one output, and the tape that `predict` runs on. */
export interface Value {
  /** net.parameters.flat is φ. */
  readonly net: Mlp
  /** One stretch of observations at a time passes through here. */
  readonly tape: Tape
  /** What made the observations that it reads: the policy's. */
  readonly normalizer: Normalizer | null
}

/** Observations taken in one stretch by `predict`. */
const STRETCH = 96

/** V with φ all 0; `initializeValue` gives it weights. `inputs`: numbers the network reads of an observation. */
export function createValue(
  backend: Backend, inputs: number, hiddenSizes: readonly number[], activation: ActivationName,
  normalizer: Normalizer | null = null,
): Value {
  return valueOf(createMlp(backend, [inputs, ...hiddenSizes, 1], activation), normalizer)
}

/** Orthogonal weights, gain 1 in the last layer. */
export function initializeValue({ net }: Value, random: Random): void {
  initializeMlp(net, 1, random)
}

/** V computed by a network with one output. */
export function valueOf(net: Mlp, normalizer: Normalizer | null = null): Value {
  return { net, tape: createTape(net, net.backend.allocate(STRETCH, net.sizes[0]), false), normalizer }
}

/** values ← V(s) for the first `count` rows of observations [·, inputs], normalised already where V has a normaliser. */
export function predict(values: Float64Array, { net, tape }: Value, observations: Tensor, count: number): void {
  const { data, cols } = observations
  for (let first = 0; first < count; first += STRETCH) {
    const rows = Math.min(STRETCH, count - first)
    for (let p = 0; p < rows * cols; p++) tape.inputs.data[p] = data[first * cols + p]
    forward(net, tape, rows)
    for (let i = 0; i < rows; i++) values[first + i] = tape.outputs.data[i]
  }
}

/** batch.values ← V(s_t) and batch.finalValues ← V of its final observations. */
export function predictValues(value: Value, batch: Batch): void {
  predict(batch.values, value, batch.observations, batch.values.length)
  predict(batch.finalValues, value, batch.finalObservations, batch.finalCount)
}
