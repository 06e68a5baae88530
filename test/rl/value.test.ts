/**
 * Predictions against a naive network, and against themselves one by one.
 * Tolerances: the naive network's error bounds; to the bit for predictions one by one.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { matrix } from '../../src/math/tensor.ts'
import { drawnValue } from '../support/value.ts'
import { createBatch } from '../../src/rl/batch.ts'
import { createValue, initializeValue, predict, predictValues } from '../../src/rl/value.ts'
import { normals } from '../support/dense.ts'
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

test('predictValues writes V of the states and of the final observations, as far as there are any', () => {
  const value = drawnValue(reference, 2, [7], 'tanh', new Random(8)), random = new Random(9)
  const batch = createBatch(reference, 5, 3, 2, 1), N = 15
  for (const { data } of [batch.observations, batch.finalObservations]) {
    for (let p = 0; p < 2 * N; p++) data[p] = random.normal()
  }
  batch.finalCount = 4
  batch.finalValues.fill(-77)
  predictValues(value, batch)
  const expected = new Float64Array(N)
  predict(expected, value, batch.observations, N)
  assert.equal(batch.values, expected)
  predict(expected, value, batch.finalObservations, 4)
  assert.equal(batch.finalValues.subarray(0, 4), expected.subarray(0, 4))
  assert.ok(batch.finalValues.subarray(4).every((x) => x === -77))
})

test('a linear V has a weight per input and a bias', () => {
  assert.is(createValue(reference, 4, [], 'identity').net.parameters.flat.length, 5)
})

test('V is the zero function at first, and its hidden layers are not', () => {
  const value = createValue(reference, 2, [7, 5], 'tanh')
  initializeValue(value, new Random(5))
  const observations = matrix(normals(40, new Random(6)), 20, 2), values = new Float64Array(20).fill(NaN)
  predict(values, value, observations, 20)
  assert.ok(values.every((v) => v === 0))
  const { layers } = value.net.parameters
  for (const { W } of layers.slice(0, -1)) assert.ok(W.data.every((w) => w !== 0))
})

test('the stream determines φ', () => {
  const phi = (seed: number): Float64Array =>
    drawnValue(reference, 3, [5], 'tanh', new Random(seed)).net.parameters.flat
  assert.equal(phi(6), phi(6))
  assert.not.equal(phi(6), phi(7))
})

test.run()
