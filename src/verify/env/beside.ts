/**
 * A second environment, stepped in between the steps of a walk through the first, as rows of a training are.
 */
import { checkedReset, checkedStep, withLimit } from '../../rl/play/guard.ts'
import { soon, type Waiting } from '../../rl/play/late.ts'
import type { Action, AsyncEnv } from '../../rl/world/env.ts'
import { choose } from './walk.ts'

/** The `visit` of a walk: one step of `env` with the next action; none after an error, which `fail` gets. */
export function beside(
  env: AsyncEnv, actions: readonly Action[], seed: number, fail: (error: unknown) => void,
): () => Waiting<void> {
  let due = true, failed = false, length = 0, step = 0
  return function* () {
    if (failed) return
    try {
      if (due) {
        const result = env.reset(step === 0 ? { seed } : undefined)
        checkedReset(yield* soon(result, 'reset()'), 1, step)
        length = 0
      }
      // A mask that is invalid here is that of a world which the first environment has changed.
      const choice = yield* choose(env, actions[step], step, new Map())
      failed = choice === null
      if (choice === null) return
      const result = yield* soon(env.step(choice.action), 'step()')
      const { terminated, truncated } = withLimit(env, checkedStep(result, 1, step++), ++length)
      due = terminated || truncated
    } catch (error) {
      failed = true
      fail(error)
    }
  }
}
