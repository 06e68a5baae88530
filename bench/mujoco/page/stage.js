/**
 * The body in the page, acting by a policy without noise in the time of its own world. Between two steps it
 * is drawn in between.
 * But: a page that is too slow shows it slowly; it never works on one frame for long.
 */
import { act } from 'trpo'

/** Milliseconds of stepping per frame; seconds that the end of an episode stays; seconds of a push. */
const BUDGET = 8, REST = 0.7, PUSH = 0.12

export function createStage(make) {
  const env = make(), { secondsPerStep } = env
  let policy = null, observation, before, now, ahead, resting, pushed = 0
  const stage = {
    env, episode: 0, steps: 0, total: 0, speed: 0,
    /** The next step is by this policy. */
    follow(next) { policy = next },

    /** A new episode. */
    restart: begin,

    /** Go on by so many seconds; whether anything may have moved. */
    advance(seconds) {
      if (policy === null) return false
      if (resting > 0) {
        resting -= seconds
        if (resting <= 0) begin()
        return true
      }
      ahead += seconds / secondsPerStep
      const end = performance.now() + BUDGET
      while (ahead >= 1 && resting === 0 && performance.now() < end) {
        ahead--
        step()
      }
      // What could not be done in time is not caught up with.
      ahead = Math.min(ahead, 1)
      return true
    },

    /** One step alone, for a stage that is held. */
    stepOnce() {
      if (policy === null) return
      if (resting > 0) begin()
      else step()
      ahead = 1
    },

    /** A short push along x of so many times the weight. */
    push(multiple) {
      env.push(multiple, 0, 0)
      pushed = PUSH
    },

    /** Per moving shape: centre [3], radius, half axis [3], 1 if it is a far limb, else 0. */
    shapes: () => now.map((shape, i) => shape.map((x, j) => before[i][j] + (x - before[i][j]) * ahead)),
  }

  function begin() {
    observation = env.reset(stage.episode === 0 ? { seed: 1 } : {}).observation
    before = now = shapesOf(env)
    Object.assign(stage, { episode: stage.episode + 1, steps: 0, total: 0, speed: 0 })
    ahead = resting = 0
  }

  function step() {
    const result = env.step(act(policy, observation))
    observation = result.observation
    before = now
    now = shapesOf(env)
    stage.steps++
    stage.total += result.reward
    const seconds = Math.min(stage.steps * secondsPerStep, 0.5)
    stage.speed += ((now[0][0] - before[0][0]) / secondsPerStep - stage.speed) * secondsPerStep / seconds
    if (pushed > 0 && (pushed -= secondsPerStep) <= 0) env.push(0, 0, 0)
    if (result.terminated || result.truncated) {
      resting = REST
      ahead = 1
    }
  }

  begin()
  return stage
}

function shapesOf(env) {
  return env.geoms().filter(({ isFixed }) => !isFixed).map(({ name, kind, size, position, rotation }) => {
    const half = kind === 'capsule' ? size[1] : 0
    const [x, y, z] = position
    return [x, y + sideOf(name), z, size[0], ...[2, 5, 8].map((k) => half * rotation[k]), isFar(name) ? 1 : 0]
  })
}

/** Two legs of one plane are drawn side by side: metres away from the eye. */
const sideOf = (name) => name.startsWith('left ') ? 0.055 : name.startsWith('right ') ? -0.055 : 0

/** Limbs that have a second colour, by their names in the models. */
const isFar = (name) => /^left |^back (thigh|shin|foot)|^(hub|thigh|foot) [23]$/.test(name)
