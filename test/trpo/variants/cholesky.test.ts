/**
 * Inverses by Cholesky factors against closed forms, and by residuals of random systems of known spectra.
 * Tolerances: the roundings of n rows times the condition number.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import type { Tensor } from '../../../src/math/tensor.ts'
import { invert } from '../../../src/trpo/variants/cholesky.ts'
import {
  fromEntries, illConditioned, indefinite, inner, lengthOf, type Matrix, normals, rowsOf,
  timesVector, wellConditioned,
} from '../../support/dense.ts'

function tensorOf(A: Matrix): Tensor {
  const tensor = reference.allocate(A.length, A.length)
  A.forEach((row, i) => tensor.data.set(row, i * A.length))
  return tensor
}

/** A⁻¹; the upper triangle of what is given is NaN, since it is not to be read. */
function inverse(A: Matrix): Matrix {
  const tensor = tensorOf(A.map((row, i) => row.map((x, j) => j > i ? NaN : x)))
  assert.is(invert(tensor), true)
  return rowsOf(tensor)
}

test('matrices with inverses in closed form', () => {
  assert.equal(inverse([Float64Array.of(4)]), [Float64Array.of(0.25)])
  // [a b; b c]⁻¹ = [c −b; −b a] / (ac − b²), here with det 4.
  const small = inverse([Float64Array.of(4, 2), Float64Array.of(2, 2)])
  assert.equal(small, [Float64Array.of(0.5, -0.5), Float64Array.of(-0.5, 1)])
  for (const n of [1, 2, 3, 4, 5, 17, 64, 65]) {
    // The second difference with ends 1 and free: its inverse is min(i, j).
    const second = fromEntries(n, n, (i, j) =>
      i === j ? (i < n - 1 ? 2 : 1) : Math.abs(i - j) === 1 ? -1 : 0)
    inverse(second).forEach((row, i) => row.forEach((x, j) =>
      assert.ok(Math.abs(x - (1 + Math.min(i, j))) < 1e-15 * n * n * n, `${n}: [${i}, ${j}] ${x}`)))
    // (I + 11ᵀ)⁻¹ = I − 11ᵀ/(n + 1)
    inverse(fromEntries(n, n, (i, j) => i === j ? 2 : 1)).forEach((row, i) => row.forEach((x, j) =>
      assert.ok(Math.abs(x - ((i === j ? 1 : 0) - 1 / (n + 1))) < 1e-14, `${n}: [${i}, ${j}] ${x}`)))
  }
})

test('A (A⁻¹ b) is b for random matrices, whose inverses are symmetric to the bit', () => {
  const random = new Random(501)
  for (let k = 0; k < 200; k++) {
    const n = 1 + random.integer(40), condition = 10 ** (1 + k % 8)
    const A = k % 2 === 0 ? wellConditioned(n, random) : illConditioned(n, condition, random)
    const B = inverse(A), b = normals(n, random), x = timesVector(B, b)
    const residual = lengthOf(timesVector(A, x).map((y, i) => y - b[i]))
    assert.ok(residual <= 1e-14 * n * (k % 2 === 0 ? 10 : condition) * lengthOf(b), `${k}: ${residual}`)
    assert.ok(inner(b, x) > 0)
    B.forEach((row, i) => row.forEach((y, j) => assert.ok(Object.is(y, B[j][i]))))
  }
})

test('what is singular within rounding, indefinite, or not a number is refused', () => {
  const random = new Random(502)
  for (let k = 0; k < 100; k++) {
    const n = 2 + random.integer(30)
    // Two equal rows and columns of an otherwise well-conditioned matrix, or a row of zeros.
    const whole = wellConditioned(n, random), i = random.integer(n - 1)
    const of = (j: number): number => j === n - 1 ? i : j
    assert.is(invert(tensorOf(fromEntries(n, n, (p, q) => whole[of(p)][of(q)]))), false)
    assert.is(invert(tensorOf(fromEntries(n, n, (p, q) => p === i || q === i ? 0 : whole[p][q]))), false)
    assert.is(invert(tensorOf(indefinite(n, 1, random))), false)
    for (const bad of [NaN, -Infinity]) {
      const A = wellConditioned(n, random), i = random.integer(n)
      A[i][random.integer(i + 1)] = bad
      assert.is(invert(tensorOf(A)), false, `${bad} in row ${i}`)
    }
  }
  for (const bad of [0, -0, -1, NaN]) assert.is(invert(tensorOf([Float64Array.of(bad)])), false)
  assert.is(invert(tensorOf(fromEntries(3, 3, () => 1))), false)
})

test.run()
