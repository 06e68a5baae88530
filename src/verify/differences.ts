/**
 * Derivatives of functions that are known by their values alone. Central differences at steps h = reach, reach/4,
 * reach/16, … have errors that are series in h², and so are extrapolated to h = 0 (Richardson 1911):
 *
 *   T(j, 0) = D(hⱼ),   T(j, k) = T(j, k−1) + (T(j, k−1) − T(j−1, k−1)) / (16ᵏ − 1)
 *
 * Of the tableau the entry is taken that its two neighbours agree with best (Ridders 1982): long steps suffer from
 * higher derivatives, short ones from rounding, and no step has to be guessed.
 * But: the function must be smooth within ±reach; a kink there spoils all steps that reach over it.
 */

/** Write f(t) into `values`. */
export type Curve = (values: Float64Array, t: number) => void

/** Steps from reach down to reach · 4⁻⁷. */
const LEVELS = 8
/** Rounding of a value, relative to its size or to 1: small values may be differences of what is of size 1. */
const ROUNDING = 2.220446049250313e-16

/**
 * out ← f′(0), entry by entry. Returns how uncertain the worst entry is: how far its neighbours disagree, with
 * rounding added, lest differences that rounding has made 0 agree by chance.
 */
export function slopesOf(out: Float64Array, f: Curve, reach: number): number {
  return extrapolate(out, f, null, reach)
}

/** out ← f″(0), and the same. */
export function curvaturesOf(out: Float64Array, f: Curve, reach: number): number {
  const middle = new Float64Array(out.length)
  f(middle, 0)
  return extrapolate(out, f, middle, reach)
}

/**
 * The best entry of each tableau, of second differences where f(0) is given; NaN, and an infinite uncertainty, where
 * none was finite.
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
      ahead[i] = (middle === null ? ahead[i] - back[i] : (ahead[i] - middle[i]) + (back[i] - middle[i])) / span
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
