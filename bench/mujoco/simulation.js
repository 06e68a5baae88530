/**
 * A MuJoCo model as an environment: what every task shares. A task (below) says how an episode starts, what
 * is seen, and what a step is worth; here are stepping, seeds, saved states, memory and failures.
 *
 * MuJoCo's WebAssembly is loaded once, as this module is (top-level await), so environments are made and
 * stepped at once, as `train` needs it.
 * But: no rendering; `geoms()` says what to draw, and where.
 */
import loadMujoco from '@mujoco/mujoco'
import { box, presets, Random, timeLimit } from 'trpo'

export const mujoco = await loadMujoco()

/**
 * @typedef {object} Task
 * @property {string} name As in Gymnasium, without the version.
 * @property {4 | 5} version Gymnasium's, whose rewards and observations are meant.
 * @property {string} summary One line for people.
 * @property {string} model MJCF.
 * @property {number} frameSkip Steps of MuJoCo per step of the environment.
 * @property {number} maxEpisodeSteps Steps after which an episode is truncated.
 * @property {number | null} solvedReturn Gymnasium's threshold; null if it has none.
 * @property {object} [preset] Options that suit the task. Default: `presets.locomotion`.
 * @property {number} observationSize
 * @property {boolean} [needsContactForces] Whether `world.cfrc_ext` is read.
 * @property {(world: World, random: Random) => void} start Change `qpos`, `qvel` from the model's to a random
 *   state that an episode starts from.
 * @property {(world: World) => number} [mark] A number that `judge` gets after the next step.
 * @property {(out: Float64Array, world: World) => void} observe Writes the observation.
 * @property {(world: World, mark: number, action: ArrayLike<number>) => Judged} judge
 *
 * @typedef {object} Judged
 * @property {boolean} terminated
 * @property {Record<string, number>} terms Their sum is the reward; `train` reports their means.
 *
 * @typedef {Record<string, any>} World MuJoCo's arrays by their names in mjData; `dt`: seconds per step.
 */

const FIELDS = [
  'qpos', 'qvel', 'ctrl', 'xpos', 'site_xpos', 'qfrc_constraint', 'cfrc_ext', 'geom_xpos', 'geom_xmat',
  'xfrc_applied',
]
/** All that a step depends on: time, positions, velocities, where the solver starts, what is applied. */
const INTEGRATION = mujoco.mjtState.mjSTATE_INTEGRATION.value
/** A position or velocity of this size or more is bad, as in MuJoCo's mjMAXVAL. */
const MAXIMUM = 1e10
/** The weight of a kilogram, in newtons. */
const WEIGHT = 9.81
const GEOM = mujoco.mjtObj.mjOBJ_GEOM.value
/** Words of a saved state after MuJoCo's: the mark, whether an episode is under way, the random stream. */
const EXTRA = 10

const KINDS = Object.fromEntries(['plane', 'sphere', 'capsule', 'ellipsoid', 'cylinder', 'box']
  .map((kind) => [mujoco.mjtGeom[`mjGEOM_${kind.toUpperCase()}`].value, kind]))

const WARNINGS = Object.fromEntries(Object.entries(mujoco.mjtWarning)
  .filter(([name]) => name.startsWith('mjWARN')).map(([name, { value }]) => [value, name]))

const AXIS = Float64Array.of(0, 0, 1), quaternion = new mujoco.DoubleBuffer(4)
let numbers = quaternion.GetView()

/** [cos, sin] by MuJoCo, as parts of a quaternion: those of Math differ between engines in last bits. */
export function cosSin(angle) {
  mujoco.mju_axisAngle2Quat(quaternion, AXIS, 2 * angle)
  if (numbers.length === 0) numbers = quaternion.GetView()
  return [numbers[0], numbers[3]]
}

/** The environment of a task, without a time limit; with one it is what `row(task).make` returns. */
export function simulate(/** @type {Task} */ task) {
  const title = `${task.name}-v${task.version}`
  const model = mujoco.MjModel.from_xml_string(task.model)
  // A simulation that blows up is not to start again unseen: its numbers stay as they are, for `expectSound`.
  model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET.value
  const data = new mujoco.MjData(model)
  // The list is a part of `data`, and is not to be deleted; what it returns is a copy, and is.
  const warnings = data.warning
  const { frameSkip, mark: markOf = () => 0 } = task
  const size = mujoco.mj_stateSize(model, INTEGRATION), buffer = new mujoco.DoubleBuffer(size)
  const world = { dt: model.opt.timestep * frameSkip }
  const observation = new Float64Array(task.observationSize)
  const result = { observation, reward: 0, terminated: false, truncated: false, info: {} }
  const range = model.actuator_ctrlrange, low = [], high = []
  for (let i = 0; i < model.nu; i++) {
    low.push(range[2 * i])
    high.push(range[2 * i + 1])
  }
  const endless = Array.from(observation, () => Infinity)
  const stream = (seed) => new Random(seed).fork(task.name)
  let random = stream(0), mark = 0, isRunning = false, elapsed = 0

  /** Views of MuJoCo's memory, made again if it has grown, by which the old ones have become empty. */
  function bind() {
    if (world.qpos?.length > 0) return
    for (const field of FIELDS) world[field] = data[field]
  }

  function fail(got) {
    isRunning = false
    throw new Error(`${title}: expected a simulation that stays sound, got ${got}`)
  }

  function expectSound() {
    for (const field of ['qpos', 'qvel']) {
      const numbers = world[field]
      for (let i = 0; i < numbers.length; i++) {
        if (Math.abs(numbers[i]) < MAXIMUM) continue
        fail(`${field}[${i}] = ${numbers[i]} after step ${elapsed} of the episode`)
      }
    }
  }

  /** What MuJoCo has counted in the episode, such as contacts that did not fit into the model's memory. */
  function expectNoWarnings() {
    for (let kind = 0; kind < warnings.size(); kind++) {
      const warning = warnings.get(kind), { number } = warning
      warning.delete()
      if (number > 0) fail(`MuJoCo's warning ${WARNINGS[kind]} ${number} times`)
    }
  }

  function observe() {
    task.observe(observation, world)
    mark = markOf(world)
  }

  return {
    name: title,
    observationSpace: box(endless.map((x) => -x), endless),
    actionSpace: box(low, high),

    reset({ seed } = {}) {
      if (isRunning) expectNoWarnings()
      if (seed !== undefined) random = stream(seed)
      mujoco.mj_resetData(model, data)
      bind()
      task.start(world, random)
      mujoco.mj_forward(model, data)
      bind()
      elapsed = 0
      isRunning = true
      observe()
      return { observation }
    },

    step(action) {
      if (!isRunning) throw new Error(`${title}: expected reset() before step()`)
      if (action.length !== low.length) {
        throw new RangeError(`action: expected ${low.length} numbers, got ${action.length}`)
      }
      for (let i = 0; i < action.length; i++) {
        if (Number.isFinite(action[i])) continue
        throw new RangeError(`action[${i}]: expected a finite number, got ${action[i]}`)
      }
      bind()
      // MuJoCo clips them to their range.
      world.ctrl.set(action)
      for (let k = 0; k < frameSkip; k++) mujoco.mj_step(model, data)
      if (task.needsContactForces) mujoco.mj_rnePostConstraint(model, data)
      bind()
      elapsed++
      expectSound()
      const { terminated, terms } = task.judge(world, mark, action)
      observe()
      let reward = 0
      for (const term in terms) reward += terms[term]
      if (terminated) {
        expectNoWarnings()
        isRunning = false
      }
      return Object.assign(result, { reward, terminated, info: terms })
    },

    getState() {
      mujoco.mj_getState(model, data, buffer, INTEGRATION)
      const state = new Float64Array(size + EXTRA)
      state.set(buffer.GetView())
      state[size] = mark
      state[size + 1] = isRunning ? 1 : 0
      random.getState(state.subarray(size + 2))
      return state
    },

    setState(state) {
      if (state.length !== size + EXTRA) {
        throw new RangeError(`state: expected ${size + EXTRA} numbers, got ${state.length}`)
      }
      random.setState(state.slice(size + 2))
      mujoco.mj_resetData(model, data)
      mujoco.mj_setState(model, data, state.subarray(0, size), INTEGRATION)
      mark = state[size]
      isRunning = state[size + 1] === 1
      elapsed = Math.round(data.time / world.dt)
    },

    secondsPerStep: world.dt,

    /** A force on the torso until the next call or reset: multiples of the whole weight along x, y, z. */
    push(...force) {
      if (force.length !== 3 || !force.every(Number.isFinite)) {
        throw new RangeError(`push: expected three finite numbers, got ${force.join(', ')}`)
      }
      bind()
      const weight = WEIGHT * model.body_subtreemass[1]
      force.forEach((multiple, i) => { world.xfrc_applied[6 + i] = multiple * weight })
    },

    /** Shapes as they are now: name, kind, size as in MJCF, centre, axes as columns of a [9] in rows. */
    geoms() {
      mujoco.mj_kinematics(model, data)
      bind()
      const { geom_xpos: positions, geom_xmat: rotations } = world
      return Array.from(model.geom_type, (type, i) => ({
        name: mujoco.mj_id2name(model, GEOM, i), kind: KINDS[type],
        size: [...model.geom_size.subarray(3 * i, 3 * i + 3)],
        position: [...positions.subarray(3 * i, 3 * i + 3)],
        rotation: [...rotations.subarray(9 * i, 9 * i + 9)],
        isFixed: model.geom_bodyid[i] === 0,
      }))
    },

    close() {
      for (const part of [buffer, data, model]) if (!part.isDeleted()) part.delete()
    },
  }
}

/** A task as the command line takes it, and as a row of the table in index.js. */
export function row(/** @type {Task} */ task) {
  const { name, version, summary, frameSkip, maxEpisodeSteps, solvedReturn } = task
  const { preset = presets.locomotion } = task
  function make() {
    const env = simulate(task), { geoms, push, secondsPerStep } = env
    return Object.assign(timeLimit(env, maxEpisodeSteps), { geoms, push, secondsPerStep })
  }
  return { name: `${name}-v${version}`, make, maxEpisodeSteps, solvedReturn, summary, preset, frameSkip }
}
