/**
 * Whether an environment keeps the contract of `Env`: it is walked with random actions, and every way in
 * which it strays is told once, where it was first seen, as *place: name: expected X, got Y*. After
 * Gymnasium's check_env. What the environment throws is caught and told, too; only bad options throw here.
 *
 * Walked three times: once for kinds and ranges, again from the same seed (the same actions must give the
 * same numbers), and, where `getState` and `setState` exist, from a state saved on the way.
 * But: a walk meets only what random actions reach; calls out of order are not tried.
 */
import { expectInteger, show } from '../math/expect.ts'
import { Random } from '../math/random.ts'
import type { Action, Env } from './env.ts'
import { sample, type Space, spaceFault, whyNot } from './space.ts'

export interface CheckOptions {
  /** Steps of each walk; an integer of at least 1, 1000 by default. */
  readonly steps?: number
  /** Seed of the environment and of the actions; an integer of at least 0, 0 by default. */
  readonly seed?: number
}

/** What a step showed, copied at once: buffers may be used again. A reset has no reward and no flags. */
interface Moment {
  /** Its entries, itself if a number; none where it is neither. */
  readonly observation: readonly unknown[]
  readonly reward?: unknown
  readonly terminated?: unknown
  readonly truncated?: unknown
}

/** Problems by place and name, in the order they were met; the first one of each kind is kept. */
type Problems = Map<string, string>

/** Every problem found, one line each; empty where there is none. */
export function checkEnv(env: Env, { steps = 1000, seed = 0 }: CheckOptions = {}): string[] {
  expectInteger('steps', steps, 1)
  expectInteger('seed', seed, 0)
  const problems: Problems = new Map()
  try {
    if (checkShape(env, problems)) walkThrice(env, steps, seed, problems)
  } catch (error) {
    // Getters, proxies: a step's and a reset's own exceptions are caught where the step is known.
    report(problems, 'env', 'env', `expected properties that can be read, got ${thrown(error)}`)
  }
  return [...problems.values()]
}

/** Whether there are methods and spaces enough to walk with. */
function checkShape(env: Env, problems: Problems): boolean {
  if (typeof env !== 'object' && typeof env !== 'function' || env === null) {
    report(problems, 'env', 'env', `expected an object, got ${show(env)}`)
    return false
  }
  for (const method of ['reset', 'step'] as const) expectFunction(method, env[method])
  if (env.close !== undefined) expectFunction('close', env.close)
  if (env.getState !== undefined || env.setState !== undefined) {
    expectFunction('getState', env.getState)
    expectFunction('setState', env.setState)
  }
  for (const name of ['observationSpace', 'actionSpace'] as const) {
    const reason = spaceFault(env[name])
    if (reason !== null) report(problems, name, name, reason)
  }
  return problems.size === 0

  function expectFunction(name: string, value: unknown): void {
    if (typeof value !== 'function') report(problems, name, name, `expected a function, got ${show(value)}`)
  }
}

function walkThrice(env: Env, steps: number, seed: number, problems: Problems): void {
  const random = new Random(seed).fork('checkEnv')
  const actions = Array.from({ length: steps }, () => sample(env.actionSpace, random))
  const first = walk(env, actions, 0, seed, problems)
  if (first === null) return

  const middle = Math.floor(steps / 3)
  let saved: Float64Array | null = null
  const save = (): void => { saved = savedState(env, problems) }
  const second = walk(env, actions, 0, seed, problems, middle, save)
  const demand = 'the same seed and actions to give the same'
  if (!sameMoments(first, second, problems, 'repeat', demand)) return

  if (saved === null || !restore(env, saved, problems)) return
  const third = walk(env, actions, middle, null, problems)
  sameMoments(first, third, problems, 'resume', 'setState(getState()) to continue with the same')
}

/**
 * Moments of a walk, one a reset (at 2t) and one a step (at 2t + 1), from step `begin`; null where the
 * environment broke so that walking on means nothing. With a seed the walk begins by a reset; without one it
 * goes on from where the environment stands. `pause` is called before step `pauseAt`, once reset where due.
 */
function walk(
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
    const action = actions[t]
    const given = typeof action === 'number' ? action : action.slice()
    const moment = attempt(env, `step ${t}`, 'step', () => env.step(given), problems)
    if (moment === null) return null
    if (typeof action !== 'number' && action.some((x, i) => !Object.is(x, (given as Float64Array)[i]))) {
      report(problems, 'action', `step ${t}: action`, 'expected it left as it was, got it overwritten')
    }
    moments.set(2 * t + 1, moment)
    due = moment.terminated === true || moment.truncated === true
  }
  return moments
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
    const reason = observationFault(env.observationSpace, observation)
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
function observationFault(space: Space, observation: unknown): string | null {
  if (isThenable(observation)) return 'expected a synchronous result, got a Promise'
  const reason = whyNot(space, observation)
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

/** Whether `second` repeats `first` wherever both have been; the first difference is reported. */
function sameMoments(
  first: Map<number, Moment>, second: Map<number, Moment> | null,
  problems: Problems, kind: string, demand: string,
): boolean {
  if (second === null) return false
  for (const [at, b] of second) {
    const place = at % 2 === 0 ? `reset before step ${at / 2}` : `step ${(at - 1) / 2}`
    // Both have reset at the same steps: the flags before have been compared.
    const a = first.get(at) as Moment
    for (const name of ['terminated', 'truncated', 'reward'] as const) {
      if (!Object.is(a[name], b[name])) return differs(place, name, show(a[name]), show(b[name]))
    }
    if (a.observation.length !== b.observation.length) {
      return differs(place, 'observation length', String(a.observation.length), String(b.observation.length))
    }
    for (let i = 0; i < a.observation.length; i++) {
      if (!Object.is(a.observation[i], b.observation[i])) {
        return differs(place, `observation[${i}]`, show(a.observation[i]), show(b.observation[i]))
      }
    }
  }
  return true

  function differs(place: string, name: string, was: string, is: string): false {
    report(problems, kind, `${place}: ${name}`, `expected ${demand} ${name}, ${was}, got ${is}`)
    return false
  }
}

function savedState(env: Env, problems: Problems): Float64Array | null {
  if (env.getState === undefined) return null
  try {
    const state: unknown = env.getState()
    if (!(state instanceof Float64Array)) {
      report(problems, 'getState', 'getState()', `expected a Float64Array, got ${show(state)}`)
      return null
    }
    const wrong = state.findIndex((x) => !Number.isFinite(x))
    if (wrong >= 0) {
      report(problems, 'getState', `getState()[${wrong}]`, `expected a finite number, got ${state[wrong]}`)
      return null
    }
    return state
  } catch (error) {
    report(problems, 'getState', 'getState()', `expected a state, got ${thrown(error)}`)
    return null
  }
}

function restore(env: Env, saved: Float64Array, problems: Problems): boolean {
  try {
    env.setState?.(saved)
    return true
  } catch (error) {
    report(problems, 'setState', 'setState(getState())', `expected it to be accepted, got ${thrown(error)}`)
    return false
  }
}

function report(problems: Problems, kind: string, place: string, reason: string): void {
  if (!problems.has(kind)) problems.set(kind, `${place}: ${reason}`)
}

function thrown(error: unknown): string {
  return error instanceof Error ? `the error ${show(error.message)}` : `${show(error)} thrown`
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
