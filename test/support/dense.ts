/**
 * Dense linear algebra by the book: the oracle for code that solves or multiplies without forming a matrix.
 * A matrix is its rows. Systems are named by the property that makes them easy or hard.
 * But: cubic, and no pivoting; for a few dozen unknowns.
 */
import type { Operator } from '../../src/math/conjugateGradient.ts'
import type { Random } from '../../src/math/random.ts'
import type { Tensor } from '../../src/math/tensor.ts'

export type Matrix = readonly Float64Array[]

export function fromEntries(n: number, m: number, entry: (i: number, j: number) => number): Matrix {
  return Array.from({ length: n }, (_, i) => Float64Array.from({ length: m }, (_, j) => entry(i, j)))
}

/** The rows of a tensor, copied. */
export function rowsOf({ data, rows, cols }: Tensor): Float64Array[] {
  return Array.from({ length: rows }, (_, i) => data.slice(i * cols, (i + 1) * cols))
}

export function inner(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < x.length; i++) total += x[i] * y[i]
  return total
}

/** √(xᵀx) */
export function lengthOf(x: ArrayLike<number>): number {
  return Math.sqrt(inner(x, x))
}

export function timesVector(A: Matrix, x: ArrayLike<number>): Float64Array {
  return Float64Array.from(A, (row) => inner(row, x))
}

/** A·B, each element 0 + a₀b₀ + a₁b₁ + … from the left. */
export function multiply(A: Matrix, B: Matrix): Matrix {
  return fromEntries(A.length, B.length === 0 ? 0 : B[0].length, (i, j) => {
    let total = 0
    for (let k = 0; k < B.length; k++) total += A[i][k] * B[k][j]
    return total
  })
}

export function transpose(A: Matrix): Matrix {
  return fromEntries(A.length === 0 ? 0 : A[0].length, A.length, (i, j) => A[j][i])
}

/** A + c I */
export function plusDiagonal(A: Matrix, c: number): Matrix {
  return fromEntries(A.length, A.length, (i, j) => A[i][j] + (i === j ? c : 0))
}

/** The lower triangle L of A = L Lᵀ; null if A is not positive definite. */
export function cholesky(A: Matrix): Matrix | null {
  const n = A.length
  const L = Array.from({ length: n }, () => new Float64Array(n))
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let rest = A[i][j]
      for (let k = 0; k < j; k++) rest -= L[i][k] * L[j][k]
      if (i > j) L[i][j] = rest / L[j][j]
      else if (rest > 0) L[j][j] = Math.sqrt(rest)
      else return null
    }
  }
  return L
}

/** x of A x = b, by Cholesky. */
export function solve(A: Matrix, b: ArrayLike<number>): Float64Array {
  const L = cholesky(A)
  if (L === null) throw new RangeError('A: expected a positive definite matrix, got another')
  const n = A.length
  const x = Float64Array.from(b)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= L[i][k] * x[k]
    x[i] /= L[i][i]
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= L[k][i] * x[k]
    x[i] /= L[i][i]
  }
  return x
}

/** v ↦ A v, knowing A only as rows. */
export function operatorOf(A: Matrix): Operator {
  return (out, v) => out.set(timesVector(A, v))
}

export function normals(n: number, random: Random): Float64Array {
  return Float64Array.from({ length: n }, () => random.normal())
}

/** Q diag(eigenvalues) Qᵀ for a random orthogonal Q, a product of reflections; exactly symmetric. */
export function withSpectrum(eigenvalues: readonly number[], random: Random): Matrix {
  const n = eigenvalues.length
  const Q = fromEntries(n, n, (i, j) => i === j ? 1 : 0)
  for (let reflection = 0; reflection < n; reflection++) {
    const v = normals(n, random)
    const vv = inner(v, v)
    for (const row of Q) {
      const factor = 2 * inner(row, v) / vv
      for (let j = 0; j < n; j++) row[j] -= factor * v[j]
    }
  }
  const entry = (i: number, j: number): number => {
    let total = 0
    for (let k = 0; k < n; k++) total += Q[i][k] * eigenvalues[k] * Q[j][k]
    return total
  }
  return fromEntries(n, n, (i, j) => entry(Math.min(i, j), Math.max(i, j)))
}

const between1And10 = (n: number, random: Random): number[] =>
  Array.from({ length: n }, () => 1 + 9 * random.uniform())

/** Eigenvalues between 1 and 10. */
export function wellConditioned(n: number, random: Random): Matrix {
  return withSpectrum(between1And10(n, random), random)
}

/** Eigenvalues from 1 down to 1/condition, each the same fraction of the one before. */
export function illConditioned(n: number, condition: number, random: Random): Matrix {
  return withSpectrum(Array.from({ length: n }, (_, k) => condition ** (n === 1 ? 0 : -k / (n - 1))), random)
}

/** Only the eigenvalues 1, 10 and 100, each as often as the others. */
export function clustered(n: number, random: Random): Matrix {
  return withSpectrum(Array.from({ length: n }, (_, k) => [1, 10, 100][k % 3]), random)
}

/** `rank` eigenvalues between 1 and 10, the others 0. */
export function rankDeficient(n: number, rank: number, random: Random): Matrix {
  return withSpectrum(between1And10(n, random).map((x, k) => k < rank ? x : 0), random)
}

/** Eigenvalues of size 1 to 10, the first `negative` of them below 0. */
export function indefinite(n: number, negative: number, random: Random): Matrix {
  return withSpectrum(between1And10(n, random).map((x, k) => k < negative ? -x : x), random)
}

/** 1 / (i + j + 1): positive definite, with a condition number near e^3.5n. */
export function hilbert(n: number): Matrix {
  return fromEntries(n, n, (i, j) => 1 / (i + j + 1))
}

/** A number from low to high, uniform. */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.uniform()
}
