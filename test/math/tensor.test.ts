/**
 * Tensors against their definition: element (i, j) is data[i · rowStride + j · colStride].
 * No tolerance: numbers are moved, not computed.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { matrix, rowsOf, type Tensor, transposed, transposeInto } from '../../src/math/tensor.ts'

const at = (A: Tensor, i: number, j: number): number => A.data[i * A.rowStride + j * A.colStride]
const counted = (n: number, m: number): Tensor =>
  matrix(Float64Array.from({ length: n * m }, (_, k) => k), n, m)

test('matrix reads its numbers row by row, and shares their memory', () => {
  const data = Float64Array.of(1, 2, 3, 4, 5, 6)
  const A = matrix(data, 2, 3)
  assert.is(A.data, data)
  assert.equal([at(A, 0, 0), at(A, 0, 2), at(A, 1, 0), at(A, 1, 2)], [1, 3, 4, 6])
})

test('matrix accepts more numbers than it needs, and refuses fewer', () => {
  assert.is(at(matrix(new Float64Array(7).fill(9), 2, 3), 1, 2), 9)
  assert.throws(() => matrix(new Float64Array(5), 2, 3), (error: unknown) =>
    error instanceof RangeError && error.message === 'data: expected at least 6 numbers, got 5')
})

test('rowsOf is the requested rows and no others, in shared memory', () => {
  const A = counted(5, 3)
  for (let first = 0; first <= 5; first++) {
    for (let count = 0; first + count <= 5; count++) {
      const part = rowsOf(A, first, count)
      assert.equal([part.rows, part.cols, part.data.length], [count, 3, 3 * count])
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < 3; j++) assert.is(at(part, i, j), at(A, first + i, j))
      }
    }
  }
  rowsOf(A, 2, 1).data[1] = -1
  assert.is(at(A, 2, 1), -1)
})

test('transposed swaps the indices without moving a number; twice, it is the tensor itself', () => {
  const A = counted(3, 4), T = transposed(A)
  assert.is(T.data, A.data)
  assert.equal([T.rows, T.cols], [4, 3])
  for (let i = 0; i < 3; i++) for (let j = 0; j < 4; j++) assert.is(at(T, j, i), at(A, i, j))
  assert.equal(transposed(T), A)
})

test('memory and address are those of data, for a matrix, its rows and its transpose', () => {
  const A = matrix(new Float64Array(20).subarray(3), 4, 3)
  for (const each of [A, rowsOf(A, 1, 2), transposed(A), transposed(rowsOf(A, 2, 2))]) {
    assert.is(each.memory, each.data.buffer)
    assert.is(each.address, each.data.byteOffset)
  }
  assert.equal([A, rowsOf(A, 1, 2), transposed(A)].map(({ address }) => address), [24, 48, 24])
})

test('transposeInto writes the transpose and does not change its source, for shapes to 9 × 9', () => {
  for (let n = 0; n <= 9; n++) {
    for (let m = 0; m <= 9; m++) {
      const A = counted(n, m), B = matrix(new Float64Array(m * n + 1).fill(-1), m, n)
      transposeInto(B, A)
      for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) assert.is(at(B, j, i), i * m + j)
      assert.is(B.data[m * n], -1, 'nothing is written behind the matrix')
      assert.equal(A, counted(n, m))
    }
  }
})

test.run()
