/**
 * "It learns": exact expected returns of a linear policy against the Riccati optimum.
 * Tolerance: 1 % of the optimum.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { pointMass, pointMassMatrices as world } from '../../src/envs/index.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { train } from '../../src/trpo/train.ts'
import { exactReturn } from '../support/pointMass.ts'
import { optimum } from '../support/riccati.ts'

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
