/**
 * Fit V_φ to the returns by least squares: Adam on minibatches of mean (V_φ(s) − R̂)², for some epochs per
 * batch. With `normalizeReturns` it works in the units of `returnUnits`. If numbers stop being finite, the
 * whole fit is undone: φ and Adam's state get their former bits back.
 */
import { type AdamState, adamState, adamStep } from '../../math/adam.ts'
import { type Cell, numbersCell, orderCell, vectorCell } from '../../math/cells.ts'
import { type Communicator, solo } from '../../math/communicator.ts'
import type { Random } from '../../math/random.ts'
import { matrix, rowsOf, type Tensor } from '../../math/tensor.ts'
import { allFinite, SHARDS } from '../../math/vector.ts'
import { changeGradient, changeLayer, changeSquares, type InputChange } from '../../nn/inputChange.ts'
import { backward, createTape, forward, type Tape, transposeWeights } from '../../nn/mlp.ts'
import { bindParameters } from '../../nn/parameters.ts'
import { createShards, type Shards, sumOverTiles } from '../../nn/shards.ts'
import { predict, type Value } from '../../rl/value.ts'
import type { AdamFitOptions } from '../options/options.ts'
import { explained, type FitBatch, isRounding, meanSquare, type ValueFit } from './loss.ts'
import { changeUnit, inverse, type Unit, unitOf } from './returnUnits.ts'

/** What fits on batches of N states need. P is the number of parameters. */
export interface AdamFitter {
  readonly value: Value
  readonly options: AdamFitOptions
  readonly ranks: Communicator
  readonly adam: AdamState
  /** A permutation of the states; each epoch shuffles it. */
  readonly order: Int32Array
  /** For full minibatches, and for the rest of an epoch if there is one; both over the same memory. */
  readonly whole: Minibatch
  readonly rest: Minibatch | null
  /** φ and its gradient, [1, P] each. */
  readonly phi: Tensor
  readonly gradient: Tensor
  /** Scratch: [N]. */
  readonly errors: Float64Array
  /** φ and Adam's state before the present fit. */
  readonly saved: Saved
}

/** Room for the rows of a minibatch, of which this rank passes over from … end − 1. */
interface Minibatch {
  readonly tape: Tape
  readonly shards: Shards
  readonly from: number
  readonly end: number
}

interface Saved {
  readonly phi: Float64Array
  readonly m: Float64Array
  readonly v: Float64Array
  beta1Power: number
  beta2Power: number
}

/**
 * A minibatch is split into shards of at least so many rows, a power of 2 of them, which ranks share.
 * *Measured*: shards of 64 rows cost a fit in one thread 2 %, shards of 32 rows 4 to 8 %.
 */
const SHARD_ROWS = 64

/** Shards of a minibatch: fewer than 16 ranks need, if it is small; then some have the same. */
export function shardsOf(rows: number): number {
  let shards = 1
  while (shards < SHARDS && rows >= 2 * shards * SHARD_ROWS) shards *= 2
  return shards
}

export function createAdamFitter(
  value: Value, states: number, options: AdamFitOptions, ranks: Communicator = solo,
): AdamFitter {
  const { net } = value
  const P = net.parameters.flat.length
  const size = Math.min(options.valueMinibatch, states)
  const inputs = net.backend.allocate(size, net.sizes[0])
  const minibatch = (rows: number): Minibatch => {
    const count = shardsOf(rows), copies = Math.max(1, ranks.size / count), each = count * copies / ranks.size
    const first = each * Math.floor(ranks.rank / copies)
    const tape = createTape(net, rowsOf(inputs, 0, rows), true, count, first, first + each)
    const { tiles } = tape, last = tiles[tiles.length - 1]
    return {
      tape, shards: createShards(net, tape, count === 1 ? solo : ranks, copies),
      from: tiles[0].first, end: last.first + last.rows,
    }
  }
  const vector = (): Float64Array => new Float64Array(P)
  return {
    value, options, ranks,
    adam: adamState(net.backend, P),
    order: Int32Array.from({ length: states }, (_, i) => i),
    whole: minibatch(size),
    rest: states % size === 0 ? null : minibatch(states % size),
    phi: matrix(net.parameters.flat, 1, P),
    gradient: net.backend.allocate(1, P),
    errors: new Float64Array(states),
    saved: { phi: vector(), m: vector(), v: vector(), beta1Power: 1, beta2Power: 1 },
  }
}

/** Fit φ to the returns of `batch`. Its values must be V before the fit, and are V afterwards. */
export function fitByAdam(fitter: AdamFitter, batch: FitBatch, random: Random): ValueFit {
  const { returns, values } = batch
  const { value, options, adam, errors } = fitter
  const explainedVariance = explained(errors, returns, values)
  const lossBefore = meanSquare(errors, returns, values)
  if (isRounding(lossBefore, returns)) {
    return { status: 'fitted', lossBefore, lossAfter: lossBefore, explainedVariance }
  }
  save(fitter)

  const unit = options.normalizeReturns ? unitOf(returns, lossBefore, errors) : null
  if (unit !== null) changeUnit(value, adam, unit)
  for (let epoch = 0; epoch < options.valueEpochs; epoch++) runEpoch(fitter, batch, unit, random)
  if (unit !== null) changeUnit(value, adam, inverse(unit))

  predictTogether(fitter, batch)
  const lossAfter = meanSquare(errors, returns, values)
  const finite = [value.net.parameters.flat, adam.m.data, adam.v.data].every(allFinite)
  if (finite && (lossAfter < Number.MAX_VALUE || lossBefore === Number.MAX_VALUE)) {
    return { status: 'fitted', lossBefore, lossAfter, explainedVariance }
  }
  restore(fitter)
  predictTogether(fitter, batch)
  return { status: 'undone', lossBefore, lossAfter: lossBefore, explainedVariance }
}

/** values ← V of all states; each rank computes a part of them. */
function predictTogether({ value, ranks }: AdamFitter, { observations, values }: FitBatch): void {
  const rows = values.length / ranks.size, first = ranks.rank * rows
  if (ranks.size === 1) return predict(values, value, observations, rows)
  const mine = values.subarray(first, first + rows)
  predict(mine, value, rowsOf(observations, first, rows), rows)
  ranks.allGather(values, mine)
}

/** From now on V reads its inputs in new coordinates and remains the same function; Adam's moments follow. */
export function changeInputs({ value: { net }, adam }: AdamFitter, change: InputChange): void {
  changeLayer(net.parameters.layers[0], change)
  changeGradient(bindParameters(adam.m.data, net.sizes, 0).layers[0], change)
  changeSquares(bindParameters(adam.v.data, net.sizes, 0).layers[0], change)
}

/** What later fits depend on: Adam's moments and powers, and the order that the next epoch shuffles. */
export function adamCells({ adam, order }: AdamFitter): Cell[] {
  const powers = (): number[] => [adam.beta1Power, adam.beta2Power]
  return [
    vectorCell('adam.m', adam.m.data), vectorCell('adam.v', adam.v.data, 0),
    numbersCell('adam.powers', 0, powers, ([beta1Power, beta2Power]) => {
      adam.beta1Power = beta1Power
      adam.beta2Power = beta2Power
    }),
    orderCell('adam.order', order),
  ]
}

/** One Adam step per minibatch of the shuffled states. */
function runEpoch(fitter: AdamFitter, batch: FitBatch, unit: Unit | null, random: Random): void {
  const { order, whole, rest } = fitter
  const N = order.length, size = whole.tape.inputs.rows
  random.shuffle(order)
  for (let first = 0; first < N; first += size) {
    minibatchStep(fitter, first + size <= N ? whole : rest!, first, batch, unit)
  }
}

/** One Adam step on the states order[first], order[first + 1], … */
function minibatchStep(
  fitter: AdamFitter, { tape, shards, from, end }: Minibatch, first: number,
  { observations, returns }: FitBatch, unit: Unit | null,
): void {
  const { mean, std } = unit ?? { mean: 0, std: 1 }
  const { value: { net }, order, phi, gradient, adam, options } = fitter
  const { data: inputs, rows: n, cols } = tape.inputs
  const outputs = tape.outputs.data, derivatives = tape.outputDerivatives.data, states = observations.data
  for (let i = from, p = from * cols; i < end; i++) {
    for (let q = order[first + i] * cols, last = q + cols; q < last; p++, q++) inputs[p] = states[q]
  }
  forward(net, tape)
  for (let i = from; i < end; i++) {
    derivatives[i] = 2 * (outputs[i] - (returns[order[first + i]] - mean) / std) / n
  }
  transposeWeights(net)
  sumOverTiles(gradient.data, shards, (tile, into) => backward(net, tile, into))
  adamStep(net.backend, phi, gradient, adam, { learningRate: options.valueLearningRate })
}

function save({ phi, adam, saved }: AdamFitter): void {
  saved.phi.set(phi.data)
  saved.m.set(adam.m.data)
  saved.v.set(adam.v.data)
  saved.beta1Power = adam.beta1Power
  saved.beta2Power = adam.beta2Power
}

function restore({ phi, adam, saved }: AdamFitter): void {
  phi.data.set(saved.phi)
  adam.m.data.set(saved.m)
  adam.v.data.set(saved.v)
  adam.beta1Power = saved.beta1Power
  adam.beta2Power = saved.beta2Power
}
