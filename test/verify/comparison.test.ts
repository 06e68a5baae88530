/**
 * Verdicts on errors against the rule: a tolerance, ten times the uncertainty, at most 1e-3.
 * Tolerance: none.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compare, CURVATURES, judge, SLOPES } from '../../src/verify/comparison.ts'

const judged = (errors: readonly number[], tolerance: number, uncertainty: number = 0) =>
  judge('a', 'b', errors.map((error) => ({ error, uncertainty })), { tolerance, reason: 'c' })

test('a comparison is relative to its scale, and 0 of 0 is no error', () => {
  assert.equal(compare(3, 2, 4, 8), { error: 0.25, uncertainty: 2 })
  assert.equal(compare(0, 0, 0), { error: 0, uncertainty: 0 })
  assert.is(compare(1, 0, 0).error, Infinity)
})

test('the worst error decides, and equality passes', () => {
  assert.equal(judged([0, 1e-7, 1e-6], 1e-6), {
    name: 'a', compares: 'b', error: 1e-6, tolerance: 1e-6, reason: 'c', passed: true,
  })
  assert.is(judged([0, 2e-6, 1e-6], 1e-6).passed, false)
})

test('first derivatives are held to 1e-6, second ones to 1e-5', () => {
  assert.is(SLOPES.tolerance, 1e-6)
  assert.is(CURVATURES.tolerance, 1e-5)
})

test('ten times the uncertainty is tolerated, but never more than 1e-3', () => {
  assert.is(judged([5e-5], 1e-6, 1e-5).passed, true)
  assert.is(judged([2e-4], 1e-6, 1e-5).passed, false)
  assert.is(judged([2e-3], 1e-6, 1).passed, false)
  assert.is(judged([1e-3], 1e-6, 1).tolerance, 1e-3)
})

test('a number that is not finite fails, as does a check that compared nothing; no NaN in the record', () => {
  for (const check of [judged([0, NaN], 1), judged([Infinity], 1), judged([], 1), judged([NaN], 1, NaN)]) {
    assert.is(check.passed, false)
    assert.is(check.error, Infinity)
    assert.is(check.tolerance, 1e-3)
  }
})

test.run()
