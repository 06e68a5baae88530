/**
 * One walk through an environment with given actions: every call is checked, and what it returned is kept. If
 * a mask forbids an action, the next allowed one takes its place. Problems are *place: name: expected X, got
 * Y*; of each kind only the first one is reported.
 */
import { show } from '../../errors/expect.ts'
import { isNumericArray } from '../../errors/kinds.ts'
import { recordProblem, stepFields, stepProblem, thrown } from '../../rl/play/guard.ts'
import { isLate, isRefusal, soon, type Waiting } from '../../rl/play/late.ts'
import type { Action, AsyncEnv } from '../../rl/world/env.ts'
import { isMaskable, nextAllowed, writeMask } from '../../rl/world/mask.ts'
import { encodedSize } from '../../rl/world/encoding.ts'
import type { Space } from '../../rl/world/space.ts'
import { memberProblem } from '../../rl/world/membership.ts'

/** What a call returned, copied since environments may reuse buffers. A reset has no reward and no flags. */
export interface Observed {
  readonly call: 'reset' | 'step'
  /** Number of the step, or of the step that follows the reset. */
  readonly t: number
  /** Its entries, or itself if it is a number; empty if it is neither. */
  readonly observation: readonly unknown[]
  /** The mask of the state before a step; null if actions are not masked. */
  readonly mask?: Uint8Array | null
  readonly reward?: unknown
  readonly terminated?: unknown
  readonly truncated?: unknown
}

/** Problems by kind, in the order in which they were found; only the first one of each kind is kept. */
export type Problems = Map<string, string>

/** How a walk goes; by default from a reset on, with new memory for every action. */
export interface Way {
  /** Seed of the reset that it begins with. */
  readonly seed?: number
  /** Without a seed: the first step, which continues from the environment's present state. Default: 0. */
  readonly begin?: number
  /** Steps of the current episode before `begin`, for an environment that declares a limit. Default: 0. */
  readonly length?: number
  /** Called before step t, after a reset if one is due. */
  readonly visit?: (t: number) => Waiting<void> | void
  /** Whether all actions are given in one vector, as `train` does, which is spoilt after every call. */
  readonly reuse?: boolean
}

/** For a check that awaits nothing. */
const TOO_LATE = 'expected a result at once, got a Promise; checkEnvAsync awaits it'

/**
 * What the calls of a walk with `actions` returned, in order; null if a call failed so that the walk cannot
 * continue.
 */
export function* walk(
  env: AsyncEnv, actions: readonly Action[], problems: Problems, way: Way,
): Waiting<readonly Observed[] | null> {
  const { seed, begin = 0, visit, reuse = false } = way
  const all: Observed[] = []
  const vector = Float64Array.from(typeof actions[0] === 'number' ? [] : actions[0])
  let due = seed !== undefined, { length = 0 } = way
  for (let t = begin; t < actions.length; t++) {
    if (due) {
      const first = t === begin
      const place = first ? `reset({ seed: ${seed} })` : `reset() before step ${t}`
      const reset = (): unknown => (first ? env.reset({ seed: seed! }) : env.reset())
      const observed = yield* attempt(env, 'reset', t, place, reset, problems)
      if (observed === null) return null
      all.push(observed)
      length = 0
    }
    const visiting = visit?.(t)
    if (visiting !== undefined) yield* visiting
    const choice = yield* choose(env, actions[t], t, problems)
    if (choice === null) return null
    const { action, mask } = choice
    const given = typeof action === 'number' ? action : reuse ? vector : action.slice()
    if (typeof action !== 'number') (given as Float64Array).set(action)
    const observed = yield* attempt(env, 'step', t, `step ${t}`, () => env.step(given), problems)
    if (observed === null) return null
    if (typeof action !== 'number' && action.some((x, i) => !Object.is(x, (given as Float64Array)[i]))) {
      report(problems, 'action', `step ${t}: action`, 'expected it left as it was, got it overwritten')
    }
    if (reuse) vector.fill(NaN)
    all.push({ ...observed, mask })
    due = observed.terminated === true || observed.truncated === true
      || (env.maxEpisodeSteps !== undefined && ++length >= env.maxEpisodeSteps)
  }
  return all
}

/** The action, or the next one that the state allows, and the mask; null if the mask is invalid. */
export function* choose(
  env: AsyncEnv, action: Action, t: number, problems: Problems,
): Waiting<{ readonly action: Action; readonly mask: Uint8Array | null } | null> {
  const { actionSpace } = env
  if (env.actionMask === undefined || !isMaskable(actionSpace)) return { action, mask: null }
  const mask = new Uint8Array(encodedSize(actionSpace))
  let problem: string | null
  try {
    problem = writeMask(mask, 0, actionSpace, yield* soon(env.actionMask(), `step ${t}: actionMask()`))
  } catch (error) {
    problem = isRefusal(error) ? TOO_LATE : `expected a mask, got ${thrown(error)}`
  }
  if (problem === null) return { action: nextAllowed(actionSpace, action, mask), mask }
  report(problems, 'actionMask', `step ${t}: actionMask()`, problem)
  return null
}

/** Calls the environment once and checks all that it returns; null if that is not a record. */
function* attempt(
  env: AsyncEnv, call: 'reset' | 'step', t: number, place: string, run: () => unknown, problems: Problems,
): Waiting<Observed | null> {
  const add = (name: string, problem: string | null): void => {
    if (problem === null) return
    report(problems, `${call} ${name}`, name === '' ? place : `${place}: ${name}`, problem)
  }
  try {
    const result = yield* soon(run(), place)
    const problem = recordProblem(result)
    if (problem !== null) {
      add('', problem)
      return null
    }
    const record = result as { readonly [field: string]: unknown }
    const { observation, reward, terminated, truncated, done } = record
    add('observation', observationProblem(env.observationSpace, observation))
    const numbers = numbersOf(observation)
    if (call === 'reset') return { call, t, observation: numbers }
    const fields = { reward, terminated, truncated }
    for (const field of stepFields) add(field, stepProblem({ ...fields, done }, field))
    return { call, t, observation: numbers, ...fields }
  } catch (error) {
    add('', isRefusal(error) ? TOO_LATE : `expected a result, got ${thrown(error)}`)
    return null
  }
}

/** Why an observation does not belong to its space, or is not finite (which an unbounded Box would allow). */
function observationProblem(space: Space, observation: unknown): string | null {
  if (isLate(observation)) {
    // Its rejection must not surface later.
    Promise.resolve(observation).catch(() => {})
    return 'expected an observation, got a Promise'
  }
  const problem = memberProblem(space, observation)
  if (problem !== null || space.kind !== 'box') return problem
  const numbers = observation as ArrayLike<number>
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i])) return `expected [${i}] to be a finite number, got ${show(numbers[i])}`
  }
  return null
}

function numbersOf(observation: unknown): readonly unknown[] {
  if (typeof observation === 'number') return [observation]
  return isNumericArray(observation) ? Array.from(observation) : []
}

/** Keep a problem if it is the first of its kind. */
export function report(problems: Problems, kind: string, place: string, problem: string): void {
  if (!problems.has(kind)) problems.set(kind, `${place}: ${problem}`)
}
