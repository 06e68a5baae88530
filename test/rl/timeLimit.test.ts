/**
 * Limits of episodes against a world that counts its own steps: trainings, branches of a vine and evaluations
 * with `timeLimit`, with a declared limit, and with the world's own are the same. Exact: bit for bit.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../src/envs/index.ts'
import { evaluationOf } from '../../src/rl/play/episodes.ts'
import { evaluate, playEpisodes } from '../../src/rl/evaluate.ts'
import { timeLimit } from '../../src/rl/play/timeLimit.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { type Iteration, train } from '../../src/trpo/train.ts'
import { checkEnv } from '../../src/verify/env/checkEnv.ts'
import { noisyWalk } from '../support/noisyWalk.ts'
import { drawnPolicy } from '../support/policy.ts'
import { bits } from '../support/same.ts'

const LIMIT = 7
/** The same world three times: with a counter of its own, wrapped, and with a limit that it only declares. */
const LIMITED: readonly (() => Env)[] = [
  () => noisyWalk(LIMIT),
  () => timeLimit(noisyWalk(), LIMIT),
  () => ({ ...noisyWalk(), maxEpisodeSteps: LIMIT }),
]
const policy = drawnPolicy(noisyWalk().observationSpace, noisyWalk().actionSpace)

test('a training, single paths or a vine, is the same by whichever limit', () => {
  for (const sampling of ['single-path', 'vine'] as const) {
    const options = {
      sampling, vineHorizon: 5, vineSpacing: 3, vineBranches: 2, envCount: 2, batchSteps: 260,
      totalSteps: 800, hiddenSizes: [4], valueHiddenSizes: [4], seed: 3,
    }
    const runs = LIMITED.map((makeEnv) => [...train(makeEnv, options)])
    const shown = (records: readonly Iteration[]): unknown => [
      records.map(({ episodes, steps, certificate }) => ({ episodes, steps, certificate })),
      bits(records[0].policy.net.parameters.flat, records[0].value.net.parameters.flat),
    ]
    const lengths = runs[0].flatMap(({ episodes }) => episodes.map(({ length }) => length))
    assert.is(Math.max(...lengths), LIMIT)
    assert.ok(lengths.some((length) => length < LIMIT))
    for (const run of runs) assert.equal(shown(run), shown(runs[0]), sampling)
  }
})

test('an evaluation is the same by whichever limit, and none of its episodes counts as stopped', () => {
  const all = LIMITED.map((makeEnv) => evaluate(policy, makeEnv, { episodes: 40 }))
  assert.is(Math.max(...all[0].lengths), LIMIT)
  for (const each of all) assert.equal(each, all[0])
  assert.is(all[0].stopped, 0)
})

/** A world without any end. */
const endless = (): Env => {
  const env = noisyWalk()
  return { ...env, step: (action) => ({ ...env.step(action as number), terminated: false }) }
}

test('evaluate stops episodes after maxSteps steps and counts them; by default after 100,000', () => {
  const limited = evaluate(policy, endless, { episodes: 20, maxSteps: 50 })
  assert.equal([...limited.lengths], new Array(20).fill(50))
  assert.is(limited.stopped, 20)
  const free = evaluate(policy, noisyWalk, { episodes: 40 })
  const middle = [...free.lengths].sort((a, b) => a - b)[20]
  const some = evaluate(policy, noisyWalk, { episodes: 40, maxSteps: middle })
  assert.is(some.stopped, [...free.lengths].filter((length) => length > middle).length)
  assert.ok(some.stopped > 5)
  free.lengths.forEach((length, k) => assert.is(some.lengths[k], Math.min(length, middle)))
  // One that ends at its very last step has ended.
  assert.is(evaluate(policy, noisyWalk, { episodes: 40, maxSteps: Math.max(...free.lengths) }).stopped, 0)
  const { lengths, stopped } = evaluate(policy, endless, { episodes: 1 })
  assert.equal([lengths[0], stopped], [100_000, 1])
  const own = evaluate(policy, () => ({ ...endless(), maxEpisodeSteps: 100_003 }), { episodes: 1 })
  assert.equal([own.lengths[0], own.stopped], [100_003, 0])
  for (const maxSteps of [0, -1, 0.5, NaN, Infinity, '9', null]) {
    assert.throws(() => evaluate(policy, noisyWalk, { maxSteps: maxSteps as number }),
      /^maxSteps: expected an integer of at least 1, got /)
  }
})

test('playEpisodes pauses after every step, or so many, and gives what evaluate gives', () => {
  const options = { episodes: 20, seed: 5, deterministic: false, maxSteps: 9 }
  const wanted = evaluate(policy, noisyWalk, options)
  const steps = wanted.lengths.reduce((sum, length) => sum + length, 0)
  for (const pace of [1, 7, 1e9]) {
    const playing = playEpisodes(policy, noisyWalk, options, pace)
    let pauses = 0, next = playing.next()
    for (; !next.done; next = playing.next()) {
      pauses++
      const { complete, ends, finished } = next.value
      assert.is(finished, ends.filter((end) => end > 0).length)
      assert.is(complete, [...ends, 0].indexOf(0))
      // Those that are over are final.
      if (complete === 0) continue
      const part = evaluationOf(next.value, complete)
      assert.equal(part.returns, wanted.returns.slice(0, complete))
      assert.equal(part.lengths, wanted.lengths.slice(0, complete))
      assert.is(part.stopped, ends.slice(0, complete).filter((end) => end === 2).length)
    }
    assert.is(pauses, Math.floor(steps / pace))
    assert.equal(next.value, wanted)
  }
})

test('timeLimit changes no bit of a built-in environment by its own limit, saved states included', () => {
  for (const { make, maxEpisodeSteps } of Object.values(environments)) {
    assert.equal(checkEnv(timeLimit(make(), maxEpisodeSteps)), [])
    assert.equal(checkEnv(timeLimit(make(), 13), { steps: 100 }), [])
    const { observationSpace, actionSpace } = make()
    const subject = drawnPolicy(observationSpace, actionSpace)
    const run = (makeEnv: () => Env): unknown => evaluate(subject, makeEnv, { episodes: 2 })
    assert.equal(run(() => timeLimit(make(), maxEpisodeSteps)), run(make))
  }
})

test('timeLimit truncates after n steps, until a reset, and passes on everything else', () => {
  const calls: unknown[] = []
  const record = { observation: [0], reward: 1, terminated: false, truncated: false, info: 'here' }
  const inner = Object.assign(noisyWalk(), {
    name: 'Walk', step: () => record, close: () => calls.push('close'), actionMask: () => [1, 0, 1],
    reset: (options: unknown) => { calls.push(options); return { observation: [1] } },
  })
  const env = timeLimit(inner as never, 3) as Env & { name: string }
  assert.equal([env.name, env.maxEpisodeSteps, env.actionMask!()], ['Walk', 3, [1, 0, 1]])
  assert.is(env.observationSpace, inner.observationSpace)
  assert.is(env.actionSpace, inner.actionSpace)
  for (const options of [{ seed: 4 }, undefined]) {
    assert.equal(env.reset(options), { observation: [1] })
    assert.equal([1, 2, 3, 4].map(() => env.step(1).truncated), [false, false, true, true])
  }
  env.close!()
  assert.equal(calls, [{ seed: 4 }, undefined, 'close'])
  assert.equal(env.step(1), { ...record, truncated: true })
  assert.is(record.truncated, false, 'the record of the world is left alone')
  // A state restores the count, too.
  env.reset()
  env.step(1)
  const state = env.getState!()
  assert.is(state[state.length - 1], 1)
  assert.equal([env.step(1).truncated, env.step(1).truncated], [false, true])
  env.setState!(state)
  assert.equal([env.step(1).truncated, env.step(1).truncated], [false, true])
  const broken = Float64Array.of(...state.slice(0, -1), 0.5)
  assert.throws(() => env.setState!(broken), /^state\[\d+\]: expected an integer of at least 0, got 0\.5$/)
  assert.throws(() => env.setState!([1, 2] as never), /^state: expected a Float64Array, got Array of len/)
  // The smaller of two limits holds.
  assert.is(timeLimit(timeLimit(noisyWalk(), 5), 9).maxEpisodeSteps, 5)
  assert.is(timeLimit(timeLimit(noisyWalk(), 9), 5).maxEpisodeSteps, 5)
  // What a world does not have, the limited one does not have.
  const bare = timeLimit({ ...noisyWalk(), getState: undefined, setState: undefined } as Env, 5)
  for (const part of ['name', 'actionMask', 'close', 'getState', 'setState']) assert.is(part in bare, false)
})

test('timeLimit refuses what is no environment, and what is no limit', () => {
  for (const env of [undefined, null, 3, noisyWalk, {}, { reset() {} }]) {
    assert.throws(() => timeLimit(env as never, 5), (error: Error) =>
      error instanceof TypeError && /^env: expected an environment, got /.test(error.message))
  }
  assert.throws(() => timeLimit(Promise.resolve(noisyWalk()) as never, 5),
    /^env: expected an environment, awaited, got Promise$/)
  for (const [limit, kind] of [[0, RangeError], [NaN, RangeError], [1.5, RangeError], ['5', TypeError],
    [undefined, TypeError]] as const) {
    assert.throws(() => timeLimit(noisyWalk(), limit as number), (error: Error) =>
      error instanceof kind && /^maxEpisodeSteps: expected an integer of at least 1/.test(error.message))
  }
})

test.run()
