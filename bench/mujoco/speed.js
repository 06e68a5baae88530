/**
 * npm run speed: steps of the environments per second, with random actions and all resets, in one thread: the
 * median [low–high] of 9 samples of at least half a second. `of MuJoCo` is the time of a step by that of its
 * mj_step alone, which is what the rest (views, observation, reward, random actions) costs. `returns` are
 * equal on every machine: equal work was done.
 */
import { Random } from 'trpo'
import table from './index.js'
import { mujoco } from './simulation.js'

const SAMPLES = 9, SECONDS = 0.5, COUNTED = 2000
const now = () => performance.now() / 1000

/** A player of random actions: `play(n)` does n steps and returns the sum of the rewards. */
function player(env) {
  const random = new Random(1), { low, high } = env.actionSpace
  const action = new Float64Array(low.length)
  env.reset({ seed: 1 })
  return (steps) => {
    let sum = 0
    for (let t = 0; t < steps; t++) {
      for (let i = 0; i < action.length; i++) action[i] = low[i] + (high[i] - low[i]) * random.uniform()
      const { reward, terminated, truncated } = env.step(action)
      sum += reward
      if (terminated || truncated) env.reset()
    }
    return sum
  }
}

/** Seconds that the MuJoCo steps of one step of the environment take, from the same kind of play. */
function timedSteps(env, play) {
  const { mj_step: step } = mujoco
  let inside = 0
  mujoco.mj_step = (model, data) => {
    const start = now()
    step(model, data)
    inside += now() - start
  }
  const start = now()
  play(COUNTED)
  const whole = now() - start
  mujoco.mj_step = step
  return whole / inside
}

const columns = ([first, ...rest]) =>
  first.padEnd(26) + rest.map((cell, i) => cell.padStart(i === 3 ? 26 : 12)).join('')

console.log(`MuJoCo ${mujoco.mj_versionString()}`)
const TITLES = ['task', 'observation', 'action', 'frame skip', 'steps per second', 'of MuJoCo', 'return']
console.log(columns(TITLES))
for (const { name, make, frameSkip } of Object.values(table).filter(({ name }) => name.endsWith('-v5'))) {
  const env = make(), play = player(env)
  const sum = play(COUNTED)
  const rates = Array.from({ length: SAMPLES }, () => {
    const start = now()
    let steps = 0
    do {
      play(100)
      steps += 100
    } while (now() - start < SECONDS)
    return steps / (now() - start)
  }).sort((a, b) => a - b)
  const [low, median, high] = [0, SAMPLES >> 1, SAMPLES - 1]
    .map((i) => Math.round(rates[i]).toLocaleString('en'))
  console.log(columns([name, `${env.observationSpace.low.length}`, `${env.actionSpace.low.length}`,
    `${frameSkip}`, `${median} [${low}–${high}]`, timedSteps(env, play).toFixed(2), sum.toFixed(3)]))
  env.close()
}
