/**
 * What all environments share, compared with a second instance, restored states, and errors written by hand.
 * Tolerance: five standard errors for random starts; rounding where a line says so; otherwise none.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  acrobot, cartPole, type Dynamics, environments, mountainCar, mountainCarContinuous, pendulum, pointMass,
  simulate,
} from '../../src/envs/index.ts'
import { Random } from '../../src/math/random.ts'
import { checkEnv } from '../../src/verify/env/checkEnv.ts'
import type { Action, Env, ResetOptions } from '../../src/rl/world/env.ts'
import { sample } from '../../src/rl/world/membership.ts'

const getState = (env: Env): Float64Array => (env.getState as () => Float64Array)()
const setState = (env: Env, state: Float64Array): void =>
  (env.setState as (state: Float64Array) => void)(state)
/** An untyped caller. */
const loose = (env: Env): { step(action: unknown): unknown; reset(request: unknown): unknown } => env as never
const all = Object.values(environments)

/** Everything that an environment returns for these actions, resets included. */
function played(env: Env, actions: readonly Action[]): number[] {
  const numbers: number[] = []
  for (const action of actions) {
    const step = env.step(action)
    numbers.push(...step.observation as Float64Array, step.reward)
    numbers.push(Number(step.terminated), Number(step.truncated))
    if (step.terminated || step.truncated) numbers.push(...(env.reset().observation as Float64Array))
  }
  return numbers
}

function randomActions(env: Env, count: number, seed: number): Action[] {
  const random = new Random(seed)
  return Array.from({ length: count }, () => sample(env.actionSpace, random))
}

test('the table lists every environment once, with the time limit that its factory sets', () => {
  assert.equal(all.map((entry) => entry.name), Object.keys(environments))
  assert.equal(
    all.map(({ name, maxEpisodeSteps, solvedReturn }) => [name, maxEpisodeSteps, solvedReturn]),
    [['CartPole', 500, 475], ['Acrobot', 500, -100], ['MountainCar', 200, -110],
      ['MountainCarContinuous', 999, 90], ['Pendulum', 200, null], ['PointMass', 30, null]],
  )
  for (const { name, make, maxEpisodeSteps, summary } of all) {
    const env = make()
    env.reset()
    const state = getState(env)
    const elapsed = state.length - 10
    state[elapsed] = maxEpisodeSteps - 1
    setState(env, state)
    state[elapsed] = maxEpisodeSteps
    const refusal = `state[${elapsed}]: expected an integer from 0 to ${maxEpisodeSteps - 1}`
    assert.throws(() => setState(env, state), refusal)
    assert.ok(env.step(randomActions(env, 1, 0)[0]).truncated, name)
    assert.ok(summary.length > 0 && summary.length < 90 && !summary.includes('\n'))
  }
})

for (const { name, make } of all) {
  test(`${name}: checkEnv finds nothing`, () => {
    assert.equal(checkEnv(make(), { steps: 3000 }), [])
    assert.equal(checkEnv(make({ maxEpisodeSteps: 1 }), { steps: 50, seed: 5 }), [])
  })

  test(`${name}: a seed fixes everything, another starts elsewhere, none continues the stream`, () => {
    const env = make({ maxEpisodeSteps: 20 }), twin = make({ maxEpisodeSteps: 20 })
    const actions = randomActions(env, 100, 1)
    const start = (of: Env, request?: ResetOptions): number[] =>
      [...of.reset(request).observation as Float64Array]
    assert.equal(start(env, { seed: 9 }), start(twin, { seed: 9 }))
    assert.equal(played(env, actions), played(twin, actions))
    const again = start(env)
    assert.not.equal(again, start(env))
    assert.not.equal(start(env, { seed: 9 }), start(env, { seed: 10 }))
    assert.equal(start(env, { seed: undefined }), (start(twin, { seed: 10 }), start(twin)))
    assert.equal(start(make()), start(env, { seed: 0 }), 'never seeded is seed 0')
    assert.not.equal(start(env, { seed: 2 ** 40 }), start(env, { seed: 0 }))
  })

  test(`${name}: a state saved at any step continues exactly, in another instance and through JSON`, () => {
    const env = make({ maxEpisodeSteps: 7 })
    const actions = randomActions(env, 40, 2)
    for (let t = 0; t < 16; t++) {
      const { observation } = env.reset({ seed: 3 })
      played(env, actions.slice(0, t))
      const shown = [...observation as Float64Array]
      const saved = Float64Array.from(JSON.parse(JSON.stringify([...getState(env)])) as number[])
      const rest = played(env, actions.slice(t))
      const other = make({ maxEpisodeSteps: 7 })
      const restored = other.reset({ seed: 99 }).observation as Float64Array
      setState(other, saved)
      assert.equal(getState(other), saved)
      assert.equal([...restored], shown, 'the observation buffer shows the restored state at once')
      assert.equal(played(other, actions.slice(t)), rest, `saved before step ${t}`)
    }
  })

  test(`${name}: no step before the first reset or after the end, nor in such states restored`, () => {
    const env = make({ maxEpisodeSteps: 3 })
    const [action] = randomActions(env, 1, 4)
    const fresh = getState(env)
    const early = `${name}.step: expected reset() before an episode, got step()`
    const late = `${name}.step: expected reset() after the end of an episode, got step()`
    const message = (expected: string) => (error: Error): boolean => error.message === expected
    assert.throws(() => env.step(action), message(early))
    env.reset()
    for (let t = 0; t < 3; t++) assert.is(env.step(action).truncated, t === 2)
    assert.throws(() => env.step(action), message(late))
    const ended = getState(env)
    env.reset()
    setState(env, ended)
    assert.throws(() => env.step(action), message(late))
    setState(env, fresh)
    assert.throws(() => env.step(action), message(early))
    env.reset()
    env.step(action)
  })

  test(`${name}: an invalid state is refused and changes nothing`, () => {
    const env = make()
    env.reset({ seed: 5 })
    const actions = randomActions(env, 5, 5)
    played(env, actions)
    const good = getState(env)
    const size = good.length - 10
    const bad = (at: number, x: number): Float64Array => good.map((y, i) => i === at ? x : y)
    const table: [Float64Array, RegExp][] = [
      [new Float64Array(good.length - 1), /^state: expected length/],
      [bad(0, NaN), /^state\[0\]: expected a finite number, got NaN$/],
      [bad(size - 1, Infinity), /^state\[\d\]: expected a finite number, got Infinity$/],
      [bad(size, -1), /^state\[\d\]: expected an integer from 0 to/],
      [bad(size, 0.5), /^state\[\d\]: expected an integer from 0 to/],
      [bad(size, 1e9), /^state\[\d\]: expected an integer from 0 to/],
      [bad(size + 1, 0), /^state\[\d\]: expected an integer from 0 to 0, got 5$/],
      [bad(size + 1, 3), /^state\[\d\]: expected an integer from 0 to 2, got 3$/],
      [bad(size + 1, NaN), /^state\[\d\]: expected an integer/],
      [bad(size + 2, 0.5), /^random state\[0\]: expected/],
      [bad(size + 7, 9), /^random state\[5\]: expected/],
    ]
    for (const [state, expected] of table) {
      // A different physical state, too, which would be noticed if it were copied before the check.
      if (Number.isFinite(state[0])) state[0] += 0.25
      assert.throws(() => setState(env, state), expected)
      assert.equal(getState(env), good)
    }
    assert.throws(() => setState(env, [...good] as never), (e: unknown) => e instanceof TypeError)
    const ended = bad(size + 1, 2)
    ended[size] = 0
    assert.throws(() => setState(env, ended), /^state\[\d\]: expected an integer from 1 to/)
  })

  test(`${name}: reset accepts a state, and refuses an invalid one before anything changes`, () => {
    const env = make()
    env.reset({ seed: 6 })
    const good = getState(env)
    const size = good.length - 10
    const wanted = Array.from({ length: size }, (_, i) => (i + 1) / 16)
    const start = (state: unknown): unknown => ({ options: { state } })
    const table: [unknown, RegExp][] = [
      [start(wanted.slice(1)), new RegExp(`^options.state: expected ${size} numbers, got ${size - 1}$`)],
      [start(wanted.map(() => NaN)), /^options.state\[0\]: expected a finite number, got NaN$/],
      [start([...wanted.slice(1), '1']), /^options.state\[\d\]: expected a finite number, got "1"$/],
      [start(1), new RegExp(`^options.state: expected an array of ${size} numbers, got 1$`)],
      [{ options: { low: 0 } }, /^options: expected \{ state \}, got "low"$/],
      [{ options: 3 }, /^options: expected \{ state \}, got 3$/],
      [{ options: null }, /^options: expected \{ state \}, got null$/],
      [{ seed: -1, options: { state: wanted } }, /^seed: expected an integer of at least 0, got -1$/],
      [{ seed: 0.5 }, /^seed: expected/],
      [{ seed: '1' }, /^seed: expected an integer of at least 0, got "1"$/],
      [{ seed: 1, options: { state: [] } }, /^options.state: expected/],
    ]
    for (const [request, expected] of table) {
      assert.throws(() => loose(env).reset(request), expected)
      assert.equal(getState(env), good)
    }
    env.reset({ options: { state: wanted } })
    assert.equal([...getState(env).subarray(0, size)], wanted)
    assert.equal(getState(env).subarray(size + 2), good.subarray(size + 2), 'nothing is drawn')
    env.reset({ options: { state: Float64Array.from(wanted) }, seed: 7 })
    const seeded = getState(env)
    env.reset({ options: {}, seed: 7 })
    assert.not.equal(getState(env), seeded)
  })

  test(`${name}: an action outside its space is refused by name and changes nothing`, () => {
    const env = make()
    env.reset({ seed: 8 })
    const before = getState(env)
    const space = env.actionSpace
    const size = space.kind === 'box' ? space.low.length : 0
    const last = space.kind === 'discrete' ? space.n - 1 : 0
    const numbers = `expected ${size} numbers`
    const table: [unknown, string, boolean][] = space.kind === 'discrete'
      ? [
          [last + 1, `got ${last + 1}`, false], [-1, 'got -1', false], [0.5, 'got 0.5', false],
          [NaN, 'got NaN', false], ['1', 'got "1"', true], [undefined, 'got undefined', true],
          [new Float64Array(1), 'got Float64Array of length 1', true], [1n, 'got 1n', true],
        ]
      : [
          [1, 'got 1', true], [undefined, 'got undefined', true], [[], `${numbers}, got 0`, false],
          [new Float64Array(size + 1), `${numbers}, got ${size + 1}`, false],
          [new Float32Array(size), `got Float32Array of length ${size}`, true],
          [new Float64Array(size).fill(NaN), '[0]: expected a finite number, got NaN', false],
          [new Array(size).fill('0'), '[0]: expected a finite number, got "0"', true],
          [new Array(size), '[0]: expected a finite number, got undefined', true],
        ]
    for (const [action, end, kind] of table) {
      assert.throws(() => loose(env).step(action), (e: Error) => {
        assert.match(e.message, /^action(\[0\])?: expected /)
        assert.ok(e.message.endsWith(end), e.message)
        assert.is(e instanceof TypeError, kind, e.message)
        return true
      })
      assert.equal(getState(env), before)
    }
    const refusal = `action: expected an integer from 0 to ${last}, got ${last + 1}`
    if (space.kind === 'discrete') assert.throws(() => env.step(last + 1), refusal)
    else loose(env).step(new Array(size).fill(0))
  })

  test(`${name}: a step constructs no array and hands out the same record and buffer`, () => {
    const env = make()
    const actions = randomActions(env, 300, 9)
    env.reset({ seed: 9 })
    const once = env.step(actions[0])
    const { observation } = once
    assert.is(env.reset().observation, observation)
    const built = countConstructions(() => {
      for (const action of actions) {
        const step = env.step(action)
        assert.is(step, once)
        assert.is(step.observation, observation)
        if (step.terminated || step.truncated) env.reset()
      }
    })
    assert.is(built, 0)
    assert.ok(countConstructions(() => getState(env)) > 0, 'the counter counts')
  })

  test(`${name}: maxEpisodeSteps is an integer of at least 1`, () => {
    for (const steps of [0, -1, 1.5, NaN, Infinity]) {
      const refusal = /^maxEpisodeSteps: expected an integer of at least 1, got/
      assert.throws(() => make({ maxEpisodeSteps: steps }), refusal)
    }
    assert.throws(() => make({ maxEpisodeSteps: '5' as never }), (e: unknown) => e instanceof TypeError)
    make({ maxEpisodeSteps: undefined })
  })
}

/** Arrays of numbers that `run` constructs, counted by putting a proxy in place of each constructor. */
function countConstructions(run: () => void): number {
  const host = globalThis as unknown as { [name: string]: new (...items: never[]) => object }
  const names = ['Array', 'Float64Array', 'Float32Array', 'Int32Array', 'Uint8Array', 'ArrayBuffer']
  const originals = names.map((name) => host[name])
  let built = 0
  try {
    for (const name of names) {
      host[name] = new Proxy(host[name], {
        construct(target, items, newTarget): object {
          built++
          return Reflect.construct(target, items, newTarget) as object
        },
      })
    }
    run()
  } finally {
    names.forEach((name, i) => { host[name] = originals[i] })
  }
  return built
}

// Uniform starts: where each state entry lies, and its mean and spread within five standard errors.
const STARTS: [string, () => Env, [number, number][]][] = [
  ['CartPole', cartPole, [[-0.05, 0.05], [-0.05, 0.05], [-0.05, 0.05], [-0.05, 0.05]]],
  ['Acrobot', acrobot, [[-0.1, 0.1], [-0.1, 0.1], [-0.1, 0.1], [-0.1, 0.1]]],
  ['MountainCar', mountainCar, [[-0.6, -0.4], [0, 0]]],
  ['MountainCarContinuous', mountainCarContinuous, [[-0.6, -0.4], [0, 0]]],
  ['Pendulum', pendulum, [[-Math.PI, Math.PI], [-1, 1]]],
  ['PointMass', pointMass, [[-2, 2], [-2, 2], [-1, 1], [-1, 1]]],
]
for (const [name, make, bounds] of STARTS) {
  test(`${name}: starts are uniform between their bounds, and their entries independent`, () => {
    const env = make()
    const n = 20_000
    env.reset({ seed: 11 })
    const draws = Array.from({ length: n }, () => { env.reset(); return getState(env) })
    bounds.forEach(([low, high], i) => {
      const half = (high - low) / 2, middle = (low + high) / 2
      let sum = 0, squares = 0, products = 0, min = 1, max = -1
      for (const state of draws) {
        // Acrobot rounds its starts to float32, by 4e-9 at most.
        if (!(state[i] >= low - 4e-9 && state[i] <= high + 4e-9)) assert.unreachable(`${state[i]}`)
        const u = half === 0 ? 0 : (state[i] - middle) / half
        const first = (2 * state[0] - bounds[0][0] - bounds[0][1]) / (bounds[0][1] - bounds[0][0])
        sum += u
        squares += u * u
        if (i > 0) products += u * first
        min = Math.min(min, u)
        max = Math.max(max, u)
      }
      if (half === 0) return
      // The probability that none of 20,000 is within a thousandth of the width of a bound is e^-20.
      assert.ok(min < -0.998 && max > 0.998, `entry ${i} reaches from ${min} to ${max} half widths`)
      // u is uniform on ±1: variance 1/3, and u² has variance 4/45; a product of two has 1/9.
      assert.ok(Math.abs(sum / n) < 5 * Math.sqrt(1 / 3 / n), `mean of entry ${i}`)
      assert.ok(Math.abs(squares / n - 1 / 3) < 5 * Math.sqrt(4 / 45 / n), `spread of entry ${i}`)
      assert.ok(Math.abs(products / n) < 5 * Math.sqrt(1 / 9 / n), `entry ${i} with entry 0`)
    })
  })
}

test('Acrobot starts from float32 numbers, as Gymnasium does', () => {
  const env = acrobot()
  env.reset({ seed: 12 })
  const state = getState(env)
  for (let i = 0; i < 4; i++) assert.is(state[i], Math.fround(state[i]))
})

test('the cost of an action: Pendulum clips it first, MountainCarContinuous does not', () => {
  const reward = (env: Env, u: number): number => {
    env.reset({ options: { state: [0, 0] } })
    return env.step(Float64Array.of(u)).reward
  }
  assert.is(reward(pendulum(), 50), reward(pendulum(), 2))
  assert.is(reward(pendulum(), 2), -0.004)
  assert.is(reward(mountainCarContinuous(), 2), -0.4)
  const next = (u: number): number => {
    const env = mountainCarContinuous()
    env.reset({ options: { state: [-0.5, 0] } })
    env.step(Float64Array.of(u))
    return getState(env)[1]
  }
  assert.is(next(2), next(1))
})

test('MountainCarContinuous tests for its end before the state is rounded to float32', () => {
  // 0.45 lies above its float32, so a car at 0.45 − 1e-9 is short of the goal and yet kept where the goal is.
  const env = mountainCarContinuous()
  const velocity = 0.04
  let low = 0.35, high = 0.45
  const passes = (position: number): boolean => {
    env.reset({ options: { state: [position, velocity] } })
    return env.step(Float64Array.of(0)).terminated
  }
  while (high - low > 1e-12) {
    const middle = (low + high) / 2
    if (passes(middle)) high = middle
    else low = middle
  }
  assert.ok(passes(high) && !passes(low - 1e-11))
  env.reset({ options: { state: [low - 1e-11, velocity] } })
  env.step(Float64Array.of(0))
  assert.is(getState(env)[0], Math.fround(0.45))
})

test('the left wall sets the velocity to 0, the right end does not', () => {
  const car = mountainCar()
  car.reset({ options: { state: [-1.19, -0.07] } })
  car.step(0)
  assert.equal([...getState(car).subarray(0, 2)], [-1.2, 0])
  car.reset({ options: { state: [0.59, 0.07] } })
  assert.is(car.step(2).terminated, true)
  assert.is(getState(car)[0], 0.6)
})

test('Pendulum’s cost uses the angle from upright, however often the state has turned', () => {
  const reward = (theta: number): number => {
    const env = pendulum()
    env.reset({ options: { state: [theta, 0] } })
    return env.step(Float64Array.of(0)).reward
  }
  for (const turns of [-3, -1, 1, 2, 100]) {
    for (const theta of [-3, -0.5, 0.5, 3]) {
      // 2π·100 is rounded to 1e-13; the square multiplies that by 2θ.
      assert.ok(Math.abs(reward(theta + turns * 2 * Math.PI) - -theta * theta) < 1e-11)
    }
  }
  assert.is(reward(-Math.PI), -(Math.PI * Math.PI))
})

test('Acrobot accepts a start many turns away, and does not loop for ever', () => {
  const env = acrobot()
  for (const far of [50, 1e5, -1e300, 1e300]) {
    env.reset({ options: { state: [far, -far, 0, 0] } })
    env.step(1)
    const state = getState(env)
    assert.ok(Math.abs(state[0]) <= Math.PI && Math.abs(state[1]) <= Math.PI, `${far}`)
  }
})

test('an environment of one’s own takes a few lines', () => {
  const walk: Dynamics<number> = {
    observationSpace: { kind: 'box', low: Float64Array.of(-3), high: Float64Array.of(3) },
    actionSpace: { kind: 'discrete', n: 2, start: -1 },
    stateSize: 1,
    start: (state) => { state[0] = 0 },
    observe: (observation, state) => { observation[0] = state[0] },
    step: (state, action) => { state[0] += action === 0 ? 1 : -1; return state[0] },
    isTerminal: (state) => state[0] === 3 || state[0] === -3,
  }
  const env = simulate('Walk', walk, { maxEpisodeSteps: 3 })
  assert.equal(checkEnv(env, { steps: 100 }), [])
  env.reset()
  env.step(0)
  assert.throws(() => env.step(1), 'action: expected an integer from -1 to 0, got 1')
  env.step(0)
  const last = env.step(0)
  assert.equal([last.reward, last.terminated, last.truncated], [3, true, true], 'both flags at once')
})

test.run()
