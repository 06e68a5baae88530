/**
 * Policies as JSON, read by the engine's own parser, against the policies: every number comes back with its
 * bits, every field is there. No tolerance.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeJson } from '../../../src/io/index.ts'
import { Random } from '../../../src/math/random.ts'
import { transposed } from '../../../src/math/tensor.ts'
import type { Space } from '../../../src/rl/world/space.ts'
import { anyPolicies } from '../../support/anyPolicy.ts'
import { bits } from '../../support/same.ts'

const numbers = (x: readonly (number | null)[], none: number = NaN): string =>
  bits(Float64Array.from(x, (value) => value ?? none))

test('every part of every kind of policy is there, and every bit', () => {
  const random = new Random(4)
  const ofSpace = (record: any, space: Space): void => {
    if (space.kind !== 'box') return assert.equal(record, space)
    assert.equal(Object.keys(record), ['kind', 'low', 'high'])
    assert.is(numbers(record.low, -Infinity), bits(space.low))
    assert.is(numbers(record.high, Infinity), bits(space.high))
  }
  for (const policy of anyPolicies(random)) {
    const { net: { parameters, activation }, normalizer, distribution, actionBounds } = policy
    parameters.flat.set([-0, 5e-324].slice(0, parameters.flat.length))
    const text = encodeJson(policy, { note: 'a "b"\u2028', __proto__: 'x' })
    const read = JSON.parse(text)
    assert.equal([read.format, read.format_version], ['trpo policy', 1])
    assert.match(read.writer, /^trpo \d/)
    ofSpace(read.observation_space, policy.observationSpace)
    ofSpace(read.action_space, policy.actionSpace)
    assert.is(read.distribution, distribution.name)
    assert.is(read.bounds, policy.actionSpace.kind === 'box' ? actionBounds : null)
    assert.is(read.activation, activation.name)
    assert.is(read.layers.length, parameters.layers.length)
    parameters.layers.forEach(({ W, b }, l) => {
      const { weight, bias } = read.layers[l] as { weight: number[][]; bias: number[] }
      const { data, rows, cols, rowStride, colStride } = transposed(W)
      assert.equal([weight.length, weight[0].length], [rows, cols])
      weight.forEach((row, i) => row.forEach((x, j) =>
        assert.ok(Object.is(x, data[i * rowStride + j * colStride]))))
      assert.is(numbers(bias), bits(b.data))
    })
    assert.is(numbers(read.log_std ?? []), bits(parameters.shared))
    if (normalizer === null) assert.is(read.normalizer, null)
    else {
      const { mean, scale, clip, statistics } = read.normalizer
      assert.is(numbers(mean), bits(normalizer.mean))
      assert.is(numbers(scale), bits(normalizer.scale))
      assert.is(clip ?? Infinity, normalizer.statistics.count > 0 ? normalizer.clip : Infinity)
      assert.is(statistics.count, normalizer.statistics.count)
      assert.is(numbers(statistics.squares), bits(normalizer.statistics.squares))
    }
    assert.equal(read.extra, { note: 'a "b"\u2028' })
  }
})

test.run()
