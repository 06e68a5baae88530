// Multinomial logistic regression, p = softmax of x W, by natural gradient: F = mean of Jᵀ M J with J v = x V
// and M = diag p − p pᵀ, which conjugate gradients know by products alone. For comparison: gradient descent.
import { Random } from 'trpo'
import { cgWorkspace, combine, conjugateGradient, dot, fisherOperator, lineSearch } from 'trpo/parts'

export const N = 300, D = 3, C = 3 // points; inputs, the first of them 1; classes
const P = D * C, K = N * C, DAMPING = 1e-6

/** Points around three centres, overlapping; the second coordinate is in a unit that is 50 times as small. */
export function draw(random = new Random(1)) {
  const x = new Float64Array(N * D), labels = Int32Array.from({ length: N }, () => random.integer(C))
  labels.forEach((c, i) => {
    x.set([1, c - 1 + random.normal(), 50 * ((c === 1 ? 1 : 0) + random.normal())], i * D)
  })
  return { x, labels }
}

export function createClassifier({ x, labels }) {
  const p = new Float64Array(K), error = new Float64Array(K)
  const gradient = new Float64Array(P), trial = new Float64Array(P), cg = cgWorkspace(P)

  /** f(index in z, index in x, index in W) for every product in z = x W. */
  const products = (f) => {
    for (let i = 0; i < N; i++) {
      for (let d = 0; d < D; d++) for (let c = 0; c < C; c++) f(i * C + c, i * D + d, d * C + c)
    }
  }
  const jvp = (z, V) => { z.fill(0); products((k, q, w) => { z[k] += x[q] * V[w] }) } // z ← x V
  const vjp = (V, u) => { V.fill(0); products((k, q, w) => { V[w] += x[q] * u[k] }) } // V ← xᵀ u
  const metric = (u) => { // u ← (diag p − p pᵀ) u / N, point by point
    for (let i = 0; i < K; i += C) {
      const mean = dot(p.subarray(i, i + C), u.subarray(i, i + C))
      for (let k = i; k < i + C; k++) u[k] = p[k] * (u[k] - mean) / N
    }
  }
  const F = fisherOperator({ K, jvp, metric, vjp }, DAMPING)

  const loss = (W) => { // mean of −log p(label), in nats; p ← softmax of x W
    jvp(p, W)
    let total = 0
    labels.forEach((label, i) => {
      const row = p.subarray(i * C, i * C + C), top = Math.max(...row)
      row.forEach((z, c) => { row[c] = Math.exp(z - top) })
      const sum = row.reduce((part, each) => part + each, 0)
      row.forEach((each, c) => { row[c] = each / sum })
      total -= Math.log(row[label])
    })
    return total / N
  }

  /** One step of W along F⁻¹ g, or g, by backtracking. Returns the loss before it. */
  const step = (W, natural) => {
    const before = loss(W)
    error.set(p)
    labels.forEach((label, i) => { error[i * C + label] -= 1 })
    vjp(gradient, error.map((each) => each / N))
    if (natural) conjugateGradient(cg, F, gradient, { maxIterations: P, relativeTolerance: 1e-10 })
    const direction = natural ? cg.x : gradient, slope = dot(gradient, direction)
    const lower = (scale) => {
      combine(trial, W, -scale, direction)
      return loss(trial) <= before - 1e-4 * scale * slope
    }
    if (lineSearch(lower, { backtrackCoefficient: 0.5, maxBacktracks: 40 }).scale > 0) W.set(trial)
    return before
  }
  return { step, loss }
}
