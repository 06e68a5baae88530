/**
 * A value function V_φ: observations ↦ expected discounted return, by a network of its own.
 */
import { expectInteger } from '../errors/expect.ts'
import { expectShape, nullOr, type Shape } from '../errors/shape.ts'
import type { Backend } from '../math/backend.ts'
import type { Random } from '../math/random.ts'
import type { Tensor } from '../math/tensor.ts'
import type { ActivationName } from '../nn/activation.ts'
import { createMlp, createTape, forward, initializeMlp, type Mlp, type Tape, TILE_ROWS } from '../nn/mlp.ts'
import { expectMlp, expectTape } from '../nn/shapes.ts'
import type { Batch } from './batch.ts'
import { expectNormalizer, type Normalizer, normalizerProblem } from './normalizer.ts'

/** V_φ with memory for predictions. */
export interface Value {
  /** net.parameters.flat is φ. */
  readonly net: Mlp
  /** For one tile of observations at a time. */
  readonly tape: Tape
  /** Normalises the observations that V reads: the policy's normaliser, or null. */
  readonly normalizer: Normalizer | null
}

/** V with φ all 0; `initializeValue` gives it weights. `inputs`: numbers in an encoded observation. */
export function createValue(
  backend: Backend, inputs: number, hiddenSizes: readonly number[], activation: ActivationName,
  normalizer: Normalizer | null = null,
): Value {
  return valueOf(createMlp(backend, [inputs, ...hiddenSizes, 1], activation), normalizer)
}

/** Orthogonal weights, gain 0 in the last layer: V is the zero function, in whatever unit rewards are. */
export function initializeValue({ net }: Value, random: Random): void {
  initializeMlp(net, 0, random)
}

/** V computed by a network with one output. */
export function valueOf(net: Mlp, normalizer: Normalizer | null = null): Value {
  return { net, tape: createTape(net, net.backend.allocate(TILE_ROWS, net.sizes[0]), false), normalizer }
}

/** values ← V(s) for the first `count` rows of observations [·, inputs], which must be normalised already. */
export function predict(
  values: Float64Array, { net, tape }: Value, observations: Tensor, count: number,
): void {
  const { data, cols } = observations
  for (let first = 0; first < count; first += TILE_ROWS) {
    const rows = Math.min(TILE_ROWS, count - first)
    for (let p = 0; p < rows * cols; p++) tape.inputs.data[p] = data[first * cols + p]
    forward(net, tape, rows)
    for (let i = 0; i < rows; i++) values[first + i] = tape.outputs.data[i]
  }
}

/** batch.values ← V(s_t); batch.finalValues ← V of its final observations. */
export function predictValues(value: Value, batch: Batch): void {
  predict(batch.values, value, batch.observations, batch.values.length)
  predict(batch.finalValues, value, batch.finalObservations, batch.finalCount)
}

const shape = (): Shape => ({ net: expectMlp, tape: () => {}, normalizer: nullOr(expectNormalizer) })

/** Throws unless `held` is a value function: a network of one output, and a tape for it. */
export function expectValue(name: string, held: unknown): void {
  expectShape(name, held, 'a value function', shape())
  const { net, tape, normalizer } = held as Value
  expectInteger(`${name}.net.sizes[${net.sizes.length - 1}]`, net.sizes[net.sizes.length - 1], 1, 1)
  expectTape(`${name}.tape`, tape, net)
  const problem = normalizer === null ? null : normalizerProblem(normalizer, net.sizes[0])
  if (problem !== null) throw new RangeError(`${name}.normalizer: ${problem}`)
}
