/**
 * A multilayer perceptron of any depth, none included, and its three passes over a reusable tape:
 * forward (values), tangent (J v: how the outputs move when the parameters move along v) and
 * backward (Jᵀ u: how the parameters must move for the outputs to move along u).
 * The rows of a batch are worked in tiles, so that what a tile needs stays in cache from pass to pass.
 * But: no other layers, no shared trunks, no second derivatives; J v and Jᵀ u are all that F = Jᵀ M J needs.
 */
import type { Backend } from '../math/backend.ts'
import type { Random } from '../math/random.ts'
import { rowsOf, type Tensor, transposed, transposeInto } from '../math/tensor.ts'
import { type Activation, activations, type ActivationName } from './activation.ts'
import * as dense from './dense.ts'
import { orthogonal } from './initialize.ts'
import { bindParameters, parameterCount, type Parameters } from './parameters.ts'

/** A multilayer perceptron, its parameters in memory of `backend`. */
export interface Mlp {
  readonly backend: Backend
  /** Inputs, hidden …, outputs. */
  readonly sizes: readonly number[]
  /** After every layer but the last. */
  readonly activation: Activation
  readonly parameters: Parameters
  /** Wᵀ of each layer as of the last `transposeWeights`; backward reads them. */
  readonly transposes: readonly Tensor[]
}

/** One tile's part of a tape. */
export interface Tile {
  /** Its rows are first … first + rows − 1 of the batch. */
  readonly first: number
  readonly rows: number
  readonly layers: readonly dense.DenseTape[]
}

/** What the passes over one batch of inputs write; allocated once. */
export interface Tape {
  /** [N, in], filled by the owner. */
  readonly inputs: Tensor
  /** [N, out] */
  readonly outputs: Tensor
  /** Tangents, then cotangents, of the outputs: [N, out]. */
  readonly outputDerivatives: Tensor
  readonly tiles: readonly Tile[]
}

/** Rows a tile: a multiple of every register tile (2, 3, 4, 8), small enough for the second-level cache. */
const TILE_ROWS = 96

/** A network with all parameters 0 in the backend's memory; `shared` more of them lie behind the layers. */
export function createMlp(
  backend: Backend, sizes: readonly number[], activation: ActivationName, shared: number = 0,
): Mlp {
  const flat = backend.allocate(1, parameterCount(sizes, shared)).data
  return {
    backend, sizes,
    activation: activations[activation],
    parameters: bindParameters(flat, sizes, shared),
    transposes: sizes.slice(1).map((outputs, l) => backend.allocate(outputs, sizes[l])),
  }
}

/** Orthogonal weights, zero biases: the activation's gain in hidden layers, `outputGain` in the last. */
export function initializeMlp(net: Mlp, outputGain: number, random: Random): void {
  const { layers } = net.parameters
  layers.forEach(({ W, b }, l) => {
    orthogonal(W, l + 1 < layers.length ? net.activation.gain : outputGain, random)
    b.data.fill(0)
  })
}

/**
 * A tape for `inputs`. With `keep`, every layer's output is kept for all rows, as tangent and backward need;
 * without, hidden layers share one tile's memory and only `forward` may run.
 */
export function createTape(net: Mlp, inputs: Tensor, keep: boolean): Tape {
  const { backend, sizes } = net
  const N = inputs.rows, L = sizes.length - 1
  const tileRows = Math.min(TILE_ROWS, N)
  const outputs = backend.allocate(N, sizes[L])
  const outputDerivatives = backend.allocate(keep ? N : 0, sizes[L])
  const hidden = sizes.slice(1, L)
  const values = hidden.map((size) => backend.allocate(keep ? N : tileRows, size))
  const derivatives = hidden.map((size) => backend.allocate(keep ? tileRows : 0, size))

  const tiles: Tile[] = []
  for (let first = 0; first < N; first += tileRows) {
    const rows = Math.min(tileRows, N - first)
    const value = (l: number): Tensor =>
      l === 0 ? rowsOf(inputs, first, rows)
        : l === L ? rowsOf(outputs, first, rows)
          : rowsOf(values[l - 1], keep ? first : 0, rows)
    const derivative = (l: number): Tensor | null =>
      !keep || l === 0 ? null : l === L ? rowsOf(outputDerivatives, first, rows) : rowsOf(derivatives[l - 1], 0, rows)
    const layers: dense.DenseTape[] = []
    for (let l = 0; l < L; l++) {
      const X = value(l), Y = value(l + 1)
      layers.push({ X, Xt: transposed(X), Y, dX: derivative(l), dY: derivative(l + 1) ?? Y })
    }
    tiles.push({ first, rows, layers })
  }
  return { inputs, outputs, outputDerivatives, tiles }
}

/** outputs ← f(inputs), for the first `count` rows at least. */
export function forward(net: Mlp, tape: Tape, count: number = tape.inputs.rows): void {
  const { backend, activation, parameters } = net
  for (const { first, layers } of tape.tiles) {
    if (first >= count) break
    for (let l = 0; l < layers.length; l++) {
      dense.forward(backend, layers[l], parameters.layers[l])
      if (l + 1 < layers.length) activation.forward(backend, layers[l].Y)
    }
  }
}

/** The tile's outputDerivatives ← J v, after `forward` on the same parameters. */
export function tangent(net: Mlp, tile: Tile, v: Parameters): void {
  const { backend, activation, parameters } = net
  const { layers } = tile
  for (let l = 0; l < layers.length; l++) {
    dense.tangent(backend, layers[l], parameters.layers[l], v.layers[l])
    if (l + 1 < layers.length) activation.multiplyBySlope(backend, layers[l].dY, layers[l].Y)
  }
}

/**
 * gradient += Jᵀ u, where u is the tile's outputDerivatives; after `forward` and `transposeWeights`.
 * The memory of hidden tangents becomes that of hidden cotangents.
 */
export function backward(net: Mlp, tile: Tile, gradient: Parameters): void {
  const { backend, activation } = net
  const { layers } = tile
  for (let l = layers.length - 1; l >= 0; l--) {
    if (l + 1 < layers.length) activation.multiplyBySlope(backend, layers[l].dY, layers[l].Y)
    dense.backward(backend, layers[l], net.transposes[l], gradient.layers[l])
  }
}

/** Copy the weights, transposed, for `backward`: once after every change of the parameters. */
export function transposeWeights(net: Mlp): void {
  // The first layer's input is data: nothing goes back through it.
  for (let l = 1; l < net.transposes.length; l++) transposeInto(net.transposes[l], net.parameters.layers[l].W)
}
