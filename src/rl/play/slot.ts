/**
 * A world that is played by the program around it: `act` answers what `reset` or `step` waits for, and gets
 * the action of the next `step`; `learn` says what came of it.
 */
import { argumentError, expectBoolean, expectFinite, expectRecord } from '../../errors/expect.ts'
import { encode, encodedSize } from '../world/encoding.ts'
import type { Action, AsyncEnv, Observation, ResetResult, StepResult } from '../world/env.ts'
import { createMasks, isMaskable, writeMask } from '../world/mask.ts'
import type { Space } from '../world/space.ts'

/** What came of an action. */
export interface Outcome {
  /** A finite number. */
  readonly reward: number
  /** Whether the task has ended, or the episode was stopped from outside. Default: false. */
  readonly terminated?: boolean | undefined
  readonly truncated?: boolean | undefined
  /** The last observation of an episode; needed if it was truncated. Before that the next `act` has it. */
  readonly observation?: Observation | undefined
  /** Numbers for the record, as `Env.step` may return them. */
  readonly info?: unknown
}

/** One world of the program: `act`, `learn`, `act`, `learn`, … */
export interface Slot<A extends Action = Action> {
  /**
   * The action for an observation, with a mask as from `Env.actionMask` if not all are allowed. Waits for the
   * other slots to act, and while a batch is learned from. Rejects, and changes nothing, if an argument is
   * invalid; rejects with the error of the training if there was one.
   */
  act(observation: Observation, mask?: ArrayLike<number> | null): Promise<A>
  /** What came of that action. Throws, and changes nothing, if it is invalid. */
  learn(outcome: Outcome): void
}

/** A slot with its other side. */
export interface SlotEnv extends Slot {
  /** The world that a training sees. */
  readonly env: AsyncEnv
  /** From now on actions come from `decide`; also the one that is awaited. */
  finish(decide: (observation: Observation, mask: ArrayLike<number> | null) => Action): void
  /** From now on `act` rejects and `learn` throws; also the call that is awaited. */
  fail(error: unknown): void
}

interface Promised<T> { resolve(value: T): void; reject(error: unknown): void }

const outcomeFields = ['reward', 'terminated', 'truncated', 'observation', 'info'] as const

/** Whose turn it is: the program's `act` or `learn`, or the training's action. */
type Turn = 'act' | 'action' | 'learn'

export function createSlot(observationSpace: Space, actionSpace: Space): SlotEnv {
  const scratch = new Float64Array(encodedSize(observationSpace))
  const mask = createMasks(1, isMaskable(actionSpace) ? encodedSize(actionSpace) : 0)
  let turn: Turn = 'act'
  let outcome: Outcome | null = null
  let failure: { readonly error: unknown } | null = null
  let decide: ((observation: Observation, mask: ArrayLike<number> | null) => Action) | null = null
  // What the training waits for, what `act` waits for, and the observation that it was called with.
  let answer: ((observation: Observation) => void) | null = null
  let early: Observation | null = null
  let ended: ((result: StepResult) => void) | null = null
  let action: Promised<Action> | null = null
  let last: Observation = 0

  async function act(observation: Observation, allowed: ArrayLike<number> | null = null): Promise<Action> {
    if (failure !== null) throw failure.error
    if (turn === 'action') throw new Error('act: expected its action first, got a second call')
    if (turn === 'learn') throw new Error('act: expected learn first, got a second call')
    const seen = copyOf('observation', observation)
    takeMask(allowed)
    last = seen
    turn = 'action'
    const promise = new Promise<Action>((resolve, reject) => { action = { resolve, reject } })
    if (decide !== null) decideNow()
    else if (answer === null) early = seen
    else {
      const give = answer
      answer = null
      give(seen)
    }
    return promise
  }

  function learn(given: Outcome): void {
    if (failure !== null) throw failure.error
    if (turn !== 'learn') throw new Error('learn: expected act and its action first, got another call')
    const { reward, terminated = false, truncated = false, observation, info } =
      expectRecord<Outcome>('outcome', given, outcomeFields)
    const result = {
      reward: expectFinite('reward', reward), terminated: expectBoolean('terminated', terminated),
      truncated: expectBoolean('truncated', truncated), info,
    }
    if (observation === undefined && truncated && !terminated) {
      throw argumentError('observation', 'the last one of a truncated episode', observation)
    }
    const seen = observation === undefined ? last : copyOf('observation', observation)
    turn = 'act'
    if (decide !== null) return
    if (!terminated && !truncated) outcome = result
    else {
      answer = null
      ended!({ ...result, observation: seen })
    }
  }

  /** The observation, checked and copied: the program may reuse its buffer. */
  function copyOf(name: string, observation: Observation): Observation {
    const problem = encode(scratch, 0, observationSpace, observation)
    if (problem !== null) throw new RangeError(`${name}: ${problem}`)
    return typeof observation === 'number' ? observation : Float64Array.from(observation)
  }

  function takeMask(allowed: ArrayLike<number> | null): void {
    if (mask === null) {
      if (allowed !== null) throw argumentError('mask', `none where actions are ${actionSpace.kind}`, allowed)
      return
    }
    if (allowed === null) {
      mask.fill(1)
      return
    }
    const problem = writeMask(mask, 0, actionSpace, allowed)
    if (problem !== null) throw new RangeError(`mask: ${problem}`)
  }

  function decideNow(): void {
    const { resolve, reject } = action!
    action = null
    turn = 'learn'
    try {
      resolve(decide!(last, mask))
    } catch (error) {
      reject(error)
    }
  }

  /** The next observation that the program acts on, now or later. */
  function next(take: (observation: Observation) => void): void {
    if (early === null) answer = take
    else {
      const seen = early
      early = null
      take(seen)
    }
  }

  const env: AsyncEnv = {
    observationSpace, actionSpace,
    reset: () => new Promise<ResetResult>((resolve) => next((observation) => resolve({ observation }))),
    step(chosen) {
      const { resolve } = action!
      action = null
      turn = 'learn'
      const result = new Promise<StepResult>((resolveStep) => {
        ended = resolveStep
        next((observation) => {
          const { reward, info } = outcome!
          resolveStep({ observation, reward, terminated: false, truncated: false, info })
        })
      })
      resolve(typeof chosen === 'number' ? chosen : chosen.slice())
      return result
    },
    ...mask === null ? {} : { actionMask: () => mask },
  }

  return {
    env, act, learn,
    finish(how) {
      decide = how
      if (action !== null) decideNow()
    },
    fail(error) {
      failure = { error }
      action?.reject(error)
    },
  }
}
