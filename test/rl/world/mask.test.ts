/**
 * Masks against tables, and in environments (support/market.ts) that throw if a forbidden action is taken.
 * Exact: masks are only copied, and returns are the same sums in the same order.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { type Batch, createBatch } from '../../../src/rl/batch.ts'
import { checkEnv } from '../../../src/verify/env/checkEnv.ts'
import type { Env } from '../../../src/rl/world/env.ts'
import { evaluate } from '../../../src/rl/evaluate.ts'
import { maskLengthOf, nextAllowed, writeMask } from '../../../src/rl/world/mask.ts'
import { act } from '../../../src/rl/actor.ts'
import { createPolicy, type Policy } from '../../../src/rl/policy.ts'
import { collect, createRollout } from '../../../src/rl/rollout.ts'
import { EnvError } from '../../../src/rl/play/envError.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../../src/rl/world/space.ts'
import { bestStalls, EPISODE, market, stallsOf } from '../../support/market.ts'
import { drawnPolicy } from '../../support/policy.ts'

const ROWS: readonly (readonly number[])[] = [[4], [2, 3]]

function policyFor(env: Env): Policy {
  const policy = drawnPolicy(env.observationSpace, env.actionSpace, { units: 5 })
  // A last layer of gain 1 instead of 0.01: a policy with preferences.
  const { W } = policy.net.parameters.layers[1]
  for (let p = 0; p < W.data.length; p++) W.data[p] *= 100
  return policy
}

function batchFor(env: Env, policy: Policy, steps: number, envs: number): Batch {
  const { net, distribution } = policy
  return createBatch(reference, steps, envs, net.sizes[0], distribution.actionSize, maskLengthOf([env]))
}

test('a mask is copied from any array of zeros and ones', () => {
  for (const [space, mask] of [
    [discrete(3, 5), [0, 1, 1]], [multiDiscrete([2, 1, 2]), [1, 0, 1, 0, 1]], [discrete(1), [1]],
  ] as const) {
    for (const given of [mask, Uint8Array.from(mask), Float64Array.from(mask), Int8Array.from(mask)]) {
      const target = new Uint8Array(9).fill(7)
      assert.is(writeMask(target, 2, space, given), null)
      assert.equal([...target], [7, 7, ...mask, ...new Array<number>(7 - mask.length).fill(7)])
    }
  }
})

test('any other mask is refused with the exact problem, and nothing is written', () => {
  const faults: readonly (readonly [Space, unknown, string])[] = [
    [discrete(3), [1, 1], 'expected 3 numbers, got 2'],
    [discrete(3), [1, 1, 1, 1], 'expected 3 numbers, got 4'],
    [discrete(3), undefined, 'expected an array of 3 numbers, got undefined'],
    [discrete(3), 1, 'expected an array of 3 numbers, got 1'],
    [discrete(3), Promise.resolve([1, 1, 1]), 'expected an array of 3 numbers, got Promise'],
    [discrete(3), [1, true, 1], 'expected [1] to be 0 or 1, got true'],
    [discrete(3), [1, 0.5, 1], 'expected [1] to be 0 or 1, got 0.5'],
    [discrete(3), [1, 1, NaN], 'expected [2] to be 0 or 1, got NaN'],
    [discrete(3), [1, -1, 1], 'expected [1] to be 0 or 1, got -1'],
    [discrete(3), [0, 0, 0], 'expected an allowed action among [0] … [2], got none'],
    [multiDiscrete([2, 3]), [1, 1, 0, 0, 0], 'expected an allowed action among [2] … [4], got none'],
    [multiDiscrete([2, 3]), [1, 1], 'expected 5 numbers, got 2'],
    [multiBinary(3), [1, 1, 1], 'expected none where actions are multiBinary, got Array of length 3'],
    [box([0], [1]), [1], 'expected none where actions are box, got Array of length 1'],
  ]
  for (const [space, mask, message] of faults) {
    const target = new Uint8Array(9).fill(7)
    assert.is(writeMask(target, 0, space, mask), message)
    assert.ok(target.every((x) => x === 7))
    if (mask === undefined) continue
    const policy = createPolicy(reference, box([-1], [1]), space, [], 'tanh')
    assert.throws(() => act(policy, [0], null, mask as number[]),
      (e: Error) => e instanceof RangeError && e.message === `mask: ${message}`)
  }
})

test('a forbidden action is replaced by the next allowed one, component by component', () => {
  assert.is(nextAllowed(discrete(4, 10), 11, [1, 1, 0, 0]), 11)
  assert.is(nextAllowed(discrete(4, 10), 12, [0, 1, 0, 0]), 11)
  assert.is(nextAllowed(discrete(4, 10), 10, [0, 0, 0, 1]), 13)
  assert.equal(nextAllowed(multiDiscrete([2, 3]), Float64Array.of(0, 2), [0, 1, 1, 0, 0]),
    Float64Array.of(1, 0))
})

test('environments without masks have length 0; a mask for a space without masks is refused', () => {
  const plain = market([4])
  delete plain.actionMask
  assert.is(maskLengthOf([plain, plain]), 0)
  assert.is(maskLengthOf([plain, market([4])]), 4)
  assert.is(maskLengthOf([market([2, 3])]), 5)
  for (const [actionSpace, actionMask, message] of [
    [discrete(2), [1, 1], 'environment 1.actionMask: expected a function, got Array of length 2'],
    [box([0], [1]), () => [1],
      'environment 1.actionMask: expected none where actions are box, got function (anonymous)'],
    [multiBinary(1), () => [1],
      'environment 1.actionMask: expected none where actions are multiBinary, got function (anonymous)'],
  ] as const) {
    const odd = { ...plain, actionSpace, actionMask } as unknown as Env
    assert.throws(() => maskLengthOf([{ ...plain, actionSpace }, odd]),
      (e: Error) => e instanceof TypeError && e.message === message)
  }
})

test('a rollout keeps the mask of every state, and takes only allowed actions', () => {
  for (const rows of ROWS) {
    const seen: { prices: number[]; mask: number[] }[][] = [[], []]
    const envs = seen.map((log) => {
      const env = market(rows)
      return {
        ...env,
        step(action) {
          const prices = [...env.getState!().subarray(1, 1 + env.actionMask!().length)]
          log.push({ prices, mask: Array.from(env.actionMask!()) })
          return env.step(action)
        },
      } as Env
    })
    const policy = policyFor(envs[0])
    const rollout = createRollout(envs, policy, new Random(2))
    const T = 25, batch = batchFor(envs[0], policy, T, 2), n = maskLengthOf(envs)
    for (let round = 0; round < 2; round++) {
      const episodes = collect(rollout, batch)
      assert.ok(episodes.length >= 4)
      for (let i = 0; i < 2 * T; i++) {
        const { prices, mask } = seen[Math.floor(i / T)][round * T + i % T]
        assert.equal([...batch.masks!.subarray(i * n, (i + 1) * n)], mask)
        assert.equal([...batch.observations.data.subarray(i * n, (i + 1) * n)], prices)
      }
    }
  }
})

test('without a mask method no masks are kept; beside masked environments, all are allowed', () => {
  const plain = market([4])
  delete plain.actionMask
  plain.step = () => ({ observation: new Float64Array(4), reward: 0, terminated: false, truncated: false })
  const policy = policyFor(plain)
  const rollout = createRollout([plain], policy, new Random(2))
  assert.is(rollout.actor.map.eta.mask, null)
  assert.is(batchFor(plain, policy, 5, 1).masks, null)
  const both = [plain, market([4])], batch = batchFor(both[1], policy, 20, 2)
  collect(createRollout(both, policy, new Random(2)), batch)
  for (let i = 0; i < 20; i++) assert.equal([...batch.masks!.subarray(4 * i, 4 * i + 4)], [1, 1, 1, 1])
})

test('a batch without memory for masks is refused if environments have masks', () => {
  const env = market([4]), policy = policyFor(env)
  const rollout = createRollout([env], policy, new Random(2))
  assert.throws(() => collect(rollout, createBatch(reference, 5, 1, 4, 1)),
    /^batch\.masks: expected 20 numbers, got null$/)
  assert.throws(() => collect(rollout, createBatch(reference, 5, 1, 4, 1, 3)),
    /^batch\.masks: expected 20 numbers, got Uint8Array of length 15$/)
})

test('an invalid mask, or an exception, is reported with environment, step and value', () => {
  const faults: readonly (readonly [() => unknown, string])[] = [
    [() => [1, 1, 1], 'actionMask(): expected 4 numbers, got 3'],
    [() => [0, 0, 0, 0], 'actionMask(): expected an allowed action among [0] … [3], got none'],
    [() => null, 'actionMask(): expected an array of 4 numbers, got null'],
    [() => { throw new Error('shut') }, 'actionMask() threw shut'],
  ]
  for (const [broken, message] of faults) {
    const faulty = (): Env => {
      const env = market([4])
      let asked = 0
      return { ...env, actionMask: () => (asked++ < 3 ? env.actionMask!() : broken()) as number[] }
    }
    const env = faulty(), policy = policyFor(env)
    const fails = (where: string) => (e: Error): boolean =>
      e instanceof EnvError && e.message === `environment 0, step 3: ${where}${message}`
    const rollout = createRollout([env], policy, new Random(2))
    assert.throws(() => collect(rollout, batchFor(env, policy, 9, 1)), fails(''))
    assert.throws(() => evaluate(policy, faulty, { episodes: 1, firstEpisode: 5 }), fails('episode 5: '))
  }
})

test('an evaluation takes only allowed actions, most likely or drawn, those of `act` with the mask', () => {
  for (const rows of ROWS) {
    const make = (): Env => market(rows)
    const policy = policyFor(make())
    for (const deterministic of [true, false]) {
      const { lengths } = evaluate(policy, make, { episodes: 40, deterministic })
      assert.ok(lengths.every((length) => length === EPISODE))
    }
    const seeds: number[] = []
    const listening = (): Env => {
      const env = make()
      return { ...env, reset: (options) => { seeds.push(options!.seed!); return env.reset(options) } }
    }
    const { returns } = evaluate(policy, listening, { episodes: 3 })
    const env = make()
    seeds.forEach((seed, episode) => {
      let { observation } = env.reset({ seed }), total = 0
      for (let t = 0; t < EPISODE; t++) {
        const result = env.step(act(policy, observation, null, env.actionMask!()))
        total += result.reward
        observation = result.observation
      }
      // The same sums in the same order.
      assert.is(returns[episode], total)
    })
  }
})

test('acting under a mask gives the largest allowed logit, and draws only allowed actions', () => {
  for (const rows of ROWS) {
    const env = market(rows), policy = policyFor(env), random = new Random(3)
    // An identity: logits are the observation.
    const linear = createPolicy(reference, env.observationSpace, env.actionSpace, [], 'tanh')
    const n = linear.net.sizes[0]
    for (let j = 0; j < n; j++) linear.net.parameters.layers[0].W.data[j * n + j] = 1
    for (let k = 0; k < 50; k++) {
      const prices = Array.from(env.reset({ seed: k }).observation as Float64Array)
      const mask = Array.from(env.actionMask!())
      const best = bestStalls(prices, mask, rows)
      assert.equal(stallsOf(act(linear, prices, null, mask), rows), best)
      for (const stall of stallsOf(act(policy, prices, random, mask), rows)) assert.is(mask[stall], 1)
      assert.equal(act(policy, prices, new Random(k), mask.map(() => 1)), act(policy, prices, new Random(k)))
    }
  }
})

test('checkEnv walks with allowed actions, and reports nothing for a valid mask', () => {
  for (const rows of ROWS) {
    for (const seed of [0, 1, 2]) assert.equal(checkEnv(market(rows), { seed, steps: 200 }), [])
  }
})

test('checkEnv reports an invalid mask', () => {
  const check = (parts: object): string[] => checkEnv({ ...market([4]), ...parts } as Env, { steps: 50 })
  assert.equal(check({ actionMask: 3 }), ['actionMask: expected a function, got 3'])
  assert.equal(check({ actionSpace: multiBinary(2) }),
    ['actionMask: expected none where actions are multiBinary, got function actionMask'])
  assert.equal(check({ actionMask: () => [1, 1] }), ['step 0: actionMask(): expected 4 numbers, got 2'])
  assert.equal(check({ actionMask: () => [0, 0, 0, 0] }),
    ['step 0: actionMask(): expected an allowed action among [0] … [3], got none'])
  assert.equal(check({ actionMask: () => Promise.reject(new Error('late')) }),
    ['step 0: actionMask(): expected a result at once, got a Promise; checkEnvAsync awaits it'])
  assert.equal(check({ actionMask: () => { throw new Error('shut') } }),
    ['step 0: actionMask(): expected a mask, got the error "shut"'])
})

test('checkEnv reports a mask that the seed, or the saved state, does not determine', () => {
  const still = (mask: () => number[]): Env => ({
    observationSpace: box([0], [1]), actionSpace: discrete(2),
    reset: () => ({ observation: [0] }),
    step: () => ({ observation: [0], reward: 0, terminated: false, truncated: false }),
    actionMask: mask,
  })
  let asked = 0
  assert.equal(checkEnv(still(() => (asked++ === 25 ? [0, 1] : [1, 1])), { steps: 20 }),
    ['step 5: actionMask()[0]: '
      + 'expected the same seed and actions to give the same actionMask()[0], 1, got 0'])
  let count = 0
  const env: Env = {
    ...still(() => (count % 3 === 0 ? [1, 0] : [1, 1])),
    reset: () => { count = 0; return { observation: [0] } },
    step: () => { count++; return { observation: [0], reward: 0, terminated: false, truncated: false } },
    getState: () => new Float64Array(1), setState() { count = 0 },
  }
  assert.equal(checkEnv(env, { steps: 30 }),
    ['step 10: actionMask()[1]: '
      + 'expected setState(getState()) to continue with the same actionMask()[1], 1, got 0'])
})

test.run()
