/**
 * The environments of a training or an evaluation: made, checked, and closed exactly once each, whatever
 * throws. The first error is the one that is thrown; one of `close` never hides it. What `makeEnv`, spaces
 * and `close` do wrong is an `EnvError`, as it is for `reset` and `step`.
 * But: what a factory makes beside the environment that it returns is its own to release.
 */
import { show } from '../errors/expect.ts'
import { EnvError, expectDistinct, isPromise, partProblems, textOf, thrown } from './guard.ts'
import type { Policy } from './policy.ts'
import type { Action, Env } from './world/env.ts'
import { describeSpace } from './world/space.ts'

/** `count` environments of one kind. If one cannot be made or is invalid, those made before are closed. */
export function makeEnvs<A extends Action>(makeEnv: () => Env<A>, count: number): Env<A>[] {
  const envs: Env<A>[] = []
  try {
    for (let e = 0; e < count; e++) envs.push(makeOne(makeEnv, e))
    expectDistinct(envs)
    expectOneKind(envs)
    return envs
  } catch (error) {
    closeAll(envs, true)
    throw error
  }
}

/** One environment, or an EnvError for the `e`-th. */
export function makeOne<A extends Action>(makeEnv: () => Env<A>, e: number): Env<A> {
  let env: unknown
  try {
    env = makeEnv()
  } catch (error) {
    throw new EnvError(e, null, `environment ${e}: makeEnv() threw ${textOf(error)}`, error)
  }
  if (!isPromise(env) && (typeof env === 'object' || typeof env === 'function') && env !== null) {
    return env as Env<A>
  }
  const late = isPromise(env)
  // What it will be is made as well, and nobody else can close it.
  if (late) Promise.resolve(env).then((each) => closeAll([each as Env], true), () => {})
  const got = late ? 'a Promise (environments here are synchronous)' : show(env)
  throw new EnvError(e, null, `environment ${e}: makeEnv(): expected an environment, got ${got}`)
}

/** Throws an EnvError unless all are environments of the same spaces, since one network acts in all. */
export function expectOneKind(envs: readonly Env[]): void {
  envs.forEach((env, e) => {
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
export function expectFit(policy: Policy, envs: readonly Env[]): void {
  expectDistinct(envs, 'envs')
  expectOneKind(envs)
  envs.forEach((env, e) => {
    const problem = misfit(env, policy, ', as the policy has')
    if (problem !== null) throw new RangeError(`environment ${e}${problem}`)
  })
}

type Spaces = Pick<Env, 'observationSpace' | 'actionSpace'>

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
export function closeAll(envs: readonly Env[], failed: boolean): void {
  let first: EnvError | null = null
  for (const env of new Set(envs)) {
    try {
      // Of an asynchronous `close` nothing is awaited, and its rejection must not end the process.
      if (typeof env.close === 'function') isPromise(env.close() as unknown)
    } catch (error) {
      const e = envs.indexOf(env)
      first ??= new EnvError(e, null, `environment ${e}: close() threw ${textOf(error)}`, error)
    }
  }
  if (first !== null && !failed) throw first
}
