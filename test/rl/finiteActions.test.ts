/**
 * What a policy hands to a world if products of finite numbers overflow: an error that names the place, by
 * worlds that record what they are given, for every kind of actions. No tolerance.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { act, actionOf, createActor, decide } from '../../src/rl/actor.ts'
import type { ActionBounds } from '../../src/rl/actionBounds.ts'
import { createBatch } from '../../src/rl/batch.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import { EnvError } from '../../src/rl/play/envError.ts'
import { createPolicy, type Policy } from '../../src/rl/policy.ts'
import { collect, createRollout } from '../../src/rl/rollout.ts'
import type { Action, Env } from '../../src/rl/world/env.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../src/rl/world/space.ts'

const observationSpace = box([-Infinity, -Infinity], [Infinity, Infinity])
const LARGE = [1e308, 1e308]

/** Linear, of weights ±3: at LARGE every output is ∞ − ∞, or an infinity if `sign` is 1. */
function policyFor(actionSpace: Space, sign: number = -1, actionBounds: ActionBounds = 'clip'): Policy {
  const policy = createPolicy(reference, observationSpace, actionSpace, [], 'tanh', { actionBounds })
  const { W } = policy.net.parameters.layers[0]
  for (let j = 0; j < W.cols; j++) {
    W.data[j] = 3
    W.data[W.cols + j] = 3 * sign
  }
  return policy
}

const spaces: readonly Space[] = [
  box([-1], [1]), box([-Infinity], [Infinity]), discrete(3), multiDiscrete([2, 2]), multiBinary(2),
]

/** A world that shows LARGE after two steps, and records what it is given. */
function world(actionSpace: Space, given: Action[]): Env {
  let t = 0
  return {
    observationSpace, actionSpace,
    reset: () => ({ observation: [0.5, 0.5] }),
    step(action) {
      given.push(typeof action === 'number' ? action : action.slice())
      return { observation: ++t < 2 ? [0.5, 0.5] : LARGE, reward: 0, terminated: false, truncated: false }
    },
  }
}

const finite = (action: Action): boolean => [action].flat().every((a) =>
  typeof a === 'number' ? Number.isFinite(a) : a.every(Number.isFinite))

for (const space of spaces) {
  const name = space.kind === 'box' ? `box to ${space.high[0]}` : space.kind
  test(`${name}: act refuses outputs that are not finite, drawn or not`, () => {
    for (const sign of [-1, 1]) {
      const policy = policyFor(space, sign), got = sign === 1 ? 'Infinity' : 'NaN'
      for (const random of [null, new Random(1)]) {
        assert.throws(() => act(policy, LARGE, random), (e: Error) => e instanceof RangeError
          && e.message === `policy: expected finite outputs for this observation, got ${got}`)
        assert.ok(finite(act(policy, [1e100, -1e100], random) as Action))
      }
    }
  })

  test(`${name}: a rollout and an evaluation stop at environment and step; no world is given NaN`, () => {
    const policy = policyFor(space)
    const given: Action[] = []
    const rollout = createRollout([world(space, []), world(space, given)], policy, new Random(2))
    const batch = createBatch(reference, 5, 2, 2, policy.distribution.actionSize)
    const problem = 'policy: expected finite outputs for this observation, got NaN'
    const isRight = (e: Error, step: number, where: string): boolean => e instanceof EnvError
      && e.step === step && e.message === `environment ${e.env}, step ${step}: ${where}${problem}`
    assert.throws(() => collect(rollout, batch), (e: Error) => isRight(e, 2, ''))
    for (const deterministic of [true, false]) {
      assert.throws(() => evaluate(policy, () => world(space, given), { episodes: 1, deterministic }),
        (e: Error) => isRight(e, 2, 'episode 0: '))
    }
    assert.ok(given.length >= 4)
    assert.ok(given.every(finite))
  })
}

test('squashed actions are refused likewise, and those of finite outputs are in their bounds', () => {
  const policy = policyFor(box([-2], [3]), -1, 'squash')
  assert.throws(() => act(policy, LARGE), /^policy: expected finite outputs/)
  assert.equal([...act(policy, [1e307, -1e307]) as Float64Array], [3])
})

test('an output that the mask forbids may be anything', () => {
  const policy = policyFor(discrete(3))
  const { W, b } = policy.net.parameters.layers[0]
  // Only the second action's logit overflows.
  for (const j of [0, 2]) W.data[j] = W.data[W.cols + j] = 0
  b.data[2] = 1
  assert.throws(() => act(policy, LARGE), /^policy: expected finite outputs/)
  assert.throws(() => act(policy, LARGE, null, [1, 1, 1]), /^policy: expected finite outputs/)
  assert.is(act(policy, LARGE, null, [1, 0, 1]), 2)
})

test('a row is judged by itself', () => {
  const actor = createActor(policyFor(box([-1], [1])), 2)
  actor.observations.data.set([0.25, 0.5, ...LARGE])
  decide(actor, null)
  assert.equal([...actionOf(actor, 0) as Float64Array], [-0.75])
})

test.run()
