/**
 * Orthogonal initialisation: W has orthonormal columns, or rows if they are fewer, times a gain.
 * Saxe, McClelland & Ganguli 2014. By Gram–Schmidt on normal draws: the same as QR with a positive diagonal.
 */
import { dot } from '../math/vector.ts'
import type { Random } from '../math/random.ts'
import type { Tensor } from '../math/tensor.ts'

/** Fill W [n, m] row-major: WᵀW = gain² I if n ≥ m, W Wᵀ = gain² I otherwise. */
export function orthogonal(W: Tensor, gain: number, random: Random): void {
  const tall = W.rows >= W.cols
  const count = tall ? W.cols : W.rows
  const length = tall ? W.rows : W.cols
  const basis: Float64Array[] = []
  while (basis.length < count) {
    const q = new Float64Array(length)
    for (let i = 0; i < length; i++) q[i] = random.normal()
    const before = Math.sqrt(dot(q, q))
    // Twice is enough (Kahan): the second pass removes the rounding errors of the first.
    for (let pass = 0; pass < 2; pass++) {
      for (const other of basis) {
        const overlap = dot(q, other)
        for (let i = 0; i < length; i++) q[i] -= overlap * other[i]
      }
    }
    const after = Math.sqrt(dot(q, q))
    // A draw that lies in the span of the others gives no new direction: draw again.
    if (after > 1e-8 * before) basis.push(q.map((x) => x / after))
  }
  for (let i = 0; i < W.rows; i++) {
    for (let j = 0; j < W.cols; j++) W.data[i * W.cols + j] = gain * (tall ? basis[j][i] : basis[i][j])
  }
}
