/**
 * A world that never ends by itself, in episodes of at most so many steps, as by Gymnasium's TimeLimit:
 * truncated = elapsed ≥ n, also if the world terminates. The world is stepped and reset as without it.
 */
import { argumentError, expectInteger } from '../../errors/expect.ts'
import { isFloat64Array } from '../../errors/kinds.ts'
import { isLate } from './late.ts'
import type { Action, AsyncEnv, Env, ResetOptions, ResetResult, StepResult } from '../world/env.ts'

/**
 * `env` with episodes that are truncated after `maxEpisodeSteps` steps, an integer of at least 1, or after
 * its own `maxEpisodeSteps` if that is less. A saved state has the steps so far as one more, last number.
 * Use it in the factory: `train(() => timeLimit(maze(), 200))`. What else `env` has is not passed on, except
 * a `name`.
 */
export function timeLimit<A extends Action>(env: Env<A>, maxEpisodeSteps: number): Env<A>
export function timeLimit<A extends Action>(env: AsyncEnv<A>, maxEpisodeSteps: number): AsyncEnv<A>
export function timeLimit<A extends Action>(env: AsyncEnv<A>, maxEpisodeSteps: number): AsyncEnv<A> {
  if (typeof env?.reset !== 'function' || typeof env.step !== 'function') {
    const what = isLate(env) ? 'an environment, awaited' : 'an environment'
    throw argumentError('env', what, env)
  }
  expectInteger('maxEpisodeSteps', maxEpisodeSteps, 1)
  const limit = Math.min(maxEpisodeSteps, env.maxEpisodeSteps ?? maxEpisodeSteps)
  const { observationSpace, actionSpace } = env
  let elapsed = 0

  function reset(options?: ResetOptions): ResetResult | PromiseLike<ResetResult> {
    const result = env.reset(options)
    elapsed = 0
    return result
  }

  function step(action: A): StepResult | PromiseLike<StepResult> {
    const result = env.step(action)
    if (++elapsed < limit) return result
    return isLate(result) ? Promise.resolve(result).then(truncate) : truncate(result)
  }

  function truncate(result: StepResult): StepResult {
    if (typeof result !== 'object' || result === null) return result
    // A copy, since the record is the environment's.
    const { observation, reward, terminated, info } = result
    return { observation, reward, terminated, truncated: true, info }
  }

  function getState(): Float64Array {
    const inner = env.getState!()
    // What is no state stays as it is, for the receiver to refuse.
    if (!isFloat64Array(inner)) return inner
    const saved = new Float64Array(inner.length + 1)
    saved.set(inner)
    saved[inner.length] = elapsed
    return saved
  }

  function setState(saved: Float64Array): void {
    if (!isFloat64Array(saved)) throw argumentError('state', 'a Float64Array', saved)
    const last = saved.length - 1
    const steps = expectInteger(`state[${last}]`, saved[last], 0)
    env.setState!(saved.slice(0, last))
    elapsed = steps
  }

  const { name } = env as { readonly name?: unknown }
  return {
    ...(name === undefined ? {} : { name }),
    observationSpace, actionSpace, maxEpisodeSteps: limit, reset, step,
    ...(env.actionMask === undefined ? {} : { actionMask: () => env.actionMask!() }),
    ...(env.getState === undefined ? {} : { getState }),
    ...(env.setState === undefined ? {} : { setState }),
    ...(env.close === undefined ? {} : { close: () => env.close!() }),
  }
}
