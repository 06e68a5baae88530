/**
 * `trainAsync`, `evaluateAsync` and `checkEnvAsync` in worlds that answer later, against their pairs in the
 * same worlds that answer at once: exact. Rejections, aborts and closings against counts of calls.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../src/envs/index.ts'
import { EnvError } from '../../src/rl/play/envError.ts'
import { evaluate, evaluateAsync } from '../../src/rl/evaluate.ts'
import type { StopSignal } from '../../src/rl/play/late.ts'
import type { AsyncEnv, Env, StepResult } from '../../src/rl/world/env.ts'
import { timeLimit } from '../../src/rl/play/timeLimit.ts'
import { discrete } from '../../src/rl/world/space.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { type Iteration, train, trainAsync } from '../../src/trpo/train.ts'
import { checkEnv, checkEnvAsync } from '../../src/verify/env/checkEnv.ts'
import { later, wait } from '../support/later.ts'
import { market } from '../support/market.ts'
import { noisyWalk } from '../support/noisyWalk.ts'
import { drawnPolicy } from '../support/policy.ts'
import { recordOf } from '../support/recordOf.ts'
import { bits } from '../support/same.ts'

const SMALL: Partial<TrainOptions> = {
  seed: 3, batchSteps: 60, totalSteps: 240, envCount: 3, hiddenSizes: [5], valueHiddenSizes: [4],
  valueMinibatch: 20, valueEpochs: 2,
}

const walk = (): Env => noisyWalk()

async function recordsOf(training: AsyncGenerator<Iteration, unknown, void>): Promise<unknown[]> {
  const records: unknown[] = []
  for await (const record of training) records.push(recordOf(record))
  return records
}

/** One to three turns; all at once; some at once; the later the environment is made, the sooner. */
let made = 0
const PACES: readonly ((call: number) => number)[] = [(call) => 1 + call % 3, () => 0, (call) => call % 2]
const worlds: readonly (readonly [string, () => Env, Partial<TrainOptions>?])[] = [
  ...Object.values(environments).map(({ name, make }) =>
    [name, () => make({ maxEpisodeSteps: 11 })] as const),
  ['masks', () => market([3, 2])],
  ['a vine', () => market([4]), { sampling: 'vine', vineBranches: 'all', vineHorizon: 2, vineSpacing: 2 }],
  ['held noise', () => environments.CartPole.make(), { actionNoiseHold: 4 }],
]

for (const [name, makeEnv, options = {}] of worlds) {
  test(`trainAsync leaves the bits of train, however late each answer is: ${name}`, async () => {
    // A market cannot save its state; the walk of a vine needs one that can.
    const make = (): Env => 'vineBranches' in options ? environments.CartPole.make() : makeEnv()
    const wanted = Array.from(train(make, { ...SMALL, ...options }), recordOf)
    for (const pace of PACES) {
      const makeLate = (): AsyncEnv => later(make(), pace)
      assert.equal(await recordsOf(trainAsync(makeLate, { ...SMALL, ...options })), wanted)
      const makeLater = async (): Promise<AsyncEnv> => {
        await wait(9 - made++ % 5)
        return makeLate()
      }
      assert.equal(await recordsOf(trainAsync(makeLater, { ...SMALL, ...options })), wanted)
    }
  })
}

test('evaluateAsync and checkEnvAsync find what evaluate and checkEnv find', async () => {
  for (const makeEnv of [walk, () => market([3, 2]), () => environments.Acrobot.make()]) {
    const { observationSpace, actionSpace } = makeEnv()
    const policy = drawnPolicy(observationSpace, actionSpace)
    const options = { episodes: 20, maxSteps: 30, deterministic: false, seed: 4 }
    const wanted = evaluate(policy, makeEnv, options)
    for (const pace of PACES) {
      const got = await evaluateAsync(policy, async () => later(makeEnv(), pace), options)
      assert.equal({ ...got, returns: bits(got.returns) }, { ...wanted, returns: bits(wanted.returns) })
      assert.equal(await checkEnvAsync(() => later(makeEnv(), pace)), checkEnv(makeEnv))
    }
  }
  const biased = (): Env => {
    let count = 0
    const env = walk()
    return { ...env, step: (action) => ({ ...env.step(action), reward: count++ === 70 ? NaN : count }) }
  }
  const problems = checkEnv(biased)
  assert.ok(problems.length > 0)
  assert.equal(await checkEnvAsync(async () => later(biased())), problems)
})

test('all environments of a timestep are asked before any is awaited', async () => {
  let asked = 0, most = 0
  const makeEnv = (): AsyncEnv => {
    const env = walk()
    return {
      ...env,
      async step(action) {
        most = Math.max(most, ++asked)
        await wait(4)
        asked--
        return env.step(action)
      },
    }
  }
  for await (const _ of trainAsync(makeEnv, { ...SMALL, envCount: 6 })) assert.is(asked, 0)
  assert.is(most, 6)
})

test('timeLimit truncates episodes of a world that answers later', async () => {
  const endless = (): Env => {
    const env = walk()
    return { ...env, step: (action) => ({ ...env.step(action), terminated: false, truncated: false }) }
  }
  const wanted = Array.from(train(() => timeLimit(endless(), 7), SMALL), recordOf)
  const got = await recordsOf(trainAsync(() => timeLimit(later(endless()), 7), SMALL))
  assert.equal(got, wanted)
})

/** Walks that count closings; `change` spoils the second one. */
function counted(
  change: (env: Env) => AsyncEnv,
): { readonly makeEnv: () => AsyncEnv; readonly closed: number[] } {
  const closed: number[] = []
  const makeEnv = (): AsyncEnv => {
    const id = closed.push(0) - 1
    const env = { ...walk(), close: () => { closed[id]++ } }
    return id === 1 ? change(env) : later(env)
  }
  return { makeEnv, closed }
}

const failAt = (n: number) => (env: Env): AsyncEnv => {
  let t = 0
  return { ...later(env), step: async (action) => {
    await wait(2)
    if (++t === n) throw new Error('connection lost')
    return env.step(action)
  } }
}

test('a rejection is an EnvError with environment, step and cause; everything is closed once', async () => {
  for (const [change, message, records] of [
    [failAt(1), 'environment 1, step 0: step() threw connection lost', 0],
    [failAt(45), 'environment 1, step 44: step() threw connection lost', 2],
    [(env: Env) => ({ ...env, reset: () => Promise.reject(new Error('no')) }),
      'environment 1, step 0: reset() threw no', 0],
    [(env: Env) => ({ ...env, step: async () => ({}) as StepResult }),
      'environment 1, step 0: reward: expected a finite number, got undefined', 0],
    [(env: Env) => ({ ...env, reset: async () => { await wait(3); return { observation: [NaN] } } }),
      'environment 1, step 0: after reset, observation: expected [0] to be a finite number, got NaN', 0],
  ] as const) {
    const { makeEnv, closed } = counted(change)
    let seen = 0, error: unknown
    try {
      for await (const _ of trainAsync(makeEnv, SMALL)) seen++
    } catch (thrown) {
      error = thrown
    }
    assert.instance(error, EnvError)
    assert.is((error as Error).message, message)
    assert.is(seen, records)
    await wait(3)
    assert.equal(closed, [1, 1, 1])
  }
})

/** A signal as AbortController has one, which the core knows only by its parts. */
function controller(): {
  readonly signal: StopSignal
  abort(reason: unknown): void
  readonly left: () => number
} {
  const listeners = new Set<() => void>()
  const signal = {
    aborted: false, reason: undefined as unknown,
    addEventListener: (_: 'abort', listener: () => void) => { listeners.add(listener) },
    removeEventListener: (_: 'abort', listener: () => void) => { listeners.delete(listener) },
  }
  return {
    signal, left: () => listeners.size,
    abort(reason) {
      signal.aborted = true
      signal.reason = reason
      for (const listener of listeners) listener()
    },
  }
}

test('an abort ends a training in which no world answers any more, and leaves θ and φ alone', async () => {
  for (const when of [1, 20, 41, 59]) {
    const { signal, abort, left } = controller()
    let steps = 0
    const { makeEnv, closed } = counted((env) => ({ ...later(env), step: (action) => {
      if (++steps < when) return env.step(action)
      void wait(5).then(() => abort(new Error(`stop at ${when}`)))
      return new Promise<StepResult>(() => {})
    } }))
    let last: Iteration | undefined, before: unknown, message = ''
    try {
      for await (const record of trainAsync(makeEnv, { ...SMALL, signal })) {
        last = record
        before = recordOf(record)
      }
    } catch (error) {
      message = (error as Error).message
    }
    assert.is(message, `stop at ${when}`)
    if (last !== undefined) assert.equal(recordOf(last), before)
    assert.is(last === undefined, when <= 20)
    await wait(3)
    assert.equal(closed, [1, 1, 1])
    assert.is(left(), 0)
  }
})

test('an abort is noticed before the first step, and between steps of sync worlds', async () => {
  const aborted = controller()
  aborted.abort('early')
  let count = 0
  const makeEnv = (): Env => { count++; return walk() }
  const failure = async (training: AsyncGenerator): Promise<unknown> => {
    try {
      for await (const _ of training) {}
      return 'none'
    } catch (error) {
      return error
    }
  }
  assert.is(await failure(trainAsync(makeEnv, { ...SMALL, signal: aborted.signal })), 'early')
  assert.is(count, 0)

  let steps = 0
  const inside = controller()
  const stopping = (): Env => {
    const env = walk()
    return { ...env, step(action) { if (++steps === 100) inside.abort('inside'); return env.step(action) } }
  }
  assert.is(await failure(trainAsync(stopping, { ...SMALL, signal: inside.signal })), 'inside')
  // The timestep that was begun is complete: three environments.
  assert.is(steps, 102)
})

test('train refuses a world that answers later, and says what awaits it', () => {
  for (const [change, message] of [
    [(env: Env) => later(env),
      /^environment 0, step 0: reset\(\): expected a result at once, got a Promise; trainAsync awaits it$/],
    [(env: Env) => later(env, (call) => call === 5 ? 1 : 0),
      /^environment 0, step 4: step\(\): .*; trainAsync awaits it$/],
  ] as const) {
    assert.throws(() => [...train(() => change(walk()) as Env, SMALL)], message)
  }
})

test('options that are no signal, and a late mask, are judged as in train', async () => {
  assert.throws(() => trainAsync(walk, { signal: {} as never }),
    /^signal: expected an AbortSignal, got Object$/)
  const masked = (): AsyncEnv => ({ ...walk(), actionSpace: discrete(3), actionMask: async () => [0, 0, 0] })
  const training = trainAsync(masked, SMALL)
  let message = ''
  await training.next().catch((error: Error) => { message = error.message })
  assert.match(message, /^environment 0, step 0: actionMask\(\): expected an allowed action/)
})

test.run()
