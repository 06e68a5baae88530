/**
 * Normalisers in files of policies and value functions, compared with the normalisers before they were
 * written; invalid ones with errors written by hand. No tolerance: every bit comes back.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  decodePolicy, decodeSafetensors, decodeValue, encodePolicy, encodeSafetensors, encodeValue, FileError,
  type StoredTensor,
} from '../../src/io/index.ts'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { addSample, runningMoments } from '../../src/math/moments.ts'
import { createNormalizer, type Normalizer, refreshNormalizer } from '../../src/rl/normalizer.ts'
import { act } from '../../src/rl/actor.ts'
import { createPolicy, type Policy } from '../../src/rl/policy.ts'
import { box } from '../../src/rl/world/space.ts'
import { drawnValue } from '../support/value.ts'

const space = box([-Infinity, 0], [Infinity, 9])

/** Statistics of ten states whose second number is constant. */
function seen(clip: number): Normalizer {
  const normalizer = createNormalizer(space, clip)!, part = runningMoments(2), random = new Random(1)
  for (let i = 0; i < 10; i++) addSample(part, Float64Array.of(1e3 + random.normal(), 4), 0)
  refreshNormalizer(normalizer, [part])
  return normalizer
}

function policyWith(normalizer: Normalizer | null): Policy {
  const policy = createPolicy(reference, space, box([-1], [1]), [3], 'tanh', { normalizer })
  const random = new Random(2), theta = policy.net.parameters.flat
  for (let p = 0; p < theta.length; p++) theta[p] = random.normal()
  return policy
}

test('a policy and a value function come back with their normaliser, bit for bit', () => {
  for (const normalizer of [seen(10), seen(Infinity), createNormalizer(space, 5)!]) {
    const policy = policyWith(normalizer)
    const back = decodePolicy(encodePolicy(policy))
    assert.equal(back.normalizer, normalizer)
    assert.equal(encodePolicy(back), encodePolicy(policy))
    for (const x of [998, 1000, 1001]) {
      assert.equal(act(back, [x, 4], new Random(3)), act(policy, [x, 4], new Random(3)))
    }
    const value = drawnValue(reference, 2, [3], 'tanh', new Random(4), normalizer)
    assert.equal(decodeValue(encodeValue(value)).normalizer, normalizer)
  }
  const plain = policyWith(null)
  assert.is(decodePolicy(encodePolicy(plain)).normalizer, null)
  const stored = [...decodeSafetensors(encodePolicy(plain)).tensors.keys()]
  assert.ok(stored.every((name) => !name.startsWith('normalizer')))
  assert.not.equal(act(plain, [1000, 4]), act(policyWith(seen(10)), [1000, 4]))
})

test('an invalid normaliser is refused when a policy is made and when it is written', () => {
  const sound = seen(10), n = (...x: number[]): Float64Array => Float64Array.from(x)
  const wrong: readonly (readonly [Partial<Normalizer>, RegExp])[] = [
    [{ mean: n(1) }, /^normalizer: expected mean of length 2, got 1$/],
    [{ mean: n(1, NaN) },
      /^normalizer: expected mean\[1\] to be a finite number of at least -1\.79\d+e\+308, got NaN$/],
    [{ scale: n(1, 0) }, /^normalizer: expected scale\[1\] to be a finite number of at least 5e-324, got 0$/],
    [{ scale: n(Infinity, 1) },
      /^normalizer: expected scale\[0\] to be a finite number of at least 5e-324, got Infinity$/],
    [{ clip: 0 }, /^normalizer: expected clip to be a number above 0, got 0$/],
    [{ clip: NaN }, /^normalizer: expected clip to be a number above 0, got NaN$/],
    [{ statistics: { ...sound.statistics, count: 2.5 } },
      /^normalizer: expected statistics\.count to be an integer of at least 0, got 2\.5$/],
    [{ statistics: { ...sound.statistics, squares: n(1, -1) } },
      /^normalizer: expected statistics\.squares\[1\] to be a finite number of at least 0, got -1$/],
    [{ statistics: { ...sound.statistics, mean: n(1, 2, 3) } },
      /^normalizer: expected statistics\.mean of length 2, got 3$/],
  ]
  for (const [change, message] of wrong) {
    const normalizer = { ...sound, ...change }
    assert.throws(() => policyWith(normalizer), message)
    assert.throws(() => encodePolicy({ ...policyWith(null), normalizer }), message)
  }
})

test('a file whose normaliser is invalid or incomplete is refused', () => {
  const bytes = encodePolicy(policyWith(seen(10)))
  const edited = (edit: (tensors: Map<string, StoredTensor>) => void): (() => unknown) => {
    const { tensors, metadata } = decodeSafetensors(bytes)
    metadata.delete('crc32')
    edit(tensors)
    const changed = encodeSafetensors(tensors, metadata)
    return () => decodePolicy(changed)
  }
  const refused = (edit: (tensors: Map<string, StoredTensor>) => void, message: RegExp): void =>
    assert.throws(edited(edit), (error: Error) => error instanceof FileError && message.test(error.message))
  const names = [...decodeSafetensors(bytes).tensors.keys()].filter((name) => name.startsWith('normalizer'))
  assert.is(names.length, 6)
  for (const name of names) {
    refused((tensors) => tensors.delete(name), name === 'normalizer.mean'
      ? /^"normalizer\.clip": expected nothing by that name/
      : /^normalizer\..*: expected a tensor, got none$/)
    refused((tensors) => tensors.set(name, { shape: [1, 1], data: Float64Array.of(1) }),
      /^normalizer\..*: expected [01] axes, got 2$/)
    const { shape, data } = decodeSafetensors(bytes).tensors.get(name)!
    // Only `clip` may be infinite.
    if (name !== 'normalizer.clip') {
      const infinite = { shape, data: data.map(() => -Infinity) }
      refused((tensors) => tensors.set(name, infinite), /^normalizer: expected /)
    }
    if (shape.length === 1) {
      const longer = { shape: [3], data: Float64Array.of(1, 1, 1) }
      refused((tensors) => tensors.set(name, longer), /^normalizer: expected .* of length 2, got 3$/)
    }
  }
  edited(() => {})()
})

test.run()
