/**
 * The longest acceptable scale against the known end of the acceptable ones.
 * Tolerance: the precision that was asked for.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { longestStep } from '../../../src/trpo/variants/longestStep.ts'

/** Everything up to `end` is acceptable; what was asked is noted. */
function upTo(end: number): { asked: number[]; acceptable: (scale: number) => boolean } {
  const asked: number[] = []
  return { asked, acceptable: (scale) => { asked.push(scale); return scale <= end } }
}

test('the end of the acceptable scales is found within the precision, below 1 and above', () => {
  for (const end of [1, 0.999, 0.3, 1e-3, 1.5, 2, 7, 1000]) {
    const { asked, acceptable } = upTo(end)
    const { scale, backtracks } = longestStep(acceptable, { trials: 100, precision: 1.001 })
    assert.ok(scale <= end && scale * 1.001 >= end, `${scale} for ${end}`)
    assert.is(asked[asked.length - 1], scale, 'the last call is with the result')
    assert.is(backtracks, asked.filter((s) => s > end).length)
    assert.is(asked[0], 1)
  }
})

test('it makes no more trials than it may, except for one repetition of the best', () => {
  for (const trials of [1, 2, 5]) {
    for (const end of [1e-9, 0.3, 1, 100]) {
      const { asked, acceptable } = upTo(end)
      const { scale } = longestStep(acceptable, { trials, precision: 1.001 })
      assert.ok(asked.length <= trials + 1)
      assert.is(new Set(asked.slice(0, trials)).size, Math.min(trials, asked.length))
      assert.ok(scale === 0 || scale === Math.max(...asked.filter((s) => s <= end)))
    }
  }
})

test('if nothing is acceptable it returns −1 and 0, after that many halvings', () => {
  const { asked, acceptable } = upTo(0)
  assert.equal(longestStep(acceptable, { trials: 4, precision: 1.1 }), { backtracks: -1, scale: 0 })
  assert.equal(asked, [1, 0.5, 0.25, 0.125])
})

test.run()
