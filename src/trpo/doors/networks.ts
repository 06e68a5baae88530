/**
 * The networks and distributions of `trpo/parts` with their arguments checked: kinds and sizes, not every
 * number. Inside, the same functions run unchecked.
 */
import {
  expectBoolean, expectFinite, expectFunction, expectInteger, expectOneOf,
} from '../../errors/expect.ts'
import { arrayOf, expectShape, float64, integer, nullOr, type Shape, typed } from '../../errors/shape.ts'
import { expectCommunicator } from '../../math/communicator.ts'
import { type Backend, expectBackend } from '../../math/backend.ts'
import { expectRandom, type Random } from '../../math/random.ts'
import { expectTensor, type Tensor } from '../../math/tensor.ts'
import { activations, type ActivationName } from '../../nn/activation.ts'
import { bernoulli as bits } from '../../nn/distributions/bernoulli.ts'
import * as integers from '../../nn/distributions/categorical.ts'
import { createEta as etaOf, type Distribution, type Eta } from '../../nn/distributions/distribution.ts'
import { gaussian as normal } from '../../nn/distributions/gaussian.ts'
import { stateGaussian as stateNormal } from '../../nn/distributions/stateGaussian.ts'
import { createJacobian as jacobianOf, type Jacobian } from '../../nn/jacobian.ts'
import * as mlp from '../../nn/mlp.ts'
import { bindParameters as bind, parameterCount as count, type Parameters } from '../../nn/parameters.ts'
import {
  aTensor, expectDistribution, expectMlp, expectParameters, expectTape, expectTile, layerSizes,
} from '../../nn/shapes.ts'
import * as shards from '../../nn/shards.ts'

const ACTIVATIONS = Object.keys(activations) as ActivationName[]

/** Throws unless `value` is the name of an activation. */
export function expectActivation(name: string, value: unknown): void {
  expectOneOf(name, value, ACTIVATIONS)
}

/**
 * A network with all parameters 0, in the backend's memory. `sizes`: inputs, hidden …, outputs; `shared`:
 * parameters after those of the layers.
 */
export function createMlp(
  backend: Backend, sizes: readonly number[], activation: ActivationName, shared: number = 0,
): mlp.Mlp {
  expectBackend('backend', backend)
  layerSizes('sizes', sizes)
  expectActivation('activation', activation)
  expectInteger('shared', shared, 0)
  return mlp.createMlp(backend, [...sizes], activation, shared)
}

/** Orthogonal weights, zero biases: the activation's gain in hidden layers, `outputGain` in the last. */
export function initializeMlp(net: mlp.Mlp, outputGain: number, random: Random): void {
  expectMlp('net', net)
  expectFinite('outputGain', outputGain)
  expectRandom('random', random)
  mlp.initializeMlp(net, outputGain, random)
}

/**
 * A tape for `inputs` [N, in]. With `keep`, every layer's output is kept for all rows, which tangent and
 * backward need; without, hidden layers have memory for one tile only, and only `forward` may run. No tile
 * crosses the border of a shard: `SHARDS` of them for a sum over the states of a batch, 1 for anything else.
 */
export function createTape(net: mlp.Mlp, inputs: Tensor, keep: boolean, shardCount: number = 1): mlp.Tape {
  expectMlp('net', net)
  expectTensor('inputs', inputs, null, net.sizes[0])
  expectBoolean('keep', keep)
  return mlp.createTape(net, inputs, keep, expectInteger('shardCount', shardCount, 1, 65536))
}

/** outputs ← f(inputs) for the first `count` rows, rounded up to whole tiles; by default for all. */
export function forward(net: mlp.Mlp, tape: mlp.Tape, count?: number): void {
  expectMlp('net', net)
  expectTape('tape', tape, net)
  mlp.forward(net, tape, count === undefined ? undefined : expectInteger('count', count, 0))
}

/** The tile's outputDerivatives ← J v, after `forward` on the same parameters. */
export function tangent(net: mlp.Mlp, tile: mlp.Tile, v: Parameters): void {
  expectPass(net, tile)
  expectParameters('v', v, net.sizes, net.parameters.shared.length)
  mlp.tangent(net, tile, v)
}

/** gradient += Jᵀ u, where u is the tile's outputDerivatives; after `forward` and `transposeWeights`. */
export function backward(net: mlp.Mlp, tile: mlp.Tile, gradient: Parameters): void {
  expectPass(net, tile)
  expectParameters('gradient', gradient, net.sizes, net.parameters.shared.length)
  mlp.backward(net, tile, gradient)
}

function expectPass(net: mlp.Mlp, tile: mlp.Tile): void {
  expectMlp('net', net)
  expectTile('tile', tile, net)
}

/** Copy the transposed weights for `backward`. To be called once after every change of the parameters. */
export function transposeWeights(net: mlp.Mlp): void {
  expectMlp('net', net)
  mlp.transposeWeights(net)
}

/** P for layers of `sizes` = [inputs, hidden …, outputs] and `shared` shared parameters. */
export function parameterCount(sizes: readonly number[], shared: number): number {
  layerSizes('sizes', sizes)
  return count(sizes, expectInteger('shared', shared, 0))
}

/** View `flat`, of exactly P numbers, as parameters, a gradient, or a direction. */
export function bindParameters(flat: Float64Array, sizes: readonly number[], shared: number): Parameters {
  float64()('flat', flat)
  layerSizes('sizes', sizes)
  return bind(flat, sizes, expectInteger('shared', shared, 0))
}

/** The accumulators for sums over the tiles of `tape`: at most 16, P numbers each. */
export function createShards(net: mlp.Mlp, tape: mlp.Tape): shards.Shards {
  expectMlp('net', net)
  expectTape('tape', tape, net)
  return shards.createShards(net, tape)
}

const shape = (): Shape => ({
  tiles: arrayOf(arrayOf(() => {}, 'tiles'), 'lists of tiles'), parts: arrayOf(() => {}, 'parameters'),
  rows: arrayOf(aTensor, 'tensors'), add: (name, value) => expectFunction(name, value),
  ranks: expectCommunicator, gathered: float64(),
})

/** Throws unless `value` holds accumulators of so many numbers. */
export function expectShards(name: string, value: unknown, numbers: number): void {
  expectShape(name, value, 'shards', shape())
  const { tiles, parts, rows } = value as shards.Shards
  const accumulator: Shape = { flat: float64(numbers) }
  arrayOf((each, part) => expectShape(each, part, 'parameters', accumulator), 'parameters', rows.length)(
    `${name}.parts`, parts)
  arrayOf(() => {}, 'lists of tiles', rows.length)(`${name}.tiles`, tiles)
}

/** out ← Σ over tiles of what `addTile` adds to the accumulator `into`.  out: [P]. */
export function sumOverTiles(
  out: Float64Array, shards_: shards.Shards, addTile: (tile: mlp.Tile, into: Parameters) => void,
): void {
  float64()('out', out)
  expectShards('shards', shards_, out.length)
  expectFunction('addTile', addTile, 'a function of a tile and an accumulator')
  shards.sumOverTiles(out, shards_, addTile)
}

/** J v and Jᵀ u on the states of a tape made with `keep`, in the faster way for the sizes of the network. */
export function createJacobian(net: mlp.Mlp, tape: mlp.Tape): Jacobian {
  expectMlp('net', net)
  expectTape('tape', tape, net)
  return jacobianOf(net, tape)
}

/** η of N states, of which `rows` are the network's outputs. `mask` [N, etaSize] is kept, not copied. */
export function createEta(
  backend: Backend, distribution: Distribution, rows: Tensor, shared: Float64Array,
  mask: Uint8Array | null = null,
): Eta {
  expectBackend('backend', backend)
  expectDistribution('distribution', distribution)
  expectTensor('rows', rows, null, distribution.etaSize)
  float64(distribution.sharedSize)('shared', shared)
  nullOr(typed('Uint8Array', rows.rows * distribution.etaSize))('mask', mask)
  return etaOf(backend, distribution, rows, shared, mask)
}

/** Diagonal Gaussian on ℝ^d with one log σ per dimension for all states. */
export function gaussian(d: number): Distribution {
  return normal(dimensions(d))
}

/** Diagonal Gaussian on ℝ^d whose log σ depends on the state. */
export function stateGaussian(d: number): Distribution {
  return stateNormal(dimensions(d))
}

/** n independent bits: a logit each. */
export function bernoulli(n: number): Distribution {
  return bits(dimensions(n))
}

/** An integer from 0 to n − 1; an action is one number. */
export function categorical(n: number): Distribution {
  return integers.categorical(dimensions(n))
}

/** Vectors whose component c is an integer from 0 to sizes[c] − 1. Logits: of component 0, then of 1, … */
export function multiCategorical(sizes: readonly number[]): Distribution {
  arrayOf(integer(1, MAX_SIZE), 'integers')('sizes', sizes)
  dimensions(sizes.length, 'sizes.length')
  return integers.multiCategorical([...sizes])
}

/** More numbers per action than a network has outputs for. */
const MAX_SIZE = 16_777_216

function dimensions(value: number, name: string = 'size'): number {
  return expectInteger(name, value, 1, MAX_SIZE)
}
