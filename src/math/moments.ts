/**
 * Mean and variance: of numbers that are all at hand, in two passes; of vectors that come one by one, or in parts.
 * Welford 1962; Chan, Golub & LeVeque 1983.
 * But: no higher moments, no forgetting of what came long ago.
 */
import { sum } from './vector.ts'

export interface Moments { readonly mean: number; readonly variance: number }

/**
 * Mean, and the mean squared distance from it (divisor n), of the first `n` entries; both NaN where n is 0.
 * Two passes: no cancellation however far the mean lies from 0 (Chan, Golub & LeVeque 1983).
 * `scratch`, at least n long, is overwritten; it may be `x` itself.
 */
export function moments(x: Float64Array, scratch: Float64Array = new Float64Array(x.length), n: number = x.length): Moments {
  const mean = sum(x, n) / n
  for (let i = 0; i < n; i++) scratch[i] = (x[i] - mean) * (x[i] - mean)
  return { mean, variance: sum(scratch, n) / n }
}

/** Of vectors, entry by entry: how many there were, their mean, and Σ (x − mean)². [d] each. */
export interface RunningMoments {
  count: number
  readonly mean: Float64Array
  readonly squares: Float64Array
}

/** Of no vectors yet. */
export function runningMoments(d: number): RunningMoments {
  return { count: 0, mean: new Float64Array(d), squares: new Float64Array(d) }
}

/** Take in the vector x[at …]. Where all are the same, squares are exactly 0. */
export function addSample(m: RunningMoments, x: Float64Array, at: number): void {
  const { mean, squares } = m
  const n = ++m.count
  for (let j = 0; j < mean.length; j++) {
    const delta = x[at + j] - mean[j]
    mean[j] += delta / n
    squares[j] += delta * (x[at + j] - mean[j])
  }
}

/** m ← the moments of what either has taken in. The order of merges is part of the last bits. */
export function mergeMoments(m: RunningMoments, part: RunningMoments): void {
  if (part.count === 0) return
  const total = m.count + part.count
  const share = part.count / total
  // The product of counts first: 0 where `m` is empty, whatever the distance.
  const weight = m.count * share
  for (let j = 0; j < m.mean.length; j++) {
    const delta = part.mean[j] - m.mean[j]
    m.mean[j] += delta * share
    m.squares[j] += part.squares[j] + delta * weight * delta
  }
  m.count = total
}

export function clearMoments(m: RunningMoments): void {
  m.count = 0
  m.mean.fill(0)
  m.squares.fill(0)
}
