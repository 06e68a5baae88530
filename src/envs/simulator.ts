/**
 * An environment from its equations: dynamics on a state vector, as an `Env`.
 *
 * The dynamics define how the state starts, changes, ends and is observed; what all environments share is
 * here: seeds, the order of calls, checked actions, the time limit (`truncated = elapsed ≥ maxEpisodeSteps`,
 * also if the environment terminates), saving and restoring. A step allocates nothing: the result record and
 * the observation buffer are the same every time.
 * But: observations are vectors, actions an integer or a vector; no info, no rendering.
 */
import {
  argumentError, expectFinite, expectFunction, expectInteger, expectOneOf, expectRecord, expectVector, show,
} from '../errors/expect.ts'
import { isArray, isFloat64Array, isPlainRecord, read } from '../errors/kinds.ts'
import { anyFunction, type Check, expectShape, float64, integer, type Shape } from '../errors/shape.ts'
import { Random, RANDOM_STATE_SIZE } from '../math/random.ts'
import type { Action, Env, ResetOptions, ResetResult, StepResult } from '../rl/world/env.ts'
import type { Box, Discrete } from '../rl/world/space.ts'

/** What an environment consists of; [stateSize] is the shape of every state. */
export interface Dynamics<A extends Action> {
  readonly observationSpace: Box
  readonly actionSpace: Discrete | Box
  /** Numbers in the state vector. */
  readonly stateSize: number
  /** Draw the state that an episode starts from. */
  start(state: Float64Array, random: Random): void
  /** Write the observation of the state. */
  observe(observation: Float64Array, state: Float64Array): void
  /** Overwrite the state with the next one after `action`; returns the reward. */
  step(state: Float64Array, action: A, random: Random): number
  /** Whether the state after `step` is terminal. */
  isTerminal(state: Float64Array): boolean
  /** Change the state after `isTerminal`, for example round it. */
  settle?(state: Float64Array): void
}

/** What every built-in environment can be made with. */
export interface SimulatorOptions {
  /** Steps after which an episode is truncated; an integer of at least 1. Default: the environment's own. */
  readonly maxEpisodeSteps?: number
}

/** The options of an environment whose time limit is `usual` by default, checked. */
export function timeLimit(options: SimulatorOptions, usual: number): Required<SimulatorOptions> {
  const { maxEpisodeSteps = usual } = expectRecord<SimulatorOptions>('options', options, ['maxEpisodeSteps'])
  return { maxEpisodeSteps }
}

const shape = (): Shape => ({
  observationSpace: spaceOf('box'), actionSpace: spaceOf('box', 'discrete'), stateSize: integer(0),
  start: anyFunction, observe: anyFunction, step: anyFunction, isTerminal: anyFunction,
  settle: (name, value) => { if (value !== undefined) expectFunction(name, value) },
})

/** Only the kind: doors of learners judge the rest, which this package's environments do not import. */
function spaceOf(...kinds: readonly string[]): Check {
  return (name, value) => {
    expectOneOf(`${name}.kind`, read(value, 'kind'), kinds)
    if (read(value, 'kind') === 'box') expectShape(name, value, 'a Box', { low: float64(), high: float64() })
  }
}

/** Phases of an episode; saved states contain these numbers. */
const BEFORE_RESET = 0, RUNNING = 1, ENDED = 2

/**
 * The environment. `reset({ seed })` restarts the random stream, `reset()` continues it; the first seed is 0.
 * `reset({ options: { state } })` starts from that state vector and draws nothing.
 * `getState()` returns the state vector, the steps elapsed, the phase, and the random stream's 8 numbers.
 */
export function simulate<A extends Action>(
  name: string, dynamics: Dynamics<A>, options: { readonly maxEpisodeSteps: number },
): Env<A> {
  if (typeof name !== 'string') throw argumentError('name', 'a string', name)
  expectShape('dynamics', dynamics, 'the dynamics of an environment', shape())
  const limit = expectRecord<SimulatorOptions>('options', options, ['maxEpisodeSteps'])
  const maxEpisodeSteps = expectInteger('maxEpisodeSteps', limit.maxEpisodeSteps, 1)
  const { observationSpace, actionSpace, stateSize } = dynamics
  const state = new Float64Array(stateSize)
  const observation = new Float64Array(observationSpace.low.length)
  const resetResult: ResetResult = { observation }
  const result = { observation, reward: 0, terminated: false, truncated: false }
  // Forked, so that a policy with the same seed does not draw the same numbers as the environment.
  const stream = (seed: number): Random => new Random(seed).fork(name)
  let random = stream(0)
  let elapsed = 0
  let phase = BEFORE_RESET

  function reset(request: ResetOptions = {}): ResetResult {
    const { seed, options } = expectRecord<ResetOptions>('reset', request, ['seed', 'options'])
    const start = requestedState(options, stateSize)
    random = seed === undefined ? random : stream(seed)
    if (start === null) dynamics.start(state, random)
    else for (let i = 0; i < stateSize; i++) state[i] = start[i]
    dynamics.observe(observation, state)
    elapsed = 0
    phase = RUNNING
    return resetResult
  }

  function step(action: A): StepResult {
    if (phase !== RUNNING) {
      const when = phase === ENDED ? 'after the end of' : 'before'
      throw new Error(`${name}.step: expected reset() ${when} an episode, got step()`)
    }
    checkAction(actionSpace, action)
    result.reward = dynamics.step(state, action, random)
    result.terminated = dynamics.isTerminal(state)
    dynamics.settle?.(state)
    dynamics.observe(observation, state)
    result.truncated = ++elapsed >= maxEpisodeSteps
    if (result.terminated || result.truncated) phase = ENDED
    return result
  }

  function getState(): Float64Array {
    const saved = new Float64Array(stateSize + 2 + RANDOM_STATE_SIZE)
    saved.set(state)
    saved[stateSize] = elapsed
    saved[stateSize + 1] = phase
    random.getState(saved.subarray(stateSize + 2))
    return saved
  }

  function setState(saved: Float64Array): void {
    expectVector('state', saved, stateSize + 2 + RANDOM_STATE_SIZE)
    for (let i = 0; i < stateSize; i++) expectFinite(`state[${i}]`, saved[i])
    const next = expectInteger(`state[${stateSize + 1}]`, saved[stateSize + 1], BEFORE_RESET, ENDED)
    // A running episode has a step left, one that ended has had a step, and before the first there were none.
    const min = next === ENDED ? 1 : 0
    const max = next === BEFORE_RESET ? 0 : next === RUNNING ? maxEpisodeSteps - 1 : maxEpisodeSteps
    const steps = expectInteger(`state[${stateSize}]`, saved[stateSize], min, max)
    random.setState(saved.subarray(stateSize + 2))
    for (let i = 0; i < stateSize; i++) state[i] = saved[i]
    elapsed = steps
    phase = next
    dynamics.observe(observation, state)
  }

  return { observationSpace, actionSpace, maxEpisodeSteps, reset, step, getState, setState }
}

/** The state vector in `options`, checked; null if there is none. */
function requestedState(options: unknown, size: number): ArrayLike<number> | null {
  if (options === undefined) return null
  if (!isPlainRecord(options)) throw argumentError('options', '{ state }', options)
  for (const key of Object.keys(options)) {
    if (key !== 'state') throw new RangeError(`options: expected { state }, got ${show(key)}`)
  }
  const state = Object.hasOwn(options, 'state') ? options.state : undefined
  if (state === undefined) return null
  return expectNumbers('options.state', state, size)
}

function checkAction(space: Discrete | Box, action: unknown): void {
  if (space.kind === 'box') {
    expectNumbers('action', action, space.low.length)
  } else {
    expectInteger('action', action, space.start, space.start + space.n - 1)
  }
}

/** A Float64Array or array of `size` finite numbers; bounds are not checked. */
function expectNumbers(name: string, value: unknown, size: number): ArrayLike<number> {
  if (!(isFloat64Array(value) || isArray(value))) {
    throw argumentError(name, `an array of ${size} numbers`, value)
  }
  if (value.length !== size) throw new RangeError(`${name}: expected ${size} numbers, got ${value.length}`)
  for (let i = 0; i < size; i++) if (!Number.isFinite(value[i])) expectFinite(`${name}[${i}]`, value[i])
  return value as ArrayLike<number>
}
