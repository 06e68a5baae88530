/**
 * The inverse of a symmetric positive definite matrix, by the factors of André-Louis Cholesky:
 *
 *   A = L Lᵀ,   A⁻¹ = R Rᵀ with R = L⁻ᵀ
 *
 * In place: L below the diagonal, R on it and above, then A⁻¹ over both. + − × ÷ and √ alone, in a fixed
 * order. n³/2 multiply-adds.
 * But: no blocks and no pivoting, for some hundred rows; what is singular within rounding is refused.
 */
import type { Tensor } from '../../math/tensor.ts'

/**
 * A ← A⁻¹, of which only the lower triangle is read.  A: [n, n], row-major. False, with A destroyed, unless
 * every pivot is above n ε times its entry of A, below which it may be rounding alone; so for NaN.
 */
export function invert({ data: a, rows: n }: Tensor): boolean {
  const least = n * Number.EPSILON
  for (let j = 0; j < n; j++) {
    const row = j * n, diagonal = a[row + j]
    for (let i = 0; i < j; i++) a[row + i] = (a[row + i] - inner(a, row, i * n, i)) * a[i * n + i]
    const pivot = diagonal - inner(a, row, row, j)
    if (!(pivot > least * diagonal)) return false
    // 1/L[j, j], which is R[j, j], too.
    a[row + j] = 1 / Math.sqrt(pivot)
  }
  // R[j, i] = −(Σ L[i, k] R[j, k] over k = j … i − 1) / L[i, i]
  for (let j = 0; j < n; j++) {
    for (let i = j + 1; i < n; i++) {
      a[j * n + i] = -inner(a, i * n + j, j * n + j, i - j) * a[i * n + i]
    }
  }
  // A⁻¹[i, j] = Σ R[i, k] R[j, k] over k ≥ i ≥ j. No later row reads R[i, i].
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) a[i * n + j] = inner(a, i * n + i, j * n + i, n - i)
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j]
  }
  return true
}

/** Σ a[p + k] a[q + k] over k < n, in the four interleaved sums of `dot`. */
function inner(a: Float64Array, p: number, q: number, n: number): number {
  const whole = n - (n & 3)
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0
  for (let k = 0; k < whole; k += 4) {
    s0 += a[p + k] * a[q + k]
    s1 += a[p + k + 1] * a[q + k + 1]
    s2 += a[p + k + 2] * a[q + k + 2]
    s3 += a[p + k + 3] * a[q + k + 3]
  }
  for (let k = whole; k < n; k++) s0 += a[p + k] * a[q + k]
  return (s0 + s1) + (s2 + s3)
}
