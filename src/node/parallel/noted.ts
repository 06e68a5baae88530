/**
 * Environments and a communicator that note where their rank is, so that a rank which does not return can be
 * named with the environment and the step that it is in.
 */
import type { Communicator } from '../../math/communicator.ts'
import { isLate } from '../../rl/play/late.ts'
import type { MakeAsyncEnv } from '../../rl/play/environments.ts'
import type { Action, AsyncEnv, ResetOptions, ResetResult, StepResult } from '../../rl/world/env.ts'
import { COMPUTES, IN_ENV, move, STARTS, type Task, WAITS } from './orders.ts'

/** `makeEnv` whose environments note their steps; the first is environment `first` of all ranks. */
export function noted(
  makeEnv: MakeAsyncEnv, { places, rank }: Task, first: number, steps: number,
): MakeAsyncEnv {
  // One that is made twice must be found out, so it has one wrapper.
  const known = new WeakMap<AsyncEnv, AsyncEnv>()
  let next = first
  // Environments that owe an answer, and their steps: the first of them is where the rank is.
  const late = new Map<number, number>()
  const show = (): void => {
    for (const [e, step] of late) return move(places, rank, IN_ENV, e, step)
    move(places, rank, COMPUTES)
  }
  const wrap = (env: AsyncEnv, e: number): AsyncEnv => {
    // What is no environment stays as it is, for the training to refuse.
    if (typeof env?.reset !== 'function' || typeof env.step !== 'function') return env
    const wrapped = known.get(env) ?? notedEnv(env, e)
    known.set(env, wrapped)
    return wrapped
  }

  function notedEnv(env: AsyncEnv, e: number): AsyncEnv {
    let done = steps
    const begins = (): void => move(places, rank, IN_ENV, e, done)
    const ends = <T>(answer: T): T => {
      if (isLate(answer)) {
        late.set(e, done)
        const arrives = (): void => {
          late.delete(e)
          show()
        }
        answer.then(arrives, arrives)
      }
      show()
      return answer
    }
    const { name } = env as { readonly name?: unknown }
    const { observationSpace, actionSpace, maxEpisodeSteps } = env
    return {
      ...(name === undefined ? {} : { name }),
      ...(maxEpisodeSteps === undefined ? {} : { maxEpisodeSteps }),
      observationSpace, actionSpace,
      reset(options?: ResetOptions): ResetResult | PromiseLike<ResetResult> {
        begins()
        return ends(env.reset(options))
      },
      step(action: Action): StepResult | PromiseLike<StepResult> {
        begins()
        const answer = ends(env.step(action as never))
        done++
        return answer
      },
      ...(env.actionMask === undefined ? {} : { actionMask: () => env.actionMask!() }),
      ...(env.getState === undefined ? {} : { getState: () => env.getState!() }),
      ...(env.setState === undefined ? {} : { setState: (state: Float64Array) => env.setState!(state) }),
      ...(env.close === undefined ? {} : {
        close() {
          begins()
          return env.close!()
        },
      }),
    }
  }

  return () => {
    const e = next++
    move(places, rank, STARTS, e)
    const env = makeEnv()
    return isLate(env) ? Promise.resolve(env as PromiseLike<AsyncEnv>).then((each) => wrap(each, e))
      : wrap(env as AsyncEnv, e)
  }
}

/** The communicator, which notes its waits and whether an exchange has failed. */
export function notedCommunicator(
  threads: Communicator, { places, rank }: Task, failed: () => void,
): Communicator {
  return {
    ...threads,
    allGather(into, mine) {
      move(places, rank, WAITS)
      try {
        threads.allGather(into, mine)
      } catch (error) {
        failed()
        throw error
      }
      move(places, rank, COMPUTES)
    },
  }
}
