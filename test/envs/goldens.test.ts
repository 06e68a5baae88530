/**
 * Environments, compared with recordings of Gymnasium: single steps from recorded states, and whole episodes.
 * Tolerance: rounding of sines and cosines, for whole episodes as far as the environment amplifies it.
 */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { acrobot, mountainCar, mountainCarContinuous } from '../../src/envs/index.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { checkEnvGolden } from '../support/goldenEnv.ts'

const IDS = ['CartPole-v1', 'Acrobot-v1', 'MountainCar-v0', 'MountainCarContinuous-v0', 'Pendulum-v1']

interface Episode {
  init_state: number[]
  actions: (number | number[])[]
  states: number[][]
  max_episode_steps: number
}
interface File {
  env: string
  max_episode_steps: number
  action_space: object
  obs_high: (number | null)[]
  episodes: (Episode & { [name: string]: unknown[] })[]
}
const read = (id: string): File => JSON.parse(readFileSync(`test/fixtures/env/${id}.json`, 'utf8')) as File

for (const id of IDS) {
  test(`${id}: every recorded step is Gymnasium's, state, reward, observation and flags`, () => {
    const result = checkEnvGolden(read(id))
    for (const [name, { worst, tolerance, compared }] of Object.entries(result)) {
      assert.ok(compared > 0, `${name}: nothing was compared`)
      assert.ok(worst <= tolerance, `${name}: worst ${worst}, tolerated ${tolerance}`)
    }
    // The largest quantities of the file are compared completely.
    const steps = read(id).episodes.reduce((sum, episode) => sum + episode.actions.length, 0)
    assert.is(result.reward.compared, steps)
    assert.is(result.state.compared, steps * read(id).episodes[0].init_state.length)
  })
}

// Tolerance of whole episodes: Acrobot amplifies a sine's last digit to at most 3e-7 in these files, the cars
// damp it. CartPole and Pendulum amplify it without limit and are not compared.
const FREE: [string, (options: { maxEpisodeSteps: number }) => Env, number][] = [
  ['Acrobot-v1', acrobot, 1e-6],
  ['MountainCar-v0', mountainCar, 1e-14],
  ['MountainCarContinuous-v0', mountainCarContinuous, 1e-14],
]
for (const [id, make, tolerance] of FREE) {
  test(`${id}: whole episodes from the first state stay within ${tolerance} of Gymnasium's`, () => {
    let worst = 0
    for (const episode of read(id).episodes) {
      const env = make({ maxEpisodeSteps: episode.max_episode_steps })
      env.reset({ options: { state: episode.init_state } })
      episode.actions.forEach((action, t) => {
        const step = env.step(typeof action === 'number' ? action : Float64Array.from(action))
        assert.is(step.terminated, episode.terminated[t] === 1)
        assert.is(step.truncated, episode.truncated[t] === 1)
        const state = (env.getState as () => Float64Array)()
        episode.states[t].forEach((x, i) => { worst = Math.max(worst, Math.abs(x - state[i])) })
      })
    }
    assert.ok(worst <= tolerance, `${worst}`)
  })
}

test('terminated and truncated at once occur in the recordings of four environments', () => {
  const endsInBoth = (episode: File['episodes'][0]): boolean => {
    return episode.terminated.some((flag, t) => flag === 1 && episode.truncated[t] === 1)
  }
  const both = IDS.filter((id) => read(id).episodes.some(endsInBoth))
  assert.equal(both, ['CartPole-v1', 'Acrobot-v1', 'MountainCar-v0', 'MountainCarContinuous-v0'])
})

// The checker itself: a change of the file must be found in that quantity and in no other.
const CHANGES: [string, string, (file: File) => void][] = [
  ['state', 'state', (file) => { file.episodes[0].states[3][1] += 1e-9 }],
  ['reward', 'reward', (file) => { (file.episodes[0].rewards as number[])[2] += 1e-9 }],
  ['observation', 'observation', (file) => { (file.episodes[0].obs as number[][])[1][0] += 1e-6 }],
  ['terminated', 'terminated', (file) => { file.episodes[0].terminated[0] = 1 }],
  ['truncated', 'truncated', (file) => { file.episodes[0].truncated[0] = 1 }],
  ['start', 'initialObservation', (file) => { (file.episodes[0].init_obs as number[])[0] += 1e-6 }],
  ['upper bound', 'observationBounds', (file) => { file.obs_high[0] = null }],
  ['action space', 'actionSpace', (file) => { file.action_space = { n: 4 } }],
  ['kind of the action space', 'actionSpace', (file) => { file.action_space = { low: [0], high: [1] } }],
  ['time limit', 'maxEpisodeSteps', (file) => { file.max_episode_steps = 201 }],
]
for (const [what, quantity, change] of CHANGES) {
  test(`the checker notices another ${what}`, () => {
    const file = read('MountainCar-v0')
    change(file)
    const result = Object.entries(checkEnvGolden(file))
    const wrong = result.filter(([, c]) => !(c.worst <= c.tolerance)).map(([name]) => name)
    assert.ok(wrong.includes(quantity), wrong.join())
    // A changed state is also the one that the next step starts from.
    if (quantity !== 'state') assert.equal(wrong, [quantity])
  })
}

test('the checker honours the time limit of each episode', () => {
  const file = read('MountainCar-v0')
  file.episodes[0].max_episode_steps = 201
  assert.is(checkEnvGolden(file).truncated.worst, 1)
})

test('the checker refuses unknown environments and files of another form', () => {
  const file = read('Pendulum-v1')
  const table: [unknown, RegExp][] = [
    [{ ...file, env: 'LunarLander-v3' }, /^env: expected "CartPole-v1" \| .*, got "LunarLander-v3"$/],
    [{ ...file, env: 'constructor' }, /^env: expected .*, got "constructor"$/],
    [{ ...file, episodes: undefined }, /^episodes: expected an array, got undefined$/],
    [[], /^file: expected an object, got Array of length 0$/],
  ]
  for (const [json, expected] of table) assert.throws(() => checkEnvGolden(json), expected)
  const short = read('Pendulum-v1')
  short.episodes[1].rewards.pop()
  assert.throws(() => checkEnvGolden(short), /^episodes\[1\]\.rewards: expected 200 entries, .*, got 199$/)
  const nan = read('Pendulum-v1')
  ;(nan.episodes[0].rewards as unknown[])[0] = null
  assert.throws(() => checkEnvGolden(nan), /^episodes\[0\] step 0 reward: expected a number, got null$/)
})

test.run()
