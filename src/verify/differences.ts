/**
 * Derivatives of functions of which only values are known. Central differences at steps reach, reach/4,
 * reach/16, … have errors that are power series in h², so they are extrapolated to h = 0 (Richardson 1911):
 *
 *   T(j, 0) = D(hⱼ),   T(j, k) = T(j, k−1) + (T(j, k−1) − T(j−1, k−1)) / (16ᵏ − 1)
 *
 * The result is the entry of this tableau that differs least from its two neighbours (Ridders 1982): long
 * steps have errors from higher derivatives, short ones from rounding, and nobody has to guess a step.
 * But: the function must be smooth within ±reach; a kink spoils all steps that cross it.
 */

/** Write f(t) into `values`. */
export type Curve = (values: Float64Array, t: number) => void

/** The first step, along a direction of length 1 in θ-space or of normal entries in η-space. */
export const REACH: number = 1 / 16
/** Steps go from reach down to reach · 4⁻⁷. */
const LEVELS = 8
/** Relative to a value, or to 1 if that is larger: small values may be differences of numbers of size 1. */
const ROUNDING = 2.220446049250313e-16

/**
 * out ← f′(0), entry by entry. Returns the uncertainty of the worst entry: how far its neighbours differ,
 * plus a bound on rounding, because two differences that both round to 0 would otherwise seem to agree.
 */
export function slopesOf(out: Float64Array, f: Curve, reach: number): number {
  return extrapolate(out, f, null, reach)
}

/** out ← f″(0), entry by entry. Returns the uncertainty, as `slopesOf` does. */
export function curvaturesOf(out: Float64Array, f: Curve, reach: number): number {
  const middle = new Float64Array(out.length)
  f(middle, 0)
  return extrapolate(out, f, middle, reach)
}

/**
 * The best entry of each tableau: of second differences if `middle`, f(0), is given, of first differences if
 * not. NaN, and an infinite uncertainty, if no entry was finite.
 */
function extrapolate(out: Float64Array, f: Curve, middle: Float64Array | null, reach: number): number {
  const n = out.length
  const table = (): Float64Array[] => Array.from({ length: LEVELS }, () => new Float64Array(n))
  let above = table(), row = table()
  const back = new Float64Array(n), noise = new Float64Array(n)
  const uncertainty = new Float64Array(n).fill(Infinity)
  out.fill(NaN)
  for (let j = 0, h = reach; j < LEVELS; j++, h /= 4) {
    const ahead = row[0], span = middle === null ? 2 * h : h * h
    f(ahead, h)
    f(back, -h)
    for (let i = 0; i < n; i++) {
      noise[i] = ROUNDING * Math.max(1, Math.abs(ahead[i]), Math.abs(back[i])) / span
      const difference = middle === null ? ahead[i] - back[i] : (ahead[i] - middle[i]) + (back[i] - middle[i])
      ahead[i] = difference / span
    }
    for (let k = 1, power = 16; k <= j; k++, power *= 16) {
      for (let i = 0; i < n; i++) {
        const shorter = row[k - 1][i], longer = above[k - 1][i]
        const better = shorter + (shorter - longer) / (power - 1)
        row[k][i] = better
        const doubt = Math.max(Math.abs(better - shorter), Math.abs(better - longer)) + noise[i]
        if (doubt < uncertainty[i]) {
          uncertainty[i] = doubt
          out[i] = better
        }
      }
    }
    [above, row] = [row, above]
  }
  let largest = 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, uncertainty[i])
  return largest
}
