/**
 * What a fit of V reports: its losses, with the variance that V explained.
 */
import { type Communicator, largestOf, solo } from '../../math/communicator.ts'
import { FLAT_SPREAD, moments } from '../../math/moments.ts'
import type { Batch } from '../../rl/batch.ts'

/** What a fit reads of a batch; it overwrites the values. */
export type FitBatch = Pick<Batch, 'observations' | 'returns' | 'values'>

/** What one fit of V did. */
export interface ValueFit {
  /** `undone`: numbers stopped being finite, or no step was acceptable; φ has its former bits. */
  readonly status: 'fitted' | 'undone'
  /** Mean squared error on the batch, before and after; the largest double if it is larger. */
  readonly lossBefore: number
  readonly lossAfter: number
  /**
   * 1 − Var(R̂ − V) / Var(R̂) of V before the fit: 1 is perfect, 0 no better than a constant. null if the
   * returns do not vary, or if a variance is beyond the range of doubles.
   */
  readonly explainedVariance: number | null
}

/**
 * Mean of (xᵢ − yᵢ)² over all ranks; the largest double if it is larger, or not a number. `scratch` [N] is
 * overwritten.
 */
export function meanSquare(
  scratch: Float64Array, x: Float64Array, y: Float64Array, ranks: Communicator = solo,
): number {
  for (let i = 0; i < x.length; i++) scratch[i] = x[i] - y[i]
  const { mean, variance } = moments(scratch, scratch, x.length, ranks)
  const square = mean * mean + variance
  return Number.isFinite(square) ? square : Number.MAX_VALUE
}

/** Whether a loss is only the rounding of the returns: then V is right, and there is nothing to fit. */
export function isRounding(loss: number, returns: Float64Array, ranks: Communicator = solo): boolean {
  return Math.sqrt(loss) <= FLAT_SPREAD * largestOf(ranks, returns) && loss < Number.MAX_VALUE
}

/** `ValueFit.explainedVariance`. `scratch` [N] is overwritten. */
export function explained(
  scratch: Float64Array, returns: Float64Array, values: Float64Array, ranks: Communicator = solo,
): number | null {
  const total = moments(returns, scratch, returns.length, ranks).variance
  for (let i = 0; i < returns.length; i++) scratch[i] = returns[i] - values[i]
  const left = moments(scratch, scratch, returns.length, ranks).variance
  const share = 1 - left / total
  return Number.isFinite(share) ? share : null
}
