/**
 * One walk through an environment with given actions: every call is checked, and what it showed is kept. Where a
 * mask forbids an action, the next allowed one takes its place.
 * Problems are told as *place: name: expected X, got Y*, each kind where it was first met.
 */
import { show } from '../errors/expect.ts'
import type { Action, Env } from '../rl/world/env.ts'
import { isMaskable, nextAllowed, writeMask } from '../rl/world/mask.ts'
import { encodedSize } from '../rl/world/encoding.ts'
import type { Space } from '../rl/world/space.ts'
import { memberProblem } from '../rl/world/membership.ts'

/** What a step showed, copied at once: buffers may be used again. A reset has no reward and no flags. */
export interface Moment {
  /** Its entries, itself if a number; none where it is neither. */
  readonly observation: readonly unknown[]
  /** What the state before a step allowed; null where actions are not masked. */
  readonly mask?: Uint8Array | null
  readonly reward?: unknown
  readonly terminated?: unknown
  readonly truncated?: unknown
}

/** Problems by place and name, in the order they were met; the first one of each kind is kept. */
export type Problems = Map<string, string>

/**
 * Moments of a walk, one a reset (at 2t) and one a step (at 2t + 1), from step `begin`; null where the
 * environment broke so that walking on means nothing. With a seed the walk begins by a reset; without one it
 * goes on from where the environment stands. `pause` is called before step `pauseAt`, once reset where due.
 */
export function walk(
  env: Env, actions: readonly Action[], begin: number, seed: number | null, problems: Problems,
  pauseAt = -1, pause: () => void = () => {},
): Map<number, Moment> | null {
  const moments = new Map<number, Moment>()
  let due = seed !== null
  for (let t = begin; t < actions.length; t++) {
    if (due) {
      const place = t === begin ? `reset({ seed: ${seed} })` : `reset() before step ${t}`
      const reset = (): unknown => t === begin ? env.reset({ seed: seed as number }) : env.reset()
      const moment = attempt(env, place, 'reset', reset, problems)
      if (moment === null) return null
      moments.set(2 * t, moment)
    }
    if (t === pauseAt) pause()
    const choice = choose(env, actions[t], t, problems)
    if (choice === null) return null
    const { action, mask } = choice
    const given = typeof action === 'number' ? action : action.slice()
    const moment = attempt(env, `step ${t}`, 'step', () => env.step(given), problems)
    if (moment === null) return null
    if (typeof action !== 'number' && action.some((x, i) => !Object.is(x, (given as Float64Array)[i]))) {
      report(problems, 'action', `step ${t}: action`, 'expected it left as it was, got it overwritten')
    }
    moments.set(2 * t + 1, { ...moment, mask })
    due = moment.terminated === true || moment.truncated === true
  }
  return moments
}

/** The action, or the next that the state allows, and its mask; null where the mask is at fault. */
function choose(
  env: Env, action: Action, t: number, problems: Problems,
): { readonly action: Action; readonly mask: Uint8Array | null } | null {
  const { actionSpace } = env
  if (env.actionMask === undefined || !isMaskable(actionSpace)) return { action, mask: null }
  const mask = new Uint8Array(encodedSize(actionSpace))
  let reason: string | null
  try {
    const given: unknown = env.actionMask()
    if (isThenable(given)) Promise.resolve(given).catch(() => {})
    reason = writeMask(mask, 0, actionSpace, given)
  } catch (error) {
    reason = `expected a mask, got ${thrown(error)}`
  }
  if (reason === null) return { action: nextAllowed(actionSpace, action, mask), mask }
  report(problems, 'actionMask', `step ${t}: actionMask()`, reason)
  return null
}

/** Calls the environment once and looks at all that it gives back; null where that is no record at all. */
function attempt(
  env: Env, place: string, call: 'reset' | 'step', run: () => unknown, problems: Problems,
): Moment | null {
  const fault = (name: string, reason: string): void => {
    report(problems, `${call} ${name}`, name === '' ? place : `${place}: ${name}`, reason)
  }
  let result: unknown
  try {
    result = run()
    if (isThenable(result)) {
      // Its rejection, if it comes to that, is nobody else's to catch.
      Promise.resolve(result).catch(() => {})
      fault('', 'expected a synchronous result, got a Promise (environments here are synchronous)')
      return null
    }
    if (typeof result !== 'object' || result === null || Array.isArray(result)) {
      fault('', `expected a record { observation, … }, got ${show(result)}`)
      return null
    }
    const { observation, reward, terminated, truncated } = result as { readonly [field: string]: unknown }
    const reason = observationProblem(env.observationSpace, observation)
    if (reason !== null) fault('observation', reason)
    const seen = numbersOf(observation)
    if (call === 'reset') return { observation: seen }
    if (!Number.isFinite(reward)) fault('reward', `expected a finite number, got ${show(reward)}`)
    if (typeof terminated !== 'boolean') fault('terminated', `expected a boolean, got ${show(terminated)}`)
    if (typeof truncated !== 'boolean') fault('truncated', `expected a boolean, got ${show(truncated)}`)
    return { observation: seen, reward, terminated, truncated }
  } catch (error) {
    fault('', `expected a result, got ${thrown(error)}`)
    return null
  }
}

/** Why an observation is none of its space's, or not finite (which an unbounded Box would admit). */
function observationProblem(space: Space, observation: unknown): string | null {
  if (isThenable(observation)) return 'expected a synchronous result, got a Promise'
  const reason = memberProblem(space, observation)
  if (reason !== null || space.kind !== 'box') return reason
  const numbers = observation as ArrayLike<number>
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i])) return `expected [${i}] to be a finite number, got ${show(numbers[i])}`
  }
  return null
}

function numbersOf(observation: unknown): readonly unknown[] {
  if (typeof observation === 'number') return [observation]
  const isView = ArrayBuffer.isView(observation) && !(observation instanceof DataView)
  return isView || Array.isArray(observation) ? Array.from(observation as unknown as ArrayLike<unknown>) : []
}

export function report(problems: Problems, kind: string, place: string, reason: string): void {
  if (!problems.has(kind)) problems.set(kind, `${place}: ${reason}`)
}

export function thrown(error: unknown): string {
  return error instanceof Error ? `the error ${show(error.message)}` : `${show(error)} thrown`
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
