/**
 * Whether an environment keeps the contract of `Env`: it is walked with random actions, and each kind of
 * violation is reported once, where it occurred first, as *place: name: expected X, got Y*. After Gymnasium's
 * check_env. Exceptions of the environment are caught and reported, too; only invalid options throw here.
 *
 * What training relies on, a walk does. The first checks types and ranges; each of the others must give the
 * same numbers for the same seed and actions: simply repeated; with all actions in one vector, which holds
 * something else after the call; from a state saved before, twice; and beside a second environment.
 * But: a walk visits only states that random (allowed) actions reach; calls out of order are not tried.
 */
import { expectInteger, expectNumber, expectRecord, show } from '../../errors/expect.ts'
import { isFloat64Array } from '../../errors/kinds.ts'
import { unitRemark } from '../../rl/actionBounds.ts'
import { closing, expectOneKind, type MakeAsyncEnv, makeOne } from '../../rl/play/environments.ts'
import { expectDistinct, partProblems, textOf, thrown } from '../../rl/play/guard.ts'
import { atOnce, isLate, later, type Waiting } from '../../rl/play/late.ts'
import type { Action, AsyncEnv, Env } from '../../rl/world/env.ts'
import { actionsFor } from './actions.ts'
import { beside } from './beside.ts'
import { repeats } from './repeats.ts'
import { type Observed, type Problems, report, walk, type Way } from './walk.ts'

/** How long the walks are, and from which seed. */
export interface CheckOptions {
  /** Steps of each walk: an integer of at least 1. Default: 1000. */
  readonly steps?: number
  /** Seed of the environment and of the actions: an integer of at least 0. Default: 0. */
  readonly seed?: number
}

/** Problems, one line each; empty if there are none. */
export interface EnvProblems extends Array<string> {
  /** What is allowed and may still surprise, one line each: no end of an episode, actions without a unit. */
  readonly remarks: readonly string[]
}

/** A check under way. */
interface Check {
  readonly steps: number
  readonly seed: number
  readonly problems: Problems
  readonly remarks: string[]
}

/** The largest seed that `train` and `evaluate` give. */
const LARGEST_SEED = 2147483647
/** Steps of a short walk, and steps without an end that are worth a remark. */
const SHORT = 100, LONG = 1000

/**
 * All problems found in an environment, one line each; what is allowed and may still surprise is in `remarks`
 * of the result. Given the factory that `train` gets in its place, it makes two, closes both, and finds also
 * two that share a world: one that is stepped must not move the other.
 */
export function checkEnv(env: Env | (() => Env), options: CheckOptions = {}): EnvProblems {
  const check = checkOf(options)
  atOnce(checkAny(env, check), 'checkEnvAsync')
  return reported(check)
}

/** `checkEnv` for an environment, or a factory of some, that may answer later. */
export async function checkEnvAsync(
  env: AsyncEnv | MakeAsyncEnv, options: CheckOptions = {},
): Promise<EnvProblems> {
  const check = checkOf(options)
  await later(checkAny(env, check))
  return reported(check)
}

function checkOf(options: CheckOptions): Check {
  const { steps = 1000, seed = 0 } = expectRecord<CheckOptions>('options', options, ['steps', 'seed'])
  expectInteger('steps', steps, 1)
  expectNumber('steps', steps, 1, 10_000_000)
  expectInteger('seed', seed, 0)
  return { steps, seed, problems: new Map(), remarks: [] }
}

function checkAny(env: AsyncEnv | MakeAsyncEnv, check: Check): Waiting<void> {
  const isFactory = typeof env === 'function' && !('step' in env)
  return attempt(check, isFactory ? checkMade(env, check) : checkOne(env as AsyncEnv, check))
}

function reported({ problems, remarks }: Check): EnvProblems {
  // Not enumerable, so that the result of a sound environment is equal to [].
  return Object.defineProperty([...problems.values()], 'remarks', { value: remarks }) as never
}

/** Two environments of a factory: the first is checked, and then beside the second. */
function* checkMade(makeEnv: MakeAsyncEnv, check: Check): Waiting<void> {
  const envs: AsyncEnv[] = []
  yield* attempt(check, checkBoth(makeEnv, check, envs))
  yield* attempt(check, closing(envs, false))
}

function* checkBoth(makeEnv: MakeAsyncEnv, check: Check, envs: AsyncEnv[]): Waiting<void> {
  const { steps, seed, problems } = check
  for (const e of [0, 1]) envs.push(yield* makeOne(makeEnv, e))
  const first = yield* checkOne(envs[0], check)
  expectDistinct(envs)
  if (problems.size > 0) return
  expectOneKind(envs)
  const others = actionsFor(envs[1].actionSpace, steps, LARGEST_SEED)
  const visit = beside(envs[1], others, LARGEST_SEED, (error) => {
    const demand = 'expected environments that work side by side as each does alone'
    report(problems, 'makeEnv', 'makeEnv', `${demand}, got ${textOf(error)}`)
  })
  const demand = 'steps of another environment from makeEnv to change nothing: the same'
  const actions = actionsFor(envs[0].actionSpace, steps, seed)
  yield* again(check, envs[0], actions, first!, 'makeEnv', demand, { seed, visit })
}

/** Errors of `work` as a problem: EnvErrors, and those of getters and proxies; a walk catches its own. */
function* attempt({ problems }: Check, work: Waiting<unknown>): Waiting<void> {
  try {
    yield* work
  } catch (error) {
    if (isEnvError(error)) problems.set(textOf(error), textOf(error))
    else report(problems, 'env', 'env', `expected properties that can be read, got ${thrown(error)}`)
  }
}

function isEnvError(error: unknown): boolean {
  return (error as Error | null)?.name === 'EnvError'
}

/** Returns the first walk; null if it could not be completed. */
function* checkOne(env: AsyncEnv, check: Check): Waiting<readonly Observed[] | null> {
  if (!checkParts(env, check.problems)) return null
  const { steps, seed, problems, remarks } = check
  const actions = actionsFor(env.actionSpace, steps, seed)
  const first = yield* walk(env, actions, problems, { seed })
  if (first === null) return null
  remark(env, first, steps, remarks)

  const middle = Math.floor(steps / 3)
  let saved: Float64Array | null = null
  const visit = (t: number): void => { if (t === middle) saved = savedState(env, problems) }
  const same = 'the same seed and actions to give the same'
  const second = yield* walk(env, actions, problems, { seed, visit })
  if (!repeats(first, second, problems, 'repeat', same)) return first

  if (saved !== null) yield* resume(check, env, actions, first, middle, saved)
  // Another seed, and from the middle of its episode the first one again.
  if ((yield* walk(env, actions.slice(0, 1), problems, { seed: LARGEST_SEED })) === null) return first
  const start = actions.slice(0, SHORT)
  const third = yield* walk(env, start, problems, { seed })
  if (!repeats(first, third, problems, 'repeat', same)) return first
  if (typeof actions[0] !== 'number') {
    const demand = 'actions in one vector, overwritten after the call (copy one to keep it), to give the same'
    yield* again(check, env, actions, first, 'reuse', demand, { seed, reuse: true })
  }
  return first
}

/** Whether the methods and spaces that a walk needs are there and valid. */
function checkParts(env: AsyncEnv, problems: Problems): boolean {
  if (typeof env !== 'object' && typeof env !== 'function' || env === null || isLate(env)) {
    const got = isLate(env) ? 'a Promise: await it, or give the function that returns it' : show(env)
    if (isLate(env)) Promise.resolve(env).catch(() => {})
    report(problems, 'env', 'env', `expected an object, got ${got}`)
    return false
  }
  for (const [name, problem] of partProblems(env)) report(problems, name, name, problem)
  const { getState, setState } = env
  if (getState !== undefined || setState !== undefined) {
    for (const [name, value] of Object.entries({ getState, setState })) {
      if (typeof value !== 'function') report(problems, name, name, `expected a function, got ${show(value)}`)
    }
  }
  return problems.size === 0
}

function remark({ actionSpace, maxEpisodeSteps }: AsyncEnv, first: readonly Observed[], steps: number,
  remarks: string[]): void {
  const unit = unitRemark(actionSpace, 'squash', 1)
  if (unit !== null) remarks.push(unit)
  const ends = first.some(({ terminated, truncated }) => terminated === true || truncated === true)
  if (!ends && maxEpisodeSteps === undefined && steps >= LONG) {
    remarks.push(`episode: no end within ${steps} steps; train and evaluate need an end or a limit: `
      + 'timeLimit(env, n)')
  }
}

/** One more walk, which must repeat the first. What fails in it alone is of the given kind. */
function* again(
  { problems }: Check, env: AsyncEnv, actions: readonly Action[], first: readonly Observed[],
  kind: string, demand: string, way: Way,
): Waiting<boolean> {
  const own: Problems = new Map()
  const walked = yield* walk(env, actions, own, way)
  if (walked !== null) return repeats(first, walked, problems, kind, demand)
  const [problem] = [...own.values()].slice(-1)
  report(problems, kind, problem.split(': ')[0], `expected ${demand} results, got ${problem}`)
  return false
}

/** From a saved state, which is overwritten after the call: to the end of its episode, and then once more. */
function* resume(
  check: Check, env: AsyncEnv, actions: readonly Action[], first: readonly Observed[], middle: number,
  saved: Float64Array,
): Waiting<void> {
  const calls = first.filter(({ t }) => t <= middle)
  const length = middle - calls.filter(({ call }) => call === 'reset').slice(-1)[0].t
  const end = first.find(({ call, t }) => call === 'reset' && t > middle)?.t ?? actions.length
  for (const last of new Set([end, actions.length])) {
    const state = saved.slice()
    try {
      env.setState!(state)
    } catch (error) {
      report(check.problems, 'setState', 'setState(getState())',
        `expected it to be accepted, got ${thrown(error)}`)
      return
    }
    state.fill(NaN)
    const demand = 'setState(getState()) to continue with the same'
    const way = { begin: middle, length }
    if (!(yield* again(check, env, actions.slice(0, last), first, 'resume', demand, way))) return
  }
}

function savedState(env: AsyncEnv, problems: Problems): Float64Array | null {
  if (env.getState === undefined) return null
  try {
    const state: unknown = env.getState()
    if (!isFloat64Array(state)) {
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
