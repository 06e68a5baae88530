/**
 * Q̂ against a replay of every branch step by step; gradients against differences of the exact objective.
 * Tolerances: some roundings, truncation of differences, five standard errors of means.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random, RANDOM_STATE_SIZE } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { createShards } from '../../../src/nn/shards.ts'
import { type Batch, createBatch } from '../../../src/rl/batch.ts'
import type { Action, Env } from '../../../src/rl/world/env.ts'
import { maskLengthOf } from '../../../src/rl/world/mask.ts'
import { act } from '../../../src/rl/actor.ts'
import { createPolicy, type Policy } from '../../../src/rl/policy.ts'
import { createPolicyMap, forwardPolicy } from '../../../src/rl/policyMap.ts'
import { collect, createRollout, type Rollout } from '../../../src/rl/rollout.ts'
import { EnvError } from '../../../src/rl/play/envError.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../../src/rl/world/space.ts'
import { drawnValue } from '../../support/value.ts'
import { predict, type Value } from '../../../src/rl/value.ts'
import {
  collectVine, createVine, type Vine, vineAdvantages, type VineOptions, vineRows,
} from '../../../src/rl/vine/vine.ts'
import { policyGradient } from '../../../src/trpo/surrogate.ts'
import { normals } from '../../support/dense.ts'
import { gradientOf, naiveForward } from '../../support/naive.ts'
import { rowOf } from '../../support/rows.ts'

/** Maximum length of an episode, actions, and a counter of steps that environments may share. */
interface World {
  readonly length?: number
  readonly actionSpace?: Space
  readonly counts?: { steps: number }
}

/** A noisy walk: it terminates far from 0 and is truncated after `length` steps. */
function walk({ length = 12, actionSpace = discrete(3), counts = { steps: 0 } }: World = {}): Env {
  let random = new Random(0), x = 0, t = 0
  const look = (): number[] => [x, t / 10]
  const push = (action: Action): number => (typeof action === 'number' ? action - 1 : action[0])
  return {
    observationSpace: box([-Infinity, 0], [Infinity, Infinity]), actionSpace,
    reset(options) {
      if (options?.seed !== undefined) random = new Random(options.seed)
      x = random.normal()
      t = 0
      return { observation: look() }
    },
    step(action) {
      counts.steps++
      x += 0.6 * push(action) + 0.5 * random.normal()
      t++
      const reward = random.normal() - x * x
      return { observation: look(), reward, terminated: Math.abs(x) > 2, truncated: t >= length }
    },
    getState: () => Float64Array.of(x, t, ...random.getState()),
    setState(state) {
      x = state[0]
      t = state[1]
      random.setState(state.slice(2, 2 + RANDOM_STATE_SIZE))
    },
  }
}

interface Scene {
  policy: Policy; value: Value; rollout: Rollout; vine: Vine; paths: Batch; batch: Batch; rows: number
}

/** Everything for a vine of `states` states per environment on `envs`. */
function scene(envs: readonly Env[], options: VineOptions, states: number, seed = 1): Scene {
  const { observationSpace, actionSpace } = envs[0]
  const policy = createPolicy(reference, observationSpace, actionSpace, [5], 'tanh', { actionBounds: 'clip' })
  const random = new Random(seed)
  policy.net.parameters.flat.set(normals(policy.net.parameters.flat.length, random).map((x) => 0.5 * x))
  const inputs = policy.net.sizes[0]
  const value = drawnValue(reference, inputs, [4], 'tanh', random)
  const rollout = createRollout(envs, policy, new Random(seed))
  const K = options.branches === 'all' ? (actionSpace as { n: number }).n : options.branches
  const rows = states * K * envs.length
  const batchOf = (steps: number): Batch =>
    createBatch(reference, steps, envs.length, inputs, policy.distribution.actionSize, maskLengthOf(envs))
  return {
    policy, value, rollout, rows,
    vine: createVine(rollout, rows, options, new Random(seed).fork('vine')),
    paths: batchOf(states * options.spacing),
    batch: batchOf(states * K),
  }
}

function grow({ vine, paths, batch, value }: Scene, gamma: number): void {
  collectVine(vine, paths, batch, gamma)
  predict(batch.finalValues, value, batch.finalObservations, batch.finalCount)
  vineAdvantages(vine, batch)
}

// Q̂ and advantages.

test('Q̂ of every branch is that of a replay step by step: first action, common noise, V at the end', () => {
  const gamma = 0.9, E = 3
  const ends = { terminated: 0, truncated: 0, horizon: 0 }
  const cases = [
    [discrete(3), 4], [discrete(3), 'all'], [box([-1], [1]), 3],
    [multiDiscrete([3, 2]), 2], [multiBinary(2), 2],
  ] as const
  for (const [actionSpace, branches] of cases) {
    const options = { branches, horizon: 4, spacing: 3 }
    const bound = (a: number): number => (actionSpace.kind === 'box' ? Math.max(-1, Math.min(1, a)) : a)
    const made = scene(Array.from({ length: E }, () => walk({ actionSpace })), options, 5)
    const { policy, value, vine, paths, batch } = made
    const { net: { sizes, parameters } } = value
    const V = (s: readonly number[]): number =>
      naiveForward({ sizes, activation: 'tanh' }, parameters.flat, s)[0]
    for (let round = 0; round < 2; round++) {
      // The same environments once more, seeded as a rollout seeds them, for the walk to each state.
      const replays = Array.from({ length: E }, (_, e) => {
        const env = walk({ actionSpace })
        if (round === 0) {
          const seed = new Random(1).fork(`environment/${e}`).integer(2147483648)
          return { env, observation: env.reset({ seed }).observation }
        }
        const { states, observations } = vine.end
        env.setState!(states[e])
        return { env, observation: [...observations.slice(2 * e, 2 * e + 2)] }
      })
      grow(made, gamma)
      const K = vine.branches
      replays.forEach(({ env, observation }, e) => {
        let here = observation as number[]
        for (let m = 0; m < 5; m++) {
          const state = env.getState!()
          for (let k = 0; k < K; k++) {
            const i = (e * 5 + m) * K + k
            assert.equal(rowOf(batch.observations, i), here)
            const noise = new Random(1).fork('vine').fork(`noise/${e}/${5 * round + m}`)
            env.setState!(state)
            let wanted = 0, power = 1, now = here
            for (let t = 0; t < 4; t++) {
              const own = rowOf(batch.actions, i)
              const first = actionSpace.kind === 'discrete' ? own[0]
                : Float64Array.from(own, bound)
              const result = env.step(t === 0 ? first : act(policy, now, noise))
              now = result.observation as number[]
              wanted += power * result.reward
              power *= gamma
              if (result.terminated) { ends.terminated++; break }
              if (result.truncated) { ends.truncated++; wanted += power * V(now); break }
              if (t === 3) { ends.horizon++; wanted += power * V(now) }
            }
            // Four rewards, and V by the host's tanh.
            assert.ok(Math.abs(batch.returns[i] - wanted) < 1e-12 * (1 + Math.abs(wanted)),
              `${batch.returns[i]} ${wanted}`)
          }
          env.setState!(state)
          for (let t = 0; t < 3; t++) {
            const own = rowOf(paths.actions, e * 15 + m * 3 + t)
            const action = actionSpace.kind === 'discrete' ? own[0]
              : Float64Array.from(own, bound)
            const { observation: next, terminated, truncated } = env.step(action)
            here = terminated || truncated ? env.reset().observation as number[] : next as number[]
          }
        }
      })
    }
  }
  for (const [end, count] of Object.entries(ends)) assert.ok(count > 20, `${end}: ${count}`)
})

test('branches of a state with the same first action are equal, those with different ones are not', () => {
  const made = scene([walk(), walk()], { branches: 6, horizon: 5, spacing: 2 }, 20)
  grow(made, 0.9)
  const { batch } = made
  let same = 0, distinct = 0
  for (let m = 0; m < 20; m++) {
    for (let e = 0; e < 2; e++) {
      for (let k = 1; k < 6; k++) {
        const first = (e * 20 + m) * 6, i = first + k
        const alike = batch.actions.data[i] === batch.actions.data[first]
        assert.is(batch.returns[i] === batch.returns[first], alike)
        if (alike) same++
        else distinct++
      }
    }
  }
  assert.ok(same > 20 && distinct > 20)
})

test('with a horizon beyond the end of episodes V is used only after truncation', () => {
  const made = scene([walk({ length: 6 })], { branches: 3, horizon: 1000, spacing: 1 }, 30)
  grow(made, 1)
  const { batch, rollout, vine } = made
  assert.ok(batch.finalCount > 0 && batch.finalCount < 90)
  for (let i = 0; i < 90; i++) assert.is(vine.power[i], 1)
  // No branch is longer than an episode, and trajectories take 30 steps.
  assert.ok(rollout.steps[0] <= 30 + 90 * 6)
})

test('advantages of drawn branches are Q̂ minus their mean', () => {
  const made = scene([walk(), walk()], { branches: 3, horizon: 2, spacing: 1 }, 7)
  grow(made, 0.9)
  const { batch: { advantages, returns } } = made
  for (let m = 0; m < 7; m++) {
    for (let e = 0; e < 2; e++) {
      const at = [0, 1, 2].map((k) => (e * 7 + m) * 3 + k)
      const mean = at.reduce((sum, i) => sum + returns[i], 0) / 3
      for (const i of at) {
        assert.ok(Math.abs(advantages[i] - (returns[i] - mean)) < 1e-12 * (1 + Math.abs(mean)))
      }
    }
  }
})

// The gradient.

const REWARDS = [1, -2, 4]

/** One state, one step, and then it is over. */
function bandit(): Env {
  return {
    observationSpace: box([1], [1]), actionSpace: discrete(3),
    reset: () => ({ observation: [1] }),
    step: (action) => {
      const reward = REWARDS[action as number]
      return { observation: [1], reward, terminated: true, truncated: false }
    },
    getState: () => new Float64Array(0), setState() {},
  }
}

/** ∇ Σ_a π_θ(a) r(a) by differences of a softmax of its own. */
function banditGradient({ net: { sizes, parameters } }: Policy): Float64Array {
  const worth = (theta: ArrayLike<number>): number => {
    const powers = naiveForward({ sizes, activation: 'tanh' }, theta, [1]).map(Math.exp)
    const total = powers.reduce((a, b) => a + b)
    return powers.reduce((sum, p, a) => sum + p / total * REWARDS[a], 0)
  }
  return gradientOf(worth, parameters.flat, 2 ** -10)
}

function gradientOn({ policy, batch }: Scene): Float64Array {
  const map = createPolicyMap(policy.net, policy.distribution, batch.observations, true, batch.masks)
  forwardPolicy(map)
  const gradient = new Float64Array(policy.net.parameters.flat.length)
  policyGradient(gradient, map, createShards(policy.net, map.tape), batch.actions, batch.advantages.slice())
  return gradient
}

test('with all actions the gradient of a bandit is exact, from one state', () => {
  const made = scene([bandit()], { branches: 'all', horizon: 1, spacing: 1 }, 1)
  grow(made, 0.9)
  const gradient = gradientOn(made), wanted = banditGradient(made.policy)
  // Differences of steps 2^-10: 2^-40/30 of a fifth derivative, 2^-52 over 2^-10.
  gradient.forEach((g, p) => assert.ok(Math.abs(g - wanted[p]) < 1e-9, `${g} ${wanted[p]}`))
})

test('with K drawn branches the gradient is 1 − 1/K of the exact one, on average', () => {
  for (const K of [2, 3, 5]) {
    const made = scene([bandit(), bandit()], { branches: K, horizon: 3, spacing: 1 }, 10, 10 + K)
    const wanted = banditGradient(made.policy)
    // Along the exact direction; 400 batches, each of 20 states.
    const size = Math.sqrt(wanted.reduce((sum, w) => sum + w * w, 0))
    const shares = Array.from({ length: 400 }, () => {
      grow(made, 0.9)
      return gradientOn(made).reduce((sum, g, p) => sum + g * wanted[p], 0) / (size * size)
    })
    const mean = shares.reduce((a, b) => a + b) / 400
    const error = Math.sqrt(shares.reduce((sum, s) => sum + (s - mean) ** 2, 0) / 400 / 399)
    assert.ok(Math.abs(mean - (1 - 1 / K)) < 5 * error && error < 0.02,
      `${mean} ± ${error}, not ${1 - 1 / K}`)
  }
})

test('with all actions, forbidden ones are not tried, and the gradient is that of the allowed ones', () => {
  // The middle action is forbidden in every other episode; to take it then is an error.
  const masked = (): Env => {
    let episode = 0
    return {
      ...bandit(),
      reset() { episode++; return { observation: [1] } },
      step(action) {
        if (action === 1 && episode % 2 === 1) throw new Error('forbidden')
        return bandit().step(action)
      },
      actionMask: () => [1, 1 - episode % 2, 1],
      getState: () => Float64Array.of(episode), setState(state) { episode = state[0] },
    }
  }
  for (const [branches, K] of [['all', 3], [4, 4]] as const) {
    const made = scene([masked()], { branches, horizon: 2, spacing: 1 }, 8)
    grow(made, 0.9)
    const { policy: { net: { sizes, parameters } }, batch, rollout } = made
    for (let m = 0; m < 8; m++) {
      const odd = m % 2 === 0
      for (let k = 0; k < K; k++) {
        assert.equal([...batch.masks!.slice((m * K + k) * 3, (m * K + k + 1) * 3)],
          odd ? [1, 0, 1] : [1, 1, 1])
        const forbidden = odd && batch.actions.data[m * K + k] === 1
        assert.is(forbidden, branches === 'all' && odd && k === 1)
        if (forbidden) assert.is(batch.advantages[m * K + k], 0)
      }
    }
    if (branches !== 'all') continue
    // 8 steps of the trajectory, and 8 · 3 branches without 4 forbidden ones.
    assert.is(rollout.steps[0], 28)
    const worth = (theta: ArrayLike<number>): number => {
      const powers = naiveForward({ sizes, activation: 'tanh' }, theta, [1]).map(Math.exp)
      const over = (actions: readonly number[]): number =>
        actions.reduce((sum, a) => sum + powers[a] * REWARDS[a], 0)
        / actions.reduce((sum, a) => sum + powers[a], 0)
      return (over([0, 2]) + over([0, 1, 2])) / 2
    }
    const wanted = gradientOf(worth, parameters.flat, 2 ** -10)
    gradientOn(made).forEach((g, p) => assert.ok(Math.abs(g - wanted[p]) < 1e-9, `${g} ${wanted[p]}`))
  }
})

// Trajectories, steps and seeds.

test('trajectories are those of a plain rollout, bit for bit, for any branches', () => {
  const plain = scene([walk(), walk(), walk()], { branches: 2, horizon: 1, spacing: 4 }, 10)
  for (const options of [
    { branches: 2, horizon: 1, spacing: 4 }, { branches: 'all', horizon: 30, spacing: 4 },
  ] as const) {
    const made = scene([walk(), walk(), walk()], options, 10)
    const rollout = createRollout([walk(), walk(), walk()], plain.policy, new Random(1))
    for (let round = 0; round < 3; round++) {
      const episodes = collectVine(made.vine, made.paths, made.batch, 0.9)
      assert.equal(episodes, collect(rollout, plain.paths))
      for (const field of ['observations', 'actions', 'rewards', 'terminated', 'truncated',
        'finalObservations', 'finalRow', 'finalCount'] as const) {
        assert.equal(made.paths[field], plain.paths[field], field)
      }
    }
    assert.equal(made.rollout.actor.observations.data, rollout.actor.observations.data)
    assert.equal(made.rollout.episodeLengths, rollout.episodeLengths)
    assert.equal(made.rollout.episodeReturns, rollout.episodeReturns)
  }
})

test('every step of every environment is counted, also those of branches', () => {
  for (const branches of [2, 5, 'all'] as const) {
    const counts = Array.from({ length: 3 }, () => ({ steps: 0 }))
    const made = scene(counts.map((each) => walk({ counts: each })), { branches, horizon: 6, spacing: 3 }, 8)
    for (let round = 1; round <= 3; round++) {
      grow(made, 0.9)
      assert.equal([...made.rollout.steps], counts.map(({ steps }) => steps))
      const K = made.vine.branches
      for (const { steps } of counts) assert.ok(steps > round * 8 * 3 && steps <= round * 8 * (3 + 6 * K))
    }
  }
})

test('rows are as many as fit into a number of steps', () => {
  const options = { branches: 3, horizon: 10, spacing: 5 } as const
  // A state takes 35 steps at most, in each of 4 environments.
  for (const [steps, states] of [[139, 0], [140, 1], [279, 1], [280, 2], [14_000, 100]]) {
    assert.is(vineRows(steps, 4, 3, options), states * 4 * 3)
  }
})

test('a seed determines a vine, another seed gives another one', () => {
  const run = (seed: number): Batch => {
    const made = scene([walk(), walk()], { branches: 3, horizon: 5, spacing: 2 }, 6, seed)
    made.policy.net.parameters.flat.fill(0.1)
    for (let round = 0; round < 2; round++) grow(made, 0.9)
    return made.batch
  }
  assert.equal(run(1), run(1))
  assert.not.equal(run(1).returns, run(2).returns)
})

// Errors.

test('invalid options, rows and environments without saved states are refused', () => {
  const options = { branches: 2, horizon: 3, spacing: 2 } as const
  const without = (method: 'getState' | 'setState'): Env => ({ ...walk(), [method]: undefined })
  for (const method of ['getState', 'setState'] as const) {
    assert.throws(() => scene([walk(), without(method)], options, 2),
      (error: Error) => error instanceof TypeError
        && error.message === `environment 1.${method}: expected a function for a vine, got undefined`)
  }
  const { rollout } = scene([walk(), walk()], options, 2)
  for (const [name, bad] of [['branches', 1], ['horizon', 0], ['spacing', 0.5]] as const) {
    assert.throws(() => createVine(rollout, 4, { ...options, [name]: bad }, new Random(0)),
      new RegExp(`^${name}: expected an integer of at least \\d, got ${bad}$`))
  }
  assert.throws(() => createVine(rollout, 6, options, new Random(0)),
    /^rows: expected a multiple of branches times environments \(4\), got 6$/)
  const continuous = scene([walk({ actionSpace: box([-1], [1]) })], options, 2)
  assert.throws(() => createVine(continuous.rollout, 6, { ...options, branches: 'all' }, new Random(0)),
    /^branches: expected an integer where actions are box, got "all"$/)
})

test('an environment whose state cannot be saved or restored is refused, by name and step', () => {
  const options = { branches: 2, horizon: 3, spacing: 2 } as const
  const faults: readonly (readonly [Partial<Env>, string])[] = [
    [{ getState: () => [1, 2] as unknown as Float64Array },
      'getState(): expected a Float64Array, got Array of length 2'],
    [{ getState: () => { throw new Error('no') } }, 'getState() threw no'],
    [{ setState: () => { throw new Error('never') } }, 'setState() threw never'],
  ]
  for (const [fault, wanted] of faults) {
    const made = scene([walk(), { ...walk(), ...fault }], options, 3)
    assert.throws(() => grow(made, 0.9), (error: unknown) =>
      error instanceof EnvError && error.env === 1
        && error.message === `environment 1, step ${error.step}: ${wanted}`)
  }
})

test('a state buffer that the environment reuses is copied', () => {
  const reusing = (): Env => {
    const env = walk(), buffer = new Float64Array(2 + RANDOM_STATE_SIZE)
    return { ...env, getState: () => { buffer.set(env.getState!()); return buffer } }
  }
  const options = { branches: 3, horizon: 4, spacing: 2 } as const
  const [one, two] = [scene([walk(), walk()], options, 5), scene([reusing(), reusing()], options, 5)]
  for (const made of [one, two]) grow(made, 0.9)
  assert.equal(two.batch, one.batch)
})

test.run()
