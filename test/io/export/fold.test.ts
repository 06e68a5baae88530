/**
 * A folded policy against the one with the normaliser: means on the same raw observations. Tolerance: 1e-13
 * times the size of what is summed, some rounding errors of sums of few terms.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodePolicy, encodePolicy, type FoldOptions, foldNormalizer } from '../../../src/io/index.ts'
import { Random } from '../../../src/math/random.ts'
import { act } from '../../../src/rl/actor.ts'
import type { Normalizer } from '../../../src/rl/normalizer.ts'
import type { Policy } from '../../../src/rl/policy.ts'
import { box, discrete } from '../../../src/rl/world/space.ts'
import { drawnPolicy } from '../../support/policy.ts'
import { bits } from '../../support/same.ts'

const random = new Random(8)
const normalizer = (
  clip: number, count: number, mean: readonly number[] = [3, -20], scale: readonly number[] = [0.5, 7],
): Normalizer => ({
  mean: Float64Array.from(mean), scale: Float64Array.from(scale), clip,
  statistics: { count, mean: new Float64Array(2), squares: new Float64Array(2) },
})
const space = box([-1, -1], [1, 1])
const meanOf = (policy: Policy, x: readonly number[]): number => (act(policy, x) as Float64Array)[0]
const made = (given: Normalizer | null): Policy =>
  drawnPolicy(space, box([-Infinity], [Infinity]), { units: 9, seed: 5, normalizer: given })

test('without a limit, or before the first statistics, the folded policy is the same function', () => {
  for (const given of [normalizer(Infinity, 5), normalizer(2, 0, [0, 0], [1, 1]), null]) {
    const policy = made(given)
    policy.net.parameters.layers[1].W.data.forEach((_, i, all) => { all[i] = random.normal() })
    const folded = foldNormalizer(policy)
    assert.is(folded.normalizer, null)
    for (let i = 0; i < 200; i++) {
      const x = [3 + 5 * random.normal(), -20 + 70 * random.normal()]
      assert.ok(Math.abs(meanOf(folded, x) - meanOf(policy, x)) < 1e-13 * 200)
    }
    assert.is.not(folded.net.parameters.flat, policy.net.parameters.flat)
    assert.equal(decodePolicy(encodePolicy(folded)).normalizer, null)
  }
})

test('a limit is refused, or dropped on request: then equal where it is not reached, and not beyond', () => {
  const policy = made(normalizer(2, 5))
  policy.net.parameters.layers[1].W.data.forEach((_, i, all) => { all[i] = random.normal() })
  assert.throws(() => foldNormalizer(policy), 'policy.normalizer.clip: expected no limit, which weights '
    + 'cannot hold, or options.dropClip, got 2')
  const before = bits(policy.net.parameters.flat)
  const folded = foldNormalizer(policy, { dropClip: true })
  assert.is(bits(policy.net.parameters.flat), before, 'the policy itself stays')
  let beyond = 0
  for (let i = 0; i < 500; i++) {
    const z = [2 * random.normal(), 2 * random.normal()], x = [3 + 0.5 * z[0], -20 + 7 * z[1]]
    const far = Math.abs(meanOf(folded, x) - meanOf(policy, x))
    if (z.every((value) => Math.abs(value) < 1.99)) assert.ok(far < 1e-11, `${far}`)
    else if (far > 1e-3) beyond++
  }
  assert.ok(beyond > 100, `${beyond}`)
})

test('what cannot be folded is one error', () => {
  const policy = drawnPolicy(space, discrete(2), { normalizer: normalizer(Infinity, 5, [0, 0], [1e-308, 1]) })
  policy.net.parameters.flat[0] = 1e10
  const options = (given: unknown): (() => unknown) => () => foldNormalizer(policy, given as FoldOptions)
  assert.throws(options({}), /^policy\.normalizer: expected statistics that keep weights finite, got an over/)
  assert.throws(options({ clip: 1 }), /^options: expected only dropClip, got "clip"$/)
  assert.throws(options({ dropClip: 1 }), /^options\.dropClip: expected a boolean, got 1$/)
})

test.run()
