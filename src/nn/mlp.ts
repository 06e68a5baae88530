/**
 * A multilayer perceptron with any number of hidden layers, also none, and three passes over a reusable tape:
 * forward (values), tangent (J v: how outputs move along v) and backward (Jᵀ u: the gradient of uᵀ outputs).
 * The rows of a batch are processed in tiles, so that a tile's memory stays in cache from pass to pass.
 * But: no other layers, no shared trunks, no second derivatives; J v and Jᵀ u are all that F = Jᵀ M J needs.
 */
import type { Backend } from '../math/backend.ts'
import type { Random } from '../math/random.ts'
import { rowsOf, type Tensor, transposed, transposeInto } from '../math/tensor.ts'
import { type Activation, activations, type ActivationName } from './activation.ts'
import * as dense from './dense.ts'
import { orthogonal } from './initialize.ts'
import { bindParameters, parameterCount, type Parameters } from './parameters.ts'

/** A network: its parameters and what the passes need besides a tape. */
export interface Mlp {
  readonly backend: Backend
  /** Inputs, hidden …, outputs. */
  readonly sizes: readonly number[]
  /** After every layer except the last. */
  readonly activation: Activation
  readonly parameters: Parameters
  /** Wᵀ of each layer as of the last `transposeWeights`; backward reads them. */
  readonly transposes: readonly Tensor[]
}

/** The part of a tape that belongs to one tile. */
export interface Tile {
  /** Its rows are first … first + rows − 1 of the batch. */
  readonly first: number
  readonly rows: number
  readonly layers: readonly dense.DenseTape[]
}

/** Memory of the passes over one batch of inputs; allocated once. */
export interface Tape {
  /** [N, in], filled by the owner. */
  readonly inputs: Tensor
  /** [N, out] */
  readonly outputs: Tensor
  /** Tangents, then cotangents, of the outputs: [N, out]. */
  readonly outputDerivatives: Tensor
  readonly tiles: readonly Tile[]
  /** The same tiles, shard by shard. */
  readonly shards: readonly (readonly Tile[])[]
}

/** Rows per tile at most: a multiple of all register tiles (2, 3, 4, 8); fits into the second-level cache. */
export const TILE_ROWS = 96

/**
 * A network with all parameters 0, in the backend's memory. `shared`: parameters after those of the layers.
 */
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

/**
 * Orthogonal weights, zero biases: the activation's gain in hidden layers, `outputGain` in the last layer.
 */
export function initializeMlp(net: Mlp, outputGain: number, random: Random): void {
  const { layers } = net.parameters
  layers.forEach(({ W, b }, l) => {
    orthogonal(net.backend, W, l + 1 < layers.length ? net.activation.gain : outputGain, random)
    b.data.fill(0)
  })
}

/**
 * A tape for `inputs`. With `keep`, every layer's output is kept for all rows, which tangent and backward
 * need; without, hidden layers have memory for one tile only, and only `forward` may run. No tile crosses the
 * border of a shard: `SHARDS` of them for a sum over the states of a batch, whose bits must not depend on
 * who computes which; 1 for anything else. Passes run over the shards `from` to `end` − 1, by default all.
 */
export function createTape(
  net: Mlp, inputs: Tensor, keep: boolean, shardCount: number = 1, from: number = 0, end: number = shardCount,
): Tape {
  const { backend, sizes } = net
  const N = inputs.rows, L = sizes.length - 1
  const ranges = tileRanges(N, shardCount).slice(from, end)
  const tileRows = Math.max(0, ...ranges.flat().map(([, rows]) => rows))
  const outputs = backend.allocate(N, sizes[L])
  const outputDerivatives = backend.allocate(keep ? N : 0, sizes[L])
  const hidden = sizes.slice(1, L)
  const values = hidden.map((size) => backend.allocate(keep ? N : tileRows, size))
  const derivatives = hidden.map((size) => backend.allocate(keep ? tileRows : 0, size))

  const tileOf = ([first, rows]: TileRange): Tile => {
    const value = (l: number): Tensor =>
      l === 0 ? rowsOf(inputs, first, rows)
        : l === L ? rowsOf(outputs, first, rows)
          : rowsOf(values[l - 1], keep ? first : 0, rows)
    const derivative = (l: number): Tensor | null =>
      !keep || l === 0 ? null
        : l === L ? rowsOf(outputDerivatives, first, rows) : rowsOf(derivatives[l - 1], 0, rows)
    const layers: dense.DenseTape[] = []
    for (let l = 0; l < L; l++) {
      const X = value(l), Y = value(l + 1)
      layers.push({ X, Xt: transposed(X), Y, dX: derivative(l), dY: derivative(l + 1) ?? Y })
    }
    return { first, rows, layers }
  }
  const shards = ranges.map((each) => each.map(tileOf))
  return { inputs, outputs, outputDerivatives, tiles: shards.flat(), shards }
}

type TileRange = readonly [first: number, rows: number]

/** The tiles of each shard of N rows: of nearly equal size, multiples of 4 except the last of a shard. */
function tileRanges(N: number, shardCount: number): TileRange[][] {
  return Array.from({ length: shardCount }, (_, s) => {
    const first = Math.floor(s * N / shardCount), rows = Math.floor((s + 1) * N / shardCount) - first
    const tiles = Math.ceil(rows / TILE_ROWS)
    const start = (k: number): number => k === tiles ? rows : 4 * Math.floor(k * rows / tiles / 4)
    return Array.from({ length: tiles }, (_, k): TileRange => [first + start(k), start(k + 1) - start(k)])
  })
}

/** outputs ← f(inputs) for the first `count` rows, rounded up to whole tiles. */
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
 * Hidden cotangents overwrite hidden tangents: both use the same memory.
 */
export function backward(net: Mlp, tile: Tile, gradient: Parameters): void {
  const { backend, activation } = net
  const { layers } = tile
  for (let l = layers.length - 1; l >= 0; l--) {
    if (l + 1 < layers.length) activation.multiplyBySlope(backend, layers[l].dY, layers[l].Y)
    dense.backward(backend, layers[l], net.transposes[l], gradient.layers[l])
  }
}

/** Copy the transposed weights for `backward`. To be called once after every change of the parameters. */
export function transposeWeights(net: Mlp): void {
  // The first layer's input is data: it needs no cotangent.
  for (let l = 1; l < net.transposes.length; l++) transposeInto(net.transposes[l], net.parameters.layers[l].W)
}
