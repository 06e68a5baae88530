/**
 * Calls to an environment, and the checks of everything that it returns, in this one place. Rollouts, vines
 * and evaluations throw the first problem as an `EnvError`; `checkEnv` lists all problems.
 */
import { show } from '../errors/expect.ts'
import type { Actor } from './actor.ts'
import { encode } from './world/encoding.ts'
import type { Action, Env, ResetOptions, ResetResult, StepResult } from './world/env.ts'
import { writeMask } from './world/mask.ts'

/** An environment returned something invalid, or threw. The message names environment, step and value. */
export class EnvError extends Error {
  override readonly name = 'EnvError'
  /** Index of the environment, and its steps so far in all episodes. */
  readonly env: number
  readonly step: number

  constructor(env: number, step: number, problem: string, cause?: unknown) {
    super(`environment ${env}, step ${step}: ${problem}`, cause === undefined ? undefined : { cause })
    this.env = env
    this.step = step
  }
}

/** Throws if two of them are one object: each would step and reset the other's episode. */
export function expectDistinct(envs: readonly Env[]): void {
  const objects = envs.filter((env) => typeof env === 'object' && env !== null)
  if (new Set(objects).size === objects.length) return
  throw new TypeError('makeEnv: expected a new environment from every call, got one of the others again')
}

/** env.step(action), checked. Throws EnvError for environment `e` at `step`; `where` precedes the problem. */
export function checkedStep(
  env: Env, action: Action, e: number, step: number, where: string = '',
): StepResult {
  let result: StepResult
  try {
    result = env.step(action)
  } catch (error) {
    throw thrownBy('step', e, step, where, error)
  }
  // At a glance first: to look for a problem field by field is slow beside the step of a small environment.
  if (isValidStep(result)) return result
  const problem = recordProblem(result)
  if (problem !== null) throw new EnvError(e, step, `${where}step(): ${problem}`)
  const field = stepFields.find((each) => stepProblem(result, each) !== null)!
  throw new EnvError(e, step, `${where}${field}: ${stepProblem(result, field)}`)
}

function isValidStep(result: Partial<StepResult> | null | undefined): boolean {
  return Number.isFinite(result?.reward) && typeof result?.terminated === 'boolean'
    && typeof result.truncated === 'boolean'
}

/** env.reset(options), checked likewise. */
export function checkedReset(
  env: Env, e: number, step: number, options?: ResetOptions, where: string = '',
): ResetResult {
  let result: ResetResult
  try {
    result = env.reset(options)
  } catch (error) {
    throw thrownBy('reset', e, step, where, error)
  }
  const problem = recordProblem(result)
  if (problem !== null) throw new EnvError(e, step, `${where}reset(): ${problem}`)
  return result
}

/** Encode an observation into row `row` of the actor, or throw an EnvError likewise. */
export function observe(
  actor: Actor, row: number, observation: unknown, e: number, step: number, where: string = '',
): void {
  const { observations, policy } = actor
  const problem = encode(observations.data, row * observations.cols, policy.observationSpace, observation)
  if (problem !== null) throw new EnvError(e, step, `${where}observation: ${problem}`)
}

/** Copy environment `e`'s mask, if it has one, into row `e` of the actor, or throw an EnvError likewise. */
export function observeMask(
  { policy, map }: Actor, env: Env, e: number, step: number, where: string = '',
): void {
  if (env.actionMask === undefined) return
  let allowed: unknown
  try {
    allowed = env.actionMask()
  } catch (error) {
    throw thrownBy('actionMask', e, step, where, error)
  }
  const problem = writeMask(map.eta.mask!, e * policy.distribution.etaSize, policy.actionSpace, allowed)
  if (problem !== null) throw new EnvError(e, step, `${where}actionMask(): ${problem}`)
}

/** The EnvError for an exception that a method of environment `e` threw; the exception is its cause. */
export function thrownBy(
  method: keyof Env, e: number, step: number, where: string, error: unknown,
): EnvError {
  const text = error instanceof Error ? error.message : show(error)
  return new EnvError(e, step, `${where}${method}() threw ${text}`, error)
}

/** An exception as the *got* of an error text. */
export function thrown(error: unknown): string {
  return error instanceof Error ? `the error ${show(error.message)}` : `${show(error)} thrown`
}

/** Why the result of `reset` or `step` is not a record, as *expected X, got Y*; null if it is one. */
export function recordProblem(result: unknown): string | null {
  if (isPromise(result)) {
    return 'expected a synchronous result, got a Promise (environments here are synchronous)'
  }
  if (typeof result === 'object' && result !== null && !Array.isArray(result)) return null
  return `expected a record { observation, … }, got ${show(result)}`
}

/** A field of a step's record, its observation aside. */
export type StepField = 'reward' | 'terminated' | 'truncated'
/** The fields of a step's record besides its observation, in the order in which they are checked. */
export const stepFields: readonly StepField[] = ['reward', 'terminated', 'truncated']

/** Why a field of a step's record is invalid, as *expected X, got Y*; null if it is valid. */
export function stepProblem(
  result: { readonly [F in StepField]?: unknown }, field: StepField,
): string | null {
  const value = result[field]
  if (field === 'reward' ? Number.isFinite(value) : typeof value === 'boolean') return null
  return `expected ${field === 'reward' ? 'a finite number' : 'a boolean'}, got ${show(value)}`
}

/** Whether `value` is a Promise, or has a `then`. Callers refuse it, so its later rejection is ignored. */
export function isPromise(value: unknown): boolean {
  if (typeof (value as { then?: unknown } | null | undefined)?.then !== 'function') return false
  Promise.resolve(value).catch(() => {})
  return true
}
