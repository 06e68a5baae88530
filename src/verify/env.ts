/**
 * Whether an environment keeps the contract of `Env`: it is walked with random actions, and every way in
 * which it strays is told once, where it was first seen, as *place: name: expected X, got Y*. After
 * Gymnasium's check_env. What the environment throws is caught and told, too; only bad options throw here.
 *
 * Walked three times: once for kinds and ranges, again from the same seed (the same actions must give the
 * same numbers), and, where `getState` and `setState` exist, from a state saved on the way.
 * But: a walk meets only what random actions reach, allowed ones where there is a mask; calls out of order are not tried.
 */
import { expectInteger, show } from '../errors/expect.ts'
import { Random } from '../math/random.ts'
import type { Env } from '../rl/world/env.ts'
import { isMaskable } from '../rl/world/mask.ts'
import { sample } from '../rl/world/membership.ts'
import { spaceProblem } from '../rl/world/space.ts'
import { type Moment, type Problems, report, thrown, walk } from './walk.ts'

/** How far `checkEnv` walks, and from which seed. */
export interface CheckOptions {
  /** Steps of each walk; an integer of at least 1, 1000 by default. */
  readonly steps?: number
  /** Seed of the environment and of the actions; an integer of at least 0, 0 by default. */
  readonly seed?: number
}

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
    const reason = spaceProblem(env[name])
    if (reason !== null) report(problems, name, name, reason)
  }
  if (env.actionMask !== undefined) {
    expectFunction('actionMask', env.actionMask)
    if (problems.size === 0 && !isMaskable(env.actionSpace)) {
      report(problems, 'actionMask', 'actionMask', `expected none where actions are ${env.actionSpace.kind}, got ${show(env.actionMask)}`)
    }
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
    const wrong = b.mask?.findIndex((x, j) => x !== a.mask?.[j]) ?? -1
    if (wrong >= 0) return differs(place, `actionMask()[${wrong}]`, show(a.mask?.[wrong]), show(b.mask?.[wrong]))
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
