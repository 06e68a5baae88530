/**
 * A preconditioner for conjugate gradients: F + λI as if it were two small matrices per layer (Martens &
 * Grosse 2015; of policies, Wu et al. 2017). With a layer's input x̃ = (x, 1) and S = ∂η/∂(x W + b),
 *
 *   F ≈ A ⊗ G in each layer, 0 between layers,   A = mean of x̃ x̃ᵀ,   G = mean of Sᵀ M S
 *   v ↦ (A + π√λ I)⁻¹ V (G + √λ/π I)⁻¹,   π² = (tr A / dim A) / (tr G / dim G)
 *
 * where V [in + 1, out] is the layer's part of v as it lies in θ. A log σ that states share has its exact
 * entry. With M = Σ L_k L_kᵀ over n outputs, each state stands for one k, by turns, n times as much: then one
 * backward pass gives all G, however many outputs there are, and G is right in the mean over states.
 * Means are over a quarter of the states, at random places of the batch that stay the same. To refresh
 * 17-64-64-6 at 2,048 states takes 0.6 of a Fisher product's multiply-adds; the inverses take 540,000,
 * another 0.02, but without SIMD.
 * But: no average over steps, as the papers have: factors are those of one batch, like F.
 */
import type { Operator } from '../../math/conjugateGradient.ts'
import type { Random } from '../../math/random.ts'
import { matrix, type Tensor, transposed } from '../../math/tensor.ts'
import { allFinite } from '../../math/vector.ts'
import type { Tile } from '../../nn/mlp.ts'
import { createSums, drawSample, type Shards, sumOverTiles } from '../../nn/shards.ts'
import type { PolicyMap } from '../../rl/policyMap.ts'
import { invert } from './cholesky.ts'
import { createSubset, runSubset, type Subset } from './subset.ts'

/** Share of the states that factors are made of. */
const FRACTION = 1 / 4
/** π² at most: of a layer without any influence on η, where G is 0 and any π is right. */
const MAX_RATIO = 1e30

/** The preconditioner of one stepper, allocated once. */
export interface Kronecker {
  /** out ← M⁻¹ v as of the last refresh; v itself unless `status` is 'ready'. */
  readonly apply: Operator
  status: KroneckerStatus
  /** The states of the factors. */
  readonly subset: Subset
  /** Sums over these states: per shard, and of all. */
  readonly sums: Shards<Grams>
  readonly total: Grams
  readonly layers: readonly KroneckerLayer[]
  /** 1 / (M + λ) of each shared parameter, and 1 for each. */
  readonly shared: Float64Array
  readonly ones: Float64Array
  /** v and M⁻¹ v in the backend's memory: [P]. */
  readonly v: Float64Array
  readonly z: Float64Array
}

/**
 * - `ready`: the inverses are those of the last refresh.
 * - `not-positive-definite`: a damped factor is singular within rounding, as may be without damping.
 * - `not-finite`: a sum or an inverse is NaN or infinite.
 */
export type KroneckerStatus = 'ready' | 'not-positive-definite' | 'not-finite'

/** Sums over states, [Q] numbers, and their views per layer. */
export interface Grams {
  readonly flat: Float64Array
  readonly layers: readonly LayerGrams[]
}

/** Sums of one layer, with inputs x and cotangents z = Sᵀ L_k of its W x + b. */
export interface LayerGrams {
  /** Σ x xᵀ [in, in] and Σ x [1, in]. */
  readonly XX: Tensor
  readonly x: Tensor
  /** Σ z zᵀ [out, out] */
  readonly ZZ: Tensor
}

/** One layer's inverses, and the memory of products with them. */
export interface KroneckerLayer {
  /** (A + π√λ I)⁻¹ [in + 1, in + 1] and (G + √λ/π I)⁻¹ [out, out]. */
  readonly left: Tensor
  readonly right: Tensor
  /** The layer's part of `v`, of `z`, and scratch: [in + 1, out]. */
  readonly V: Tensor
  readonly Z: Tensor
  readonly T: Tensor
}

/** For the states of `map`; `random` draws a quarter of their places, once. */
export function createKronecker(map: PolicyMap, random: Random): Kronecker {
  const { net: { backend, sizes, parameters }, distribution: { sharedSize }, ranks } = map
  const subset = createSubset(map, FRACTION, random)
  drawSample(subset.sample, subset.order, random, ranks)
  const v = backend.allocate(1, parameters.flat.length).data
  const z = backend.allocate(1, parameters.flat.length).data
  let at = 0
  const layers = sizes.slice(1).map((n, l): KroneckerLayer => {
    const m = sizes[l] + 1, from = at
    at += m * n
    return {
      left: backend.allocate(m, m), right: backend.allocate(n, n), T: backend.allocate(m, n),
      V: matrix(v.subarray(from, at), m, n), Z: matrix(z.subarray(from, at), m, n),
    }
  })
  const Q = sizes.slice(1).reduce((count, n, l) => count + (sizes[l] + 1) * sizes[l] + n * n, 0)
  const kronecker: Kronecker = {
    subset, layers, v, z,
    apply: (out, v) => applyTo(kronecker, out, v),
    status: 'not-finite',
    sums: createSums(backend, subset.map.tape, Q, (flat) => bindGrams(flat, sizes), ranks),
    total: bindGrams(new Float64Array(Q), sizes),
    shared: new Float64Array(sharedSize),
    ones: new Float64Array(sharedSize).fill(1),
  }
  return kronecker
}

function bindGrams(flat: Float64Array, sizes: readonly number[]): Grams {
  let at = 0
  const take = (rows: number, cols: number): Tensor => {
    at += rows * cols
    return matrix(flat.subarray(at - rows * cols, at), rows, cols)
  }
  const layers = sizes.slice(1).map((outputs, l) =>
    ({ XX: take(sizes[l], sizes[l]), x: take(1, sizes[l]), ZZ: take(outputs, outputs) }))
  return { flat, layers }
}

/** Factors and inverses at the θ of the last `forwardPolicy(map)` and `transposeWeights`, with λ. */
export function refreshKronecker(kronecker: Kronecker, damping: number): void {
  const { subset, sums, total, layers, shared, ones } = kronecker
  const { map: { distribution, eta, states } } = subset
  runSubset(subset)
  sumOverTiles(total.flat, sums, (tile, into) => addGrams(subset.map, tile, into))
  distribution.sharedMetric(shared, ones, eta)
  for (let j = 0; j < shared.length; j++) shared[j] = 1 / (shared[j] + damping)
  kronecker.status = allFinite(total.flat) ? 'ready' : 'not-finite'
  for (let l = 0; l < layers.length && kronecker.status === 'ready'; l++) {
    kronecker.status = invertFactors(layers[l], total.layers[l], states, distribution.etaSize, damping)
  }
  if (kronecker.status === 'ready' && !allFinite(shared)) kronecker.status = 'not-positive-definite'
}

/** into += the sums of one tile, whose i-th state of all takes its turn with L_k, k = i mod n. */
function addGrams({ net, distribution, tape, eta, ranks }: PolicyMap, tile: Tile, into: Grams): void {
  const { backend, activation, transposes } = net
  const { first, rows, layers } = tile
  const before = ranks.rank * tape.inputs.rows
  for (let i = first; i < first + rows; i++) {
    const k = (before + i) % distribution.etaSize
    distribution.metricFactor(tape.outputDerivatives, eta, k, i, 1)
  }
  for (let l = layers.length - 1; l >= 0; l--) {
    const { X, Xt, Y, dX, dY } = layers[l], { XX, x, ZZ } = into.layers[l]
    if (l + 1 < layers.length) activation.multiplyBySlope(backend, dY, Y)
    backend.addMultiply(XX, Xt, X)
    backend.addColumnSums(x, X)
    backend.addMultiply(ZZ, transposed(dY), dY)
    if (dX !== null) backend.multiply(dX, dY, transposes[l])
  }
}

/** layer.left, layer.right ← the inverses of the damped means of `states` sums, with n = `outputs` turns. */
function invertFactors(
  { left, right }: KroneckerLayer, { XX, x, ZZ }: LayerGrams, states: number, outputs: number, lambda: number,
): KroneckerStatus {
  const m = left.rows, n = right.rows, A = left.data, G = right.data
  for (let i = 0; i + 1 < m; i++) {
    for (let j = 0; j + 1 < m; j++) A[i * m + j] = XX.data[i * (m - 1) + j] / states
    A[m * (m - 1) + i] = x.data[i] / states
  }
  A[m * m - 1] = 1
  for (let p = 0; p < n * n; p++) G[p] = ZZ.data[p] * outputs / states
  const a = trace(left) / m, g = trace(right) / n
  const pi = Math.sqrt(a / Math.max(g, a / MAX_RATIO)), root = Math.sqrt(lambda)
  for (let i = 0; i < m; i++) A[i * m + i] += pi * root
  for (let i = 0; i < n; i++) G[i * n + i] += root / pi
  if (!invert(left) || !invert(right)) return 'not-positive-definite'
  return allFinite(A) && allFinite(G) ? 'ready' : 'not-finite'
}

function trace({ data, rows }: Tensor): number {
  let total = 0
  for (let i = 0; i < rows; i++) total += data[i * rows + i]
  return total
}

function applyTo(
  { subset, status, layers, shared, v: copy, z }: Kronecker, out: Float64Array, v: Float64Array,
): void {
  if (status !== 'ready') {
    out.set(v)
    return
  }
  const { backend } = subset.map.net
  copy.set(v)
  for (const { left, right, V, T, Z } of layers) {
    backend.multiply(T, left, V)
    backend.multiply(Z, T, right)
  }
  for (let j = 0, p = z.length - shared.length; j < shared.length; j++, p++) z[p] = v[p] * shared[j]
  out.set(z)
}
