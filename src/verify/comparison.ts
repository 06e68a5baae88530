/**
 * A check: two ways to one number, how far they lie apart, and how far they may.
 * Errors are relative to a scale that whoever compares chooses; a number that is not finite is an infinite error.
 */

/** One comparison that was made, its error and tolerance relative to the scale of the numbers. */
export interface Check {
  readonly name: string
  /** What was compared with what. */
  readonly compares: string
  /** The largest error; Infinity where a number was not finite, or where nothing could be compared. */
  readonly error: number
  readonly tolerance: number
  /** Where the tolerance comes from. */
  readonly reason: string
  /** error ≤ tolerance */
  readonly passed: boolean
}

/** One comparison: the error, and how much of it the measurement itself may be to blame for. */
export interface Comparison { readonly error: number; readonly uncertainty: number }

/** No check is so lenient as to pass a larger error than this, whatever its measurement is worth. */
const MOST = 1e-3

/** |actual − wanted| and `uncertainty`, both as parts of `scale`; 0 of 0 is no error. */
export function compare(actual: number, wanted: number, scale: number, uncertainty: number = 0): Comparison {
  const part = (x: number): number => (x === 0 ? 0 : x / scale)
  return { error: part(Math.abs(actual - wanted)), uncertainty: part(uncertainty) }
}

/** The worst of several comparisons, judged by `tolerance` and ten times what the measurements are uncertain by. */
export function judge(
  name: string, compares: string, comparisons: readonly Comparison[], tolerance: number, reason: string,
): Check {
  const error = worst(comparisons.map((each) => each.error))
  const allowed = Math.min(MOST, tolerance + 10 * worst(comparisons.map((each) => each.uncertainty)))
  return { name, compares, error, tolerance: allowed, reason, passed: error <= allowed }
}

/** The largest; Infinity where one is not finite, and where there is none. */
function worst(values: readonly number[]): number {
  if (values.length === 0) return Infinity
  return values.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, x) : Infinity), 0)
}
