import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole } from '../../src/envs/index.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import type { Policy } from '../../src/rl/policy.ts'
import { presets } from '../../src/trpo/presets.ts'
import { train } from '../../src/trpo/train.ts'

for (const seed of [0, 1, 2, 3, 4]) {
  test(`seed ${seed}: CartPole is balanced within 100,000 steps, and no update breaks its certificate`, () => {
    const options = { ...presets.CartPole, seed, totalSteps: 100_000 }
    let policy: Policy | null = null
    let steps = 0
    for (const iteration of train(cartPole, options)) {
      const { status, kl, surrogateBefore, surrogateAfter } = iteration.certificate
      if (status === 'accepted') assert.ok(kl <= options.maxKl! && surrogateAfter > surrogateBefore)
      ;({ policy, steps } = iteration)
    }
    // The last iteration is whole: up to one batch beyond.
    assert.ok(steps < 100_000 + 2048)
    // Gymnasium calls a mean of 475 over 100 episodes solved.
    const { mean } = evaluate(policy!, cartPole, { episodes: 100, seed: 1 })
    assert.ok(mean >= 475, `mean return ${mean}`)
  })
}

test.run()
