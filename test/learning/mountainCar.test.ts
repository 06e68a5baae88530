/**
 * "It learns": mean returns of trained policies against Gymnasium's thresholds, −110 and 90.
 * Tolerance: none; the seeds are fixed.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mountainCar, mountainCarContinuous } from '../../src/envs/index.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import type { Policy } from '../../src/rl/policy.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { train } from '../../src/trpo/train.ts'

for (const seed of [0, 1]) {
  test(`seed ${seed}: MountainCar's car reaches its flag in each of 100 episodes after 150,000 steps`, () => {
    let policy: Policy | null = null
    let steps = 0
    for (const record of train(mountainCar, { ...presets.MountainCar, seed })) ({ policy, steps } = record)
    // The last iteration is whole: up to one batch beyond.
    assert.ok(steps < 150_000 + 2048)
    const { mean, min } = evaluate(policy!, mountainCar, { episodes: 100, seed: 1 })
    assert.ok(min > -200, 'one episode never arrives')
    // Gymnasium calls −110 solved.
    assert.ok(mean >= -110, `mean return ${mean}`)
  })
}

/** Mean return of 100 episodes after training on MountainCarContinuous. */
function continuous(seed: number, changes: { readonly actionNoiseHold?: number }): number {
  let policy: Policy | null = null
  let steps = 0
  const options = { ...presets.MountainCarContinuous, ...changes, seed }
  for (const record of train(mountainCarContinuous, options)) ({ policy, steps } = record)
  assert.ok(steps < 50_000 + 1024)
  return evaluate(policy!, mountainCarContinuous, { episodes: 100, seed: 1 }).mean
}

for (const seed of [0, 1, 2]) {
  test(`seed ${seed}: MountainCarContinuous is solved within 50,000 steps`, () => {
    const mean = continuous(seed, {})
    // Gymnasium calls 90 solved.
    assert.ok(mean >= 90, `mean return ${mean}`)
  })
}

test('with fresh noise at every step the same training learns to do nothing', () => {
  // It never reaches the flag: no return is above 0, that of a car which does not move.
  const mean = continuous(0, { actionNoiseHold: 1 })
  assert.ok(mean <= 0 && mean > -5, `mean return ${mean}`)
})

test.run()
