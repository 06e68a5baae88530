/**
 * Evaluate a policy on whole episodes in new environments, without learning.
 */
import { expectBoolean, expectFunction, expectInteger } from '../errors/expect.ts'
import { moments } from '../math/moments.ts'
import { Random } from '../math/random.ts'
import type { Env } from './world/env.ts'
import { maskLengthOf } from './world/mask.ts'
import { actionOf, createActor, decide } from './actor.ts'
import { expectPolicy, type Policy } from './policy.ts'
import { checkedReset, checkedStep, expectDistinct, observe, observeMask } from './guard.ts'

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
}

/** Returns and lengths of episodes, and statistics of the returns. */
export interface Evaluation {
  /** Undiscounted return and length of each episode. */
  readonly returns: Float64Array
  readonly lengths: Float64Array
  /** Of the returns; the standard deviation has divisor n. */
  readonly mean: number
  readonly std: number
  readonly min: number
  readonly max: number
}

/** Maximum number of environments side by side. Episodes have seeds of their own, so it changes no result. */
const SIDE_BY_SIDE = 16

/**
 * Run `episodes` whole episodes of `policy` in environments from `makeEnv`, which are closed afterwards.
 * Throws an `EnvError` if an environment throws or returns something invalid.
 */
export function evaluate(policy: Policy, makeEnv: () => Env, options: EvaluateOptions = {}): Evaluation {
  expectPolicy(policy)
  expectFunction('makeEnv', makeEnv, 'a function that returns an environment')
  const { episodes = 100, firstEpisode = 0, seed = 0, deterministic = true } = options
  expectInteger('episodes', episodes, 1)
  expectInteger('firstEpisode', firstEpisode, 0)
  expectInteger('seed', seed, 0)
  expectBoolean('deterministic', deterministic)
  const all = { episodes, firstEpisode, seed, deterministic }
  return policy.net.backend.temporarily(() => run(policy, makeEnv, all))
}

function run(policy: Policy, makeEnv: () => Env, options: Required<EvaluateOptions>): Evaluation {
  const envs: Env[] = []
  try {
    const rows = Math.min(options.episodes, SIDE_BY_SIDE)
    for (let row = 0; row < rows; row++) envs.push(makeEnv())
    expectDistinct(envs)
    return statistics(play(policy, envs, options))
  } finally {
    for (const env of new Set(envs)) env?.close?.()
  }
}

/** The episodes, in `envs` side by side: an environment that ends one begins the next that is left. */
function play(
  policy: Policy, envs: readonly Env[], options: Required<EvaluateOptions>,
): Pick<Evaluation, 'returns' | 'lengths'> {
  const { episodes, firstEpisode, seed, deterministic } = options
  const random = new Random(seed).fork('evaluate')
  const rows = envs.length
  const actor = createActor(policy, rows, maskLengthOf(envs))
  const returns = new Float64Array(episodes), lengths = new Float64Array(episodes)
  const streams = envs.map(() => random)
  // Index of the episode that each environment runs; −1 if none is left for it.
  const current = new Int32Array(rows)
  let started = 0, running = 0

  // Where each environment is, for its errors.
  const where = envs.map(() => '')
  const begin = (row: number): void => {
    current[row] = started < episodes ? started++ : -1
    if (current[row] < 0) return
    running++
    const number = firstEpisode + current[row]
    where[row] = `episode ${number}: `
    streams[row] = random.fork(`action/${number}`)
    const seed = random.fork(`episode/${number}`).integer(2147483648)
    const { observation } = checkedReset(envs[row], row, 0, { seed }, where[row])
    observe(actor, row, observation, row, 0, where[row])
  }

  for (let row = 0; row < rows; row++) begin(row)
  while (running > 0) {
    for (let row = 0; row < rows; row++) {
      const episode = current[row]
      if (episode >= 0) observeMask(actor, envs[row], row, lengths[episode], where[row])
    }
    decide(actor, deterministic ? null : streams)
    for (let row = 0; row < rows; row++) {
      const episode = current[row]
      if (episode < 0) continue
      const result = checkedStep(envs[row], actionOf(actor, row), row, lengths[episode], where[row])
      observe(actor, row, result.observation, row, lengths[episode], where[row])
      returns[episode] += result.reward
      lengths[episode]++
      if (result.terminated || result.truncated) {
        running--
        begin(row)
      }
    }
  }
  return { returns, lengths }
}

function statistics({ returns, lengths }: Pick<Evaluation, 'returns' | 'lengths'>): Evaluation {
  const { mean, variance } = moments(returns)
  let min = returns[0], max = returns[0]
  for (const x of returns) {
    min = Math.min(min, x)
    max = Math.max(max, x)
  }
  return { returns, lengths, mean, std: Math.sqrt(variance), min, max }
}
