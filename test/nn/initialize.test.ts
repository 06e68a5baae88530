/**
 * Orthogonality of the weights by dense algebra; their distribution by its moments on the unit sphere.
 * Tolerances: a few roundings of unit vectors; five standard errors of sample moments.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { orthogonal } from '../../src/nn/initialize.ts'
import { fromEntries, type Matrix, multiply, transpose } from '../support/dense.ts'

function draw(n: number, m: number, gain: number, random: Random): Matrix {
  const W = reference.allocate(n, m)
  orthogonal(W, gain, random)
  return fromEntries(n, m, (i, j) => W.data[i * m + j])
}

const SHAPES = [[1, 1], [1, 5], [5, 1], [4, 4], [7, 3], [3, 7], [64, 64], [64, 3], [11, 64], [100, 99]]

test('WᵀW or WWᵀ, whichever is smaller, is gain² I for tall, wide and square W, to 1e-14 gain²', () => {
  const random = new Random(101)
  for (const [n, m] of SHAPES) {
    for (const gain of [1, Math.SQRT2, 0.01, -3]) {
      const W = draw(n, m, gain, random)
      const gram = n >= m ? multiply(transpose(W), W) : multiply(W, transpose(W))
      gram.forEach((row, i) => row.forEach((x, j) => {
        // The second pass of Gram–Schmidt leaves a rounding or two of unit vectors, summed over at most 100
        // terms.
        assert.ok(Math.abs(x - (i === j ? gain * gain : 0)) <= 1e-14 * gain * gain,
          `${n} × ${m}, ${i} ${j}: ${x}`)
      }))
    }
  }
})

test('a gain of 0 gives zeros', () => {
  for (const row of draw(3, 4, 0, new Random(102))) assert.ok(row.every((x) => x === 0))
})

test('the same stream gives the same weights, another one gives others', () => {
  assert.equal(draw(6, 4, 1, new Random(103)), draw(6, 4, 1, new Random(103)))
  assert.not.equal(draw(6, 4, 1, new Random(103)), draw(6, 4, 1, new Random(104)))
})

test('the gain scales the weights and nothing else', () => {
  const one = draw(6, 4, 1, new Random(105)), two = draw(6, 4, 2, new Random(105))
  one.forEach((row, i) => row.forEach((x, j) => assert.is(two[i][j], 2 * x)))
})

test('no direction is preferred: the first column is uniform on the sphere, to its second moments', () => {
  const random = new Random(106)
  const draws = 6000, n = 3
  const first = new Float64Array(n), second = new Float64Array(n * n)
  for (let k = 0; k < draws; k++) {
    const W = draw(n, 2, 1, random)
    for (let i = 0; i < n; i++) {
      first[i] += W[i][1] / draws
      for (let j = 0; j < n; j++) second[i * n + j] += W[i][1] * W[j][1] / draws
    }
  }
  // On the unit sphere of ℝ³: E w = 0, E wwᵀ = I/3, var w = 1/3, var w² = 1/5 − 1/9, var wᵢwⱼ = 1/15. Five
  // errors.
  for (let i = 0; i < n; i++) {
    assert.ok(Math.abs(first[i]) < 5 * Math.sqrt(1 / 3 / draws))
    for (let j = 0; j < n; j++) {
      const [mean, variance] = i === j ? [1 / 3, 4 / 45] : [0, 1 / 15]
      assert.ok(Math.abs(second[i * n + j] - mean) < 5 * Math.sqrt(variance / draws))
    }
  }
})

test('a draw in the span of the others is drawn again', () => {
  // A stream whose second vector repeats the first, and whose third is the second unit vector.
  const normals = [1, 0, 2, 0, 0, -3]
  const W = reference.allocate(2, 2)
  orthogonal(W, 1, { normal: () => normals.shift() } as unknown as Random)
  assert.equal([...W.data], [1, 0, 0, -1])
  assert.is(normals.length, 0)
})

test.run()
