/**
 * Mean and variance of numbers that are all at hand, in two passes.
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
