/**
 * Episodes step by step, to be looked at: the same episodes that `trpo eval` plays, by the same seeds.
 */
import { playEpisodesAsync } from '../../rl/evaluate.ts'
import { isLate } from '../../rl/play/late.ts'
import type { Action, AsyncEnv, ResetResult, StepResult } from '../../rl/world/env.ts'
import { makerOf } from '../environments.ts'
import type { EvaluationRequest } from '../evaluation.ts'

/** What is to be seen at one time. */
export interface Moment {
  /** From 0. */
  readonly episode: number
  /** Steps of the episode so far, and the sum of their rewards. */
  readonly step: number
  readonly reward: number
  /** A copy. */
  readonly observation: unknown
  /** The action that led here; null at the start. */
  readonly action: Action | null
  /** Whether the episode ends here. */
  readonly isLast: boolean
}

/** All moments of all episodes. Throws an EnvError for what the environment does wrong. */
export async function* momentsOf(request: EvaluationRequest): AsyncGenerator<Moment, void, void> {
  const { policy, environment, episodes, seed, deterministic } = request
  const make = makerOf(environment)
  for (let episode = 0; episode < episodes; episode++) {
    const seen: Omit<Moment, 'isLast'>[] = []
    let step = 0, reward = 0
    const note = (observation: unknown, action: Action | null): void => {
      seen.push({ episode, step, reward, observation: copied(observation), action })
    }
    const observer: Observer = {
      reset: ({ observation }) => note(observation, null),
      step(result, action) {
        step++
        reward += result.reward
        note(result.observation, action)
      },
    }
    const observed = (): AsyncEnv | PromiseLike<AsyncEnv> => {
      const env = make()
      return isLate(env) ? Promise.resolve(env).then((each) => observedBy(each, observer))
        : observedBy(env, observer)
    }
    const one = { episodes: 1, firstEpisode: episode, seed, deterministic }
    const playing = playEpisodesAsync(policy, observed, one)
    try {
      for (let over = false; !over;) {
        const { done, value } = await playing.next()
        over = done === true || value.finished === 1
        const moments = seen.splice(0)
        for (const [k, each] of moments.entries()) yield { ...each, isLast: over && k + 1 === moments.length }
      }
    } finally {
      // Closes the environment.
      await playing.return(undefined as never)
    }
  }
}

interface Observer {
  readonly reset: (result: ResetResult) => void
  readonly step: (result: StepResult, action: Action) => void
}

/** The environment, with an observer of its results. What is no result is left to the caller to refuse. */
function observedBy(env: AsyncEnv, observer: Observer): AsyncEnv {
  if (typeof env !== 'object' || env === null) return env
  const seen = <T extends object>(result: T, observe: (result: T) => void): T => {
    if (typeof result === 'object' && result !== null) observe(result)
    return result
  }
  const seenSoon = <T extends object>(result: T | PromiseLike<T>, observe: (result: T) => void) =>
    isLate(result) ? Promise.resolve(result).then((each) => seen(each, observe)) : seen(result, observe)
  const { observationSpace, actionSpace, maxEpisodeSteps } = env
  return {
    observationSpace, actionSpace, ...(maxEpisodeSteps === undefined ? {} : { maxEpisodeSteps }),
    reset(options) {
      return seenSoon(env.reset(options), observer.reset)
    },
    step(action) {
      const taken = copied(action)
      return seenSoon(env.step(action), (result) => observer.step(result, taken))
    },
    ...(env.actionMask === undefined ? {} : { actionMask: () => env.actionMask!() }),
    ...(env.close === undefined ? {} : { close: () => env.close!() }),
  }
}

/** Of what may be changed later; other values are what they are. */
function copied<T>(value: T): T {
  return typeof value === 'object' && value !== null ? Float64Array.from(value as unknown as number[]) as T
    : value
}
