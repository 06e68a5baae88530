/**
 * Evaluate a policy on whole episodes in new environments, without learning. It returns as long as every
 * `step` returns: an episode without an end is stopped.
 */
import { expectBoolean, expectFunction, expectInteger, expectNumber, expectRecord } from '../errors/expect.ts'
import { clonePolicy } from './clone.ts'
import type { MakeAsyncEnv } from './play/environments.ts'
import { type Episodes, type Evaluation, play } from './play/episodes.ts'
import { awaiting, type Body, refusing } from './play/late.ts'
import { expectPolicy, type Policy } from './policy.ts'
import type { Env } from './world/env.ts'

/** Which episodes to run, and how to act in them. */
export interface EvaluateOptions {
  /** Number of episodes, at least 1. Default: 100. */
  readonly episodes?: number
  /**
   * Number of the first episode, from 0. Default: 0. Two calls for episodes 0–49 and 50–99 give the same as
   * one for 0–99.
   */
  readonly firstEpisode?: number
  /** Determines the seeds of the episodes and, if actions are drawn, the draws. Default: 0. */
  readonly seed?: number
  /** The most likely action of each state, or a draw from the policy. Default: true. */
  readonly deterministic?: boolean
  /**
   * Maximum number of steps per episode, at least 1; one that has not ended by then is stopped. Default: the
   * environment's `maxEpisodeSteps`, as its own end; 100,000 if it declares none.
   */
  readonly maxSteps?: number
}

/** More episodes than anyone waits for: a mistake. */
const MAX_EPISODES = 10_000_000

const optionNames = ['episodes', 'firstEpisode', 'seed', 'deterministic', 'maxSteps'] as const

/**
 * Run `episodes` whole episodes of `policy` in environments from `makeEnv`, which are closed afterwards.
 * Throws an `EnvError` if an environment throws or returns something invalid, a RangeError if its spaces are
 * not the policy's.
 */
export function evaluate(policy: Policy, makeEnv: () => Env, options: EvaluateOptions = {}): Evaluation {
  const playing = playEpisodes(policy, makeEnv, options, Infinity)
  return policy.net.backend.temporarily(() => playing.next().value as Evaluation)
}

/**
 * `evaluate` in environments that may answer later: `makeEnv` and their methods may return promises. The
 * policy is copied at the call, so it may be trained meanwhile. Rejects as `evaluate` throws.
 */
export async function evaluateAsync(
  policy: Policy, makeEnv: MakeAsyncEnv, options: EvaluateOptions = {},
): Promise<Evaluation> {
  expectPolicy(policy)
  const playing = awaiting(episodesOf(clonePolicy(policy), makeEnv, options, Infinity), undefined)
  return (await playing.next()).value as Evaluation
}

/**
 * `evaluate` for a host that must do something else meanwhile: pauses after every `pace` steps, each in one
 * environment. Environments are made by the first `next()` and closed by the last one, or by `return()`.
 * But: what it allocates from the policy's backend is not released.
 */
export function playEpisodes(
  policy: Policy, makeEnv: () => Env, options: EvaluateOptions = {}, pace: number = 1,
): Generator<Episodes, Evaluation, void> {
  return refusing(episodesOf(policy, makeEnv, options, pace), 'evaluateAsync')
}

/** The same for environments that may answer later. */
export function playEpisodesAsync(
  policy: Policy, makeEnv: MakeAsyncEnv, options: EvaluateOptions = {}, pace: number = 1,
): AsyncGenerator<Episodes, Evaluation, void> {
  return awaiting(episodesOf(policy, makeEnv, options, pace), undefined)
}

function episodesOf(
  policy: Policy, makeEnv: MakeAsyncEnv, options: EvaluateOptions, pace: number,
): Body<Episodes, Evaluation> {
  expectPolicy(policy)
  expectFunction('makeEnv', makeEnv, 'a function that returns an environment')
  const { episodes = 100, firstEpisode = 0, seed = 0, deterministic = true, maxSteps } =
    expectRecord<EvaluateOptions>('options', options, optionNames)
  expectInteger('episodes', episodes, 1)
  expectNumber('episodes', episodes, 1, MAX_EPISODES)
  expectInteger('firstEpisode', firstEpisode, 0)
  expectInteger('seed', seed, 0)
  expectBoolean('deterministic', deterministic)
  if (maxSteps !== undefined) expectInteger('maxSteps', maxSteps, 1)
  return play(policy, makeEnv, { episodes, firstEpisode, seed, deterministic, maxSteps }, pace)
}
