/**
 * Moments against exact integer sums (BigInt), and merged or scaled ones against each other to the bit.
 * Tolerances: 2^-53 per addition, of the mean's size and of the squares'; derived at each test.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  addSample, clearMoments, mergeMoments, moments, type RunningMoments, runningMoments,
} from '../../src/math/moments.ts'
import { Random } from '../../src/math/random.ts'
import { normals } from '../support/dense.ts'

test('four numbers with an exact mean and variance have these, however far from 0 they are', () => {
  for (const offset of [0, 1e9, -1e9, 2 ** 50]) {
    const x = Float64Array.of(4, 7, 13, 16).map((value) => value + offset)
    assert.equal(moments(x), { mean: offset + 10, variance: 22.5 })
  }
})

test('10,000 numbers around 1e9 have the variance that integers give without rounding', () => {
  const random = new Random(31)
  const n = 10_000
  const k = Int32Array.from({ length: n }, () => random.integer(1_000_000))
  const total = k.reduce((a, b) => a + BigInt(b), 0n)
  const squares = k.reduce((a, b) => a + BigInt(b) * BigInt(b), 0n)
  const variance = Number(BigInt(n) * squares - total * total) / n / n
  const { mean, variance: got } = moments(Float64Array.from(k, (value) => 1e9 + value))
  // All sums here are of integers: the mean is rounded by 71 sums of at most 2^-53 each; its error enters the
  // variance squared, and the variance's own sums round by as much.
  assert.ok(Math.abs(mean - (1e9 + Number(total) / n)) < 71 * 2 ** -53 * 1e9)
  assert.ok(Math.abs(got / variance - 1) < 75 * 2 ** -53 + (71 * 2 ** -53 * 1e9) ** 2 / variance,
    `${got} ${variance}`)
})

test('the divisor is n, so one number has variance 0', () => {
  assert.equal(moments(Float64Array.of(3)), { mean: 3, variance: 0 })
  assert.equal(moments(Float64Array.of(1, -1)), { mean: 0, variance: 1 })
})

test('of no numbers, both are NaN', () => {
  assert.equal(moments(new Float64Array(0)), { mean: NaN, variance: NaN })
  assert.equal(moments(Float64Array.of(1, 2), new Float64Array(2), 0), { mean: NaN, variance: NaN })
})

test('a NaN makes both NaN, an infinity makes the variance NaN', () => {
  assert.equal(moments(Float64Array.of(1, NaN, 2)), { mean: NaN, variance: NaN })
  assert.equal(moments(Float64Array.of(1, Infinity)), { mean: Infinity, variance: NaN })
})

test('only the first n entries count, and the rest of the scratch is left alone', () => {
  const x = Float64Array.of(4, 7, 13, 16, 1e300, NaN)
  const scratch = new Float64Array(6).fill(-1)
  assert.equal(moments(x, scratch, 4), { mean: 10, variance: 22.5 })
  assert.equal([...scratch], [36, 9, 9, 36, -1, -1])
  assert.equal([...x], [4, 7, 13, 16, 1e300, NaN], 'x is not changed')
})

test('the scratch may be x itself', () => {
  const random = new Random(32)
  const x = normals(333, random).map((value) => 5 + value)
  const apart = moments(x)
  assert.equal(moments(x, x), apart)
})

/** The moments of the rows of x, d numbers each, added one by one. */
function added(x: Float64Array, d: number, first = 0, count = x.length / d - first): RunningMoments {
  const m = runningMoments(d)
  for (let i = first; i < first + count; i++) addSample(m, x, i * d)
  return m
}

/** `count` vectors of three integers near 0, 1e6 and 1e9, with their exact means and squared distances. */
function integers(count: number, seed: number): { x: Float64Array; mean: number[]; squares: number[] } {
  const random = new Random(seed)
  const offsets = [0, 1e6, 1e9], x = new Float64Array(3 * count)
  const total = [0n, 0n, 0n], squares = [0n, 0n, 0n]
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < 3; j++) {
      const k = random.integer(2001) - 1000
      x[3 * i + j] = offsets[j] + k
      total[j] += BigInt(k)
      squares[j] += BigInt(k * k)
    }
  }
  const n = BigInt(count)
  return {
    x, mean: offsets.map((offset, j) => offset + Number(total[j]) / count),
    squares: squares.map((s, j) => Number(n * s - total[j] * total[j]) / count),
  }
}

/**
 * Each of `count` steps rounds the mean by 2^-53 of its size, and the squares likewise; an error of the mean
 * enters each squared distance times twice a distance, here at most 2000.
 */
function assertMoments({ count, mean, squares }: RunningMoments, exact: ReturnType<typeof integers>): void {
  exact.mean.forEach((mu, j) => {
    const off = count * 2 ** -53 * 4 * (Math.abs(mu) + 1000)
    assert.ok(Math.abs(mean[j] - mu) <= off, `${mean[j]} ${mu}`)
    const offSquares = 8 * count * 2 ** -53 * exact.squares[j] + count * 4000 * off
    assert.ok(Math.abs(squares[j] - exact.squares[j]) <= offSquares, `${squares[j]} ${exact.squares[j]}`)
  })
}

test('vectors added one by one have the mean and squared distances of exact integers', () => {
  for (const count of [1, 2, 3, 500]) {
    const exact = integers(count, 33)
    const m = added(exact.x, 3)
    assert.is(m.count, count)
    assertMoments(m, exact)
  }
  assert.equal(added(Float64Array.of(4, 7, 13, 16), 1),
    { count: 4, mean: Float64Array.of(10), squares: Float64Array.of(90) })
})

test('merged parts have the moments of the whole, whatever the parts, empty ones included', () => {
  const exact = integers(500, 34)
  const one = Array.from({ length: 501 }, (_, i) => i)
  for (const ends of [[500], [1, 500], [250, 500], [499, 500], [0, 100, 100, 101, 400, 500], one]) {
    const m = runningMoments(3)
    let first = 0
    for (const end of ends) {
      mergeMoments(m, added(exact.x, 3, first, end - first))
      first = end
    }
    assert.is(m.count, 500)
    assertMoments(m, exact)
  }
})

test('merging into no moments keeps every bit, even of numbers with squares that overflow', () => {
  for (const x of [integers(20, 35).x, Float64Array.of(1e200, 1e200, -1e300, 1e200, 1e200, -1e300)]) {
    const part = added(x, 3), m = runningMoments(3)
    mergeMoments(m, part)
    assert.equal(m, part)
    mergeMoments(m, runningMoments(3))
    assert.equal(m, part)
  }
})

test('equal vectors have squares of exactly 0, in parts too; moments scale with 2^k, to the bit', () => {
  const tenth = new Float64Array(21).fill(0.1)
  const m = added(tenth, 1)
  mergeMoments(m, added(tenth, 1))
  assert.equal([m.count, m.mean[0], m.squares[0]], [42, 0.1, 0])

  const random = new Random(36)
  const x = normals(60, random).map((value) => 3 + value)
  const scaled = (k: number): RunningMoments => {
    const y = x.map((value) => value * 2 ** k), whole = added(y, 2, 0, 11)
    mergeMoments(whole, added(y, 2, 11))
    return whole
  }
  for (const k of [-30, 7]) {
    const { mean, squares } = scaled(k)
    assert.equal(mean, scaled(0).mean.map((value) => value * 2 ** k))
    assert.equal(squares, scaled(0).squares.map((value) => value * 4 ** k))
  }
})

test('cleared moments are those of no vectors', () => {
  const m = added(Float64Array.of(1, 2, 3, 5), 2)
  clearMoments(m)
  assert.equal(m, runningMoments(2))
})

test.run()
