import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { moments } from '../../src/math/moments.ts'
import { Random } from '../../src/math/random.ts'

test('four numbers with an exact mean and variance have these, however far from 0 they lie', () => {
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

test('of nothing, both are NaN', () => {
  assert.equal(moments(new Float64Array(0)), { mean: NaN, variance: NaN })
  assert.equal(moments(Float64Array.of(1, 2), new Float64Array(2), 0), { mean: NaN, variance: NaN })
})

test('a NaN makes both NaN, an infinity makes the variance so', () => {
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
  const x = Float64Array.from({ length: 333 }, () => 5 + random.normal())
  const apart = moments(x)
  assert.equal(moments(x, x), apart)
})

test.run()
