import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole, pendulum } from '../../src/envs/index.ts'
import type { Env } from '../../src/rl/env.ts'
import { presets } from '../../src/trpo/presets.ts'
import { train } from '../../src/trpo/train.ts'

type Fit = 'adam' | 'trust-region'

/** FNV-1a over the bytes of every weight, after each iteration. */
function hashOf(makeEnv: () => Env, preset: string, valueFit: Fit, backend: 'reference' | 'simd'): string {
  let hash = 0xcbf29ce484222325n
  let last = ''
  const { batchSteps = 2048 } = presets[preset]
  for (const { iteration, policy, value, certificate } of train(
    makeEnv, { ...presets[preset], valueFit, seed: 11, totalSteps: 20 * batchSteps, backend })) {
    assert.is(policy.net.backend.name, backend)
    for (const { net } of [policy, value]) {
      for (const word of new BigUint64Array(net.parameters.flat.slice().buffer)) {
        hash = BigInt.asUintN(64, (hash ^ word) * 0x100000001b3n)
      }
    }
    last = `${iteration} ${hash.toString(16)} ${JSON.stringify(certificate)}`
  }
  return last
}

const CASES = [
  ['CartPole', cartPole, 'adam'], ['CartPole', cartPole, 'trust-region'], ['Pendulum', pendulum, 'trust-region'],
] as const
for (const [name, makeEnv, valueFit] of CASES) {
  test(`20 iterations of ${name}, ${valueFit}, leave the same bits in every weight on both backends`, () => {
    const simd = hashOf(makeEnv, name, valueFit, 'simd')
    assert.ok(simd.startsWith('20 '))
    assert.is(simd, hashOf(makeEnv, name, valueFit, 'reference'))
  })
}

test.run()
