/**
 * Noise recovered from actions, (a − μ)/σ, against the draws of the action stream itself.
 * Tolerances: roundings of a − μ over σ; four standard deviations of binomial counts.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { type Batch, createBatch } from '../../src/rl/batch.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { createPolicy, type Policy } from '../../src/rl/policy.ts'
import { collect, createRollout } from '../../src/rl/rollout.ts'
import { box, discrete, type Space } from '../../src/rl/world/space.ts'

/** A new random observation at every step; episodes of `length` steps. */
function restless(actionSpace: Space, length: number, seed: number): Env {
  const random = new Random(seed)
  const look = (): number[] => [2 * random.uniform() - 1]
  let t = 0
  return {
    observationSpace: box([-1], [1]), actionSpace,
    reset() {
      t = 0
      return { observation: look() }
    },
    step() {
      return { observation: look(), reward: 0, terminated: false, truncated: ++t === length }
    },
  }
}

const line = box([-Infinity], [Infinity])
const MEAN = 0.25, SLOPE = 0.5, LOG_STD = -1
/** μ(s) = MEAN + SLOPE s. */
function gaussianPolicy(): Policy {
  const policy = createPolicy(reference, box([-1], [1]), line, [], 'tanh')
  policy.net.parameters.flat.set([SLOPE, MEAN, LOG_STD])
  return policy
}

function rollout(
  space: Space, policy: Policy, { environments = 1, length = Infinity, steps = 1000, actionNoiseHold = 4 },
): Batch {
  const envs = Array.from({ length: environments }, (_, e) => restless(space, length, e))
  const batch = createBatch(reference, steps, environments, 1, 1)
  collect(createRollout(envs, policy, new Random(7), actionNoiseHold), batch)
  return batch
}

/** (a − μ(s))/σ of environment e, step by step. */
function noiseOf(batch: Batch, e: number): number[] {
  return Array.from({ length: batch.steps }, (_, t) => {
    const i = e * batch.steps + t
    return (batch.actions.data[i] - MEAN - SLOPE * batch.observations.data[i]) / Math.exp(LOG_STD)
  })
}

/** |a|, |μ| < 4, σ = 0.37: a few roundings of 4 · 2⁻⁵³, over σ. */
const ROUNDING = 1e-14

/** For how many steps each noise is held; each must be the next normal number of the stream 'action/e'. */
function stretches(batch: Batch, e: number): number[] {
  const stream = new Random(7).fork(`action/${e}`)
  const lengths: number[] = []
  let z = NaN
  for (const noise of noiseOf(batch, e)) {
    if (!(Math.abs(noise - z) <= ROUNDING)) {
      z = stream.normal()
      assert.ok(Math.abs(noise - z) <= ROUNDING, `${noise}: expected ${z}, the next of the stream`)
      lengths.push(0)
    }
    lengths[lengths.length - 1]++
  }
  return lengths
}

test('noise is the draws of the action stream, in order, none left out, each held for some steps', () => {
  const batch = rollout(line, gaussianPolicy(), { environments: 3, length: 50 })
  for (let e = 0; e < 3; e++) assert.ok(stretches(batch, e).length > 100)
  assert.is.not(stretches(batch, 0).join(), stretches(batch, 1).join())
})

test('noise ends with probability 1/actionNoiseHold at every step, independent of its age', () => {
  const N = 20_000
  for (const actionNoiseHold of [1.5, 2, 4, 16]) {
    const lengths = stretches(rollout(line, gaussianPolicy(), { steps: N, actionNoiseHold }), 0).slice(0, -1)
    const p = 1 / actionNoiseHold
    for (const age of [1, 2, 5]) {
      const reached = lengths.filter((n) => n >= age).length
      const ended = lengths.filter((n) => n === age).length
      // Binomial: four standard deviations.
      const spread = 4 * Math.sqrt(reached * p * (1 - p))
      assert.ok(Math.abs(ended - reached * p) <= spread,
        `${actionNoiseHold}, age ${age}: ${ended} of ${reached}`)
    }
  }
})

test('an episode begins with new noise', () => {
  // Probability 1e-6 per step: within 200 episodes of 5 steps no other end is to be expected.
  const lengths = stretches(rollout(line, gaussianPolicy(), { length: 5, actionNoiseHold: 1e6 }), 0)
  assert.equal(lengths, new Array(200).fill(5))
})

test('actionNoiseHold 1, the default, draws anew at every step', () => {
  for (const actionNoiseHold of [1, undefined]) {
    const batch = createBatch(reference, 300, 1, 1, 1)
    collect(createRollout([restless(line, 7, 0)], gaussianPolicy(), new Random(7), actionNoiseHold), batch)
    assert.equal(stretches(batch, 0), new Array(300).fill(1))
  }
})

test('for discrete actions the uniform number is held, while the distribution follows the state', () => {
  const policy = createPolicy(reference, box([-1], [1]), discrete(3), [], 'tanh')
  const weights = [3, -1, -2], biases = [0.1, 0.2, 0]
  policy.net.parameters.flat.set([...weights, ...biases])
  const batch = rollout(discrete(3), policy, { length: 25, actionNoiseHold: 1e6 })
  const stream = new Random(7).fork('action/0')
  let u = NaN, changes = 0
  for (let t = 0; t < batch.steps; t++) {
    if (t % 25 === 0) u = stream.uniform()
    const odds = weights.map((w, j) => Math.exp(w * batch.observations.data[t] + biases[j]))
    const total = odds[0] + odds[1] + odds[2]
    const choice = u * total < odds[0] ? 0 : u * total < odds[0] + odds[1] ? 1 : 2
    assert.is(batch.actions.data[t], choice)
    if (t % 25 > 0 && choice !== batch.actions.data[t - 1]) changes++
  }
  assert.ok(changes > 100, 'the action itself may change at any step')
})

test('actionNoiseHold out of range, or of another type, is refused by name', () => {
  for (const wrong of [0, 0.5, -1, NaN, Infinity, 1e7, '4', null]) {
    assert.throws(() => rollout(line, gaussianPolicy(), { actionNoiseHold: wrong as number }),
      /^actionNoiseHold: expected a number from 1 to 1000000, got /)
  }
})

test.run()
