/**
 * Dot products and linear combinations of rows, for k matrices at once: S [k·n, m] holds k matrices of the
 * shape of Z [n, m], one below the other; the j-th of them belongs to column j of Y [n, k].
 * These are the reference's kernels; `simd/rowDots` computes the same sums.
 */
import type { Tensor } from './tensor.ts'

/** Y[i, j] += Σ_p S[j·n + i, p] Z[i, p], summed as in `dot`.  Y: [n, k], S: [k·n, m], Z: [n, m]. */
export function addRowDots(Y: Tensor, S: Tensor, Z: Tensor): void {
  const y = Y.data, s = S.data, z = Z.data
  const n = Z.rows, m = Z.cols, k = Y.cols, whole = m - (m & 3)
  for (let j = 0, q = 0; j < k; j++) {
    for (let i = 0, p = 0; i < n; i++) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0
      for (const end = p + whole; p < end; p += 4, q += 4) {
        s0 += s[q] * z[p]
        s1 += s[q + 1] * z[p + 1]
        s2 += s[q + 2] * z[p + 2]
        s3 += s[q + 3] * z[p + 3]
      }
      if (whole < m) s0 += s[q] * z[p]
      if (whole + 1 < m) s1 += s[q + 1] * z[p + 1]
      if (whole + 2 < m) s2 += s[q + 2] * z[p + 2]
      p += m - whole
      q += m - whole
      y[i * k + j] += (s0 + s1) + (s2 + s3)
    }
  }
}

/** Z[i, p] = Σ_j Y[i, j] S[j·n + i, p], from j = 0.  Z: [n, m], Y: [n, k], S: [k·n, m]. */
export function mixRows(Z: Tensor, Y: Tensor, S: Tensor): void {
  const z = Z.data, y = Y.data, s = S.data, n = Z.rows, m = Z.cols, k = Y.cols
  z.fill(0, 0, n * m)
  for (let j = 0, q = 0; j < k; j++) {
    for (let i = 0, p = 0; i < n; i++) {
      const factor = y[i * k + j]
      for (const end = p + m; p < end; p++, q++) z[p] += factor * s[q]
    }
  }
}
