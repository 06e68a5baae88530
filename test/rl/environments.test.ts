/**
 * Who is closed when something breaks: environments count their own closings, and each fault is put where it
 * can be, in trainings and evaluations. Exact: once each, and the first error is the one that is thrown.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { reference } from '../../src/math/reference.ts'
import { Random } from '../../src/math/random.ts'
import { evaluate, playEpisodes } from '../../src/rl/evaluate.ts'
import { EnvError } from '../../src/rl/play/envError.ts'
import type { Policy } from '../../src/rl/policy.ts'
import { createRollout } from '../../src/rl/rollout.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { box, discrete } from '../../src/rl/world/space.ts'
import { backendFor } from '../../src/trpo/backendFor.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import { train } from '../../src/trpo/train.ts'
import { closeEnvs, createTrainer } from '../../src/trpo/trainer.ts'
import { noisyWalk } from '../support/noisyWalk.ts'
import { drawnPolicy } from '../support/policy.ts'

const SMALL = {
  envCount: 3, batchSteps: 30, totalSteps: 60, hiddenSizes: [3], valueHiddenSizes: [3], valueEpochs: 1,
}
const policyFor = (env: Env): Policy => drawnPolicy(env.observationSpace, env.actionSpace)

/** Three ways to use environments from a factory, each to its end. */
const USES: Readonly<Record<string, (makeEnv: () => Env) => unknown>> = {
  train: (makeEnv) => [...train(makeEnv, SMALL)],
  evaluate: (makeEnv) => evaluate(policyFor(noisyWalk()), makeEnv, { episodes: 3 }),
  playEpisodes: (makeEnv) => [...playEpisodes(policyFor(noisyWalk()), makeEnv, { episodes: 3 })],
}

/** How `close` itself ends, and whether that is an error of its own. */
const CLOSINGS: readonly (readonly [string, () => unknown, boolean])[] = [
  ['returns', () => undefined, false],
  ['throws', () => { throw new Error('no connection') }, true],
  ['rejects', () => Promise.reject(new Error('no connection')), false],
]

/** A factory of walks that count their closings, the third of which `change` spoils. */
function counted(
  close: () => unknown, change: (env: Env) => Env = (env) => env,
): { readonly makeEnv: () => Env; readonly closed: number[] } {
  const closed: number[] = []
  const makeEnv = (): Env => {
    const id = closed.push(0) - 1
    const env: Env = { ...noisyWalk(), close: () => { closed[id]++; return close() as undefined } }
    return id === 2 ? change(env) : env
  }
  return { makeEnv, closed }
}

function errorOf(run: () => unknown): Error | null {
  try {
    run()
    return null
  } catch (error) {
    return error as Error
  }
}

const broken = (): never => { throw new Error('lost') }

/** Faults of the third environment: what it is, the error, and whether there is something to close. */
const FAULTS: readonly (readonly [(env: Env) => Env, RegExp, 0 | 1])[] = [
  [broken, /^environment 2: makeEnv\(\) threw lost$/, 0],
  [(env) => Promise.resolve(env) as never,
    /^environment 2, step 0: makeEnv\(\): expected a result at once, got a Promise; \w+Async awaits it$/, 0],
  [() => Promise.reject(new Error('lost')) as never, /^environment 2, step 0: make.* a Promise; /, 0],
  [() => undefined as never, /^environment 2: makeEnv\(\): expected an environment, got undefined$/, 0],
  [() => null as never, /^environment 2: makeEnv\(\): expected an environment, got null$/, 0],
  [() => 7 as never, /^environment 2: makeEnv\(\): expected an environment, got 7$/, 0],
  [(env) => ({ ...env, close: 3 as never }), /^environment 2\.close: expected a function, got 3$/, 0],
  [(env) => ({ ...env, step: undefined as never }), /^environment 2\.step: expected a function, got unde/, 1],
  [(env) => ({ ...env, actionSpace: discrete(4) }),
    /^environment 2\.actionSpace: expected Discrete\(3, start 0\), got Discrete\(4, start 0\)$/, 1],
  [(env) => ({ ...env, observationSpace: { kind: 'box', low: [0], high: [1] } as never }),
    /^environment 2\.observationSpace: expected low to be a Float64Array/, 1],
  [(env) => Object.defineProperty({ ...env }, 'actionSpace', { get: broken }),
    /^environment 2: expected properties that can be read, got the error "lost"$/, 1],
  [(env) => ({ ...env, maxEpisodeSteps: 0.5 }),
    /^environment 2\.maxEpisodeSteps: expected an integer of at least 1, got 0\.5$/, 1],
  [(env) => ({ ...env, actionMask: [1, 1, 1] as never }),
    /^environment 2\.actionMask: expected a function, got Array of length 3$/, 1],
  [(env) => ({ ...env, reset: broken }), /^environment 2, step 0: .*reset\(\) threw lost$/, 1],
  [(env) => ({ ...env, step: broken }), /^environment 2, step 0: .*step\(\) threw lost$/, 1],
  [(env) => ({ ...env, step: (a) => ({ ...env.step(a), reward: NaN }) }),
    /^environment 2, step 0: .*reward: expected a finite number, got NaN$/, 1],
]

for (const [use, run] of Object.entries(USES)) {
  for (const [how, close, fails] of CLOSINGS) {
    test(`${use}, close ${how}: every environment is closed once, at the end and after each fault`, () => {
      const sound = counted(close)
      const error = errorOf(() => run(sound.makeEnv))
      assert.equal(sound.closed, [1, 1, 1])
      if (fails) assert.is(error?.message, 'environment 0: close() threw no connection')
      else assert.is(error, null)
      assert.is(error === null || error instanceof EnvError, true)
      for (const [change, message, closes] of FAULTS) {
        const { makeEnv, closed } = counted(close, change)
        const first = errorOf(() => run(makeEnv))
        assert.instance(first, EnvError)
        assert.match(first!.message, message)
        assert.equal(closed, [1, 1, closes], `${message}`)
      }
    })

    test(`${use}, close ${how}: one environment for all is refused, and closed once`, () => {
      let closed = 0
      const shared: Env = { ...noisyWalk(), close: () => { closed++; return close() as undefined } }
      const error = errorOf(() => run(() => shared))
      assert.instance(error, EnvError)
      assert.match(error!.message, /^makeEnv: expected a new environment from every call, got one of the /)
      assert.is(closed, 1)
    })
  }
}

type Work = Generator<unknown, unknown, void>

test('a host that breaks, returns or throws closes every environment once, and its error is thrown', () => {
  const policy = policyFor(noisyWalk())
  const starts = [
    (makeEnv: () => Env) => train(makeEnv, SMALL),
    (makeEnv: () => Env) => playEpisodes(policy, makeEnv, { episodes: 3 }),
  ] as readonly ((makeEnv: () => Env) => Work)[]
  for (const start of starts) {
    for (const [, close, fails] of CLOSINGS) {
      const message = fails ? 'environment 0: close() threw no connection' : undefined
      const ends: readonly (readonly [(work: Work) => void, string | undefined])[] = [
        [(work) => { for (const _ of work) break }, message],
        [(work) => { work.next(); work.return(null) }, message],
        [(work) => { for (const _ of work) throw new Error('host') }, 'host'],
        [(work) => { work.next(); work.throw(new Error('host')) }, 'host'],
      ]
      for (const [end, wanted] of ends) {
        const { makeEnv, closed } = counted(close)
        const work = start(makeEnv)
        assert.is(errorOf(() => end(work))?.message, wanted)
        assert.equal(closed, [1, 1, 1])
        assert.is(work.next().done, true)
        assert.equal(closed, [1, 1, 1], 'not again')
      }
    }
  }
})

test('refusals keep their own class, and close', () => {
  const failing = { ...reference, allocate: () => { throw new Error('no memory') } }
  for (const [, close] of CLOSINGS) {
    for (const [options, change, message, kind] of [
      [{ sampling: 'vine', vineBranches: 'all' }, { actionSpace: box([0], [1]) }, /^vineBr/, RangeError],
      [{ sampling: 'vine' }, { getState: undefined }, /^environment 0\.getState: /, TypeError],
      [{ backend: failing }, {}, /^no memory$/, Error],
    ] as const) {
      const { makeEnv, closed } = counted(close)
      const changed = (): Env => ({ ...makeEnv(), ...change }) as Env
      const error = errorOf(() => train(changed, { ...SMALL, batchSteps: 900, ...options }).next())
      assert.match(error!.message, message)
      assert.is(error!.constructor, kind)
      assert.equal(closed, [1, 1, 1])
    }
    const { makeEnv, closed } = counted(close)
    const other = policyFor({ ...noisyWalk(), actionSpace: discrete(2) })
    assert.throws(() => evaluate(other, makeEnv, { episodes: 3 }),
      (error: Error) => error instanceof RangeError && error.message === 'environment 0.actionSpace: '
        + 'expected Discrete(2, start 0), as the policy has, got Discrete(3, start 0)')
    assert.equal(closed, [1, 1, 1])
  }
})

test('a large space is described by its first difference, in a message of one short line', () => {
  const large = (last: number): Env => {
    const low = new Array<number>(1000).fill(0), high = new Array<number>(1000).fill(1)
    high[999] = last
    return { ...noisyWalk(), observationSpace: box(low, high) }
  }
  let made = 0
  const error = errorOf(() => train(() => large(made++ === 2 ? 7 : 3), SMALL).next())
  assert.is(error?.message,
    'environment 2.observationSpace: expected Box([0,0,0,0,0,0,0,0…3])…, got Box([0,0,0,0,0,0,0,0…7])…')
})

test('environments that a factory promises are refused, and closed when they are there', async () => {
  for (const run of Object.values(USES)) {
    const closed: number[] = []
    const makeEnv = async (): Promise<Env> => {
      await null
      return { ...noisyWalk(), close: () => { closed.push(1); throw new Error('no connection') } }
    }
    const { message } = errorOf(() => run(makeEnv as never))!
    assert.match(message, /^environment 0, step 0: makeEnv\(\): .* a Promise; /)
    for (let turn = 0; turn < 9; turn++) await null
    assert.equal(closed, [1, 1, 1])
  }
})

test('a rollout refuses other spaces than those of its policy, and one environment for two rows', () => {
  const policy = policyFor(noisyWalk())
  const start = (...envs: Env[]): unknown => createRollout(envs, policy, new Random(1))
  assert.throws(() => start(noisyWalk(), { ...noisyWalk(), observationSpace: box([-8], [9]) }),
    /^environment 1\.observationSpace: expected Box\(\[-9\], \[9\]\), got Box\(\[-8\], \[9\]\)$/)
  assert.throws(() => start({ ...noisyWalk(), observationSpace: discrete(9) }),
    /^environment 0\.observationSpace: expected Box\(\[-9\], \[9\]\), as the policy has, got Discrete\(9, /)
  const shared = noisyWalk()
  assert.throws(() => start(shared, shared), /^envs: expected a new environment for every row, got one of /)
  assert.throws(() => start(noisyWalk(), { ...noisyWalk(), step: 1 as never }),
    /^environment 1\.step: expected a function, got 1$/)
})

test('closeEnvs closes all that are left before it throws, and is silent after an error of the loop', () => {
  for (const failed of [false, true]) {
    const { makeEnv, closed } = counted(broken)
    const trainer = createTrainer(makeEnv, resolveOptions(SMALL), backendFor)
    const error = errorOf(() => closeEnvs(trainer, failed))
    assert.is(error?.message, failed ? undefined : 'environment 0: close() threw lost')
    assert.equal(closed, [1, 1, 1])
  }
})

test.run()
