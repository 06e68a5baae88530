/**
 * Exercise 7.1, the tangent of a dense layer, against the library's `backward` by the adjoint identity.
 * Tolerance: rounding of sums of some tens of products.
 */
import { dot } from '../../../src/math/vector.ts'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { matrix, type Tensor, transposed } from '../../../src/math/tensor.ts'
import * as dense from '../../../src/nn/dense.ts'

type Matrix = number[][]
type Tangent = (X: Matrix, W: Matrix, dX: Matrix, dW: Matrix, db: number[]) => Matrix

const tensorOf = (A: Matrix): Tensor => matrix(Float64Array.from(A.flat()), A.length, A[0].length)
const zeros = (rows: number, cols: number): Tensor => matrix(new Float64Array(rows * cols), rows, cols)

export function judge(tangent: Tangent): void {
  const random = new Random(71)
  const normals = (rows: number, cols: number): Matrix =>
    Array.from({ length: rows }, () => Array.from({ length: cols }, () => random.normal()))
  for (const [n, inputs, outputs] of [[1, 1, 1], [3, 2, 4], [5, 4, 2]]) {
    const X = normals(n, inputs), W = normals(inputs, outputs), u = normals(n, outputs)
    const dX = zeros(n, inputs), bar = { W: zeros(inputs, outputs), b: zeros(1, outputs) }
    const input = tensorOf(X)
    const tape = { X: input, Xt: transposed(input), Y: zeros(n, outputs), dX, dY: tensorOf(u) }
    dense.backward(reference, tape, tensorOf(W[0].map((_, j) => W.map((row) => row[j]))), bar)
    for (const moves of ['X', 'W', 'b', 'X, W and b']) {
      const still = (A: Matrix, name: string): Matrix =>
        moves.includes(name) ? A : A.map((row) => row.map(() => 0))
      const Xdot = still(normals(n, inputs), 'X'), Wdot = still(normals(inputs, outputs), 'W')
      const bdot = still(normals(1, outputs), 'b')
      const found = tangent(X, W, Xdot, Wdot, bdot[0])
      const where = `X [${n}, ${inputs}], W [${inputs}, ${outputs}], moving ${moves}`
      if (found.length !== n || found.some((row) => row.length !== outputs)) {
        throw new Error(`${where}: expected [${n}, ${outputs}] numbers, got ${found.length} rows`)
      }
      const left = dot(tensorOf(u).data, tensorOf(found).data)
      const right = dot(dX.data, tensorOf(Xdot).data) + dot(bar.W.data, tensorOf(Wdot).data)
        + dot(bar.b.data, tensorOf(bdot).data)
      if (!(Math.abs(left - right) <= 1e-12 * (1 + Math.abs(right)))) {
        throw new Error(`${where}: expected ⟨u, Ẏ⟩ = ${right}, as ⟨Jᵀu, v⟩ is, got ${left}`)
      }
    }
  }
}

const product = (A: Matrix, B: Matrix): Matrix =>
  A.map((row) => B[0].map((_, j) => row.reduce((total, a, k) => total + a * B[k][j], 0)))
const plus = (A: Matrix, B: Matrix): Matrix => A.map((row, i) => row.map((a, j) => a + B[i][j]))
const everyRow = (A: Matrix, b: number[]): Matrix => A.map((row) => row.map((a, j) => a + b[j]))

export const answer: Tangent = (X, W, dX, dW, db) => everyRow(plus(product(X, dW), product(dX, W)), db)

export const misses = {
  'the input does not move': {
    answer: (X: Matrix, _: Matrix, __: Matrix, dW: Matrix, db: number[]) => everyRow(product(X, dW), db),
    says: /moving X:/,
  },
  'no bias': {
    answer: (X: Matrix, W: Matrix, dX: Matrix, dW: Matrix) => plus(product(X, dW), product(dX, W)),
    says: /moving b:/,
  },
  'the bias in the first row alone': {
    answer: (X: Matrix, W: Matrix, dX: Matrix, dW: Matrix, db: number[]) =>
      plus(product(X, dW), product(dX, W)).map((row, i) => i > 0 ? row : row.map((a, j) => a + db[j])),
    says: /\[3, 2\].* moving b:/,
  },
  'both factors move at once': {
    answer: (_: Matrix, __: Matrix, dX: Matrix, dW: Matrix, db: number[]) => everyRow(product(dX, dW), db),
    says: /moving X:/,
  },
  'the second-order term as well': {
    answer: (X: Matrix, W: Matrix, dX: Matrix, dW: Matrix, db: number[]) =>
      plus(answer(X, W, dX, dW, db), product(dX, dW)),
    says: /moving X, W and b:/,
  },
}
