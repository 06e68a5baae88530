/**
 * Directions in θ: their length against 1, and which parameters are chosen against the promised order.
 * Tolerance: a sum of P squares and a division, P roundings of 2⁻⁵³.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/math/random.ts'
import {
  chooseParameters, randomDirection, unitDirection,
} from '../../../src/verify/policy/thetaDirections.ts'

test('a random direction has length 1, and no entry of it is 0', () => {
  const random = new Random(1)
  for (const P of [1, 2, 7, 300]) {
    const v = randomDirection(P, random)
    assert.is(v.length, P)
    const length = Math.hypot(...v)
    assert.ok(Math.abs(length - 1) <= (P + 2) * 2 ** -53, `${P}: ${length}`)
    assert.ok(v.every((x) => x !== 0))
  }
})

test('a unit direction is one parameter', () => {
  assert.equal(unitDirection(3, 1), Float64Array.of(0, 1, 0))
})

test('shared parameters, the last of θ, are chosen first; then others, none twice, as many as asked', () => {
  for (const count of [0, 1, 2, 5, 9, 10, 20]) {
    const chosen = chooseParameters(10, 2, count, new Random(count))
    assert.is(chosen.length, Math.min(count, 10))
    assert.equal(chosen.slice(0, 2), [8, 9].slice(0, count))
    assert.is(new Set(chosen).size, chosen.length)
    assert.ok(chosen.slice(2).every((p) => p >= 0 && p < 8))
  }
  const first = (seed: number): number => chooseParameters(100, 0, 1, new Random(seed))[0]
  assert.ok(new Set([1, 2, 3, 4].map(first)).size > 1, 'the rest is random')
})

test.run()
