import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodePolicy, encodePolicy } from '../../src/io/index.ts'
import type { Backend } from '../../src/math/backend.ts'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { createSimd } from '../../src/math/simd/simd.ts'
import type { ActivationName } from '../../src/nn/activation.ts'
import { act, createPolicy, type Policy } from '../../src/rl/policy.ts'
import { box, discrete, multiBinary, multiDiscrete, sample, type Space } from '../../src/rl/space.ts'

const simd = createSimd(1 << 20)!

const SPACES: readonly Space[] = [
  box([-1, -Infinity, -0, -1e308], [1, Infinity, 5e-324, 1e308]), discrete(4, -3), multiDiscrete([3, 1, 2]), multiBinary(3),
]

/** A policy with parameters of every size, −0 and the least double among them. */
function drawn(
  observationSpace: Space, actionSpace: Space, hidden: readonly number[] = [5, 3], activation: ActivationName = 'tanh',
  backend: Backend = reference,
): Policy {
  const policy = createPolicy(backend, observationSpace, actionSpace, hidden, activation)
  const random = new Random(3), theta = policy.net.parameters.flat
  for (let p = 0; p < theta.length; p++) theta[p] = random.normal()
  theta.set([-0, 5e-324, -1e-200], 0)
  return policy
}

/** 64 bits each, for a comparison that tells −0 from 0. */
const bits = (x: Float64Array): string => new BigUint64Array(x.slice().buffer).join()

test('a policy comes back with its spaces, sizes, activation and every bit of θ, for all kinds of spaces', () => {
  for (const observationSpace of SPACES) {
    for (const actionSpace of SPACES) {
      const policy = drawn(observationSpace, actionSpace)
      const back = decodePolicy(encodePolicy(policy))
      assert.equal(back.observationSpace, observationSpace)
      assert.equal(back.actionSpace, actionSpace)
      assert.is(back.distribution.name, policy.distribution.name)
      assert.equal(back.net.sizes, policy.net.sizes)
      assert.is(bits(back.net.parameters.flat), bits(policy.net.parameters.flat))
      const observation = sample(observationSpace, new Random(4))
      assert.equal(act(back, observation), act(policy, observation))
      assert.equal(act(back, observation, new Random(5)), act(policy, observation, new Random(5)))
    }
  }
})

test('depth, width and activation are kept, and the file is the same on either backend', () => {
  for (const hidden of [[], [1], [2, 7, 3, 4]]) {
    for (const activation of ['tanh', 'relu', 'identity'] as const) {
      const bytes = encodePolicy(drawn(SPACES[0], SPACES[0], hidden, activation))
      for (const backend of [reference, simd]) {
        const back = decodePolicy(bytes, backend)
        assert.is(back.net.backend, backend)
        assert.is(back.net.activation.name, activation)
        assert.equal(back.net.sizes, [4, ...hidden, 4])
        assert.equal(encodePolicy(back), bytes)
      }
      assert.equal(encodePolicy(drawn(SPACES[0], SPACES[0], hidden, activation, simd)), bytes)
    }
  }
})

test.run()
