/**
 * The constant that V starts from, against what defines it: the mean temporal difference is 0.
 * Tolerance: roundings of a mean of 40 numbers.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { createBatch } from '../../../src/rl/batch.ts'
import { createValue, initializeValue } from '../../../src/rl/value.ts'
import { startValue } from '../../../src/trpo/value/startValue.ts'

function started(rewards: readonly number[], ends: readonly number[], gamma: number): Float64Array {
  const batch = createBatch(reference, rewards.length, 1, 1, 1)
  batch.rewards.set(rewards)
  batch.terminated.set(ends)
  const value = createValue(reference, 1, [3], 'tanh')
  initializeValue(value, new Random(1))
  startValue(value, batch, gamma)
  const { W, b } = value.net.parameters.layers[1]
  assert.ok(W.data.every((w) => w === 0))
  return b.data
}

test('with V = c everywhere, the mean of r + γ V(s′) − V(s) over the batch is 0', () => {
  const random = new Random(2)
  for (const [gamma, share] of [[0.99, 0], [0.99, 0.05], [0.9, 0.5], [1, 0.1], [0, 0.2]]) {
    const rewards = Array.from({ length: 40 }, () => 5 + random.normal())
    const ends = rewards.map(() => random.uniform() < share ? 1 : 0)
    const [c] = started(rewards, ends, gamma)
    const mean = rewards.reduce((sum, r, i) => sum + r + (ends[i] === 1 ? 0 : gamma * c) - c, 0) / 40
    assert.ok(Math.abs(mean) < 1e-13 * Math.abs(c), `${mean} ${c}`)
  }
})

test('equal rewards leave V at 0, and so does γ = 1 if nothing has terminated', () => {
  for (const r of [0, -1, 1e9]) assert.is(started([r, r, r], [0, 1, 0], 0.9)[0], 0)
  assert.is(started([1, 2, 3], [0, 0, 0], 1)[0], 0)
})

test.run()
