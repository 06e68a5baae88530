/**
 * Whether records are networks, tapes, parameters and distributions whose parts fit each other. For doors:
 * the passes themselves check nothing.
 */
import { argumentError } from '../errors/expect.ts'
import {
  anyFunction, arrayOf, aString, type Check, expectShape, float64, integer, nullOr, number, type Shape, typed,
} from '../errors/shape.ts'
import { expectBackend } from '../math/backend.ts'
import { expectTensor } from '../math/tensor.ts'
import { parameterCount, type Parameters } from './parameters.ts'
import type { Mlp, Tape } from './mlp.ts'
import type { Distribution } from './distributions/distribution.ts'

export const aTensor: Check = (name, value) => expectTensor(name, value)

const activation = (): Shape => ({
  name: aString, gain: number(), forward: anyFunction, multiplyBySlope: anyFunction,
})
const layer: Check = (name, value) => expectShape(name, value, 'a layer', { W: aTensor, b: aTensor })
const parameters = (): Shape => ({ flat: float64(), layers: arrayOf(layer, 'layers'), shared: float64() })

/** Throws unless `value` is a vector of parameters for layers of `sizes` and so many shared ones. */
export function expectParameters(
  name: string, value: unknown, sizes: readonly number[], shared: number,
): void {
  expectShape(name, value, 'parameters', parameters())
  const { flat, layers, shared: end } = value as Parameters
  float64(parameterCount(sizes, shared))(`${name}.flat`, flat)
  float64(shared)(`${name}.shared`, end)
  arrayOf(() => {}, 'layers', sizes.length - 1)(`${name}.layers`, layers)
  layers.forEach(({ W, b }, l) => {
    expectTensor(`${name}.layers[${l}].W`, W, sizes[l], sizes[l + 1])
    expectTensor(`${name}.layers[${l}].b`, b, 1, sizes[l + 1])
  })
}

/** Sizes of layers: at least inputs and outputs, each an integer of at least 1. */
export const layerSizes: Check = (name, value) => {
  arrayOf(integer(1), 'integers')(name, value)
  const sizes = value as readonly number[]
  if (sizes.length >= 2) return
  throw argumentError(name, 'at least two integers, inputs and outputs', value, 'object')
}

const mlp = (): Shape => ({
  backend: expectBackend,
  sizes: layerSizes,
  activation: (name, value) => expectShape(name, value, 'an activation', activation()),
  parameters: (name, value) => expectShape(name, value, 'parameters', parameters()),
  transposes: arrayOf(aTensor, 'tensors'),
})

/** Throws unless `value` is a network. */
export function expectMlp(name: string, value: unknown): void {
  expectShape(name, value, 'a network', mlp())
  const { sizes, parameters: all, transposes } = value as Mlp
  expectParameters(`${name}.parameters`, all, sizes, all.shared.length)
  arrayOf(aTensor, 'tensors', sizes.length - 1)(`${name}.transposes`, transposes)
  transposes.forEach((Wt, l) => expectTensor(`${name}.transposes[${l}]`, Wt, sizes[l + 1], sizes[l]))
}

const dense = (): Shape => ({ X: aTensor, Xt: aTensor, Y: aTensor, dX: nullOr(aTensor), dY: aTensor })
const tile = (): Shape => ({
  first: integer(0), rows: integer(1),
  layers: arrayOf(
    (name, value) => expectShape(name, value, 'the tape of a layer', dense()), 'tapes of layers'),
})

/** Throws unless `value` is a tile with a tape of each layer of `net`; with derivatives if `keep`. */
export function expectTile(name: string, value: unknown, { sizes }: Mlp): void {
  expectShape(name, value, 'a tile', tile())
  const { layers } = value as Tape['tiles'][number]
  arrayOf(() => {}, 'tapes of layers', sizes.length - 1)(`${name}.layers`, layers)
}

const tape = (): Shape => ({
  inputs: aTensor, outputs: aTensor, outputDerivatives: aTensor, tiles: arrayOf(() => {}, 'tiles'),
  shards: arrayOf(arrayOf(() => {}, 'tiles'), 'lists of tiles'),
})

/** Throws unless `value` is a tape of `net`. Its last tile stands for all. */
export function expectTape(name: string, value: unknown, net: Mlp): void {
  expectShape(name, value, 'a tape', tape())
  const { inputs, outputs, tiles } = value as Tape
  const { sizes } = net
  expectTensor(`${name}.inputs`, inputs, null, sizes[0])
  expectTensor(`${name}.outputs`, outputs, inputs.rows, sizes[sizes.length - 1])
  const last = tiles[tiles.length - 1]
  if (tiles.length > 0) expectTile(`${name}.tiles[${tiles.length - 1}]`, last, net)
  const covered = tiles.length > 0 ? last.first + last.rows : 0
  if (covered !== inputs.rows) {
    throw new RangeError(`${name}.tiles: expected tiles of ${inputs.rows} rows, got ${covered}`)
  }
}

const distribution = (): Shape => ({
  name: aString, etaSize: integer(1), sharedSize: integer(0), cacheSize: integer(0), actionSize: integer(1),
  setLogStd: anyFunction, prepare: anyFunction, sample: anyFunction, mode: anyFunction,
  logProbability: anyFunction, score: anyFunction, entropy: anyFunction, entropyScore: anyFunction,
  relativeError: anyFunction,
  klOldNew: anyFunction, metric: anyFunction, metricFactor: anyFunction, sharedMetric: anyFunction,
})

/** Throws unless `value` has the sizes and methods of a distribution. */
export function expectDistribution(name: string, value: unknown): void {
  expectShape(name, value, 'a distribution', distribution())
}

const eta = (): Shape => ({
  rows: aTensor, shared: float64(), cache: aTensor, mask: nullOr(typed('Uint8Array')),
})

/** Throws unless `value` holds parameters of this distribution for the outputs of a tape. */
export function expectEta(name: string, value: unknown, of: Distribution, { outputs }: Tape): void {
  expectShape(name, value, 'distribution parameters', eta())
  const { rows, shared, cache, mask } = value as Readonly<Record<string, unknown>>
  expectTensor(`${name}.rows`, rows, outputs.rows, of.etaSize)
  float64(of.sharedSize)(`${name}.shared`, shared)
  expectTensor(`${name}.cache`, cache, outputs.rows, of.cacheSize)
  nullOr(typed('Uint8Array', outputs.rows * of.etaSize))(`${name}.mask`, mask)
}
