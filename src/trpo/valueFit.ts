/**
 * Fit V_φ to the returns by least squares: Adam on minibatches of mean (V_φ(s) − R̂)², some epochs a batch.
 * A fit whose numbers stop being finite is undone: φ and Adam's state return to what they were.
 */
import { type AdamState, adamState, adamStep } from '../math/adam.ts'
import { moments } from '../math/moments.ts'
import type { Random } from '../math/random.ts'
import { rowsOf, type Tensor } from '../math/tensor.ts'
import { allFinite } from '../math/vector.ts'
import { backward, createTape, forward, type Tape, transposeWeights } from '../nn/mlp.ts'
import { createShards, type Shards, sumOverTiles } from '../nn/shards.ts'
import { predict, type Value } from '../rl/value.ts'

export interface ValueFitOptions {
  /** Passes over the batch; 0 leaves V as it is. */
  readonly valueEpochs: number
  /** States a gradient; the last minibatch of an epoch has what is left. */
  readonly valueMinibatch: number
  readonly valueLearningRate: number
}

export interface ValueFit {
  /** `undone`: the numbers stopped being finite, or no step was acceptable, and φ is what it was. */
  readonly status: 'fitted' | 'undone'
  /** Mean squared error on the batch, before and after; the largest double where it is beyond. */
  readonly lossBefore: number
  readonly lossAfter: number
  /**
   * 1 − Var(R̂ − V) / Var(R̂) of V before the fit: 1 is perfect, 0 no better than a constant; null where the
   * returns do not vary, or vary beyond the range of doubles.
   */
  readonly explainedVariance: number | null
}

/**
 * A way to fit V, by Adam or in a trust region: φ moves towards returns [N] at observations [N, inputs]. `values` [N]
 * is V there before, and V there afterwards. Where the fit is undone, φ and `values` have their exact bits.
 */
export type FitValue = (observations: Tensor, returns: Float64Array, values: Float64Array, random: Random) => ValueFit

export interface ValueFitter {
  readonly value: Value
  readonly options: ValueFitOptions
  readonly adam: AdamState
  readonly order: Int32Array
  /** One tape for whole minibatches, and one for what is left at the end of an epoch, over the same memory. */
  readonly whole: Minibatch
  readonly rest: Minibatch | null
  readonly gradient: Float64Array
  readonly errors: Float64Array
  /** φ, m and v as they were before the fit under way. */
  readonly saved: { readonly phi: Float64Array; readonly m: Float64Array; readonly v: Float64Array }
}

interface Minibatch { readonly tape: Tape; readonly shards: Shards }

export function createValueFitter(value: Value, states: number, options: ValueFitOptions): ValueFitter {
  const { net } = value
  const P = net.parameters.flat.length
  const size = Math.min(options.valueMinibatch, states)
  const inputs = net.backend.allocate(size, net.sizes[0])
  const minibatch = (rows: number): Minibatch => {
    const tape = createTape(net, rowsOf(inputs, 0, rows), true)
    return { tape, shards: createShards(net, tape) }
  }
  return {
    value, options,
    adam: adamState(P),
    order: Int32Array.from({ length: states }, (_, i) => i),
    whole: minibatch(size),
    rest: states % size === 0 ? null : minibatch(states % size),
    gradient: new Float64Array(P),
    errors: new Float64Array(states),
    saved: { phi: new Float64Array(P), m: new Float64Array(P), v: new Float64Array(P) },
  }
}

/** Move φ towards returns [N] at observations [N, inputs]. `values` [N] is V there now, and V there afterwards. */
export function fitValue(
  fitter: ValueFitter, observations: Tensor, returns: Float64Array, values: Float64Array, random: Random,
): ValueFit {
  const { value, options, adam, order, whole, rest, errors, saved } = fitter
  const phi = value.net.parameters.flat
  const N = returns.length
  const explainedVariance = explained(errors, returns, values)
  const lossBefore = meanSquare(errors, returns, values)
  const { beta1Power, beta2Power } = adam
  saved.phi.set(phi)
  saved.m.set(adam.m)
  saved.v.set(adam.v)

  const size = whole.tape.inputs.rows
  for (let epoch = 0; epoch < options.valueEpochs; epoch++) {
    random.shuffle(order)
    for (let first = 0; first < N; first += size) {
      descend(fitter, first + size <= N ? whole : rest!, first, observations, returns)
    }
  }

  predict(values, value, observations, N)
  const lossAfter = meanSquare(errors, returns, values)
  if (allFinite(phi) && allFinite(adam.m) && allFinite(adam.v) && (lossAfter < Number.MAX_VALUE || lossBefore === Number.MAX_VALUE)) {
    return { status: 'fitted', lossBefore, lossAfter, explainedVariance }
  }
  phi.set(saved.phi)
  adam.m.set(saved.m)
  adam.v.set(saved.v)
  adam.beta1Power = beta1Power
  adam.beta2Power = beta2Power
  predict(values, value, observations, N)
  return { status: 'undone', lossBefore, lossAfter: lossBefore, explainedVariance }
}

/** One Adam step on the states order[first …]. */
function descend(fitter: ValueFitter, { tape, shards }: Minibatch, first: number, observations: Tensor, returns: Float64Array): void {
  const { value: { net }, order, gradient, adam, options } = fitter
  const { inputs, outputs, outputDerivatives } = tape
  const n = inputs.rows, cols = inputs.cols
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < cols; j++) inputs.data[i * cols + j] = observations.data[order[first + i] * cols + j]
  }
  forward(net, tape)
  for (let i = 0; i < n; i++) outputDerivatives.data[i] = 2 * (outputs.data[i] - returns[order[first + i]]) / n
  transposeWeights(net)
  sumOverTiles(gradient, shards, (tile, into) => backward(net, tile, into))
  adamStep(net.parameters.flat, gradient, adam, { learningRate: options.valueLearningRate })
}

/** Mean of (xᵢ − yᵢ)²; the largest double where it is beyond, or not a number. `scratch` [N] is overwritten. */
export function meanSquare(scratch: Float64Array, x: Float64Array, y: Float64Array): number {
  for (let i = 0; i < x.length; i++) scratch[i] = x[i] - y[i]
  const { mean, variance } = moments(scratch, scratch)
  const square = mean * mean + variance
  return Number.isFinite(square) ? square : Number.MAX_VALUE
}

/** `ValueFit.explainedVariance`. `scratch` [N] is overwritten. */
export function explained(scratch: Float64Array, returns: Float64Array, values: Float64Array): number | null {
  const total = moments(returns, scratch).variance
  for (let i = 0; i < returns.length; i++) scratch[i] = returns[i] - values[i]
  const left = moments(scratch, scratch).variance
  const share = 1 - left / total
  return Number.isFinite(share) ? share : null
}
