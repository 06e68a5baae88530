/**
 * The linear-quadratic problem in closed form: s′ = A s + B a + w, reward −(sᵀQ s + aᵀR a), w ~ N(0, W).
 * Bertsekas, Dynamic Programming and Optimal Control, chapter 4. Optimal gains by the Riccati recursion;
 * the expected return of any linear policy a = K s + ε, ε ~ N(0, E), by carrying the covariance of s along.
 * But: starts of mean zero, horizons short enough to walk, R small enough to invert by elimination.
 */
import type { LinearQuadraticWorld } from '../../src/envs/pointMass.ts'

export type Matrix = LinearQuadraticWorld['A']

export const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)))
export const transpose = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]))
/** a + scale · b. */
export const add = (a: Matrix, b: Matrix, scale = 1): Matrix =>
  a.map((row, i) => row.map((x, j) => x + scale * b[i][j]))
export const trace = (a: Matrix): number => a.reduce((sum, row, i) => sum + row[i], 0)
export const zeros = (rows: number, columns: number): Matrix =>
  Array.from({ length: rows }, () => new Array<number>(columns).fill(0))

/** X with M X = Y, by Gauss–Jordan elimination with pivoting. */
export function solve(m: Matrix, y: Matrix): Matrix {
  const rows = m.map((row, i) => [...row, ...y[i]])
  const n = m.length
  for (let c = 0; c < n; c++) {
    let pivot = c
    for (let r = c; r < n; r++) if (Math.abs(rows[r][c]) > Math.abs(rows[pivot][c])) pivot = r
    ;[rows[c], rows[pivot]] = [rows[pivot], rows[c]]
    for (let r = 0; r < n; r++) {
      if (r === c) continue
      const factor = rows[r][c] / rows[c][c]
      for (let j = c; j < rows[r].length; j++) rows[r][j] -= factor * rows[c][j]
    }
  }
  return rows.map((row, i) => row.slice(n).map((x) => x / row[i]))
}

/**
 * One step of the recursion backwards: from next cost-to-go sᵀP s the gain K = −(R + γBᵀPB)⁻¹ γBᵀPA
 * and the cost-to-go Q + KᵀRK + γ(A + BK)ᵀP(A + BK).
 */
function backward(problem: LinearQuadraticWorld, P: Matrix, gamma: number): { K: Matrix; P: Matrix } {
  const { A, B, Q, R } = problem
  const BtP = multiply(transpose(B), P)
  const K = solve(add(R, multiply(BtP, B), gamma), multiply(BtP, A)).map((row) => row.map((x) => -gamma * x))
  const closed = add(A, multiply(B, K))
  const now = add(Q, multiply(transpose(K), multiply(R, K)))
  return { K, P: add(now, multiply(transpose(closed), multiply(P, closed)), gamma) }
}

/** Optimal gains K₀ … K_{T−1} of the undiscounted problem, and the expected return that they reach. */
export function optimum(problem: LinearQuadraticWorld): { gains: Matrix[]; expectedReturn: number } {
  const gains: Matrix[] = []
  let P = zeros(problem.A.length, problem.A.length)
  let noise = 0
  for (let t = 0; t < problem.horizon; t++) {
    // The noise of step t is charged by the cost-to-go after it: tr(P_{t+1} W).
    noise += trace(multiply(P, problem.noiseCovariance))
    const step = backward(problem, P, 1)
    gains.unshift(step.K)
    P = step.P
  }
  return { gains, expectedReturn: -trace(multiply(P, problem.startCovariance)) - noise }
}

/** The one gain that is optimal for ever, at discount γ: the recursion's fixed point. */
export function stationaryGain(problem: LinearQuadraticWorld, gamma: number): Matrix {
  let step = backward(problem, problem.Q, gamma)
  // The recursion contracts by the square of the closed loop's slowest mode, some 0.5 per step in these
  // worlds.
  for (let i = 0; i < 500; i++) step = backward(problem, step.P, gamma)
  return step.K
}

/** Expected undiscounted return over the horizon of a = K_t s + ε, ε ~ N(0, `exploration`). */
export function expectedReturn(
  problem: LinearQuadraticWorld, gain: (t: number) => Matrix, exploration?: Matrix,
): number {
  const { A, B, Q, R, noiseCovariance } = problem
  let S = problem.startCovariance
  let total = 0
  for (let t = 0; t < problem.horizon; t++) {
    const K = gain(t)
    total -= trace(multiply(Q, S)) + trace(multiply(multiply(transpose(K), multiply(R, K)), S))
    const closed = add(A, multiply(B, K))
    S = add(multiply(closed, multiply(S, transpose(closed))), noiseCovariance)
    if (exploration !== undefined) {
      total -= trace(multiply(R, exploration))
      S = add(S, multiply(B, multiply(exploration, transpose(B))))
    }
  }
  return total
}
