/**
 * Mean and variance: of an array of numbers, in two passes; of vectors that arrive one by one, or in parts.
 * Welford 1962; Chan, Golub & LeVeque 1983.
 * But: no higher moments, and no smaller weights for older samples.
 */
import { type Communicator, solo, sumOf } from './communicator.ts'

/**
 * A standard deviation of at most this times the numbers' magnitude is rounding, and nothing is divided by
 * it: scaled to 1, it would only show noise. Rounding is about 1e-16 of the magnitude per operation, and sums
 * add up many.
 */
export const FLAT_SPREAD = 1e-13

/** Of numbers: both NaN if there were none. */
export interface Moments { readonly mean: number; readonly variance: number }

/**
 * Mean, and the mean squared distance from it (divisor n), of the first `n` entries; both NaN if n is 0.
 * Two passes: no cancellation, however far the mean is from 0 (Chan, Golub & LeVeque 1983).
 * `scratch`, of at least n entries, is overwritten; it may be `x` itself. Of the numbers of all `ranks`.
 */
export function moments(
  x: Float64Array, scratch: Float64Array = new Float64Array(x.length), n: number = x.length,
  ranks: Communicator = solo,
): Moments {
  const count = ranks.size * n
  const mean = sumOf(ranks, x, n) / count
  for (let i = 0; i < n; i++) scratch[i] = (x[i] - mean) * (x[i] - mean)
  return { mean, variance: sumOf(ranks, scratch, n) / count }
}

/** Of vectors, entry by entry: their count, their mean, and Σ (x − mean)².  [d] each. */
export interface RunningMoments {
  count: number
  readonly mean: Float64Array
  readonly squares: Float64Array
}

/** The moments of no vectors, each of d entries. */
export function runningMoments(d: number): RunningMoments {
  return { count: 0, mean: new Float64Array(d), squares: new Float64Array(d) }
}

/** Add the vector x[at …]. If all vectors are equal, `squares` is exactly 0. */
export function addSample(m: RunningMoments, x: Float64Array, at: number): void {
  const { mean, squares } = m
  const n = ++m.count
  for (let j = 0; j < mean.length; j++) {
    const delta = x[at + j] - mean[j]
    mean[j] += delta / n
    squares[j] += delta * (x[at + j] - mean[j])
  }
}

/** m ← the moments of the vectors of `m` and `part` together. The order of merges decides the last bits. */
export function mergeMoments(m: RunningMoments, part: RunningMoments): void {
  if (part.count === 0) return
  const total = m.count + part.count
  const share = part.count / total
  // The product of the counts comes first: it is 0 if `m` is empty, however large the distance.
  const weight = m.count * share
  for (let j = 0; j < m.mean.length; j++) {
    const delta = part.mean[j] - m.mean[j]
    m.mean[j] += delta * share
    m.squares[j] += part.squares[j] + delta * weight * delta
  }
  m.count = total
}

/** m ← the moments of no vectors. */
export function clearMoments(m: RunningMoments): void {
  m.count = 0
  m.mean.fill(0)
  m.squares.fill(0)
}
