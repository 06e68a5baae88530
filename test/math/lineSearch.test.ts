/**
 * The line search against its definition: which scales are tried, in which order, and what is returned.
 * Scales are compared exactly, and with powers to the rounding of 40 products, 2^-53 each.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { lineSearch } from '../../src/math/lineSearch.ts'

/** The scales tried if only the j-th is acceptable. */
function trials(
  j: number, backtrackCoefficient: number, maxBacktracks: number,
): { seen: number[]; backtracks: number; scale: number } {
  const seen: number[] = []
  const result = lineSearch((scale) => seen.push(scale) === j + 1, { backtrackCoefficient, maxBacktracks })
  return { seen, ...result }
}

test('the first acceptable scale is taken after j + 1 trials, for every j from 0 to K', () => {
  const K = 10
  for (let j = 0; j <= K; j++) {
    const { seen, backtracks, scale } = trials(j, 0.5, K)
    const halvings = [1, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256, 1 / 512, 1 / 1024]
    assert.equal(seen, halvings.slice(0, j + 1))
    assert.equal([backtracks, scale], [j, 2 ** -j])
  }
})

test('scales are products, each of the one before, not powers', () => {
  const { seen } = trials(40, 0.8, 40)
  assert.is(seen.length, 41)
  assert.is(seen[0], 1)
  for (let j = 1; j <= 40; j++) assert.is(seen[j], seen[j - 1] * 0.8)
  // At most one rounding of 2^-53 in each of 40 products.
  for (let j = 0; j <= 40; j++) assert.ok(Math.abs(seen[j] / 0.8 ** j - 1) < 41 * 2 ** -53 + 2 ** -52)
})

test('if nothing is acceptable, K + 1 trials are made and the result is −1 at scale 0', () => {
  for (const K of [0, 1, 10]) {
    const { seen, backtracks, scale } = trials(-1, 0.7, K)
    assert.equal([seen.length, backtracks, scale], [K + 1, -1, 0])
  }
})

test('with K = 0 only the full step is tried', () => {
  assert.equal(trials(0, 0.5, 0), { seen: [1], backtracks: 0, scale: 1 })
})

test('an error in the acceptance test reaches the caller', () => {
  const options = { backtrackCoefficient: 0.5, maxBacktracks: 3 }
  assert.throws(() => lineSearch(() => { throw new Error('mine') }, options), 'mine')
})

test.run()
