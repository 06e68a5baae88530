/**
 * The checker of environments against right ones and ones broken in one way each, with its report word for
 * word.
 * Tolerance: none.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../../src/envs/index.ts'
import { Random } from '../../../src/math/random.ts'
import { timeLimit } from '../../../src/rl/play/timeLimit.ts'
import { checkEnv } from '../../../src/verify/env/checkEnv.ts'
import type { Env, ResetOptions } from '../../../src/rl/world/env.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../../src/rl/world/space.ts'

/** A sound walk of ten steps on a noisy line, with every part of it open to be broken. */
function line(): Env & { [part: string]: unknown } {
  let random = new Random(0)
  let x = 0, t = 0
  return {
    observationSpace: box([-100], [100]),
    actionSpace: discrete(2),
    reset({ seed }: ResetOptions = {}) {
      if (seed !== undefined) random = new Random(seed)
      x = random.uniform()
      t = 0
      return { observation: [x] }
    },
    step(action: number) {
      x += 2 * action - 1 + random.normal()
      t++
      return { observation: [x], reward: -x, terminated: false, truncated: t >= 10 }
    },
    getState: () => Float64Array.of(x, t, ...random.getState()),
    setState(state: Float64Array) {
      x = state[0]
      t = state[1]
      random.setState(state.slice(2))
    },
  } as never
}

type Parts = { [part: string]: unknown }
type Step = { observation: unknown; reward: unknown; terminated: unknown; truncated: unknown }

/** The line with some parts replaced. */
const withParts = (parts: Parts): Env => Object.assign(line(), parts) as unknown as Env

/** The line with step results passed through `change`, from the `from`-th step after seeding on. */
function withSteps(change: (step: Step) => unknown, from = 0): Env {
  const env = line()
  const step = env.step.bind(env), reset = env.reset.bind(env)
  let count = 0
  env.reset = (request) => {
    if (request?.seed !== undefined) count = 0
    return reset(request)
  }
  env.step = ((action: number) => {
    const result = { ...step(action) }
    return count++ >= from ? change(result) : result
  }) as never
  return env
}

function withResets(change: (reset: { observation: unknown }) => unknown): Env {
  const env = line()
  const reset = env.reset.bind(env)
  env.reset = ((request?: ResetOptions) => change({ ...reset(request) })) as never
  return env
}

const unchecked = (low: number[], high: number[]): Space =>
  ({ kind: 'box', low: Float64Array.from(low), high: Float64Array.from(high) })
const boom = (): never => { throw new Error('boom') }

test('a sound environment has no problems, with saved states or without', () => {
  assert.equal(checkEnv(line()), [])
  assert.equal(checkEnv(line(), { steps: 1 }), [])
  assert.equal(checkEnv(withParts({ getState: undefined, setState: undefined })), [])
  assert.equal(checkEnv(withParts({ close() {} })), [])
})

for (const { name, make } of Object.values(environments)) {
  test(`${name} has no problems`, () => {
    for (const seed of [0, 1, 2]) assert.equal(checkEnv(make(), { seed }), [])
  })
}

// Each broken in one way, and everything that must be reported.
const BROKEN: [string, () => Env, (string | RegExp)[]][] = [
  // Parts.
  ['no environment', () => undefined as never, ['env: expected an object, got undefined']],
  ['null', () => null as never, ['env: expected an object, got null']],
  ['no methods', () => withParts({ reset: undefined, step: 3 }),
    ['reset: expected a function, got undefined', 'step: expected a function, got 3']],
  ['no spaces', () => withParts({ actionSpace: undefined, observationSpace: 4 }),
    ['observationSpace: expected a space, got 4', 'actionSpace: expected a space, got undefined']],
  ['an unknown space', () => withParts({ actionSpace: { kind: 'dict' } }),
    ['actionSpace: expected kind "box" | "discrete" | "multiDiscrete" | "multiBinary", got "dict"']],
  ['a box of plain arrays', () => withParts({ observationSpace: { kind: 'box', low: [0], high: [1] } }),
    ['observationSpace: expected low to be a Float64Array of at least one number, got Array of length 1']],
  ['a box of one side', () => withParts({ observationSpace: { kind: 'box', low: Float64Array.of(0) } }),
    ['observationSpace: expected high to be a Float64Array, got undefined']],
  ['a box of two lengths', () => withParts({ observationSpace: unchecked([0], [1, 2]) }),
    ['observationSpace: expected high of length 1, got 2']],
  ['a box with NaN', () => withParts({ observationSpace: unchecked([NaN], [1]) }),
    ['observationSpace: expected low[0] ≤ high[0], got NaN and 1']],
  ['a box upside down', () => withParts({ observationSpace: unchecked([0, 2], [1, 1]) }),
    ['observationSpace: expected low[1] ≤ high[1], got 2 and 1']],
  ['an empty discrete space', () => withParts({ actionSpace: { kind: 'discrete', n: 0, start: 0 } }),
    ['actionSpace: expected n to be an integer of at least 1, got 0']],
  ['a discrete space without start', () => withParts({ actionSpace: { kind: 'discrete', n: 2 } }),
    ['actionSpace: expected start to be an integer, got undefined']],
  ['a multi-discrete half', () => withParts({ actionSpace: { kind: 'multiDiscrete', nvec: [2, 0.5] } }),
    ['actionSpace: expected nvec[1] to be an integer of at least 1, got 0.5']],
  ['a multi-discrete space of none', () => withParts({ actionSpace: { kind: 'multiDiscrete', nvec: [] } }),
    ['actionSpace: expected nvec to be an array of at least one integer, got Array of length 0']],
  ['a multi-binary space of none', () => withParts({ actionSpace: { kind: 'multiBinary', n: -1 } }),
    ['actionSpace: expected n to be an integer of at least 1, got -1']],
  ['a getter that throws', () => Object.defineProperty(line(), 'actionSpace', { get: boom }),
    ['env: expected properties that can be read, got the error "boom"']],
  ['half a pair of state methods', () => withParts({ setState: undefined }),
    ['setState: expected a function, got undefined']],
  ['the other half', () => withParts({ getState: undefined }),
    ['getState: expected a function, got undefined']],
  ['a close that is none', () => withParts({ close: true }), ['close: expected a function, got true']],

  // Results.
  ['an asynchronous reset', () => withResets((reset) => Promise.resolve(reset)),
    ['reset({ seed: 0 }): expected a result at once, got a Promise; checkEnvAsync awaits it']],
  ['an asynchronous step', () => withSteps((step) => Promise.resolve(step)),
    ['step 0: expected a result at once, got a Promise; checkEnvAsync awaits it']],
  ['an asynchronous step that rejects', () => withSteps(() => Promise.reject(new Error('later'))),
    ['step 0: expected a result at once, got a Promise; checkEnvAsync awaits it']],
  ['an asynchronous observation', () => withSteps((step) => ({ ...step, observation: Promise.resolve([0]) })),
    ['step 0: observation: expected an observation, got a Promise']],
  ['Python’s tuple', () => withSteps((step) => [step.observation, step.reward, false, false, {}]),
    ['step 0: expected a record { observation, … }, got Array of length 5']],
  ['a bare observation from reset', () => withResets((reset) => reset.observation),
    ['reset({ seed: 0 }): expected a record { observation, … }, got Array of length 1']],
  ['nothing from step', () => withSteps(() => undefined),
    ['step 0: expected a record { observation, … }, got undefined']],
  ['nothing but an empty record', () => withSteps(() => ({})), [
    'step 0: observation: expected an array of 1 numbers, got undefined',
    'step 0: reward: expected a finite number, got undefined',
    'step 0: terminated: expected a boolean, got undefined',
    'step 0: truncated: expected a boolean, got undefined']],
  ['the old done flag', () => withSteps(({ observation, reward }) => ({ observation, reward, done: false })),
    ['terminated', 'truncated'].map((flag) => `step 0: ${flag}: expected a boolean, got undefined; `
      + "instead of Gym's old done, return terminated (task ended) and truncated (time limit)")],
  ['flags as numbers', () => withSteps((step) => ({ ...step, terminated: 0, truncated: 1 })),
    ['step 0: terminated: expected a boolean, got 0', 'step 0: truncated: expected a boolean, got 1']],
  ['a NaN reward late', () => withSteps((step) => ({ ...step, reward: NaN }), 25),
    ['step 25: reward: expected a finite number, got NaN']],
  ['an infinite reward', () => withSteps((step) => ({ ...step, reward: -Infinity })),
    ['step 0: reward: expected a finite number, got -Infinity']],
  ['a reward in words', () => withSteps((step) => ({ ...step, reward: '1' })),
    ['step 0: reward: expected a finite number, got "1"']],
  ['a longer observation', () => withSteps((step) => ({ ...step, observation: [0, 0] })),
    ['step 0: observation: expected 1 numbers, got 2']],
  ['no observation from reset', () => withResets(() => ({ obs: [0] }) as never),
    ['reset({ seed: 0 }): observation: expected an array of 1 numbers, got undefined']],
  ['a number for a vector', () => withSteps((step) => ({ ...step, observation: 1 })),
    ['step 0: observation: expected an array of 1 numbers, got 1']],
  ['a big integer array', () => withSteps((step) => ({ ...step, observation: new BigInt64Array(1) })),
    ['step 0: observation: expected an array of 1 numbers, got BigInt64Array of length 1']],
  ['a NaN observation', () => withSteps((step) => ({ ...step, observation: [NaN] }), 7),
    ['step 7: observation: expected [0] from -100 to 100, got NaN']],
  ['an observation out of bounds', () => withSteps((step) => ({ ...step, observation: [101] }), 3),
    ['step 3: observation: expected [0] from -100 to 100, got 101']],
  ['an infinite observation without a bound', () => {
    const env = withSteps((step) => ({ ...step, observation: [Infinity] }), 2) as unknown as Parts
    env.observationSpace = box([-Infinity], [Infinity])
    return env as never
  }, ['step 2: observation: expected [0] to be a finite number, got Infinity']],
  ['wrong resets as well as wrong steps', () => {
    const env = withSteps((step) => ({ ...step, observation: [1, 2, 3] }))
    env.reset = () => ({ observation: [1, 2] })
    return env
  }, ['reset({ seed: 0 }): observation: expected 1 numbers, got 2',
    'step 0: observation: expected 1 numbers, got 3',
    // That reset resets nothing, either.
    'step 0: truncated: expected the same seed and actions to give the same truncated, false, got true']],

  // Exceptions.
  ['a reset that throws', () => withParts({ reset: boom }),
    ['reset({ seed: 0 }): expected a result, got the error "boom"']],
  ['a step that throws late', () => withSteps(boom, 12),
    ['step 12: expected a result, got the error "boom"']],
  ['a later reset that throws', () => {
    let count = 0
    return withResets((reset) => count++ === 0 ? reset : boom())
  }, ['reset() before step 10: expected a result, got the error "boom"']],
  ['a step that throws a word', () => withSteps(() => { throw 'stop' }),
    ['step 0: expected a result, got "stop" thrown']],
  ['a reward that throws', () => withSteps((step) => Object.defineProperty(step, 'reward', { get: boom })),
    ['step 0: expected a result, got the error "boom"']],

  // Behaviour.
  ['an ambient source of randomness', () => {
    let calls = 0
    return withSteps((step) => ({ ...step, reward: calls++ }))
  }, ['step 0: reward: expected the same seed and actions to give the same reward, 0, got 1000']],
  ['a seed that is ignored', () => {
    const env = line()
    const reset = env.reset.bind(env)
    env.reset = () => reset()
    return env
  }, [/^reset before step 0: observation\[0\]: expected the same seed and .*, 0\.\d+, got 0\.\d+$/]],
  ['an end that comes and goes', () => {
    let calls = 0
    return withSteps((step) => ({ ...step, terminated: calls++ === 1003 }))
  }, ['step 3: terminated: expected the same seed and actions to give the same terminated, false, got true']],
  ['a saved state that forgets the stream', () => {
    const env = line()
    const setState = (env.setState as (state: Float64Array) => void).bind(env)
    // The key of another stream; a valid state all the same. The next step may still draw a spare normal.
    env.setState = (state: Float64Array) => { const other = state.slice(); other[2] = 77; setState(other) }
    return env
  }, [/^step 33[34]: reward: expected setState\(getState\(\)\) to continue with the same reward, .*, got /]],
  ['a saved state that forgets the step count', () => {
    const env = line()
    const setState = (env.setState as (state: Float64Array) => void).bind(env)
    env.setState = (state: Float64Array) => { const other = state.slice(); other[1] = 0; setState(other) }
    return env
  }, [/^step 339: truncated: expected setState\(getState\(\)\) to continue .*, true, got false$/]],
  ['a saved state that is the live one', () => {
    const env = line()
    const getState = (env.getState as () => Float64Array).bind(env)
    const live = getState()
    const step = env.step.bind(env)
    env.step = (action) => {
      const result = step(action)
      live.set(getState())
      return result
    }
    env.getState = () => { live.set(getState()); return live }
    return env
  }, [/^step 333: \w+: expected setState\(getState\(\)\) to continue with the same /]],
  ['a state of another kind', () => withParts({ getState: () => [1] }),
    ['getState(): expected a Float64Array, got Array of length 1']],
  ['a state that begins with NaN', () => withParts({ getState: () => Float64Array.of(NaN, 0) }),
    ['getState()[0]: expected a finite number, got NaN']],
  ['a state with NaN', () => withParts({ getState: () => Float64Array.of(0, NaN) }),
    ['getState()[1]: expected a finite number, got NaN']],
  ['a getState that throws', () => withParts({ getState: boom }),
    ['getState(): expected a state, got the error "boom"']],
  ['a setState that throws', () => withParts({ setState: boom }),
    ['setState(getState()): expected it to be accepted, got the error "boom"']],
  ['a getState that disturbs', () => {
    const env = line()
    const getState = (env.getState as () => Float64Array).bind(env)
    env.getState = () => { const state = getState(); env.step(0); return state }
    return env
  }, [/^step 333: reward: expected the same seed and actions to give the same reward, /]],
  ['a step that overwrites its action', () => {
    const env = line() as unknown as Parts
    const step = (env.step as (action: number) => unknown)
    env.actionSpace = box([-1], [1])
    env.step = (action: Float64Array) => { const u = action[0]; action[0] = 0; return step(u) }
    return env as never
  }, ['step 0: action: expected it left as it was, got it overwritten']],
]

for (const [what, make, expected] of BROKEN) {
  test(`reported: ${what}`, () => {
    const problems = checkEnv(make())
    assert.is(problems.length, expected.length, problems.join('\n'))
    expected.forEach((line, i) => {
      if (typeof line === 'string') assert.is(problems[i], line)
      else assert.match(problems[i], line)
    })
  })
}

test('the same buffer and record every time are no problem', () => {
  const observation = new Float64Array(1)
  const result: Parts = {}
  const env = withSteps((step) => {
    observation[0] = (step.observation as number[])[0]
    return Object.assign(result, step, { observation })
  })
  assert.equal(checkEnv(env), [])
})

test('spaces of every kind can be observed and acted in', () => {
  const spaces: [Space, () => unknown][] = [
    [discrete(3, 2), () => 4],
    [multiDiscrete([2, 3]), () => [1, 2]],
    [multiBinary(2), () => Uint8Array.of(1, 0)],
    [box([-1], [1]), () => Float32Array.of(0.5)],
  ]
  for (const [observationSpace, observe] of spaces) {
    for (const [actionSpace] of spaces) {
      const env = {
        observationSpace, actionSpace,
        reset: () => ({ observation: observe() }),
        step: () => ({ observation: observe(), reward: 0, terminated: true, truncated: true }),
      } as unknown as Env
      assert.equal(checkEnv(env, { steps: 20 }), [])
    }
  }
})

/** Penalises the change of the action. Keeps the last one as `keep` says; a strict reset looks at it. */
function jerky(keep: (action: Float64Array) => Float64Array, strict = false): Env {
  let previous: Float64Array | null = null, t = 0
  return {
    observationSpace: box([-1], [1]),
    actionSpace: box([-1], [1]),
    reset() {
      if (strict && previous !== null && !Number.isFinite(previous[0])) throw new Error('not finite')
      previous = null
      t = 0
      return { observation: [0] }
    },
    step(action) {
      const given = action as Float64Array
      const reward = previous === null ? 0 : -Math.abs(given[0] - previous[0])
      previous = keep(given)
      return { observation: [0], reward, terminated: false, truncated: ++t === 10 }
    },
  }
}

test('an action that is kept without a copy is found, though it works with new memory each time', () => {
  const copy = (action: Float64Array): Float64Array => action.slice()
  assert.equal(checkEnv(jerky(copy)), [])
  assert.equal(checkEnv(jerky(copy, true)), [])
  const [kept, ...more] = checkEnv(jerky((action) => action))
  assert.match(kept, /^step 1: reward: expected actions in one vector, overwritten .*\(copy one to keep it\)/)
  assert.equal(more, [])
  const constant = { ...jerky((action) => action, true) }
  const step = constant.step
  constant.step = (action) => ({ ...step(action), reward: 0 })
  const [refused, ...others] = checkEnv(constant)
  assert.match(refused, /^reset\(\) before step 10: expected actions in one .* got the error "not finite"$/)
  assert.equal(others, [])
  // Kept in a view of the same memory.
  assert.is(checkEnv(jerky((action) => action.subarray())).length, 1)
})

test('actions lie at the bounds, too, as clipped ones do', () => {
  const env = (reward: (a: number) => number): Env => ({
    ...jerky((action) => action.slice()), step: (action) => ({
      observation: [0], reward: reward((action as Float64Array)[0]), terminated: true, truncated: false,
    }),
  })
  assert.equal(checkEnv(env((a) => 1 / (2 - a * a))), [])
  for (const reward of [(a: number) => 1 / (1 - a), (a: number) => 1 / (1 + a)]) {
    assert.match(checkEnv(env(reward))[0], /^step \d+: reward: expected a finite number, got Infinity$/)
  }
})

test('a seed as large as those of a training is given', () => {
  const limited = withParts({})
  const reset = limited.reset.bind(limited)
  limited.reset = (request) => {
    if ((request?.seed ?? 0) > 99) throw new Error('no such level')
    return reset(request)
  }
  assert.equal(checkEnv(limited),
    ['reset({ seed: 2147483647 }): expected a result, got the error "no such level"'])
})

test('the array given to setState is the caller\'s, and it resumes an episode that has ended', () => {
  const env = line() as unknown as Env & { step(action: number): object }
  const { step, reset } = env
  let state: Float64Array = Float64Array.of(0), x = 0, t = 0
  // All its state is the array that it was given.
  const keeping = {
    ...env, reset: () => { state = Float64Array.of(0, 0); return { observation: [0] } },
    step: (action: number) => {
      state[0] += action
      return { observation: [state[0]], reward: state[0], terminated: false, truncated: ++state[1] === 10 }
    },
    getState: () => state.slice(), setState: (given: Float64Array) => { state = given },
  } as unknown as Env
  assert.match(checkEnv(keeping)[0], /^step 333: \w+(\[0\])?: expected setState\(getState\(\)\) to continue/)
  // A flag that setState forgets.
  let over = false
  const forgetful = {
    ...env, reset: () => { x = t = 0; over = false; return { observation: [0] } },
    step: (action: number) => {
      if (over) throw new Error('reset first')
      x += action
      over = ++t === 10
      return { observation: [x], reward: x, terminated: over, truncated: false }
    },
    getState: () => Float64Array.of(x, t), setState: (given: Float64Array) => { [x, t] = given },
  } as unknown as Env
  assert.match(checkEnv(forgetful, { steps: 995 })[0], /^step 331: expected setState.* error "reset first"$/)
  assert.is(step === env.step && reset === env.reset, true)
})

test('a reset in the middle of an episode restarts everything, also after walks of whole episodes', () => {
  // Its clock goes on, except after an end: 1000 steps are 100 whole episodes.
  let t = 0
  const env = withParts({
    reset: () => ({ observation: [0] }), getState: undefined, setState: undefined,
    step: () => {
      const truncated = ++t === 10
      const result = { observation: [0], reward: t, terminated: false, truncated }
      if (truncated) t = 0
      return result
    },
  })
  const demand = 'expected the same seed and actions to give the same'
  assert.equal(checkEnv(env), [`step 0: reward: ${demand} reward, 1, got 2`])
})

test('a factory: two environments are made, checked and closed once each', () => {
  const closed: number[] = []
  const makeEnv = (): Env => {
    const id = closed.push(0) - 1
    return withParts({ close: () => { closed[id]++ } })
  }
  assert.equal(checkEnv(makeEnv), [])
  assert.equal(closed, [1, 1])
  for (const { name, make } of Object.values(environments)) assert.equal(checkEnv(() => make()), [], name)
  assert.equal(checkEnv(() => jerky((action) => action)).length, 1)
  assert.equal(checkEnv(() => withParts({ close: boom })), ['environment 0: close() threw boom'])
  assert.equal(checkEnv(() => withParts({ close: () => Promise.reject(new Error('late')) })), [])
})

test('a factory whose environments share a world is found by stepping one of them', () => {
  const shared = line()
  const wrappers: readonly (() => Env)[] = [
    () => ({ ...shared }) as unknown as Env,
    () => new Proxy(shared, {}) as unknown as Env,
    () => timeLimit(shared as unknown as Env, 5),
  ]
  const demand = 'expected steps of another environment from makeEnv to change nothing: the same'
  for (const makeEnv of wrappers) {
    const found = checkEnv(makeEnv)
    assert.is(found.length, 1, found.join('\n'))
    assert.ok(found[0].includes(demand), found[0])
  }
  // One that refuses a step after the end, which its other wrapper has brought about.
  const cartPole = environments.CartPole.make({ maxEpisodeSteps: 3 })
  const [strict] = checkEnv(() => ({ ...cartPole }))
  assert.match(strict, /^(makeEnv: expected environments that work side by side|step \d+: .*change nothing)/)
  // A stream of random numbers that is shared is enough.
  const stream = new Random(1)
  const noisy = (): Env => {
    const env = line() as unknown as Env
    return {
      ...env,
      reset(request) {
        if (request?.seed === 0) stream.setState(new Random(0).getState())
        return env.reset(request)
      },
      step: (action) => ({ ...env.step(action), reward: stream.uniform() }),
      getState: undefined, setState: undefined,
    }
  }
  assert.match(checkEnv(noisy)[0], /^step 0: reward: expected steps of another environment .* nothing/)
  assert.equal(checkEnv(noisy()), [])
})

test('a factory that makes no environments, one object, or two kinds is reported', () => {
  const same = line() as unknown as Env
  let made = 0
  const cases: readonly (readonly [() => unknown, string])[] = [
    [() => same, 'makeEnv: expected a new environment from every call, got one of the others again'],
    [async () => line(),
      'environment 0, step 0: makeEnv(): expected a result at once, got a Promise; checkEnvAsync awaits it'],
    [() => undefined, 'environment 0: makeEnv(): expected an environment, got undefined'],
    [boom, 'environment 0: makeEnv() threw boom'],
    [() => (made++ % 2 === 0 ? line() : boom()), 'environment 1: makeEnv() threw boom'],
    [() => withParts({ actionSpace: discrete(2 + made++ % 2) }),
      'environment 1.actionSpace: expected Discrete(2, start 0), got Discrete(3, start 0)'],
    [() => withParts({ step: 3 }), 'step: expected a function, got 3'],
  ]
  for (const [makeEnv, problem] of cases) assert.equal(checkEnv(makeEnv as () => Env), [problem])
  assert.equal(checkEnv(Promise.resolve(same) as never),
    ['env: expected an object, got a Promise: await it, or give the function that returns it'])
})

test('remarks: no end within 1000 steps, and actions without a unit; they are no problems', () => {
  const endless = (parts: Parts = {}): Env =>
    Object.assign(withSteps((step) => ({ ...step, observation: [0], truncated: false })), parts)
  const found = checkEnv(endless())
  assert.equal(found, [])
  assert.equal(Object.keys(found), [])
  assert.equal(found.remarks,
    ['episode: no end within 1000 steps; train and evaluate need an end or a limit: timeLimit(env, n)'])
  assert.is(checkEnv(endless(), { steps: 2000 }).remarks.length, 1)
  assert.equal(checkEnv(endless(), { steps: 999 }).remarks, [])
  assert.equal(checkEnv(endless({ maxEpisodeSteps: 5000 })).remarks, [])
  assert.equal(checkEnv(timeLimit(endless(), 1000)).remarks, [])
  assert.equal(checkEnv(line() as unknown as Env).remarks, [])
  const open = (low: number[], high: number[]): Env =>
    ({ ...jerky((action) => action.slice()), actionSpace: box(low, high) })
  for (const [low, high, i] of [[[-Infinity], [Infinity], 0], [[0, 0], [1, Infinity], 1]] as const) {
    const result = checkEnv(open([...low], [...high]))
    assert.equal(result, [])
    assert.equal(result.remarks, [
      `actionSpace: [${i}] has an infinite bound, so σ is in its own unit: see initialLogStd`])
  }
  assert.equal(checkEnv(open([-3], [9])).remarks, [])
})

test('a declared limit is kept to, and is an integer of at least 1', () => {
  // Refuses more steps than it declares, and leaves the truncation to the receiver.
  let t = 0
  const env = withParts({ maxEpisodeSteps: 10, reset: () => { t = 0; return { observation: [0] } } })
  env.step = () => {
    if (t++ === 10) throw new Error('out of time')
    return { observation: [0], reward: t, terminated: false, truncated: false }
  }
  env.getState = () => Float64Array.of(t)
  env.setState = (state) => { t = state[0] }
  assert.equal(checkEnv(env), [])
  for (const maxEpisodeSteps of [0, 0.5, NaN, Infinity, '5']) {
    assert.match(checkEnv(withParts({ maxEpisodeSteps }))[0], /^maxEpisodeSteps: expected an integer of at l/)
  }
})

test('only invalid options make it throw, unknown ones included', () => {
  assert.throws(() => checkEnv(line(), { step: 5 } as never), /^options: expected only steps, seed.*"step"$/)
  assert.throws(() => checkEnv(line(), null as never), /^options: expected a record, got null$/)
  assert.throws(() => checkEnv(line(), { steps: 0 }), /^steps: expected an integer of at least 1, got 0$/)
  assert.throws(() => checkEnv(line(), { seed: -1 }), /^seed: expected an integer of at least 0, got -1$/)
})

test.run()
