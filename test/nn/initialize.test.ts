/**
 * Orthogonality of the weights by dense algebra; that they are Q of the QR decomposition of
 * the draws by R = Qᵀ · draws, a triangle; their distribution by its moments on the unit sphere.
 * Tolerances: a few roundings of unit vectors; of the draws' lengths for R; five standard errors of sample
 * moments; none between backends.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import type { Backend } from '../../src/math/backend.ts'
import { reference } from '../../src/math/reference.ts'
import { createSimd } from '../../src/math/simd/backend.ts'
import { orthogonal } from '../../src/nn/initialize.ts'
import { fromEntries, type Matrix, multiply, normals, transpose } from '../support/dense.ts'

type Stream = Pick<Random, 'normal'>

function draw(n: number, m: number, gain: number, random: Stream, backend: Backend = reference): Matrix {
  const W = backend.allocate(n, m)
  orthogonal(backend, W, gain, random as Random)
  return fromEntries(n, m, (i, j) => W.data[i * m + j])
}

/** One pass over given vectors, then over those of `rest`. */
function vectors(given: readonly ArrayLike<number>[], rest: Stream): Stream {
  const numbers = given.flatMap((v) => Array.from(v))
  let at = 0
  return { normal: () => (at < numbers.length ? numbers[at++] : rest.normal()) }
}

/** Wᵀ if W has fewer columns than rows, so that what is orthonormal is always the rows. */
function wide(W: Matrix): Matrix {
  return W.length > W[0].length ? transpose(W) : W
}

/** The largest entry of Q Qᵀ − I by its magnitude. */
function nonOrthogonality(Q: Matrix): number {
  let worst = 0
  multiply(Q, transpose(Q)).forEach((row, i) => row.forEach((x, j) => {
    const error = Math.abs(x - (i === j ? 1 : 0))
    if (!(error <= worst)) worst = error
  }))
  return worst
}

/** Blocks have 32 vectors: sizes on both sides of their borders. */
const SHAPES = [
  [1, 1], [1, 5], [5, 1], [4, 4], [7, 3], [3, 7], [64, 64], [64, 3], [11, 64], [100, 99],
  [31, 31], [32, 32], [33, 33], [65, 65], [31, 70], [70, 32], [33, 70], [70, 33], [64, 65], [96, 97],
  [200, 130], [130, 200], [1, 300], [300, 1], [32, 1], [1, 33],
]

test('WᵀW or WWᵀ, whichever is smaller, is gain² I for tall, wide and square W, to 1e-14 gain²', () => {
  const random = new Random(101)
  for (const [n, m] of SHAPES) {
    for (const gain of [1, Math.SQRT2, 0.01, -3]) {
      const W = wide(draw(n, m, gain, random))
      // The second pass of Gram–Schmidt leaves a rounding or two of unit vectors, summed over at most 200
      // terms.
      const unit = W.map((row) => row.map((x) => x / gain))
      assert.ok(nonOrthogonality(unit) <= 1e-14, `${n} × ${m}: ${nonOrthogonality(unit)}`)
    }
  }
})

test('W is Q of the QR decomposition of the draws, with a positive diagonal', () => {
  for (const [n, m] of SHAPES) {
    const length = Math.max(n, m), count = Math.min(n, m)
    const random = new Random(107)
    const draws = Array.from({ length: count }, () => normals(length, random))
    const Q = wide(draw(n, m, 1, new Random(107)))
    const R = multiply(Q, transpose(draws))
    R.forEach((row, i) => row.forEach((x, j) => {
      if (i === j) assert.ok(x > 0)
      // A draw has the length √300 or less.
      else if (i > j) assert.ok(Math.abs(x) < 1e-13, `${n} × ${m}, ${i} ${j}: ${x}`)
    }))
  }
})

test('both backends give the same bits, and SIMD has its memory back', () => {
  const simd = createSimd(2e6)!
  for (const [n, m] of SHAPES) {
    simd.temporarily(() => {
      assert.equal(draw(n, m, 1.5, new Random(108), simd), draw(n, m, 1.5, new Random(108)), `${n} × ${m}`)
      const before = simd.allocate(1, 1).address
      draw(1, 1, 1, new Random(1), simd)
      const [W, next] = [simd.allocate(n, m), simd.allocate(1, 1)]
      assert.is(next.address - before, 2 * 64 + 64 * Math.ceil(8 * n * m / 64))
      orthogonal(simd, W, 1, new Random(1))
      assert.is(simd.allocate(1, 1).address - next.address, 64)
    })
  }
})

test('a backend whose memory is full gives the same bits', () => {
  const full = createSimd(8 * 70 * 70)!
  const W = full.allocate(70, 70)
  while (full.allocate(1, 1).memory === W.memory);
  orthogonal(full, W, 1, new Random(109))
  assert.equal(fromEntries(70, 70, (i, j) => W.data[70 * i + j]), draw(70, 70, 1, new Random(109)))
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
  assert.equal(draw(2, 2, 1, { normal: () => normals.shift()! }).map((row) => [...row]), [[1, 0], [0, -1]])
  assert.is(normals.length, 0)
})

test('zeros, repetitions and sums of other draws are drawn again, in the same block and later', () => {
  const random = new Random(110)
  for (const [n, before] of [[40, 3], [40, 33], [70, 31], [70, 32], [70, 64], [70, 69]] as const) {
    const first = Array.from({ length: before }, () => normals(n, random))
    const sum = first[0].map((_, i) => first.reduce((total, v) => total + v[i], 0))
    const useless = [
      new Float64Array(n), first[0], sum, first[before - 1].map((x) => 1e-9 * x), sum.map((x) => 1e100 * x),
      // As long as rounding leaves something of any vector: 1e-9 of its length is nothing new either.
      first[1].map((x, i) => x + (i === 0 ? 1e-9 : 0)),
    ]
    const after = Array.from({ length: n - before }, () => normals(n, random))
    const end: Stream = { normal() { throw new Error('expected no more than these draws') } }
    const Q = wide(draw(n, n, 1, vectors([...first, ...useless, ...after], end)))
    assert.ok(nonOrthogonality(Q) < 1e-14)
    const R = multiply(Q, transpose([...first, ...after]))
    R.forEach((row, i) => row.forEach((x, j) => {
      assert.ok(i > j ? Math.abs(x) < 1e-11 : i < j || x > 0, `${n}, ${before}: ${i} ${j}`)
    }))
  }
})

test('draws that are nearly dependent, or of very different lengths, become orthogonal to 1e-14', () => {
  const random = new Random(111)
  for (const n of [20, 50, 80]) {
    for (const nearness of [1e-3, 1e-6, 3e-8]) {
      const common = normals(n, random)
      const near = Array.from({ length: n },
        () => normals(n, random).map((x, i) => common[i] + nearness * x))
      assert.ok(nonOrthogonality(draw(n, n, 1, vectors(near, random))) < 1e-14, `${n}, ${nearness}`)
      // Each is the one before it, and a little more.
      const chain = [common]
      while (chain.length < n) chain.push(normals(n, random).map((x, i) => chain.at(-1)![i] + nearness * x))
      assert.ok(nonOrthogonality(draw(n, n, 1, vectors(chain, random))) < 1e-14, `${n}, ${nearness}`)
    }
    const scaled = Array.from({ length: n },
      (_, k) => normals(n, random).map((x) => x * 10 ** (7 * k % 201 - 100)))
    assert.ok(nonOrthogonality(draw(n, n, 1, vectors(scaled, random))) < 1e-14)
  }
})

test.run()
