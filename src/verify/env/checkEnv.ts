/**
 * Whether an environment keeps the contract of `Env`: it is walked with random actions, and each kind of
 * violation is reported once, where it occurred first, as *place: name: expected X, got Y*. After Gymnasium's
 * check_env. Exceptions of the environment are caught and reported, too; only invalid options throw here.
 *
 * Three walks: the first checks types and ranges; the second, with the same seed and actions, must give the
 * same numbers; so must the third, from a state saved in the second, if the environment can save states.
 * But: a walk visits only states that random (allowed) actions reach; calls out of order are not tried.
 */
import { expectInteger, show } from '../../errors/expect.ts'
import { Random } from '../../math/random.ts'
import type { Env } from '../../rl/world/env.ts'
import { isMaskable } from '../../rl/world/mask.ts'
import { sample } from '../../rl/world/membership.ts'
import { spaceProblem } from '../../rl/world/space.ts'
import { thrown } from '../../rl/guard.ts'
import { type Observed, type Problems, report, walk } from './walk.ts'

/** How long the walks are, and from which seed. */
export interface CheckOptions {
  /** Steps of each walk: an integer of at least 1. Default: 1000. */
  readonly steps?: number
  /** Seed of the environment and of the actions: an integer of at least 0. Default: 0. */
  readonly seed?: number
}

/** All problems found, one line each; empty if there are none. */
export function checkEnv(env: Env, { steps = 1000, seed = 0 }: CheckOptions = {}): string[] {
  expectInteger('steps', steps, 1)
  expectInteger('seed', seed, 0)
  const problems: Problems = new Map()
  try {
    if (checkParts(env, problems)) walkThrice(env, steps, seed, problems)
  } catch (error) {
    // From getters or proxies. Exceptions of `step` and `reset` are caught in `walk`, which knows the step.
    report(problems, 'env', 'env', `expected properties that can be read, got ${thrown(error)}`)
  }
  return [...problems.values()]
}

/** Whether the methods and spaces that a walk needs are there and valid. */
function checkParts(env: Env, problems: Problems): boolean {
  if (typeof env !== 'object' && typeof env !== 'function' || env === null) {
    report(problems, 'env', 'env', `expected an object, got ${show(env)}`)
    return false
  }
  for (const method of ['reset', 'step'] as const) checkFunction(method, env[method])
  if (env.close !== undefined) checkFunction('close', env.close)
  if (env.getState !== undefined || env.setState !== undefined) {
    checkFunction('getState', env.getState)
    checkFunction('setState', env.setState)
  }
  for (const name of ['observationSpace', 'actionSpace'] as const) {
    const problem = spaceProblem(env[name])
    if (problem !== null) report(problems, name, name, problem)
  }
  if (env.actionMask !== undefined) {
    checkFunction('actionMask', env.actionMask)
    if (problems.size === 0 && !isMaskable(env.actionSpace)) {
      report(problems, 'actionMask', 'actionMask',
        `expected none where actions are ${env.actionSpace.kind}, got ${show(env.actionMask)}`)
    }
  }
  return problems.size === 0

  function checkFunction(name: string, value: unknown): void {
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
  if (!repeats(first, second, problems, 'repeat', demand)) return

  if (saved === null || !restore(env, saved, problems)) return
  const third = walk(env, actions, middle, null, problems)
  repeats(first, third, problems, 'resume', 'setState(getState()) to continue with the same')
}

/** Whether `second` repeats the calls of `first`, from its own first one on. Reports the first difference. */
function repeats(
  first: readonly Observed[], second: readonly Observed[] | null,
  problems: Problems, kind: string, demand: string,
): boolean {
  if (second === null) return false
  const start = first.findIndex(({ call, t }) => call === second[0].call && t === second[0].t)
  for (let i = 0; i < second.length; i++) {
    // The same call of both walks: as long as their flags agree, they reset before the same steps.
    const a = first[start + i], b = second[i]
    const place = b.call === 'reset' ? `reset before step ${b.t}` : `step ${b.t}`
    const wrong = b.mask?.findIndex((x, j) => x !== a.mask?.[j]) ?? -1
    if (wrong >= 0) {
      return differs(place, `actionMask()[${wrong}]`, show(a.mask?.[wrong]), show(b.mask?.[wrong]))
    }
    for (const name of ['terminated', 'truncated', 'reward'] as const) {
      if (!Object.is(a[name], b[name])) return differs(place, name, show(a[name]), show(b[name]))
    }
    if (a.observation.length !== b.observation.length) {
      return differs(place, 'observation length', String(a.observation.length), String(b.observation.length))
    }
    for (let j = 0; j < a.observation.length; j++) {
      if (!Object.is(a.observation[j], b.observation[j])) {
        return differs(place, `observation[${j}]`, show(a.observation[j]), show(b.observation[j]))
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
