/**
 * Calls to an environment, and the checks of everything that it returns, in this one place. Rollouts, vines
 * and evaluations throw the first problem as an `EnvError`; `checkEnv` lists all problems.
 */
import { show, thrownText } from '../../errors/expect.ts'
import { messageOf } from '../../errors/kinds.ts'
import { visible } from '../../errors/visible.ts'
import { EnvError } from './envError.ts'
import { actionOf, actionProblem, type Actor } from '../actor.ts'
import { encode } from '../world/encoding.ts'
import { isLate, type Late } from './late.ts'
import type { Action, AsyncEnv, Env, ResetOptions, ResetResult, StepResult } from '../world/env.ts'
import { isMaskable, writeMask } from '../world/mask.ts'
import { spaceProblem } from '../world/space.ts'

/**
 * Throws if two of them are one object: each would step and reset the other's episode. The first one is
 * environment `first` in errors.
 */
export function expectDistinct(
  envs: readonly AsyncEnv[], from: string = 'makeEnv', first: number = 0,
): void {
  const e = envs.findIndex((env, i) => envs.indexOf(env) < i)
  if (e < 0) return
  const wanted = `a new environment ${from === 'makeEnv' ? 'from every call' : 'for every row'}`
  throw new EnvError(first + e, null, `${from}: expected ${wanted}, got one of the others again`)
}

/** What an environment lacks that every use of it needs, as name and *expected X, got Y*, in order. */
export function partProblems(env: AsyncEnv): (readonly [name: keyof Env, problem: string])[] {
  const found: (readonly [keyof Env, string])[] = []
  for (const method of ['reset', 'step', 'close'] as const) {
    const value: unknown = env[method]
    if (typeof value === 'function' || (method === 'close' && value === undefined)) continue
    found.push([method, `expected a function, got ${show(value)}`])
  }
  for (const name of ['observationSpace', 'actionSpace'] as const) {
    const problem = spaceProblem(env[name])
    if (problem !== null) found.push([name, problem])
  }
  const { maxEpisodeSteps } = env
  if (maxEpisodeSteps !== undefined && !(Number.isSafeInteger(maxEpisodeSteps) && maxEpisodeSteps >= 1)) {
    found.push(['maxEpisodeSteps', `expected an integer of at least 1, got ${show(maxEpisodeSteps)}`])
  }
  const { actionMask, actionSpace } = env
  if (actionMask !== undefined && found.length === 0) {
    const what = typeof actionMask !== 'function' ? 'a function'
      : isMaskable(actionSpace) ? null : `none where actions are ${actionSpace.kind}`
    if (what !== null) found.push(['actionMask', `expected ${what}, got ${show(actionMask)}`])
  }
  return found
}

/**
 * The result of the `length`-th step of an episode, truncated if the environment declares that as its limit
 * and has not ended by itself.
 */
export function withLimit({ maxEpisodeSteps }: AsyncEnv, result: StepResult, length: number): StepResult {
  if (maxEpisodeSteps === undefined || length < maxEpisodeSteps || result.terminated || result.truncated) {
    return result
  }
  return { observation: result.observation, reward: result.reward, terminated: false, truncated: true }
}

/** A row's action; an EnvError if the policy has none, so that no environment is given NaN. */
export function checkedAction(
  actor: Actor, row: number, e: number, step: number, where: string = '',
): Action {
  const problem = actionProblem(actor, row)
  if (problem !== null) throw new EnvError(e, step, `${where}${problem}`)
  return actionOf(actor, row)
}

/** What `env.step(action)` returns, now or later. Throws EnvError for environment `e` at `step`. */
export function callStep(
  env: AsyncEnv, action: Action, e: number, step: number, where: string = '',
): unknown {
  try {
    return env.step(action)
  } catch (error) {
    throw thrownBy('step', e, step, where, error)
  }
}

/** What `env.reset(options)` returns, likewise. */
export function callReset(
  env: AsyncEnv, e: number, step: number, options?: ResetOptions, where: string = '',
): unknown {
  try {
    return env.reset(options)
  } catch (error) {
    throw thrownBy('reset', e, step, where, error)
  }
}

/** What `env.actionMask()` returns, likewise; to be called only if there is that method. */
export function callMask(env: AsyncEnv, e: number, step: number, where: string = ''): unknown {
  try {
    return env.actionMask!()
  } catch (error) {
    throw thrownBy('actionMask', e, step, where, error)
  }
}

/** A late answer of one of these calls; if it is rejected, that is as if the call had thrown. */
export function owed(
  answer: PromiseLike<unknown>, method: keyof Env, e: number, step: number, where: string,
  take: (answer: unknown) => void,
): Late {
  const promise = Promise.resolve(answer).catch((error: unknown) => {
    throw thrownBy(method, e, step, where, error)
  })
  return { env: e, step, call: `${where}${method}()`, promise, take }
}

/** The result of `step`, checked; `where` precedes the problem. */
export function checkedStep(result: unknown, e: number, step: number, where: string = ''): StepResult {
  // At a glance first: to look for a problem field by field is slow beside the step of a small environment.
  if (isValidStep(result as Partial<StepResult>)) return result as StepResult
  const problem = recordProblem(result)
  if (problem !== null) throw new EnvError(e, step, `${where}step(): ${problem}`)
  const record = result as Partial<StepResult>
  const field = stepFields.find((each) => stepProblem(record, each) !== null)!
  throw new EnvError(e, step, `${where}${field}: ${stepProblem(record, field)}`)
}

/** Whether `result` is the result of a step that needs no closer look, and no promise. */
export function isValidStep(result: Partial<StepResult> | null | undefined): boolean {
  return Number.isFinite(result?.reward) && typeof result?.terminated === 'boolean'
    && typeof result.truncated === 'boolean'
}

/** The result of `reset`, checked likewise. */
export function checkedReset(result: unknown, e: number, step: number, where: string = ''): ResetResult {
  const problem = recordProblem(result)
  if (problem !== null) throw new EnvError(e, step, `${where}reset(): ${problem}`)
  return result as ResetResult
}

/** Encode an observation into row `row` of the actor, or throw an EnvError likewise. */
export function observe(
  actor: Actor, row: number, observation: unknown, e: number, step: number, where: string = '',
): void {
  const { observations, policy } = actor
  const problem = encode(observations.data, row * observations.cols, policy.observationSpace, observation)
  if (problem !== null) throw new EnvError(e, step, `${where}observation: ${problem}`)
}

/** Copy a mask into row `row` of the actor, or throw an EnvError likewise. */
export function keepMask(
  { policy, map }: Actor, row: number, allowed: unknown, e: number, step: number, where: string = '',
): void {
  const problem = writeMask(map.eta.mask!, row * policy.distribution.etaSize, policy.actionSpace, allowed)
  if (problem !== null) throw new EnvError(e, step, `${where}actionMask(): ${problem}`)
}

/** Ask environment `e` for its mask, if it has one, for a row of the actor; `late` if it comes later. */
export function askMask(
  late: Late[], actor: Actor, row: number, env: AsyncEnv, e: number, step: number, where: string = '',
): void {
  if (env.actionMask === undefined) return
  const answer = callMask(env, e, step, where)
  const keep = (mask: unknown): void => keepMask(actor, row, mask, e, step, where)
  if (!isLate(answer)) keep(answer)
  else late.push(owed(answer, 'actionMask', e, step, where, keep))
}

/** The EnvError for an exception that a method of environment `e` threw; the exception is its cause. */
export function thrownBy(
  method: keyof Env, e: number, step: number, where: string, error: unknown,
): EnvError {
  return new EnvError(e, step, `${where}${method}() threw ${textOf(error)}`, error)
}

/** The message of an exception, or what was thrown in its place. */
export function textOf(error: unknown): string {
  return visible(messageOf(error) ?? show(error), 500)
}

/** An exception as the *got* of an error text. */
export function thrown(error: unknown): string {
  return thrownText(error)
}

/** Why the result of `reset` or `step` is not a record, as *expected X, got Y*; null if it is one. */
export function recordProblem(result: unknown): string | null {
  if (typeof result === 'object' && result !== null && !Array.isArray(result)) return null
  return `expected a record { observation, … }, got ${show(result)}`
}

/** A field of a step's record, its observation aside. */
export type StepField = 'reward' | 'terminated' | 'truncated'
/** The fields of a step's record besides its observation, in the order in which they are checked. */
export const stepFields: readonly StepField[] = ['reward', 'terminated', 'truncated']

/** Why a field of a step's record is invalid, as *expected X, got Y*; null if it is valid. */
export function stepProblem(
  result: { readonly [F in StepField | 'done']?: unknown }, field: StepField,
): string | null {
  const value = result[field]
  if (field === 'reward' ? Number.isFinite(value) : typeof value === 'boolean') return null
  const hint = field === 'reward' || value !== undefined || result.done === undefined ? '' : OLD_DONE
  return `expected ${field === 'reward' ? 'a finite number' : 'a boolean'}, got ${show(value)}${hint}`
}

/** What a world has that was written for Gym before version 0.26. */
const OLD_DONE = "; instead of Gym's old done, return terminated (task ended) and truncated (time limit)"
