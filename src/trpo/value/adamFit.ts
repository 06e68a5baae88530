/**
 * Fit V_φ to the returns by least squares: Adam on minibatches of mean (V_φ(s) − R̂)², some epochs a batch.
 * A fit whose numbers stop being finite is undone: φ and Adam's state return to what they were.
 * With `normalizeReturns` Adam works in units in which the batch's returns have mean 0 and variance 1, and V is rescaled
 * there and back so that it stays the function it was (van Hasselt et al. 2016, but for a batch at a time).
 */
import { type AdamState, adamState, adamStep } from '../../math/adam.ts'
import { moments } from '../../math/moments.ts'
import type { Random } from '../../math/random.ts'
import { matrix, rowsOf, type Tensor } from '../../math/tensor.ts'
import { allFinite, largestMagnitude } from '../../math/vector.ts'
import { absorb, absorbGradient, absorbSquares, type Change } from '../../nn/inputChange.ts'
import { backward, createTape, forward, type Tape, transposeWeights } from '../../nn/mlp.ts'
import { bindParameters } from '../../nn/parameters.ts'
import { createShards, type Shards, sumOverTiles } from '../../nn/shards.ts'
import { predict, type Value } from '../../rl/value.ts'

export interface ValueFitOptions {
  /** Passes over the batch; 0 leaves V as it is. */
  readonly valueEpochs: number
  /** States a gradient; the last minibatch of an epoch has what is left. */
  readonly valueMinibatch: number
  readonly valueLearningRate: number
  /** Fit in units in which the batch's returns have mean 0 and variance 1; V itself stays in those of the rewards. */
  readonly normalizeReturns: boolean
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

export interface ValueFitter {
  readonly value: Value
  readonly options: ValueFitOptions
  readonly adam: AdamState
  readonly order: Int32Array
  /** One tape for whole minibatches, and one for what is left at the end of an epoch, over the same memory. */
  readonly whole: Minibatch
  readonly rest: Minibatch | null
  /** φ and its gradient, [1, P] each. */
  readonly phi: Tensor
  readonly gradient: Tensor
  readonly errors: Float64Array
  /** φ, m and v as they were before the fit under way. */
  readonly saved: { readonly phi: Float64Array; readonly m: Float64Array; readonly v: Float64Array }
}

/** R̂ = mean + std · R̂′, the new units primed. */
interface Unit { readonly mean: number; readonly std: number }

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
    adam: adamState(net.backend, P),
    order: Int32Array.from({ length: states }, (_, i) => i),
    whole: minibatch(size),
    rest: states % size === 0 ? null : minibatch(states % size),
    phi: matrix(net.parameters.flat, 1, P),
    gradient: net.backend.allocate(1, P),
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
  saved.m.set(adam.m.data)
  saved.v.set(adam.v.data)

  const unit = options.normalizeReturns ? unitOf(returns, errors) : null
  if (unit !== null) changeUnit(fitter, unit)
  const size = whole.tape.inputs.rows
  for (let epoch = 0; epoch < options.valueEpochs; epoch++) {
    random.shuffle(order)
    for (let first = 0; first < N; first += size) {
      descend(fitter, first + size <= N ? whole : rest!, first, observations, returns, unit)
    }
  }
  if (unit !== null) changeUnit(fitter, { mean: -unit.mean / unit.std, std: 1 / unit.std })

  predict(values, value, observations, N)
  const lossAfter = meanSquare(errors, returns, values)
  const finite = [phi, adam.m.data, adam.v.data].every(allFinite)
  if (finite && (lossAfter < Number.MAX_VALUE || lossBefore === Number.MAX_VALUE)) {
    return { status: 'fitted', lossBefore, lossAfter, explainedVariance }
  }
  phi.set(saved.phi)
  adam.m.data.set(saved.m)
  adam.v.data.set(saved.v)
  adam.beta1Power = beta1Power
  adam.beta2Power = beta2Power
  predict(values, value, observations, N)
  return { status: 'undone', lossBefore, lossAfter: lossBefore, explainedVariance }
}

/** V reads its inputs in new coordinates, and stays the function it is; Adam's memory of gradients follows. */
export function changeInputs({ value: { net }, adam }: ValueFitter, change: Change): void {
  absorb(net.parameters.layers[0], change)
  absorbGradient(bindParameters(adam.m.data, net.sizes, 0).layers[0], change)
  absorbSquares(bindParameters(adam.v.data, net.sizes, 0).layers[0], change)
}

/** One Adam step on the states order[first …]. */
function descend(
  fitter: ValueFitter, { tape, shards }: Minibatch, first: number, observations: Tensor, returns: Float64Array, unit: Unit | null,
): void {
  const { mean, std } = unit ?? { mean: 0, std: 1 }
  const { value: { net }, order, phi, gradient, adam, options } = fitter
  const { data: inputs, rows: n, cols } = tape.inputs
  const outputs = tape.outputs.data, outputDerivatives = tape.outputDerivatives.data, states = observations.data
  for (let i = 0, p = 0; i < n; i++) {
    for (let q = order[first + i] * cols, end = q + cols; q < end; p++, q++) inputs[p] = states[q]
  }
  forward(net, tape)
  for (let i = 0; i < n; i++) outputDerivatives[i] = 2 * (outputs[i] - (returns[order[first + i]] - mean) / std) / n
  transposeWeights(net)
  sumOverTiles(gradient.data, shards, (tile, into) => backward(net, tile, into))
  adamStep(net.backend, phi, gradient, adam, { learningRate: options.valueLearningRate })
}

/** Units in which `returns` have mean 0 and variance 1; null where they differ by rounding alone, or not as doubles can. */
function unitOf(returns: Float64Array, scratch: Float64Array): Unit | null {
  const { mean, variance } = moments(returns, scratch)
  const std = Math.sqrt(variance)
  // std⁴ scales squares of gradients.
  return std > 1e-13 * largestMagnitude(returns) && std > 1e-50 && std < 1e50 ? { mean, std } : null
}

/**
 * V′ = (V − mean) / std by the last layer. Adam's memory of gradients becomes that of (V′ − R̂′)²: a gradient is std²
 * times smaller, and in the last layer, whose parameters are std times smaller, std times.
 */
function changeUnit({ value: { net }, adam }: ValueFitter, { mean, std }: Unit): void {
  const { flat: phi, layers } = net.parameters
  const m = adam.m.data, v = adam.v.data
  const P = phi.length, last = P - layers[layers.length - 1].W.rows - 1
  for (let p = 0; p < P; p++) {
    const k = p < last ? 1 / (std * std) : 1 / std
    m[p] *= k
    v[p] *= k * k
    if (p >= last) phi[p] /= std
  }
  phi[P - 1] -= mean / std
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
