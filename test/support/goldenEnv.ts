/**
 * Holds an environment against a trajectory that Gymnasium recorded: every step is taken from the recorded
 * state before it, since errors of a free run grow with the world's own instability.
 * Returns, for every quantity, the worst error of all episodes beside its tolerance; an unknown
 * environment or a file of another form throws.
 * But: it judges nothing; callers compare `worst` with `tolerance`.
 */
import { acrobot, cartPole, mountainCar, mountainCarContinuous, pendulum } from '../../src/envs/index.ts'
import type { SimulatorOptions } from '../../src/envs/index.ts'
import { show } from '../../src/errors/expect.ts'
import { RANDOM_STATE_SIZE } from '../../src/math/random.ts'
import type { Env } from '../../src/rl/world/env.ts'

export interface Comparison { worst: number; readonly tolerance: number; compared: number }

export interface EnvGoldenResult {
  /** |ours − theirs| / max(1, |theirs|); the engines' sines differ in the last digit. */
  readonly state: Comparison
  readonly reward: Comparison
  /** The rest are counts of entries that differ at all; observations as float32. */
  readonly observation: Comparison
  readonly terminated: Comparison
  readonly truncated: Comparison
  readonly initialObservation: Comparison
  readonly observationBounds: Comparison
  readonly actionSpace: Comparison
  readonly maxEpisodeSteps: Comparison
}

const FACTORIES: { readonly [id: string]: (options?: SimulatorOptions) => Env } = {
  'CartPole-v1': cartPole,
  'Acrobot-v1': acrobot,
  'MountainCar-v0': mountainCar,
  'MountainCarContinuous-v0': mountainCarContinuous,
  'Pendulum-v1': pendulum,
}

/** How a saved state says that the episode goes on; it stands behind the steps elapsed (simulator.ts). */
const RUNNING = 1

export function checkEnvGolden(json: unknown): { [Name in keyof EnvGoldenResult]: Comparison } {
  const file = record('file', json)
  const id = file.env
  if (typeof id !== 'string' || !Object.hasOwn(FACTORIES, id)) {
    throw new RangeError(`env: expected ${Object.keys(FACTORIES).map(show).join(' | ')}, got ${show(id)}`)
  }
  const result: EnvGoldenResult = {
    state: exactly(1e-14), reward: exactly(1e-14),
    observation: exactly(), terminated: exactly(), truncated: exactly(), initialObservation: exactly(),
    observationBounds: exactly(), actionSpace: exactly(), maxEpisodeSteps: exactly(),
  }
  compareSpaces(result, FACTORIES[id](), file)
  const limit = integer('max_episode_steps', file.max_episode_steps)
  compareTimeLimit(result.maxEpisodeSteps, FACTORIES[id], limit)
  array('episodes', file.episodes).forEach((episode, i) => {
    const at = `episodes[${i}]`
    const fields = record(at, episode)
    const maxEpisodeSteps = integer(`${at}.max_episode_steps`, fields.max_episode_steps ?? limit)
    compareEpisode(result, FACTORIES[id]({ maxEpisodeSteps }), fields, at)
  })
  return result
}

function compareEpisode(result: EnvGoldenResult, env: Env, episode: Fields, at: string): void {
  const start = numbers(`${at}.init_state`, episode.init_state)
  const steps = array(`${at}.actions`, episode.actions).length
  const column = (name: string): readonly unknown[] => {
    const values = array(`${at}.${name}`, episode[name])
    if (values.length !== steps) {
      throw new RangeError(`${at}.${name}: expected ${steps} entries, as of actions, got ${values.length}`)
    }
    return values
  }
  const actions = column('actions'), states = column('states'), observations = column('obs')
  const rewards = column('rewards'), terminated = column('terminated'), truncated = column('truncated')

  const first = env.reset({ options: { state: start } }).observation as Float64Array
  sameFloats(result.initialObservation, first, numbers(`${at}.init_obs`, episode.init_obs), at)
  let before: readonly number[] = start
  for (let t = 0; t < steps; t++) {
    const here = `${at} step ${t}`
    const saved = (env.getState as () => Float64Array)()
    saved.set(before)
    saved[before.length] = t
    saved[before.length + 1] = RUNNING
    ;(env.setState as (state: Float64Array) => void)(saved)
    const given = actions[t]
    const action = typeof given === 'number' ? given : Float64Array.from(numbers(`${here} action`, given))
    const step = env.step(action)
    const after = numbers(`${here} state`, states[t])
    if (after.length !== before.length) {
      throw new RangeError(`${here} state: expected ${before.length} numbers, got ${after.length}`)
    }
    const ours = (env.getState as () => Float64Array)()
    after.forEach((x, i) => note(result.state, relativeError(ours[i], x)))
    note(result.reward, relativeError(step.reward, number(`${here} reward`, rewards[t])))
    const seen = numbers(`${here} obs`, observations[t])
    sameFloats(result.observation, step.observation as Float64Array, seen, here)
    count(result.terminated, step.terminated === flag(`${here} terminated`, terminated[t]))
    count(result.truncated, step.truncated === flag(`${here} truncated`, truncated[t]))
    before = after
  }
}

function compareSpaces(result: EnvGoldenResult, env: Env, file: Fields): void {
  const seen = env.observationSpace, acted = env.actionSpace
  for (const side of ['low', 'high'] as const) {
    const bounds = array(`obs_${side}`, file[`obs_${side}`])
    count(result.observationBounds, seen.kind === 'box' && seen[side].length === bounds.length)
    const none = side === 'low' ? -Infinity : Infinity
    bounds.forEach((bound, i) => {
      const expected = bound === null ? none : number(`obs_${side}[${i}]`, bound)
      count(result.observationBounds, seen.kind === 'box' && isSameFloat(seen[side][i], expected))
    })
  }
  const space = record('action_space', file.action_space)
  if ('n' in space) {
    count(result.actionSpace, acted.kind === 'discrete' && acted.n === integer('action_space.n', space.n))
    count(result.actionSpace, acted.kind === 'discrete' && acted.start === (space.start ?? 0))
  } else {
    for (const side of ['low', 'high'] as const) {
      const bounds = numbers(`action_space.${side}`, space[side])
      count(result.actionSpace, acted.kind === 'box' && acted[side].length === bounds.length)
      bounds.forEach((bound, i) => {
        count(result.actionSpace, acted.kind === 'box' && isSameFloat(acted[side][i], bound))
      })
    }
  }
}

/** Whether `make()` by default sets this time limit: a state that is running is refused from there on. */
function compareTimeLimit(comparison: Comparison, make: () => Env, limit: number): void {
  const env = make()
  env.reset()
  const state = (env.getState as () => Float64Array)()
  const size = state.length - 2 - RANDOM_STATE_SIZE
  const running = (elapsed: number): boolean => {
    state[size] = elapsed
    try {
      ;(env.setState as (state: Float64Array) => void)(state)
      return true
    } catch {
      return false
    }
  }
  count(comparison, running(limit - 1) && !running(limit))
}

function exactly(tolerance = 0): Comparison {
  return { worst: 0, tolerance, compared: 0 }
}

/** Keeps the worst error; NaN is the worst of all. */
function note(comparison: Comparison, error: number): void {
  comparison.compared++
  if (!(error <= comparison.worst)) comparison.worst = Number.isNaN(error) ? Infinity : error
}

/** Counts what differs. */
function count(comparison: Comparison, same: boolean): void {
  comparison.compared++
  if (!same) comparison.worst++
}

function sameFloats(comparison: Comparison, ours: Float64Array, theirs: readonly number[], at: string): void {
  if (ours.length !== theirs.length) {
    throw new RangeError(`${at} obs: expected ${ours.length} numbers, got ${theirs.length}`)
  }
  theirs.forEach((x, i) => count(comparison, isSameFloat(ours[i], x)))
}

function isSameFloat(ours: number, theirs: number): boolean {
  return Math.fround(ours) === Math.fround(theirs)
}

function relativeError(ours: number, theirs: number): number {
  return Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs))
}

interface Fields { readonly [name: string]: unknown }

function record(name: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name}: expected an object, got ${show(value)}`)
  }
  return value as Fields
}
function array(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${name}: expected an array, got ${show(value)}`)
  return value
}
function number(name: string, value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`${name}: expected a number, got ${show(value)}`)
  return value
}
function numbers(name: string, value: unknown): readonly number[] {
  return array(name, value).map((x, i) => number(`${name}[${i}]`, x))
}
function integer(name: string, value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new TypeError(`${name}: expected an integer, got ${show(value)}`)
  return value as number
}
function flag(name: string, value: unknown): boolean {
  if (value !== 0 && value !== 1 && typeof value !== 'boolean') {
    throw new TypeError(`${name}: expected 0 | 1, got ${show(value)}`)
  }
  return Boolean(value)
}
