/**
 * Agents against `train` in the same worlds: a program that plays a world through `act` and `learn` must
 * leave the bits that `train` leaves. The calls that it may not make, against messages.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../src/envs/index.ts'
import { Random } from '../../src/math/random.ts'
import { act } from '../../src/rl/actor.ts'
import type { Env, ResetOptions } from '../../src/rl/world/env.ts'
import { box, discrete } from '../../src/rl/world/space.ts'
import { type Agent, createAgent } from '../../src/trpo/agent.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { type Iteration, train } from '../../src/trpo/train.ts'
import { wait } from '../support/later.ts'
import { market } from '../support/market.ts'
import { recordOf } from '../support/recordOf.ts'

const SMALL: Partial<TrainOptions> = {
  seed: 3, batchSteps: 60, totalSteps: 240, hiddenSizes: [5], valueHiddenSizes: [4], valueMinibatch: 20,
  valueEpochs: 2,
}

/** The seeds that `train` resets environment e with, which a program does not see. */
const seedOf = (seed: number, e: number): ResetOptions =>
  ({ seed: new Random(seed).fork(`environment/${e}`).integer(2147483648) })

/** Play `env` in a slot until the agent has finished: a program's own loop. */
async function play(agent: Agent, e: number, env: Env, pace: number): Promise<void> {
  const slot = agent.slots[e]
  let { observation } = env.reset(seedOf(3, e))
  while (!agent.finished) {
    await wait(pace)
    // A buffer that the program uses again.
    const seen = typeof observation === 'number' ? observation : Float64Array.from(observation)
    const acting = slot.act(seen, env.actionMask?.() ?? null)
    if (typeof seen !== 'number') seen.fill(NaN)
    const action = await acting
    if (agent.finished) return
    const result = env.step(action)
    const { reward, terminated, truncated, info } = result
    if (!terminated && !truncated) slot.learn({ reward, info })
    else if (terminated) slot.learn({ reward, terminated, truncated, info })
    else slot.learn({ reward, terminated, truncated, observation: result.observation })
    observation = terminated || truncated ? env.reset().observation : result.observation
  }
}

const worlds: readonly (readonly [string, () => Env, Partial<TrainOptions>?])[] = [
  ...Object.values(environments).map(({ name, make }) =>
    [name, () => make({ maxEpisodeSteps: 11 })] as const),
  ['masks', () => market([3, 2])],
  ['schedule and held noise', () => environments.Pendulum.make(),
    { maxKlSchedule: 'linear', actionNoiseHold: 3 }],
  ['plain normalisation, clipped', () => environments.Pendulum.make(),
    { normalizeObservations: 'plain', actionBounds: 'clip', valueFit: 'trust-region' }],
]

for (const [name, makeEnv, given = {}] of worlds) {
  test(`an agent of 1, 2 and 5 slots leaves the bits of train: ${name}`, async () => {
    for (const envCount of [1, 2, 5]) {
      const options = { ...SMALL, ...given, envCount }
      const wanted = Array.from(train(makeEnv, options), recordOf)
      const records: unknown[] = []
      const { observationSpace, actionSpace } = makeEnv()
      const onIteration = (record: Iteration): void => { records.push(recordOf(record)) }
      const agent = createAgent({ observationSpace, actionSpace }, { ...options, onIteration })
      await Promise.all(agent.slots.map((_, e) => play(agent, e, makeEnv(), 1 + e % 2)))
      assert.equal(records, wanted)
      await agent.close()
    }
  })
}

test('after the last step an agent acts by the final policy, and learns no more', async () => {
  const makeEnv = (): Env => environments.CartPole.make()
  let last: Iteration | undefined
  const agent = createAgent(makeEnv(), { ...SMALL, onIteration: (record) => { last = record } })
  await play(agent, 0, makeEnv(), 0)
  const before = recordOf(last!)
  for (let t = 0; t < 50; t++) {
    // The action that was awaited at the end of the training is still to be answered.
    if (t === 0) agent.learn({ reward: 1 })
    const observation = [0.1 * t - 2, 0.3, -0.01 * t, 0.2]
    assert.is(await agent.act(observation), act(last!.policy, observation))
    agent.learn({ reward: 1, terminated: t % 7 === 0 })
  }
  assert.equal(recordOf(last!), before)
})

test('an agent is resumed from a snapshot, and says that its episodes are new', async () => {
  const makeEnv = (): Env => environments.CartPole.make()
  const records: Iteration[] = []
  const onIteration = (record: Iteration): void => { records.push(record) }
  const first = createAgent(makeEnv(), { ...SMALL, totalSteps: 120, onIteration })
  await play(first, 0, makeEnv(), 0)
  const resume = records[1].snapshot()
  const again = createAgent(makeEnv(), { resume, totalSteps: 240, onIteration })
  await play(again, 0, makeEnv(), 0)
  assert.equal(records.map(({ iteration }) => iteration), [1, 2, 3, 4])
  assert.equal(records.map(({ remarks }) => remarks.length), [0, 0, 1, 0])
  assert.match(records[2].remarks[0], /^environment 0: begins a new episode/)
})

const spaces = { observationSpace: box([-1, -1], [1, 1]), actionSpace: discrete(3) }

test('what is invalid is refused without a trace: later calls leave the bits of train', async () => {
  const makeEnv = (): Env => market([3, 2])
  const wanted = Array.from(train(makeEnv, { ...SMALL, envCount: 1 }), recordOf)
  const env = makeEnv(), records: unknown[] = []
  const onIteration = (record: Iteration): void => { records.push(recordOf(record)) }
  const agent = createAgent(env, { ...SMALL, onIteration })
  const failing = async (work: () => unknown): Promise<string> => {
    try {
      await work()
      return 'none'
    } catch (error) {
      return (error as Error).message
    }
  }
  let { observation } = env.reset(seedOf(3, 0))
  while (!agent.finished) {
    const mask = env.actionMask!()
    assert.is(await failing(() => agent.act([1])), 'observation: expected 5 numbers, got 1')
    assert.is(await failing(() => agent.act(observation, [1, 1])), 'mask: expected 5 numbers, got 2')
    assert.is(await failing(() => agent.learn({ reward: 1 })),
      'learn: expected act and its action first, got another call')
    const acting = agent.act(observation, mask)
    assert.is(await failing(() => agent.act(observation, mask)),
      'act: expected its action first, got a second call')
    const action = await acting
    if (agent.finished) break
    assert.is(await failing(() => agent.act(observation, mask)),
      'act: expected learn first, got a second call')
    assert.is(await failing(() => agent.learn({ reward: NaN })), 'reward: expected a finite number, got NaN')
    const old = { reward: 1, done: true } as never
    assert.match(await failing(() => agent.learn(old)), /^outcome: expected only reward/)
    assert.is(await failing(() => agent.learn({ reward: 1, truncated: true })),
      'observation: expected the last one of a truncated episode, got undefined')
    const result = env.step(action)
    agent.learn(result)
    observation = result.terminated || result.truncated ? env.reset().observation : result.observation
  }
  assert.equal(records, wanted)
})

test('options and spaces are judged at the door', () => {
  assert.throws(() => createAgent({} as never), /^observationSpace: expected/)
  assert.throws(() => createAgent(spaces, { sampling: 'vine' }),
    /^sampling: expected "single-path" for an agent, got "vine"$/)
  assert.throws(() => createAgent(spaces, { maxKl: -1 }), /^maxKl: /)
  assert.throws(() => createAgent(spaces, { onIteration: 1 as never }), /^onIteration: expected a function/)
})

test('close, an abort, and an error of onIteration end pending and later calls', async () => {
  const listeners = new Set<() => void>()
  const signal = {
    aborted: false, reason: new Error('aborted'),
    addEventListener: (_: 'abort', listener: () => void) => { listeners.add(listener) },
    removeEventListener: (_: 'abort', listener: () => void) => { listeners.delete(listener) },
  }
  const options = { ...SMALL, envCount: 2, signal }
  for (const [end, message] of [
    [(agent: Agent) => agent.close(), 'the agent is closed'],
    [() => { for (const listener of listeners) listener() }, 'aborted'],
  ] as const) {
    const agent = createAgent(spaces, options)
    const pending = agent.act([0, 0]).catch((error: Error) => error.message)
    await wait(9)
    await end(agent)
    assert.is(await pending, message)
    assert.is(await agent.slots[1].act([0, 0]).catch((error: Error) => error.message), message)
    assert.throws(() => agent.learn({ reward: 1 }), message)
    await agent.close()
    assert.is(listeners.size, 0)
  }
  const onIteration = (): never => { throw new Error('full disk') }
  const agent = createAgent(spaces, { ...SMALL, onIteration })
  let message = ''
  for (let t = 0; message === ''; t++) {
    await agent.act([0, 0]).catch((error: Error) => { message = error.message })
    if (message === '') agent.learn({ reward: t % 2 })
  }
  assert.is(message, 'full disk')
})

test.run()
