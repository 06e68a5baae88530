/**
 * Predictions against a naive network, and against themselves one by one.
 * Tolerances: the naive network's error bounds; to the bit for predictions one by one.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { drawnValue } from '../support/value.ts'
import { predict } from '../../src/rl/value.ts'
import { forward } from '../support/naiveUpdate.ts'
import { rowOf } from '../support/rows.ts'

test('predict gives V of the naive network for the first `count` observations, and no others', () => {
  // Tiles have 96 rows: fewer, one tile, one more row, and several tiles.
  for (const [rows, count] of [[1, 1], [95, 95], [96, 96], [97, 97], [300, 300], [300, 193], [300, 0]]) {
    for (const activation of ['tanh', 'relu', 'identity'] as const) {
      const value = drawnValue(reference, 3, [5, 4], activation, new Random(1))
      const observations = reference.allocate(rows, 3), random = new Random(2)
      for (let p = 0; p < 3 * rows; p++) observations.data[p] = random.normal()
      const values = new Float64Array(rows).fill(-77)
      predict(values, value, observations, count)
      for (let i = 0; i < rows; i++) {
        const { sizes, parameters } = value.net
        const row = rowOf(observations, i)
        const [{ value: wanted, error }] = forward({ sizes, activation }, parameters.flat, row)
        if (i >= count) assert.is(values[i], -77)
        else assert.ok(Math.abs(values[i] - wanted) <= error, `${i}: ${values[i]} ${wanted}`)
      }
    }
  }
})

test('a value does not depend on the other observations, to the bit', () => {
  const value = drawnValue(reference, 2, [7], 'tanh', new Random(3))
  const observations = reference.allocate(250, 2), random = new Random(4)
  for (let p = 0; p < 500; p++) observations.data[p] = random.normal()
  const together = new Float64Array(250), alone = new Float64Array(1), one = reference.allocate(1, 2)
  predict(together, value, observations, 250)
  for (let i = 0; i < 250; i++) {
    one.data.set(observations.data.subarray(2 * i, 2 * i + 2))
    predict(alone, value, one, 1)
    assert.is(alone[0], together[i])
  }
})

test('a linear V has a weight per input and a bias; initially of norm 1 and 0', () => {
  const value = drawnValue(reference, 4, [], 'identity', new Random(5))
  const phi = value.net.parameters.flat
  assert.is(phi.length, 5)
  // One column made a unit vector: a few roundings.
  assert.ok(Math.abs(phi.subarray(0, 4).reduce((sum, w) => sum + w * w, 0) - 1) < 1e-15 * 4)
  assert.is(phi[4], 0)
})

test('the stream determines φ', () => {
  const phi = (seed: number): Float64Array =>
    drawnValue(reference, 3, [5], 'tanh', new Random(seed)).net.parameters.flat
  assert.equal(phi(6), phi(6))
  assert.not.equal(phi(6), phi(7))
})

test.run()
