/**
 * A check: one number computed in two ways, the difference between them, and the tolerance for it.
 * Errors are relative to a scale that the caller chooses; a number that is not finite is an infinite error.
 */

/** One comparison that was made, its error and tolerance relative to the scale of the numbers. */
export interface Check {
  readonly name: string
  /** What was compared with what. */
  readonly compares: string
  /** The largest error; Infinity if a number was not finite, or if nothing could be compared. */
  readonly error: number
  readonly tolerance: number
  /** Where the tolerance comes from. */
  readonly reason: string
  /** error ≤ tolerance */
  readonly passed: boolean
}

/** One comparison: the error, and the uncertainty of the measurement. Both are relative. */
export interface Comparison { readonly error: number; readonly uncertainty: number }

/** The largest relative error that is accepted, with its reason. */
export interface Tolerance { readonly tolerance: number; readonly reason: string }

/** For first and second derivatives by differences; and for numbers that are equal except for rounding. */
export const SLOPES: Tolerance = { tolerance: 1e-6, reason: 'extrapolated differences are good to 1e-9' }
export const CURVATURES: Tolerance = { tolerance: 1e-5, reason: 'second differences are good to 1e-7' }
export const rounding = (tolerance: number): Tolerance => ({ tolerance, reason: 'rounding alone' })

/** Upper limit of every tolerance, however uncertain the measurement is. */
const MAX_TOLERANCE = 1e-3
/** Uncertainties are estimates: the tolerance is raised by this multiple of them. */
const UNCERTAINTIES = 10

/** |actual − wanted| and `uncertainty`, both divided by `scale`; 0 divided by 0 is 0. */
export function compare(actual: number, wanted: number, scale: number, uncertainty: number = 0): Comparison {
  const relative = (x: number): number => (x === 0 ? 0 : x / scale)
  return { error: relative(Math.abs(actual - wanted)), uncertainty: relative(uncertainty) }
}

/** The largest error of several comparisons against the tolerance, which their uncertainties raise. */
export function judge(
  name: string, compares: string, comparisons: readonly Comparison[], { tolerance, reason }: Tolerance,
): Check {
  const error = largest(comparisons.map((each) => each.error))
  const uncertainty = largest(comparisons.map((each) => each.uncertainty))
  const allowed = Math.min(MAX_TOLERANCE, tolerance + UNCERTAINTIES * uncertainty)
  return { name, compares, error, tolerance: allowed, reason, passed: error <= allowed }
}

/** The maximum; Infinity if a value is not finite, or if there are none. */
function largest(values: readonly number[]): number {
  if (values.length === 0) return Infinity
  return values.reduce((max, x) => (Number.isFinite(x) ? Math.max(max, x) : Infinity), 0)
}
