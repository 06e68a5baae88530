/**
 * Fit V_φ to the returns by least squares: Adam on minibatches of mean (V_φ(s) − R̂)², some epochs a batch.
 * A fit whose numbers stop being finite is undone: φ and Adam's state return to what they were.
 * With `normalizeReturns` Adam works in units in which the batch's returns have mean 0 and variance 1, and V is rescaled
 * there and back so that it stays the function it was (van Hasselt et al. 2016, but for a batch at a time).
 */
import { type AdamState, adamState, adamStep } from '../../math/adam.ts'
import type { Random } from '../../math/random.ts'
import { matrix, rowsOf, type Tensor } from '../../math/tensor.ts'
import { allFinite } from '../../math/vector.ts'
import { changeGradient, changeLayer, changeSquares, type InputChange } from '../../nn/inputChange.ts'
import { backward, createTape, forward, type Tape, transposeWeights } from '../../nn/mlp.ts'
import { bindParameters } from '../../nn/parameters.ts'
import { createShards, type Shards, sumOverTiles } from '../../nn/shards.ts'
import { predict, type Value } from '../../rl/value.ts'
import { explained, type FitBatch, meanSquare, type ValueFit } from './loss.ts'
import { changeUnit, inverse, type Unit, unitOf } from './returnUnits.ts'
import type { AdamFitOptions } from '../options/options.ts'

export interface AdamFitter {
  readonly value: Value
  readonly options: AdamFitOptions
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

interface Minibatch { readonly tape: Tape; readonly shards: Shards }

export function createAdamFitter(value: Value, states: number, options: AdamFitOptions): AdamFitter {
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

/** Move φ towards the returns of `batch`; its values are V there before, and V there afterwards. */
export function fitByAdam(fitter: AdamFitter, batch: FitBatch, random: Random): ValueFit {
  const { observations, returns, values } = batch
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
  if (unit !== null) changeUnit(value, adam, unit)
  const size = whole.tape.inputs.rows
  for (let epoch = 0; epoch < options.valueEpochs; epoch++) {
    random.shuffle(order)
    for (let first = 0; first < N; first += size) {
      descend(fitter, first + size <= N ? whole : rest!, first, batch, unit)
    }
  }
  if (unit !== null) changeUnit(value, adam, inverse(unit))

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
export function changeInputs({ value: { net }, adam }: AdamFitter, change: InputChange): void {
  changeLayer(net.parameters.layers[0], change)
  changeGradient(bindParameters(adam.m.data, net.sizes, 0).layers[0], change)
  changeSquares(bindParameters(adam.v.data, net.sizes, 0).layers[0], change)
}

/** One Adam step on the states order[first …]. */
function descend(
  fitter: AdamFitter, { tape, shards }: Minibatch, first: number, { observations, returns }: FitBatch, unit: Unit | null,
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
