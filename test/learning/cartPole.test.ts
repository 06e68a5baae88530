/**
 * "It learns": returns of trained policies against the maximum, 500, and certificates against their promise.
 * Tolerance: none; the seeds are fixed.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole } from '../../src/envs/index.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import type { Policy } from '../../src/rl/policy.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { train } from '../../src/trpo/train.ts'

for (const seed of [0, 1, 2, 3, 4]) {
  test(`seed ${seed}: CartPole is balanced to the end within 40,960 steps, every update within δ`, () => {
    const options = { ...presets.CartPole, seed }
    let policy: Policy | null = null
    let steps = 0
    for (const iteration of train(cartPole, options)) {
      const { status, kl, surrogateBefore, surrogateAfter } = iteration.certificate
      if (status === 'accepted') assert.ok(kl <= options.maxKl! && surrogateAfter > surrogateBefore)
      ;({ policy, steps } = iteration)
    }
    assert.is(steps, 40_960)
    // Gymnasium calls a mean of 475 over 100 episodes solved; each of these lasts to the time limit.
    const { mean } = evaluate(policy!, cartPole, { episodes: 100, seed: 1 })
    assert.is(mean, 500)
  })
}

test.run()
