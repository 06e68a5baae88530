/**
 * The environments of a training or an evaluation: made, checked, and closed exactly once each, whatever
 * throws. The first error is the one that is thrown; one of `close` never hides it. What `makeEnv`, spaces
 * and `close` do wrong is an `EnvError`, as it is for `reset` and `step`.
 * But: what a factory makes beside the environment that it returns is its own to release.
 */
import { show } from '../../errors/expect.ts'
import { EnvError } from './envError.ts'
import { expectDistinct, partProblems, textOf, thrown } from './guard.ts'
import { arrive, atOnce, CLOSE, isLate, type Late, type Waiting } from './late.ts'
import type { Policy } from '../policy.ts'
import type { Action, AsyncEnv } from '../world/env.ts'
import { describeSpace } from '../world/space.ts'

/** What `makeEnv` may be for a world that answers later. */
export type MakeAsyncEnv<A extends Action = Action> = () => AsyncEnv<A> | PromiseLike<AsyncEnv<A>>

/**
 * `count` environments of one kind, the first of which is environment `first` in errors. If one cannot be
 * made or is invalid, those made before are closed.
 */
export function* makeEnvs<A extends Action>(
  makeEnv: MakeAsyncEnv<A>, count: number, first: number = 0,
): Waiting<AsyncEnv<A>[]> {
  const envs: AsyncEnv<A>[] = []
  const late: Late[] = []
  let usable = false
  try {
    for (let e = 0; e < count; e++) {
      const at = first + e, made = callMake(makeEnv, at)
      if (isLate(made)) late.push(makeLater(made, at, (env) => { envs[e] = expectEnv<A>(env, at) }))
      else envs[e] = expectEnv<A>(made, at)
    }
    if (late.length > 0) yield* arrive(late)
    expectDistinct(envs, 'makeEnv', first)
    expectOneKind(envs, first)
    usable = true
    return envs
  } finally {
    if (!usable) {
      const closed = new Set<unknown>(envs.filter((env) => env !== undefined))
      // What is still to come is made as well, and nothing else can close it.
      const close = (env: unknown): void => {
        if (!closed.has(env)) closeAll([env as AsyncEnv], true)
        closed.add(env)
      }
      for (const { promise } of late) promise.then(close, () => {})
      yield* closing([...closed] as AsyncEnv[], true)
    }
  }
}

/** One environment, or an EnvError for the `e`-th. */
export function* makeOne<A extends Action>(makeEnv: MakeAsyncEnv<A>, e: number): Waiting<AsyncEnv<A>> {
  let env: AsyncEnv<A> | null = null
  const made = callMake(makeEnv, e)
  if (!isLate(made)) return expectEnv<A>(made, e)
  yield* arrive([makeLater(made, e, (arrived) => { env = expectEnv<A>(arrived, e) })])
  return env!
}

/** What `makeEnv` returns for the `e`-th environment; an EnvError if it throws. */
function callMake(makeEnv: MakeAsyncEnv, e: number): unknown {
  try {
    return makeEnv()
  } catch (error) {
    throw makeThrew(e, error)
  }
}

/** A late `makeEnv()`, and what is done with its environment. */
function makeLater(made: PromiseLike<unknown>, e: number, take: (env: unknown) => void): Late {
  const promise = Promise.resolve(made).catch((error: unknown) => { throw makeThrew(e, error) })
  return { env: e, step: 0, call: 'makeEnv()', promise, take }
}

function makeThrew(e: number, error: unknown): EnvError {
  return new EnvError(e, null, `environment ${e}: makeEnv() threw ${textOf(error)}`, error)
}

/** `made` if it can be an environment, or an EnvError for the `e`-th. */
function expectEnv<A extends Action>(made: unknown, e: number): AsyncEnv<A> {
  if ((typeof made === 'object' || typeof made === 'function') && made !== null) return made as AsyncEnv<A>
  throw new EnvError(e, null, `environment ${e}: makeEnv(): expected an environment, got ${show(made)}`)
}

/** Throws an EnvError unless all are environments of the same spaces, since one network acts in all. */
export function expectOneKind(envs: readonly AsyncEnv[], first: number = 0): void {
  envs.forEach((env, i) => {
    const e = first + i
    let problem: string | null
    try {
      problem = partProblems(env).map(([name, text]) => `.${name}: ${text}`)[0] ?? misfit(env, envs[0], '')
    } catch (error) {
      problem = `: expected properties that can be read, got ${thrown(error)}`
    }
    if (problem !== null) throw new EnvError(e, null, `environment ${e}${problem}`)
  })
}

/** Throws unless they are different environments of one kind; a RangeError if it is not the policy's. */
export function expectFit(policy: Policy, envs: readonly AsyncEnv[]): void {
  expectDistinct(envs, 'envs')
  expectOneKind(envs)
  envs.forEach((env, e) => {
    const problem = misfit(env, policy, ', as the policy has')
    if (problem !== null) throw new RangeError(`environment ${e}${problem}`)
  })
}

type Spaces = Pick<AsyncEnv, 'observationSpace' | 'actionSpace'>

/** The first space of `env` that is not that of `wanted`, as *.name: expected X, got Y*; null if none. */
function misfit(env: Spaces, wanted: Spaces, why: string): string | null {
  for (const name of ['observationSpace', 'actionSpace'] as const) {
    // A description of a large Box takes milliseconds.
    if (env[name] === wanted[name]) continue
    const expected = describeSpace(wanted[name]), got = describeSpace(env[name])
    if (got !== expected) return `.${name}: expected ${near(expected, got)}${why}, got ${near(got, expected)}`
  }
  return null
}

/** A description; of a long one its kind, and what follows from the first difference on. */
export function near(text: string, other: string): string {
  let i = 0
  while (text[i] === other[i]) i++
  return text.length <= 100 ? text : `${text.slice(0, 20)}…${text.slice(Math.max(20, i), i + 40)}…`
}

/**
 * Close each environment once, also after one that throws. The first error is thrown in the end, except if
 * `failed`: another one is under way then, which it must not hide.
 */
export function* closing(envs: readonly AsyncEnv[], failed: boolean, firstEnv: number = 0): Waiting<void> {
  let first: EnvError | null = null
  const late: Late[] = []
  const fail = (e: number, error: unknown): void => {
    first ??= new EnvError(e, null, `environment ${e}: close() threw ${textOf(error)}`, error)
  }
  for (const env of new Set(envs)) {
    const e = firstEnv + envs.indexOf(env)
    try {
      const answer: unknown = typeof env.close === 'function' ? env.close() : undefined
      if (!isLate(answer)) continue
      const promise = Promise.resolve(answer).catch((error: unknown) => fail(e, error))
      late.push({ env: e, step: 0, call: CLOSE, promise, take: () => {} })
    } catch (error) {
      fail(e, error)
    }
  }
  if (late.length > 0) yield* arrive(late)
  if (first !== null && !failed) throw first
}

/** The same without waiting for a `close` that returns a promise. */
export function closeAll(envs: readonly AsyncEnv[], failed: boolean): void {
  atOnce(closing(envs, failed), '')
}
