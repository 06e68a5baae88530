/**
 * Vectors as plain Float64Arrays: the few operations that conjugate gradients and steps need.
 * Sums have a fixed order, so that every engine and backend gives the same bits.
 */

/**
 * Σ xᵢ yᵢ, in four interleaved sums that are added at the end as (s₀ + s₁) + (s₂ + s₃).
 * Four chains of additions hide their latency, and fit two SIMD vectors of two lanes.
 */
export function dot(x: Float64Array, y: Float64Array): number {
  const n = x.length, whole = n - (n & 3)
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0
  for (let i = 0; i < whole; i += 4) {
    s0 += x[i] * y[i]
    s1 += x[i + 1] * y[i + 1]
    s2 += x[i + 2] * y[i + 2]
    s3 += x[i + 3] * y[i + 3]
  }
  if (whole < n) s0 += x[whole] * y[whole]
  if (whole + 1 < n) s1 += x[whole + 1] * y[whole + 1]
  if (whole + 2 < n) s2 += x[whole + 2] * y[whole + 2]
  return (s0 + s1) + (s2 + s3)
}

/** ‖x‖₂, from the plain sum of squares: entries beyond 1e±150 overflow or underflow. */
export function norm(x: Float64Array): number {
  return Math.sqrt(dot(x, x))
}

/** y ← y + a·x.  `x` may be `y`. */
export function addScaled(y: Float64Array, a: number, x: Float64Array): void {
  combine(y, y, a, x)
}

/**
 * z ← x + a·y.  `z` may be `x` or `y`.
 * Four elements per iteration, all computed before the first is stored:
 * *measured* (V8, Zen 4, 4,545 elements) 4.4 µs; 6.5 with one element.
 */
export function combine(z: Float64Array, x: Float64Array, a: number, y: Float64Array): void {
  const n = z.length, whole = n - (n & 3)
  for (let i = 0; i < whole; i += 4) {
    const z0 = x[i] + a * y[i], z1 = x[i + 1] + a * y[i + 1]
    const z2 = x[i + 2] + a * y[i + 2], z3 = x[i + 3] + a * y[i + 3]
    z[i] = z0
    z[i + 1] = z1
    z[i + 2] = z2
    z[i + 3] = z3
  }
  for (let i = whole; i < n; i++) z[i] = x[i] + a * y[i]
}

/**
 * Σ xᵢ over the first `n` entries, split in halves down to blocks of 64: the rounding error grows with log n
 * instead of n (Higham 1993).
 */
export function sum(x: Float64Array, n: number = x.length): number {
  return sumBetween(x, 0, n)
}

const BLOCK = 64

function sumBetween(x: Float64Array, from: number, to: number): number {
  if (to - from > BLOCK) {
    const middle = from + BLOCK * Math.ceil((to - from) / (2 * BLOCK))
    return sumBetween(x, from, middle) + sumBetween(x, middle, to)
  }
  let s = 0
  for (let i = from; i < to; i++) s += x[i]
  return s
}

/** max |xᵢ|; NaN if any entry is NaN, 0 if there are no entries. */
export function largestMagnitude(x: Float64Array): number {
  let high = 0
  for (let i = 0; i < x.length; i++) high = Math.max(high, Math.abs(x[i]))
  return high
}

/** Whether every entry is finite. */
export function allFinite(x: ArrayLike<number>): boolean {
  for (let i = 0; i < x.length; i++) if (!Number.isFinite(x[i])) return false
  return true
}
