/**
 * "It learns": mean returns of trained policies against Gymnasium's threshold, −100.
 * Tolerance: none; the seeds are fixed.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { acrobot } from '../../src/envs/index.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import type { Policy } from '../../src/rl/policy.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { train } from '../../src/trpo/train.ts'

for (const seed of [0, 1]) {
  test(`seed ${seed}: Acrobot swings its tip up within 100 steps, on average, after 100,000 steps`, () => {
    let policy: Policy | null = null
    let steps = 0
    for (const iteration of train(acrobot, { ...presets.Acrobot, seed })) ({ policy, steps } = iteration)
    // The last iteration is whole: up to one batch beyond.
    assert.ok(steps < 100_000 + 2048)
    // Gymnasium calls −100 solved.
    const { mean } = evaluate(policy!, acrobot, { episodes: 100, seed: 1 })
    assert.ok(mean >= -100, `mean return ${mean}`)
  })
}

test.run()
