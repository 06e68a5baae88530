/**
 * Calls to an environment, with everything that it returns checked before it is kept.
 */
import { show } from '../errors/expect.ts'
import type { Actor } from './actor.ts'
import { encode } from './world/encoding.ts'
import type { Action, Env, ResetOptions, ResetResult, StepResult } from './world/env.ts'
import { writeMask } from './world/mask.ts'

/** An environment, or what it handed over, is at fault; the message names environment, step and value. */
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

/** env.step(action), or an EnvError for environment `e` at `step`, with `where` before the problem. */
export function checkedStep(env: Env, action: Action, e: number, step: number, where: string = ''): StepResult {
  let result: StepResult
  try {
    result = env.step(action)
  } catch (error) {
    throw thrownBy('step', e, step, where, error)
  }
  const problem = recordProblem('step', result) ?? stepProblem(result)
  if (problem !== null) throw new EnvError(e, step, where + problem)
  return result
}

/** env.reset(options), or an EnvError likewise. */
export function checkedReset(env: Env, e: number, step: number, options?: ResetOptions, where: string = ''): ResetResult {
  let result: ResetResult
  try {
    result = env.reset(options)
  } catch (error) {
    throw thrownBy('reset', e, step, where, error)
  }
  const problem = recordProblem('reset', result)
  if (problem !== null) throw new EnvError(e, step, where + problem)
  return result
}

/** Write an observation into row `row` of the actor, or throw an EnvError likewise. */
export function observe(actor: Actor, row: number, observation: unknown, e: number, step: number, where: string = ''): void {
  const { observations, policy } = actor
  const problem = encode(observations.data, row * observations.cols, policy.observationSpace, observation)
  if (problem !== null) throw new EnvError(e, step, `${where}observation: ${problem}`)
}

/** Ask environment `e`, in row `e` of the actor, which actions its state allows, if it masks any; or throw likewise. */
export function observeMask({ policy, map }: Actor, env: Env, e: number, step: number, where: string = ''): void {
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

function thrownBy(call: 'reset' | 'step' | 'actionMask', e: number, step: number, where: string, error: unknown): EnvError {
  const text = error instanceof Error ? error.message : show(error)
  return new EnvError(e, step, `${where}${call}() threw ${text}`, error)
}

/** What is wrong with the result of `call`, if it is no record; null where it is one. */
function recordProblem(call: 'reset' | 'step', result: unknown): string | null {
  if (typeof result !== 'object' || result === null) return `${call}(): expected a record, got ${show(result)}`
  if (typeof (result as { then?: unknown }).then === 'function') return `${call}(): expected a record, got a Promise`
  return null
}

/** What is wrong with a step's record, its observation aside; null where nothing is. */
function stepProblem({ reward, terminated, truncated }: StepResult): string | null {
  if (!Number.isFinite(reward)) return `reward: expected a finite number, got ${show(reward)}`
  if (typeof terminated !== 'boolean') return `terminated: expected a boolean, got ${show(terminated)}`
  if (typeof truncated !== 'boolean') return `truncated: expected a boolean, got ${show(truncated)}`
  return null
}
