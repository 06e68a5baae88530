/**
 * "It learns": exact expected returns of a linear policy against the Riccati optimum.
 * Tolerance: 1 % of the optimum.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { pointMass, pointMassMatrices as world } from '../../src/envs/index.ts'
import type { Policy } from '../../src/rl/policy.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { train } from '../../src/trpo/train.ts'
import { add, expectedReturn, type Matrix, multiply, optimum, transpose } from '../support/riccati.ts'

/**
 * Exact expected return of a linear policy's mean actions a = K s + b: that of K, and what b adds by itself.
 */
function exactReturn({ net }: Policy): number {
  const [{ W, b }] = net.parameters.layers
  const K: Matrix = [0, 1].map((j) => [0, 1, 2, 3].map((i) => W.data[i * 2 + j]))
  const shift: Matrix = [0, 1].map((j) => [b.data[j]])
  const charge = (form: Matrix, x: Matrix): number => multiply(transpose(x), multiply(form, x))[0][0]
  let total = expectedReturn(world, () => K)
  // Starts and noise have mean 0, so the mean path moves by b alone; its cost adds to that of the spread
  // around it.
  let mean: Matrix = [[0], [0], [0], [0]]
  for (let t = 0; t < world.horizon; t++) {
    const action = add(multiply(K, mean), shift)
    total -= charge(world.Q, mean) + charge(world.R, action)
    mean = add(multiply(world.A, mean), multiply(world.B, action))
  }
  return total
}

test('a linear policy on PointMass comes within 1 % of the Riccati optimum', () => {
  const best = optimum(world).expectedReturn
  for (const seed of [0, 1]) {
    let first: number | null = null, last = NaN
    for (const { policy } of train(pointMass, { ...presets.PointMass, seed })) {
      first ??= exactReturn(policy)
      last = exactReturn(policy)
    }
    assert.ok(first! < 5 * best, `it begins far away, at ${first}`)
    assert.ok(last <= best, `no stationary policy beats the optimum: ${last} against ${best}`)
    assert.ok(last > 1.01 * best, `seed ${seed}: ${last} against ${best}`)
  }
})

test.run()
