/**
 * Vector operations against the stated order of sums, to the bit, and against exact sums in BigInt.
 * Tolerance of sum: Higham's bound γ_d Σ|x| for a tree of depth d; everything else is exact.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { addScaled, allFinite, combine, dot, largestMagnitude, norm, sum } from '../../src/math/vector.ts'

/** Numbers of either sign between 2^-21 and 2^20, all multiples of 2^-74. */
function draws(n: number, random: Random): Float64Array {
  return Float64Array.from({ length: n }, () =>
    (random.integer(2) === 0 ? 1 : -1) * (1 + random.uniform()) / 2 * 2 ** (random.integer(41) - 20))
}

/** Σ of multiples of 2^-74, without rounding, in units of 2^-74. */
function exactSum(x: ArrayLike<number>): bigint {
  let total = 0n
  for (let i = 0; i < x.length; i++) total += BigInt(x[i] * 2 ** 74)
  return total
}

const magnitudes = (x: Float64Array): number => x.reduce((total, value) => total + Math.abs(value), 0)

test('dot adds products to four sums in turn, and these as (s₀ + s₁) + (s₂ + s₃), for lengths to 40', () => {
  const random = new Random(21)
  for (let n = 0; n <= 40; n++) {
    const x = draws(n, random), y = draws(n, random)
    const s = [0, 0, 0, 0]
    for (let i = 0; i < n; i++) s[i % 4] += x[i] * y[i]
    assert.ok(Object.is(dot(x, y), (s[0] + s[1]) + (s[2] + s[3])), `length ${n}`)
  }
})

test('dot is exact for integers, and passes on a NaN or infinity from every place', () => {
  const x = Float64Array.from({ length: 100 }, (_, i) => i)
  assert.is(dot(x, x), 328350, 'Σ i² = n(n + 1)(2n + 1)/6')
  for (let n = 1; n <= 9; n++) {
    for (let i = 0; i < n; i++) {
      const spoilt = new Float64Array(n).fill(1)
      spoilt[i] = NaN
      assert.ok(Number.isNaN(dot(spoilt, new Float64Array(n).fill(1))))
      spoilt[i] = Infinity
      assert.is(dot(new Float64Array(n).fill(1), spoilt), Infinity)
    }
  }
})

test('norm is the Euclidean length', () => {
  assert.is(norm(Float64Array.of(3, 4)), 5)
  assert.is(norm(Float64Array.of(-2, 3, 6)), 7)
  assert.is(norm(Float64Array.of(2, 4, 5, 6)), 9)
  assert.is(norm(new Float64Array(0)), 0)
  assert.ok(Number.isNaN(norm(Float64Array.of(0, NaN))))
})

test('addScaled is y + a·x with two roundings, also if x is y', () => {
  const random = new Random(22)
  for (const n of [0, 1, 2, 3, 4, 7, 8, 33]) {
    const y = draws(n, random), x = draws(n, random)
    const wanted = y.map((value, i) => value + 0.1 * x[i]), doubled = y.map((value) => value + 0.1 * value)
    const before = x.slice()
    const z = y.slice()
    addScaled(z, 0.1, x)
    assert.equal(z, wanted)
    assert.equal(x, before)
    addScaled(y, 0.1, y)
    assert.equal(y, doubled)
  }
})

test('combine is x + a·y, also if the result is x or y, or all are one', () => {
  const random = new Random(23)
  const x = draws(9, random), y = draws(9, random)
  const wanted = x.map((value, i) => value + -0.3 * y[i]), self = x.map((value) => value + -0.3 * value)
  const z = new Float64Array(9)
  combine(z, x, -0.3, y)
  assert.equal(z, wanted)
  const intoX = x.slice(), intoY = y.slice(), both = x.slice()
  combine(intoX, intoX, -0.3, y)
  combine(intoY, x, -0.3, intoY)
  combine(both, both, -0.3, both)
  assert.equal(intoX, wanted)
  assert.equal(intoY, wanted)
  assert.equal(both, self)
})

test('sum has at most 63 roundings in a block and one for each halving above it', () => {
  const random = new Random(24)
  for (const n of [0, 1, 2, 63, 64, 65, 127, 128, 129, 191, 192, 193, 1000, 4097, 100_000]) {
    for (const x of [draws(n, random), draws(n, random).map(Math.abs), new Float64Array(n).fill(0.1)]) {
      const error = Number(BigInt(sum(x) * 2 ** 74) - exactSum(x)) / 2 ** 74
      // Higham 2002, section 4.2: |error| ≤ γ_d Σ|x| for a tree of depth d; γ_d = d u / (1 − d u), u = 2^-53.
      const depth = 63 + Math.ceil(Math.log2(Math.max(1, n / 64)))
      assert.ok(Math.abs(error) <= depth * 2 ** -53 * 1.0001 * magnitudes(x), `length ${n}: ${error}`)
    }
  }
})

test('sum adds sixteen shards in a tree, each halved at multiples of 64 down to blocks from the left', () => {
  const random = new Random(25)
  const block = (x: Float64Array, from: number, to: number): number => {
    let s = 0
    for (let i = from; i < to; i++) s += x[i]
    return s
  }
  const x = draws(4800, random)
  // 300 numbers are blocks of 64, 64, 64, 64 and 44: three in the left half, two in the right.
  const shard = (at: number): number =>
    ((block(x, at, at + 64) + block(x, at + 64, at + 128)) + block(x, at + 128, at + 192))
    + (block(x, at + 192, at + 256) + block(x, at + 256, at + 300))
  let sums = Array.from({ length: 16 }, (_, s) => shard(300 * s))
  while (sums.length > 1) sums = sums.filter((_, i) => i % 2 === 0).map((s, i) => s + sums[2 * i + 1])
  assert.is(sum(x), sums[0])
  // Borders are rounded down: 40 numbers are shards of 2, 3, 2, 3, …
  let pairs = Array.from({ length: 16 }, (_, s) => block(x, Math.floor(2.5 * s), Math.floor(2.5 * (s + 1))))
  while (pairs.length > 1) pairs = pairs.filter((_, i) => i % 2 === 0).map((s, i) => s + pairs[2 * i + 1])
  assert.is(sum(x, 40), pairs[0])
})

test('sum adds the first n entries, all by default', () => {
  const x = Float64Array.from({ length: 500 }, (_, i) => i)
  for (const n of [0, 1, 64, 65, 499, 500]) assert.is(sum(x, n), n * (n - 1) / 2)
  assert.is(sum(x), 124750)
})

test('largestMagnitude is max |x|, 0 without entries, and NaN for a NaN at any place', () => {
  assert.is(largestMagnitude(Float64Array.of(1, -7, 3)), 7)
  assert.is(largestMagnitude(Float64Array.of(2, -Infinity)), Infinity)
  assert.ok(Object.is(largestMagnitude(Float64Array.of(-0, -0)), 0))
  assert.is(largestMagnitude(new Float64Array(0)), 0)
  for (let i = 0; i < 4; i++) {
    const x = Float64Array.of(1, 9, 2, 3)
    x[i] = NaN
    assert.ok(Number.isNaN(largestMagnitude(x)))
  }
})

test('allFinite finds one NaN or infinity at any place', () => {
  assert.ok(allFinite(new Float64Array(0)))
  assert.ok(allFinite([0, -0, 1.7e308, 5e-324]))
  for (const bad of [NaN, Infinity, -Infinity]) {
    for (let i = 0; i < 3; i++) {
      const x = [1, 2, 3]
      x[i] = bad
      assert.not(allFinite(x))
    }
  }
})

test.run()
