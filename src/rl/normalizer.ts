/**
 * Observations scaled to mean 0 and variance 1, input by input, by statistics of all states visited so far:
 *
 *   x̂ = (x − μ) / σ, clipped to ±clip
 *
 * μ and σ change only in `refreshNormalizer`, which is called between two batches and returns the change.
 * Before the first statistics x̂ = x, not clipped. An input that does not vary is shifted only; an input
 * whose mean or deviation reaches 1e100 is not changed.
 * But: only for a Box; one-hot integers and bits have size 1 already.
 */
import { argumentError, expectNumber, show } from '../errors/expect.ts'
import { type Check, expectShape, float64, type Shape } from '../errors/shape.ts'
import { type Communicator, gathered, solo } from '../math/communicator.ts'
import {
  clearMoments, FLAT_SPREAD, mergeMoments, runningMoments, type RunningMoments,
} from '../math/moments.ts'
import type { Tensor } from '../math/tensor.ts'
import type { InputChange } from '../nn/inputChange.ts'
import { encodedSize } from './world/encoding.ts'
import { expectSpace, type Space } from './world/space.ts'

/** Plain data: what acting needs, and what continuing the statistics needs. */
export interface Normalizer {
  /** μ and σ in use: [inputs] each. */
  readonly mean: Float64Array
  readonly scale: Float64Array
  /** Limit of |x̂|, above 0; Infinity: no clipping. */
  readonly clip: number
  /** Count, mean and squares of all states taken in so far. */
  readonly statistics: RunningMoments
}

/** A normaliser without statistics; null for a space that is not a Box. `clip`: above 0, may be Infinity. */
export function createNormalizer(space: Space, clip: number): Normalizer | null {
  expectSpace('space', space)
  expectNumber('clip', clip, Number.MIN_VALUE)
  if (space.kind !== 'box') return null
  const inputs = encodedSize(space)
  const mean = new Float64Array(inputs), scale = new Float64Array(inputs).fill(1)
  return { mean, scale, clip, statistics: runningMoments(inputs) }
}

const aNumber: Check = (name, value) => {
  if (typeof value !== 'number') throw argumentError(name, 'a number', value)
}
const statistics = (): Shape => ({ count: aNumber, mean: float64(), squares: float64() })
const shape = (): Shape => ({
  mean: float64(), scale: float64(), clip: aNumber,
  statistics: (name, value) => expectShape(name, value, 'moments', statistics()),
})

/** Throws unless `value` has the parts of a normaliser; `normalizerProblem` judges their numbers. */
export function expectNormalizer(name: string, value: unknown): void {
  expectShape(name, value, 'a normaliser', shape())
}

/** Why a record is not a normaliser for `inputs` numbers, as *expected X, got Y*; null if it is one. */
export function normalizerProblem(
  { mean, scale, clip, statistics }: Normalizer, inputs: number,
): string | null {
  const minima: readonly (readonly [string, Float64Array, number])[] = [
    ['mean', mean, -Number.MAX_VALUE], ['scale', scale, Number.MIN_VALUE],
    ['statistics.mean', statistics.mean, -Number.MAX_VALUE], ['statistics.squares', statistics.squares, 0],
  ]
  for (const [name, x, low] of minima) {
    if (x.length !== inputs) return `expected ${name} of length ${inputs}, got ${x.length}`
    const wrong = x.findIndex((value) => !(value >= low && value < Infinity))
    if (wrong >= 0) {
      return `expected ${name}[${wrong}] to be a finite number of at least ${low}, got ${show(x[wrong])}`
    }
  }
  if (!(clip > 0)) return `expected clip to be a number above 0, got ${show(clip)}`
  if (Number.isSafeInteger(statistics.count) && statistics.count >= 0) return null
  return `expected statistics.count to be an integer of at least 0, got ${show(statistics.count)}`
}

/** Row i of out ← row k of x, normalised; copied if `normalizer` is null. `out` may be `x`. */
export function normalizeRow(
  out: Tensor, i: number, x: Tensor, k: number, normalizer: Normalizer | null,
): void {
  const { cols } = x
  if (normalizer === null) {
    for (let j = 0; j < cols; j++) out.data[i * cols + j] = x.data[k * cols + j]
    return
  }
  const { mean, scale } = normalizer
  const clip = normalizer.statistics.count > 0 ? normalizer.clip : Infinity
  for (let j = 0; j < cols; j++) {
    out.data[i * cols + j] = Math.max(-clip, Math.min(clip, (x.data[k * cols + j] - mean[j]) / scale[j]))
  }
}

/**
 * Merge `seen` (moments of the states visited since, one per environment) into the statistics in this order,
 * clear them, and set μ and σ anew. Returns the change: x̂ before = ratio · x̂ after + shift, if not clipped.
 */
export function refreshNormalizer(
  normalizer: Normalizer, seen: readonly RunningMoments[], ranks: Communicator = solo,
): InputChange {
  const { mean, scale, statistics } = normalizer
  for (const part of ofAll(ranks, seen, mean.length)) mergeMoments(statistics, part)
  for (const part of seen) clearMoments(part)
  const change = { ratio: new Float64Array(mean.length), shift: new Float64Array(mean.length) }
  for (let j = 0; j < mean.length; j++) {
    const [mu, sigma] = usable(statistics, j)
    change.ratio[j] = sigma / scale[j]
    change.shift[j] = (mu - mean[j]) / scale[j]
    mean[j] = mu
    scale[j] = sigma
  }
  return change
}

/** The moments of the environments of all ranks. */
function ofAll(ranks: Communicator, seen: readonly RunningMoments[], d: number): readonly RunningMoments[] {
  if (ranks.size === 1) return seen
  const mine = seen.flatMap(({ count, mean, squares }) => [count, ...mean, ...squares])
  const all = gathered(ranks, Float64Array.from(mine)), width = 1 + 2 * d
  return Array.from({ length: all.length / width }, (_, e) => {
    const at = e * width
    return {
      count: all[at], mean: all.subarray(at + 1, at + 1 + d), squares: all.subarray(at + 1 + d, at + width),
    }
  })
}

/** μ and σ for input j. The limit 1e100 keeps ratios of them, and products with weights, finite. */
function usable({ count, mean, squares }: RunningMoments, j: number): readonly [mu: number, sigma: number] {
  const mu = mean[j], sigma = Math.sqrt(squares[j] / count)
  if (!(Math.abs(mu) < 1e100 && sigma < 1e100)) {
    // Permanent: the statistics forget nothing, so the input stays out of range.
    mean[j] = 0
    squares[j] = Number.MAX_VALUE
    return [0, 1]
  }
  return [mu, sigma > FLAT_SPREAD * Math.abs(mu) && sigma > 1e-100 ? sigma : 1]
}

/** Normalised observations in new coordinates: x̂ ← (x̂ − shift) / ratio, clipped; clipped values stay so. */
export function rebase(x: Tensor, { ratio, shift }: InputChange, clip: number): void {
  for (let i = 0, p = 0; i < x.rows; i++) {
    for (let j = 0; j < x.cols; j++, p++) {
      x.data[p] = Math.max(-clip, Math.min(clip, (x.data[p] - shift[j]) / ratio[j]))
    }
  }
}
