// −Δu = f on the unit square, u = 0 on its edge; on n × n inner points A u = h² f with the 5-point stencil A.
// A is never stored, neither dense nor sparse: conjugate gradients need v ↦ A v alone.

/** out ← A v, where (A v)ᵢⱼ = 4 vᵢⱼ − the four neighbours, 0 beyond the edge.  out, v: [n · n]. */
export function poisson(n) {
  return (out, v) => {
    for (let i = 0, p = 0; i < n; i++) {
      for (let j = 0; j < n; j++, p++) {
        const up = i > 0 ? v[p - n] : 0, down = i + 1 < n ? v[p + n] : 0
        const left = j > 0 ? v[p - 1] : 0, right = j + 1 < n ? v[p + 1] : 0
        out[p] = 4 * v[p] - (up + down) - (left + right)
      }
    }
  }
}

/** A unit charge in the middle of the square: b is 0 except for one entry. */
export function charge(n) {
  const b = new Float64Array(n * n)
  b[(n * n - 1) / 2] = 1
  return b
}
