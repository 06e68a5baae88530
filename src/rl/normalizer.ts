/**
 * Observations at mean 0 and variance 1, input by input, by statistics of the states acted in so far:
 *
 *   x̂ = (x − μ) / σ, cut at ±clip
 *
 * μ and σ stay what they are until `refresh`, which is for between two batches and says what changed.
 * Before the first statistics x̂ = x, uncut. An input that does not vary is shifted only; one whose statistics leave
 * the range of doubles is left as it is.
 * But: for a Box; one-hot integers and bits are of size 1 already.
 */
import { expectNumber, show } from '../errors/expect.ts'
import { clearMoments, mergeMoments, runningMoments, type RunningMoments } from '../math/moments.ts'
import type { Tensor } from '../math/tensor.ts'
import type { InputChange } from '../nn/inputChange.ts'
import { encodedSize } from './world/encoding.ts'
import type { Space } from './world/space.ts'

/** Plain data: all that acting needs, and all that going on needs. */
export interface Normalizer {
  /** μ and σ in use: [inputs] each. */
  readonly mean: Float64Array
  readonly scale: Float64Array
  /** Above 0, in units of σ; Infinity cuts nothing. */
  readonly clip: number
  /** Of every state that entered the statistics. */
  readonly statistics: RunningMoments
}

/** Without statistics yet; null where observations are not normalised: in all spaces but a Box. `clip`: above 0. */
export function createNormalizer(space: Space, clip: number): Normalizer | null {
  expectNumber('clip', clip, Number.MIN_VALUE)
  if (space.kind !== 'box') return null
  const inputs = encodedSize(space)
  return { mean: new Float64Array(inputs), scale: new Float64Array(inputs).fill(1), clip, statistics: runningMoments(inputs) }
}

/** Why a record is no normaliser for `inputs` numbers, as *expected X, got Y*; null where it is one. */
export function normalizerProblem({ mean, scale, clip, statistics }: Normalizer, inputs: number): string | null {
  const least: readonly (readonly [string, Float64Array, number])[] = [
    ['mean', mean, -Number.MAX_VALUE], ['scale', scale, Number.MIN_VALUE],
    ['statistics.mean', statistics.mean, -Number.MAX_VALUE], ['statistics.squares', statistics.squares, 0],
  ]
  for (const [name, x, low] of least) {
    if (x.length !== inputs) return `expected ${name} of length ${inputs}, got ${x.length}`
    const wrong = x.findIndex((value) => !(value >= low && value < Infinity))
    if (wrong >= 0) return `expected ${name}[${wrong}] to be a finite number of at least ${low}, got ${show(x[wrong])}`
  }
  if (!(clip > 0)) return `expected clip to be a number above 0, got ${show(clip)}`
  if (Number.isSafeInteger(statistics.count) && statistics.count >= 0) return null
  return `expected statistics.count to be an integer of at least 0, got ${show(statistics.count)}`
}

/** Row i of out ← what a network reads of row k of x, x itself without a normaliser. `out` may be `x`. */
export function normalizeRow(out: Tensor, i: number, x: Tensor, k: number, normalizer: Normalizer | null): void {
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
 * Take in what was `seen` since, by environment and in that order, and empty it; μ and σ follow.
 * Returns the change: x̂ before = ratio · x̂ after + shift, but for cuts.
 */
export function refreshNormalizer(normalizer: Normalizer, seen: readonly RunningMoments[]): InputChange {
  const { mean, scale, statistics } = normalizer
  for (const part of seen) {
    mergeMoments(statistics, part)
    clearMoments(part)
  }
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

/** μ and σ for input j. Sizes up to 1e100 leave room for ratios of them, and for products with weights. */
function usable({ count, mean, squares }: RunningMoments, j: number): readonly [mu: number, sigma: number] {
  const mu = mean[j], sigma = Math.sqrt(squares[j] / count)
  if (!(Math.abs(mu) < 1e100 && sigma < 1e100)) {
    // As long as there are doubles: what came once stays in the statistics.
    mean[j] = 0
    squares[j] = Number.MAX_VALUE
    return [0, 1]
  }
  // A spread no larger than the rounding of numbers of that size is none.
  return [mu, sigma > 1e-13 * Math.abs(mu) && sigma > 1e-100 ? sigma : 1]
}

/** The same observations in new coordinates, in place: row by row x̂ ← (x̂ − shift) / ratio, cut. What was cut stays so. */
export function rebase(x: Tensor, { ratio, shift }: InputChange, clip: number): void {
  for (let i = 0, p = 0; i < x.rows; i++) {
    for (let j = 0; j < x.cols; j++, p++) {
      x.data[p] = Math.max(-clip, Math.min(clip, (x.data[p] - shift[j]) / ratio[j]))
    }
  }
}
