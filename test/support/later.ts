/** Worlds that answer later: the same answers as another one, by promises that take some turns. */
import type { Action, AsyncEnv, Env } from '../../src/rl/world/env.ts'

/** Resolves after `turns` turns of the queue of microtasks. */
export async function wait(turns: number): Promise<void> {
  for (let t = 0; t < turns; t++) await null
}

/** `env` with all answers late; `turns` for each call, by its number: 0 answers at once. */
export function later<A extends Action>(
  env: Env<A>, turns: (call: number) => number = (call) => 1 + call % 3,
): AsyncEnv<A> {
  let call = 0
  const slow = <T>(answer: () => T): T | Promise<T> => {
    const n = turns(call++)
    return n === 0 ? answer() : wait(n).then(answer)
  }
  const { actionMask, close } = env
  return {
    ...env,
    reset: (options) => slow(() => env.reset(options)),
    step: (action) => slow(() => env.step(action)),
    ...actionMask === undefined ? {} : { actionMask: () => slow(() => env.actionMask!()) },
    ...close === undefined ? {} : { close: () => wait(1).then(() => env.close!()) },
  }
}
