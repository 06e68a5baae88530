/**
 * A second environment, stepped in between the steps of a walk through the first, as rows of a training are.
 */
import { checkedReset, checkedStep, withLimit } from '../../rl/guard.ts'
import type { Action, Env } from '../../rl/world/env.ts'
import { choose } from './walk.ts'

/** The `visit` of a walk: one step of `env` with the next action; none after an error, which `fail` gets. */
export function beside(
  env: Env, actions: readonly Action[], seed: number, fail: (error: unknown) => void,
): () => void {
  let due = true, failed = false, length = 0, step = 0
  return () => {
    if (failed) return
    try {
      if (due) checkedReset(env, 1, step, step === 0 ? { seed } : undefined)
      length = due ? 0 : length
      // A mask that is invalid here is that of a world which the first environment has changed.
      const choice = choose(env, actions[step], step, new Map())
      failed = choice === null
      if (choice === null) return
      const result = withLimit(env, checkedStep(env, choice.action, 1, step++), ++length)
      due = result.terminated || result.truncated
    } catch (error) {
      failed = true
      fail(error)
    }
  }
}
