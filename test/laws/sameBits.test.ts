/**
 * Trainings on WebAssembly against trainings in TypeScript: hashes of all weights after each iteration.
 * Tolerance: none.
 * The hash itself against known answers of its authors.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole, pendulum } from '../../src/envs/index.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { train } from '../../src/trpo/train.ts'
import { addByte, addNumbers, createHash, digits } from '../../src/nn/hash.ts'

type Fit = 'adam' | 'trust-region'

/** Over every weight after each iteration, with the last certificate. */
function hashOf(makeEnv: () => Env, preset: string, valueFit: Fit, backend: 'reference' | 'simd'): string {
  const hash = createHash()
  let last = ''
  const { batchSteps = 2048 } = presets[preset]
  for (const { iteration, policy, value, certificate } of train(
    makeEnv, { ...presets[preset], valueFit, seed: 11, totalSteps: 20 * batchSteps, backend })) {
    assert.is(policy.net.backend.name, backend)
    for (const { net } of [policy, value]) addNumbers(hash, net.parameters.flat)
    last = `${iteration} ${digits(hash)} ${JSON.stringify(certificate)}`
  }
  return last
}

test('the hash is FNV-1a: known answers of its authors', () => {
  // draft-eastlake-fnv, appendix C.
  const answers = [['', 'cbf29ce484222325'], ['a', 'af63dc4c8601ec8c'], ['foobar', '85944171f73967e8']]
  for (const [text, expected] of answers) {
    const hash = createHash()
    for (const letter of text) addByte(hash, letter.charCodeAt(0))
    assert.is(digits(hash), expected)
  }
})

test('numbers are hashed by their bits, except NaN, which is one number', () => {
  const of = (...numbers: number[]): string => {
    const hash = createHash()
    addNumbers(hash, numbers)
    return digits(hash)
  }
  // FNV-1a over the bytes of 1, 00 00 00 00 00 00 f0 3f, with BigInt.
  let h = 0xcbf29ce484222325n
  for (const byte of [0n, 0n, 0n, 0n, 0n, 0n, 0xf0n, 0x3fn]) {
    h = BigInt.asUintN(64, (h ^ byte) * 0x100000001b3n)
  }
  assert.is(of(1), h.toString(16).padStart(16, '0'))
  assert.is.not(of(0), of(-0))
  assert.is.not(of(1, -1), of(-1, 1))
  const nan = new Float64Array(new BigUint64Array([0xfff8000000000001n]).buffer)
  assert.is(of(nan[0]), of(NaN))
})

const CASES = [
  ['CartPole', cartPole, 'adam'], ['CartPole', cartPole, 'trust-region'],
  ['Pendulum', pendulum, 'trust-region'],
] as const
for (const [name, makeEnv, valueFit] of CASES) {
  test(`20 iterations of ${name}, ${valueFit}, leave the same bits in every weight on both backends`, () => {
    const simd = hashOf(makeEnv, name, valueFit, 'simd')
    assert.ok(simd.startsWith('20 '))
    assert.is(simd, hashOf(makeEnv, name, valueFit, 'reference'))
  })
}

test.run()
