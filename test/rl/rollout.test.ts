/**
 * Batches against the logs of scripted environments, in which every number shows its origin.
 * Exact: numbers are only copied, or added in the same order.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { show } from '../../src/errors/expect.ts'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { generalizedAdvantages } from '../../src/rl/advantage.ts'
import { type Batch, createBatch } from '../../src/rl/batch.ts'
import type { Action, Env, Observation, ResetOptions, StepResult } from '../../src/rl/world/env.ts'
import { createPolicy, type Policy } from '../../src/rl/policy.ts'
import { collect, createRollout, type Episode, type Rollout } from '../../src/rl/rollout.ts'
import { EnvError } from '../../src/rl/play/envError.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../src/rl/world/space.ts'
import { train } from '../../src/trpo/train.ts'
import { drawnPolicy } from '../support/policy.ts'
import { rowOf } from '../support/rows.ts'
import { bits } from '../support/same.ts'
import { wide } from '../support/spaces.ts'

/** How an episode ends, and after how many steps. */
type Plan = readonly (readonly [length: number, end: 'terminated' | 'truncated' | 'both'])[]

/** Arguments and results of an environment's methods, in order. */
interface Log {
  readonly seeds: (number | undefined)[]
  /** Per step: the observation before it, the action, and the result. */
  readonly steps: {
    before: number[]
    action: number | number[]
    result: StepResult & { observation: number[] }
  }[]
  calls: string
}

interface Scripted { readonly env: Env; readonly log: Log }

/**
 * Repeats the episodes of its plan. Observations are [id, episode, step], the reward of a step is id · 1000 +
 * episode · 100 + step, so that every number in a batch shows its origin.
 */
function scripted(
  id: number, plan: Plan, actionSpace: Space = discrete(3), wrap: (o: number[]) => Observation = (o) => o,
): Scripted {
  const log: Log = { seeds: [], steps: [], calls: '' }
  let episode = -1, t = 0
  const look = (): number[] => [id, episode, t]
  return {
    log,
    env: {
      observationSpace: wide(3), actionSpace,
      reset(options?: ResetOptions) {
        log.calls += 'r'
        log.seeds.push(options?.seed)
        episode++
        t = 0
        return { observation: wrap(look()) }
      },
      step(action: Action) {
        log.calls += 's'
        const before = look()
        const reward = id * 1000 + episode * 100 + t++
        const [length, end] = plan[episode % plan.length]
        const over = t === length
        const flags = { terminated: over && end !== 'truncated', truncated: over && end !== 'terminated' }
        const result = { observation: look(), reward, ...flags }
        log.steps.push({ before, action: typeof action === 'number' ? action : [...action], result })
        return { ...result, observation: wrap(look()) }
      },
    },
  }
}

const PLANS: readonly Plan[] = [
  [[3, 'terminated'], [1, 'truncated'], [4, 'both'], [2, 'truncated']],
  [[1, 'terminated'], [1, 'both'], [1, 'truncated']],
  [[100, 'truncated']],
]

const policyFor = (actionSpace: Space): Policy =>
  drawnPolicy(wide(3), actionSpace, { logStd: 0.5, actionBounds: 'clip' })

function collectFrom(
  envs: readonly Env[], policy: Policy, steps: number, batches = 1,
): { batch: Batch; episodes: Episode[]; rollout: Rollout } {
  const rollout = createRollout(envs, policy, new Random(7))
  const batch = createBatch(reference, steps, envs.length, policy.net.sizes[0],
    policy.distribution.actionSize)
  let episodes: Episode[] = []
  for (let b = 0; b < batches; b++) episodes = [...episodes, ...collect(rollout, batch)]
  return { batch, episodes, rollout }
}

test('every row is a transition that took place: s, a, r and flags, in order', () => {
  for (const T of [1, 2, 7, 12, 30]) {
    const worlds = PLANS.map((plan, id) => scripted(id, plan))
    const { batch } = collectFrom(worlds.map(({ env }) => env), policyFor(discrete(3)), T)
    worlds.forEach(({ log }, e) => {
      assert.is(log.steps.length, T)
      log.steps.forEach(({ before, action, result }, t) => {
        const i = e * T + t
        assert.equal(rowOf(batch.observations, i), before)
        assert.is(batch.actions.data[i], action)
        assert.is(batch.rewards[i], result.reward)
        assert.is(batch.terminated[i], Number(result.terminated))
        assert.is(batch.truncated[i], Number(result.truncated))
      })
      // One reset at the start, and one right after each end; no step follows an end.
      assert.match(log.calls, /^r(s+r)*s*$/)
      assert.is(log.calls.split('r').length - 1,
        1 + log.steps.filter(({ result }) => result.terminated || result.truncated).length)
    })
  }
})

test('the observation after each truncation and after the last step is kept, and bootstrapped from', () => {
  const worlds = PLANS.map((plan, id) => scripted(id, plan))
  // The third batch overwrites what the first two kept.
  const { batch } = collectFrom(worlds.map(({ env }) => env), policyFor(discrete(3)), 7, 3)
  const taken = (i: number): Log['steps'][number] => worlds[Math.floor(i / 7)].log.steps[14 + i % 7]
  const V = (observation: readonly number[]): number =>
    10_000 * observation[0] + 7 * observation[1] + observation[2] + 0.5
  let kept = 0
  for (let k = 0; k < 21; k++) {
    // In order of time: environment k mod 3.
    const t = Math.floor(k / 3), i = k % 3 * 7 + t
    const { result } = taken(i)
    const follows = !result.terminated && (result.truncated || t === 6)
    assert.is(batch.finalRow[i], follows ? kept++ : -1, 'rows are handed out in order')
    if (follows) assert.equal(rowOf(batch.finalObservations, batch.finalRow[i]), result.observation)
    batch.values[i] = V(rowOf(batch.observations, i))
  }
  assert.is(batch.finalCount, kept)
  for (let f = 0; f < kept; f++) batch.finalValues[f] = V(rowOf(batch.finalObservations, f))
  // λ = 0: Â = r + γ V(s′) − V(s) with the true successor, and 0 for it after termination.
  generalizedAdvantages(batch, 0.5, 0)
  for (let i = 0; i < 21; i++) {
    const { before, result } = taken(i)
    assert.is(batch.advantages[i],
      result.reward + (result.terminated ? 0 : 0.5 * V(result.observation)) - V(before))
  }
})

test('both flags at once count as terminated: no observation is kept', () => {
  const { batch } = collectFrom([scripted(0, [[2, 'both']]).env], policyFor(discrete(3)), 4)
  assert.equal([...batch.terminated], [0, 1, 0, 1])
  assert.equal([...batch.truncated], [0, 1, 0, 1])
  assert.equal([...batch.finalRow], [-1, -1, -1, -1])
  assert.is(batch.finalCount, 0)
})

test('returns and lengths of episodes are raw and exact, across batches, in order of their ends', () => {
  const worlds = PLANS.map((plan, id) => scripted(id, plan))
  const { episodes } = collectFrom(worlds.map(({ env }) => env), policyFor(discrete(3)), 5, 21)
  const wanted: Episode[] = []
  const open = worlds.map(() => ({ return: 0, length: 0 }))
  for (let t = 0; t < 105; t++) {
    worlds.forEach(({ log }, env) => {
      const { reward, terminated, truncated } = log.steps[t].result
      open[env] = { return: open[env].return + reward, length: open[env].length + 1 }
      if (terminated || truncated) {
        wanted.push({ ...open[env], env })
        open[env] = { return: 0, length: 0 }
      }
    })
  }
  assert.ok(wanted.length > 100 && wanted.some(({ env }) => env === 2))
  assert.equal(episodes, wanted)
})

test('an environment among several gives the same as alone, with the same streams', () => {
  const T = 20
  for (const space of [discrete(3), box([-1, -1], [1, 1])]) {
    const together = PLANS.map((plan, id) => scripted(id, plan, space))
    const policy = policyFor(space)
    const { batch } = collectFrom(together.map(({ env }) => env), policy, T)
    PLANS.forEach((plan, e) => {
      const alone = scripted(e, plan, space)
      const parent = new Random(7)
      const renamed = { fork: (name: string) => parent.fork(name.replace('/0', `/${e}`)) } as Random
      const rollout = createRollout([alone.env], policy, renamed)
      const single = createBatch(reference, T, 1, 3, policy.distribution.actionSize)
      collect(rollout, single)
      assert.equal(alone.log, together[e].log)
      for (let t = 0; t < T; t++) {
        assert.equal(rowOf(single.observations, t), rowOf(batch.observations, e * T + t))
        assert.equal(rowOf(single.actions, t), rowOf(batch.actions, e * T + t))
      }
    })
  }
})

test('the first reset of each environment has its own seed from the stream; later ones have none', () => {
  const seedsOf = (seed: number): (number | undefined)[][] => {
    const worlds = PLANS.slice(0, 2).map((plan, id) => scripted(id, plan))
    const rollout = createRollout(worlds.map(({ env }) => env), policyFor(discrete(3)), new Random(seed))
    collect(rollout, createBatch(reference, 9, 2, 3, 1))
    return worlds.map(({ log }) => log.seeds)
  }
  const seeds = seedsOf(7)
  for (const [first, ...later] of seeds) {
    assert.ok(Number.isSafeInteger(first) && first! >= 0)
    assert.ok(later.length > 0 && later.every((seed) => seed === undefined))
  }
  assert.is.not(seeds[0][0], seeds[1][0])
  assert.equal(seedsOf(7), seeds)
  assert.is.not(seedsOf(8)[0][0], seeds[0][0])
})

test('plain arrays, typed arrays and one reused buffer give the same batch, bit for bit', () => {
  const buffer = new Float64Array(3)
  const wraps: readonly ((o: number[]) => Observation)[] = [
    (o) => o, (o) => Float64Array.from(o), (o) => Float32Array.from(o), (o) => Int16Array.from(o),
    (o) => { buffer.set(o); return buffer },
  ]
  const batches = wraps.map((wrap) => {
    const { batch } = collectFrom(PLANS.map((plan, id) => scripted(id, plan, discrete(3), wrap).env),
      policyFor(discrete(3)), 17)
    return batch
  })
  for (const batch of batches) assert.equal(batch, batches[0])
})

test('one reused result record gives the same batch as new ones', () => {
  const reused = ({ env }: Scripted): Env => {
    const record = { observation: [0, 0, 0] as Observation, reward: 0, terminated: false, truncated: false }
    return { ...env, step: (action) => Object.assign(record, env.step(action)) }
  }
  const worlds = (): Scripted[] => PLANS.map((plan, id) => scripted(id, plan))
  const fresh = collectFrom(worlds().map(({ env }) => env), policyFor(discrete(3)), 17)
  const same = collectFrom(worlds().map(reused), policyFor(discrete(3)), 17)
  assert.equal(same.batch, fresh.batch)
  assert.equal(same.episodes, fresh.episodes)
})

test('Discrete actions begin at start; the batch keeps them from 0', () => {
  for (const start of [0, 1, -5]) {
    const { env, log } = scripted(0, PLANS[0], discrete(3, start))
    const { batch } = collectFrom([env], policyFor(discrete(3, start)), 60)
    log.steps.forEach(({ action }, t) => assert.is(action, start + batch.actions.data[t]))
    assert.equal([...new Set(batch.actions.data)].sort(), [0, 1, 2])
  }
})

test('MultiDiscrete and MultiBinary actions arrive as vectors of their space, equal to the batch', () => {
  for (const [space, sizes] of [
    [multiDiscrete([2, 1, 4]), [2, 1, 4]], [multiBinary(3), [2, 2, 2]],
  ] as const) {
    const { env, log } = scripted(0, PLANS[0], space)
    const { batch } = collectFrom([env], policyFor(space), 80)
    log.steps.forEach(({ action }, t) => assert.equal(action, rowOf(batch.actions, t)))
    sizes.forEach((size, c) => {
      const values = new Set(log.steps.map(({ action }) => (action as number[])[c]))
      assert.equal([...values].sort(), Array.from({ length: size }, (_, a) => a))
    })
  }
})

test('Box actions arrive inside the bounds, while the batch keeps them as drawn', () => {
  const low = [-0.5, -Infinity, 0, 2], high = [0.5, 0, Infinity, 2]
  const space = box(low, high)
  const { env, log } = scripted(0, PLANS[0], space)
  const { batch } = collectFrom([env], policyFor(space), 60)
  let clipped = 0
  log.steps.forEach(({ action }, t) => {
    const drawn = rowOf(batch.actions, t)
    assert.equal(action, drawn.map((a, j) => (a < low[j] ? low[j] : a > high[j] ? high[j] : a)))
    clipped += drawn.filter((a, j) => a < low[j] || a > high[j]).length
  })
  assert.ok(clipped > 60, `${clipped}`)
})

test('Discrete observations are one-hot, counted from their start', () => {
  let at = 0
  const env: Env = {
    observationSpace: discrete(4, 10), actionSpace: discrete(2),
    reset: () => ({ observation: 10 }),
    step: () => ({ observation: 10 + (++at % 4), reward: 0, terminated: false, truncated: false }),
  }
  const policy = createPolicy(reference, env.observationSpace, env.actionSpace, [], 'tanh')
  const { batch } = collectFrom([env], policy, 6)
  for (let t = 0; t < 6; t++) {
    assert.equal(rowOf(batch.observations, t), [0, 1, 2, 3].map((k) => Number(k === t % 4)))
  }
})

/** Invalid results of a step, and the messages they must give. */
const FAULTY_STEPS: readonly (readonly [Partial<Record<keyof StepResult, unknown>> | unknown, RegExp])[] = [
  [{ reward: NaN }, /reward: expected a finite number, got NaN/],
  [{ reward: Infinity }, /reward: expected a finite number, got Infinity/],
  [{ reward: -Infinity }, /reward: expected a finite number, got -Infinity/],
  [{ reward: '1' }, /reward: expected a finite number, got "1"/],
  [{ reward: null }, /reward: expected a finite number, got null/],
  [{ reward: undefined }, /reward: expected a finite number, got undefined/],
  [{ reward: 1n }, /reward: expected a finite number, got 1n/],
  [{ terminated: undefined }, /terminated: expected a boolean, got undefined/],
  [{ terminated: 1 }, /terminated: expected a boolean, got 1/],
  [{ terminated: 'false' }, /terminated: expected a boolean, got "false"/],
  [{ truncated: undefined }, /truncated: expected a boolean, got undefined/],
  [{ truncated: 0 }, /truncated: expected a boolean, got 0/],
  [undefined, /step\(\): expected a record \{ observation, … \}, got undefined/],
  [null, /step\(\): expected a record \{ observation, … \}, got null/],
  [3, /step\(\): expected a record \{ observation, … \}, got 3/],
  [Promise.resolve({}), /step\(\): expected a result at once, got a Promise; trainAsync awaits it/],
]

const FAULTY_OBSERVATIONS: readonly (readonly [unknown, RegExp])[] = [
  [[0, NaN, 0], /observation: expected \[1\] to be a finite number, got NaN/],
  [[0, 0, Infinity], /observation: expected \[2\] to be a finite number, got Infinity/],
  [Float64Array.of(-Infinity, 0, 0), /observation: expected \[0\] to be a finite number, got -Infinity/],
  [[0, 0], /observation: expected 3 numbers, got 2/],
  [[0, 0, 0, 0], /observation: expected 3 numbers, got 4/],
  [[], /observation: expected 3 numbers, got 0/],
  ['0,0,0', /observation: expected an array of 3 numbers, got "0,0,0"/],
  [undefined, /observation: expected an array of 3 numbers, got undefined/],
  [null, /observation: expected an array of 3 numbers, got null/],
  [7, /observation: expected an array of 3 numbers, got 7/],
  [new BigInt64Array(3), /observation: expected an array of 3 numbers, got BigInt64Array/],
  [new DataView(new ArrayBuffer(24)), /observation: expected an array of 3 numbers, got DataView/],
  [{ length: 3, 0: 0, 1: 0, 2: 0 }, /observation: expected an array of 3 numbers, got Object/],
  [[0, '1', 0], /observation: expected \[1\] to be a finite number, got "1"/],
  [[0, undefined, 0], /observation: expected \[1\] to be a finite number, got undefined/],
  [[0, null, 0], /observation: expected \[1\] to be a finite number, got null/],
  [[0, [1], 0], /observation: expected \[1\] to be a finite number, got Array/],
]

/** The environment with its k-th result of `step`, from 0, passed through `change`. */
function faultyStep({ env }: Scripted, k: number, change: (result: StepResult) => unknown): Env {
  let t = 0
  return { ...env, step: (action) => (t++ === k ? change(env.step(action)) as StepResult : env.step(action)) }
}

function thrownBy(run: () => unknown): EnvError {
  try {
    run()
  } catch (error) {
    assert.instance(error, EnvError)
    return error as EnvError
  }
  throw new Error('expected an EnvError, got none')
}

const soundPlan: Plan = [[3, 'terminated'], [2, 'truncated']]

test('an invalid step is refused, with environment, step and value', () => {
  const changes: (readonly [(result: StepResult) => unknown, RegExp])[] = [
    ...FAULTY_STEPS.map(([fault, message]) => [
      (result: StepResult) => (typeof fault === 'object' && fault !== null && !(fault instanceof Promise)
        ? { ...result, ...fault } : fault),
      message,
    ] as const),
    ...FAULTY_OBSERVATIONS.map(([observation, message]) =>
      [(result: StepResult) => ({ ...result, observation }), message] as const),
  ]
  for (const [change, message] of changes) {
    // First, inside, at the end of an episode, right after a reset, and last of the batch.
    for (const k of [0, 1, 2, 3, 7]) {
      const worlds = [0, 1].map((id) => scripted(id, soundPlan))
      const envs = [worlds[0].env, faultyStep(worlds[1], k, change)]
      const error = thrownBy(() => collectFrom(envs, policyFor(discrete(3)), 8))
      assert.match(error.message, message)
      assert.ok(error.message.startsWith(`environment 1, step ${k}: `), error.message)
      assert.is(error.env, 1)
      assert.is(error.step, k)
    }
  }
})

test('an invalid first observation is refused, at the first reset and at later ones', () => {
  for (const [observation, message] of FAULTY_OBSERVATIONS) {
    for (const [bad, step] of [[0, 0], [1, 3], [2, 5]]) {
      const world = scripted(0, soundPlan)
      let resets = 0
      const env: Env = { ...world.env, reset: (options) => {
        const result = world.env.reset(options)
        return resets++ === bad ? { observation: observation as Observation } : result
      } }
      const error = thrownBy(() => collectFrom([env], policyFor(discrete(3)), 8))
      assert.match(error.message, message)
      assert.match(error.message, new RegExp(`^environment 0, step ${step}: after reset, `))
      assert.is(error.step, step)
    }
  }
})

test('a reset that does not return a record is refused', () => {
  for (const [result, problem] of [
    [undefined, 'expected a record { observation, … }, got undefined'],
    [null, 'expected a record { observation, … }, got null'],
    [3, 'expected a record { observation, … }, got 3'],
    [[0, 0, 0], 'expected a record { observation, … }, got Array of length 3'],
    [Promise.resolve({}), 'expected a result at once, got a Promise; trainAsync awaits it'],
  ] as const) {
    const { env } = scripted(0, soundPlan)
    const broken = { ...env, reset: () => result as never }
    const error = thrownBy(() => createRollout([broken], policyFor(discrete(3)), new Random(7)))
    assert.is(error.message, `environment 0, step 0: reset(): ${problem}`)
    assert.is(error.cause, undefined)
  }
})

test('what step throws at step k, for every k, is the cause of the error', () => {
  for (let k = 0; k < 9; k++) {
    for (const thrown of [new RangeError('the wheel came off'), 'a string', undefined]) {
      const worlds = [0, 1, 2].map((id) => scripted(id, soundPlan))
      const envs = worlds.map((world, e) =>
        (e === 2 ? faultyStep(world, k, () => { throw thrown }) : world.env))
      const error = thrownBy(() => collectFrom(envs, policyFor(discrete(3)), 9))
      const shown = thrown instanceof Error ? thrown.message : show(thrown)
      assert.is(error.message, `environment 2, step ${k}: step() threw ${shown}`)
      assert.is(error.cause, thrown)
      assert.is(error.name, 'EnvError')
    }
  }
})

test('what reset throws, at the start or later, is the cause of the error', () => {
  for (const [bad, step] of [[0, 0], [1, 3], [2, 5]]) {
    const world = scripted(0, soundPlan)
    const cause = new Error('no such map')
    let resets = 0
    const env: Env = { ...world.env, reset: (options) => {
      if (resets++ === bad) throw cause
      return world.env.reset(options)
    } }
    const error = thrownBy(() => collectFrom([env], policyFor(discrete(3)), 8))
    assert.is(error.message, `environment 0, step ${step}: reset() threw no such map`)
    assert.is(error.cause, cause)
  }
})

test('after an EnvError in a training, θ and φ are unchanged, and every environment is closed', () => {
  for (let k = 0; k < 30; k++) {
    let made = 0, closed = 0
    const makeEnv = (): Env => {
      const id = made++
      const world = scripted(id, soundPlan)
      const env = id === 1 ? faultyStep(world, k, (result) => ({ ...result, reward: NaN })) : world.env
      return { ...env, close: () => { closed++ } }
    }
    const training = train(makeEnv, {
      envCount: 2, batchSteps: 20, totalSteps: 100, hiddenSizes: [4], valueHiddenSizes: [4], seed: k,
    })
    let live: Float64Array[] = [], copies: Float64Array[] = [], iterations = 0
    const error = thrownBy(() => {
      for (const { policy, value } of training) {
        live = [policy.net.parameters.flat, value.net.parameters.flat]
        copies = live.map((x) => x.slice())
        iterations++
      }
    })
    assert.is(iterations, Math.floor(k / 10))
    assert.is(error.step, k)
    assert.is(bits(...live), bits(...copies))
    assert.is(closed, 2)
    assert.is(training.next().done, true)
  }
})

test.run()
