/**
 * Evaluations against acting step by step with `act`, and against themselves in parts.
 * Exact: the same sums in the same order; for mean and deviation, roundings of forty numbers.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { EnvError } from '../../src/rl/play/envError.ts'
import { Random } from '../../src/math/random.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import { act } from '../../src/rl/actor.ts'
import type { Policy } from '../../src/rl/policy.ts'
import { box, discrete } from '../../src/rl/world/space.ts'
import { drawnPolicy } from '../support/policy.ts'

const observationSpace = box([-9, -9], [9, 9])
const actionSpace = discrete(3)

/** Episodes of 1 to 20 steps and random observations, by the seed; the reward encodes action and time. */
function noisy(): Env {
  let random = new Random(0), left = 0, t = 0
  const observation = (): number[] => [random.normal(), random.normal()]
  return {
    observationSpace, actionSpace,
    reset(options) {
      if (options?.seed !== undefined) random = new Random(options.seed)
      left = 1 + random.integer(20)
      t = 0
      return { observation: observation() }
    },
    step(action) {
      const over = --left === 0
      const reward = (action as number) + t++ / 32
      return { observation: observation(), reward, terminated: over, truncated: over && t > 10 }
    },
  }
}

function policy(): Policy {
  const made = drawnPolicy(observationSpace, actionSpace)
  for (let p = 0; p < made.net.parameters.flat.length; p++) made.net.parameters.flat[p] *= 3
  return made
}

test('an episode does not depend on how many others are run, side by side or in turn', () => {
  // Up to 16 run side by side; with more, a row of the actor has several episodes.
  for (const deterministic of [true, false]) {
    const all = evaluate(policy(), noisy, { episodes: 50, seed: 3, deterministic })
    for (const episodes of [1, 2, 3, 15, 16, 17, 33, 49]) {
      const some = evaluate(policy(), noisy, { episodes, seed: 3, deterministic })
      assert.equal(some.returns, all.returns.slice(0, episodes))
      assert.equal(some.lengths, all.lengths.slice(0, episodes))
    }
    assert.ok(new Set(all.returns).size > 30)
  }
})

test('episodes are those of acting step by step in one environment', () => {
  const seeds: number[] = []
  const listening = (): Env => {
    const env = noisy()
    return { ...env, reset: (options) => { seeds.push(options!.seed!); return env.reset(options) } }
  }
  const { returns, lengths } = evaluate(policy(), listening, { episodes: 12, seed: 4 })
  assert.is(new Set(seeds).size, 12)
  seeds.forEach((seed, episode) => {
    const env = noisy()
    let { observation } = env.reset({ seed }), total = 0, length = 0
    for (let over = false; !over; length++) {
      const result = env.step(act(policy(), observation))
      observation = result.observation
      total += result.reward
      over = result.terminated || result.truncated
    }
    // The same sums in the same order.
    assert.is(returns[episode], total)
    assert.is(lengths[episode], length)
  })
})

test('seed and `deterministic` determine the result; other values of either give another', () => {
  const run = (seed: number, deterministic: boolean): Float64Array =>
    evaluate(policy(), noisy, { episodes: 20, seed, deterministic }).returns
  assert.equal(run(5, true), run(5, true))
  assert.equal(run(5, false), run(5, false))
  assert.not.equal(run(5, true), run(6, true))
  assert.not.equal(run(5, true), run(5, false))
  assert.not.equal(run(5, false), run(6, false))
})

test('the defaults are 100 episodes, seed 0 and the most likely actions', () => {
  const found = evaluate(policy(), noisy)
  assert.is(found.returns.length, 100)
  assert.equal(found, evaluate(policy(), noisy, { episodes: 100, seed: 0, deterministic: true }))
})

test('mean, standard deviation, minimum and maximum are those of the returns', () => {
  for (const episodes of [1, 2, 40]) {
    const { returns, mean, std, min, max } = evaluate(policy(), noisy, { episodes })
    const wanted = returns.reduce((sum, r) => sum + r, 0) / episodes
    const variance = returns.reduce((sum, r) => sum + (r - wanted) ** 2, 0) / episodes
    // Sums of forty numbers below 100.
    assert.ok(Math.abs(mean - wanted) < 1e-12 && Math.abs(std - Math.sqrt(variance)) < 1e-12)
    assert.is(min, Math.min(...returns))
    assert.is(max, Math.max(...returns))
  }
  const negative = evaluate(policy(), () => {
    const env = noisy()
    return { ...env, step: (action) => ({ ...env.step(action), reward: -2 }) }
  }, { episodes: 30 })
  assert.is(negative.max, -2 * Math.min(...negative.lengths))
  assert.is(negative.min, -2 * Math.max(...negative.lengths))
})

test('an evaluation does not change the policy', () => {
  const subject = policy()
  const before = subject.net.parameters.flat.slice()
  evaluate(subject, noisy, { episodes: 20, deterministic: false })
  assert.equal(subject.net.parameters.flat, before)
})

test('at most 16 environments are made, no more than episodes, and all are closed, also on errors', () => {
  for (const [episodes, wanted] of [[1, 1], [5, 5], [16, 16], [100, 16]]) {
    for (const faultAt of [-1, 0, 7]) {
      let made = 0, closed = 0, steps = 0
      const counting = (): Env => {
        made++
        const env = noisy()
        return {
          ...env,
          step(action) {
            if (steps++ === faultAt) throw new Error('broken')
            return env.step(action)
          },
          close() { closed++ },
        }
      }
      const run = (): unknown => evaluate(policy(), counting, { episodes, seed: 1 })
      if (faultAt < 0) run()
      else if (episodes > 1) assert.throws(run, 'broken')
      else continue
      assert.is(made, wanted)
      assert.is(closed, wanted)
    }
  }
})

test('environments made before one that cannot be made are closed', () => {
  let made = 0, closed = 0
  const makeEnv = (): Env => {
    if (made++ === 3) throw new Error('no fourth')
    return { ...noisy(), close() { closed++ } }
  }
  assert.throws(() => evaluate(policy(), makeEnv, { episodes: 5 }), 'no fourth')
  assert.is(closed, 3)
})

test('arguments in the wrong place or of the wrong kind are refused by name', () => {
  const wrong = evaluate as unknown as (...given: unknown[]) => unknown
  assert.throws(() => wrong(policy(), noisy()), /^makeEnv: expected a function that returns an env/)
  assert.throws(() => wrong(noisy, policy()), /^policy: expected a policy, got function noisy$/)
  assert.throws(() => wrong(undefined, noisy), /^policy: expected a policy, got undefined$/)
})

test('one environment for all episodes is refused: each would step the other\'s', () => {
  const shared = noisy()
  assert.throws(() => evaluate(policy(), () => shared, { episodes: 2 }), /^makeEnv: expected a new env/)
  assert.is(evaluate(policy(), () => shared, { episodes: 1 }).returns.length, 1)
})

test('bad options are refused by name', () => {
  const run = (options: object): unknown => evaluate(policy(), noisy, options)
  assert.throws(() => run({ episode: 5 }), /^options: expected only .*, perhaps episodes, got "episode"$/)
  for (const options of [10, null, new Map([['seed', 5]]), Promise.resolve({}), [5]]) {
    assert.throws(() => run(options as object),
      (e: Error) => e instanceof TypeError && /^options: expected a record, got /.test(e.message))
  }
  for (const episodes of [0, -1, 0.5, NaN, Infinity]) {
    assert.throws(() => run({ episodes }), (e: Error) =>
      e instanceof RangeError && /^episodes: expected an integer of at least 1, got /.test(e.message))
  }
  for (const episodes of ['5', null, true]) {
    assert.throws(() => run({ episodes }),
      (e: Error) => e instanceof TypeError && /^episodes: expected an integer/.test(e.message))
  }
  for (const seed of [-1, 0.5, NaN, '1', null]) {
    assert.throws(() => run({ seed }), /^seed: expected an integer of at least 0, got /)
  }
  for (const deterministic of [0, 'false', null]) {
    assert.throws(() => run({ deterministic }),
      (e: Error) => e instanceof TypeError && /^deterministic: expected a boolean, got /.test(e.message))
  }
})

test('an invalid result is refused, with episode, step and value', () => {
  const faults: readonly (readonly [unknown, string])[] = [
    [{ reward: NaN }, 'reward: expected a finite number, got NaN'],
    [{ reward: Infinity }, 'reward: expected a finite number, got Infinity'],
    [{ observation: [0] }, 'observation: expected 2 numbers, got 1'],
    [{ observation: [NaN, 0] }, 'observation: expected [0] to be a finite number, got NaN'],
    [{ terminated: undefined }, 'terminated: expected a boolean, got undefined'],
    [{ truncated: 1 }, 'truncated: expected a boolean, got 1'],
    [{ terminated: undefined, done: true }, 'terminated: expected a boolean, got undefined; instead of '
      + "Gym's old done, return terminated (task ended) and truncated (time limit)"],
    [null, 'step(): expected a record { observation, … }, got null'],
    [Promise.resolve({}),
      'step(): expected a result at once, got a Promise; evaluateAsync awaits it'],
  ]
  for (const [fault, message] of faults) {
    const faulty = (): Env => {
      const env = noisy()
      let steps = 0
      return {
        ...env,
        step(action) {
          const result = { ...env.step(action), terminated: false, truncated: false }
          if (steps++ !== 3) return result
          if (fault === null || fault instanceof Promise) return fault as never
          return { ...result, ...fault as object }
        },
      }
    }
    assert.throws(() => evaluate(policy(), faulty, { episodes: 3 }),
      (e: Error) => e instanceof EnvError && e.message === `environment 0, step 3: episode 0: ${message}`)
  }
  const unready = (): Env => ({ ...noisy(), reset: () => undefined as never })
  assert.throws(() => evaluate(policy(), unready), (e: Error) => e.message ===
    'environment 0, step 0: episode 0: reset(): expected a record { observation, … }, got undefined')
  const blind = (): Env => ({ ...noisy(), reset: () => ({ observation: null as never }) })
  assert.throws(() => evaluate(policy(), blind), (e: Error) => e instanceof EnvError && e.step === 0
    && e.message.startsWith('environment 0, step 0: episode 0: observation: '))
})

test('an exception of an environment is reported, as the cause of an EnvError', () => {
  const broken = (): Env => ({ ...noisy(), step() { throw new Error('out of cards') } })
  assert.throws(() => evaluate(policy(), broken, { episodes: 1 }), (e: Error) =>
    e instanceof EnvError && e.message === 'environment 0, step 0: episode 0: step() threw out of cards'
      && (e.cause as Error).message === 'out of cards')
})

test('an evaluation in parts, by firstEpisode, is the same as in one call', () => {
  const whole = evaluate(policy(), noisy, { episodes: 7, seed: 3, deterministic: false })
  const parts = [[0, 3], [3, 4]].flatMap(([firstEpisode, episodes]) =>
    [...evaluate(policy(), noisy, { episodes, firstEpisode, seed: 3, deterministic: false }).returns])
  assert.equal(parts, [...whole.returns])
})

test.run()
