/**
 * The error of environments: one of them returned something invalid, or threw.
 */
import { show } from '../../errors/expect.ts'

/** An environment returned something invalid, or threw. The message names environment, step and value. */
export class EnvError extends Error {
  override readonly name = 'EnvError'
  /** Index of the environment, and its steps so far in all episodes: 0 for makeEnv, spaces and close. */
  readonly env: number
  readonly step: number

  /** If `step` is null, the message is `problem` alone. */
  constructor(env: number, step: number | null, problem: string, cause?: unknown) {
    const text = typeof problem === 'string' ? problem : show(problem)
    const message = step === null ? text : `environment ${show(env)}, step ${show(step)}: ${text}`
    super(message, cause === undefined ? undefined : { cause })
    this.env = countOf(env)
    this.step = countOf(step)
  }
}

/** 0 for what is no count: NaN does not travel in an error. */
function countOf(value: number | null): number {
  return Number.isSafeInteger(value) ? value! : 0
}
