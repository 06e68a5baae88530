/**
 * Advantages and returns against numbers of Stable-Baselines3 and Spinning Up (test/fixtures/gae.json).
 * Tolerances: roundings of the sums, in support/goldenGae.ts; for `normalize`, a few roundings.
 */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { reference as arrays } from '../../src/math/reference.ts'
import { normalize, normalizeAdvantages } from '../../src/rl/advantage.ts'
import { createBatch } from '../../src/rl/batch.ts'
import { checkGaeGolden, type GaeGolden } from '../support/goldenGae.ts'
import { failures } from '../support/worst.ts'

const cases = (JSON.parse(readFileSync('test/fixtures/gae.json', 'utf8')) as { cases: GaeGolden[] }).cases

test('there are twelve cases', () => { assert.is(cases.length, 12) })

cases.forEach((golden, k) => {
  test(`case ${k}: advantages and returns agree with Stable-Baselines3 and Spinning Up`, () => {
    assert.equal(failures(checkGaeGolden(golden)), [])
  })
})

test('normalize gives mean 0 and variance 1, and the same bits for 2^k times the input', () => {
  const x = Float64Array.from({ length: 1000 }, (_, i) => ((i * 7919) % 1000) / 37 - 5)
  const reference = x.slice()
  normalize(reference, 50, new Float64Array(1000))
  let mean = 0, square = 0
  for (const a of reference) {
    mean += a / 1000
    square += a * a / 1000
  }
  assert.ok(Math.abs(mean) < 1e-14 && Math.abs(square - 1) < 1e-12)
  for (const scale of [2 ** -900, 2 ** -3, 2 ** 20, 2 ** 900]) {
    const scaled = x.map((a) => a * scale)
    normalize(scaled, 50 * scale, new Float64Array(1000))
    assert.equal(scaled, reference)
  }
})

test('advantages that differ by no more than the rounding of the returns become exactly 0', () => {
  const x = Float64Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? 1e-15 : -1e-15))
  normalize(x, 100, new Float64Array(64))
  assert.ok(x.every((a) => a === 0))
  const same = new Float64Array(8).fill(3)
  normalize(same, 3, new Float64Array(8))
  assert.ok(same.every((a) => a === 0))
})

test('a batch\'s advantages are normalised against the size of its returns', () => {
  const batch = createBatch(arrays, 16, 4, 1, 1), scratch = new Float64Array(64)
  for (const [size, isFlat] of [[1, false], [1e12, true]] as const) {
    batch.advantages.forEach((_, i) => { batch.advantages[i] = 1e-3 * ((i * 7) % 11) })
    batch.returns.fill(-size)
    normalizeAdvantages(batch, scratch)
    const square = batch.advantages.reduce((sum, a) => sum + a * a / 64, 0)
    // A spread of 3e-3 is rounding beside returns of 1e12.
    if (isFlat) assert.ok(batch.advantages.every((a) => a === 0))
    else assert.ok(Math.abs(square - 1) < 1e-13, `${square}`)
  }
})

test.run()
