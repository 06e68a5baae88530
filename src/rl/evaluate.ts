/**
 * Evaluate a policy on whole episodes in new environments, without learning. It returns as long as every
 * `step` returns: an episode without an end is stopped.
 */
import { expectBoolean, expectFunction, expectInteger, expectNumber, expectRecord } from '../errors/expect.ts'
import { moments } from '../math/moments.ts'
import { Random } from '../math/random.ts'
import type { Env } from './world/env.ts'
import { maskLengthOf } from './world/mask.ts'
import { createActor, decide } from './actor.ts'
import { expectPolicy, type Policy } from './policy.ts'
import { closeAll, expectFit, makeEnvs } from './environments.ts'
import { checkedAction, checkedReset, checkedStep, observe, observeMask, withLimit } from './guard.ts'

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

/** Returns and lengths of episodes, and statistics of the returns. */
export interface Evaluation {
  /** Undiscounted return and length of each episode. */
  readonly returns: Float64Array
  readonly lengths: Float64Array
  /** Number of episodes that were stopped after `maxSteps` steps without an end. */
  readonly stopped: number
  /** Of the returns; the standard deviation has divisor n. */
  readonly mean: number
  readonly std: number
  readonly min: number
  readonly max: number
}

/** Maximum number of environments side by side. Episodes have seeds of their own, so it changes no result. */
const SIDE_BY_SIDE = 16
/** More episodes than anyone waits for: a mistake. */
const MAX_EPISODES = 10_000_000
/** Maximum steps of an episode if neither the caller nor the environment sets one. */
const MAX_STEPS = 100_000

const optionNames = ['episodes', 'firstEpisode', 'seed', 'deterministic', 'maxSteps'] as const

/** Episodes under way: one record, which every step changes. */
export interface Episodes {
  /** Return and length of each so far. */
  readonly returns: Float64Array
  readonly lengths: Float64Array
  /** Per episode: 0 before its end, 1 after it, 2 if it was stopped. */
  readonly ends: Uint8Array
  /** The first so many episodes are all over, and so are so many in total. */
  complete: number
  finished: number
}

type Resolved = Required<Omit<EvaluateOptions, 'maxSteps'>> & Pick<EvaluateOptions, 'maxSteps'>

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
 * `evaluate` for a host that must do something else meanwhile: pauses after every `pace` steps, each in one
 * environment. Environments are made by the first `next()` and closed by the last one, or by `return()`.
 * But: what it allocates from the policy's backend is not released.
 */
export function playEpisodes(
  policy: Policy, makeEnv: () => Env, options: EvaluateOptions = {}, pace: number = 1,
): Generator<Episodes, Evaluation, void> {
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
  return run(policy, makeEnv, { episodes, firstEpisode, seed, deterministic, maxSteps }, pace)
}

function* run(
  policy: Policy, makeEnv: () => Env, options: Resolved, pace: number,
): Generator<Episodes, Evaluation, void> {
  const envs = makeEnvs(makeEnv, Math.min(options.episodes, SIDE_BY_SIDE))
  let failed = false
  try {
    return yield* play(policy, envs, options, pace)
  } catch (error) {
    failed = true
    throw error
  } finally {
    closeAll(envs, failed)
  }
}

/** The episodes, in `envs` side by side: an environment that ends one begins the next that is left. */
function* play(
  policy: Policy, envs: readonly Env[], options: Resolved, pace: number,
): Generator<Episodes, Evaluation, void> {
  expectFit(policy, envs)
  const { episodes, firstEpisode, seed, deterministic, maxSteps } = options
  const random = new Random(seed).fork('evaluate')
  const rows = envs.length
  const actor = createActor(policy, rows, maskLengthOf(envs))
  const returns = new Float64Array(episodes), lengths = new Float64Array(episodes)
  const all: Episodes = { returns, lengths, ends: new Uint8Array(episodes), complete: 0, finished: 0 }
  const limits = envs.map((env) => maxSteps ?? env.maxEpisodeSteps ?? MAX_STEPS)
  const streams = envs.map(() => random)
  // Index of the episode that each environment runs; −1 if none is left for it.
  const current = new Int32Array(rows)
  let started = 0, sincePause = 0

  // Where each environment is, for its errors.
  const where = envs.map(() => '')
  const begin = (row: number): void => {
    current[row] = started < episodes ? started++ : -1
    if (current[row] < 0) return
    const number = firstEpisode + current[row]
    where[row] = `episode ${number}: `
    streams[row] = random.fork(`action/${number}`)
    const seed = random.fork(`episode/${number}`).integer(2147483648)
    const { observation } = checkedReset(envs[row], row, 0, { seed }, where[row])
    observe(actor, row, observation, row, 0, where[row])
  }

  for (let row = 0; row < rows; row++) begin(row)
  while (all.finished < episodes) {
    for (let row = 0; row < rows; row++) {
      const episode = current[row]
      if (episode >= 0) observeMask(actor, envs[row], row, lengths[episode], where[row])
    }
    decide(actor, deterministic ? null : streams)
    for (let row = 0; row < rows; row++) {
      const episode = current[row], env = envs[row]
      if (episode < 0) continue
      const action = checkedAction(actor, row, lengths[episode], where[row])
      const result = checkedStep(env, action, row, lengths[episode], where[row])
      observe(actor, row, result.observation, row, lengths[episode], where[row])
      returns[episode] += result.reward
      const length = ++lengths[episode]
      const { terminated, truncated } = withLimit(env, result, length)
      if (terminated || truncated || length >= limits[row]) {
        end(all, episode, terminated || truncated)
        begin(row)
      }
      if (++sincePause < pace) continue
      sincePause = 0
      yield all
    }
  }
  return evaluationOf(all, episodes)
}

function end(all: Episodes, episode: number, byItself: boolean): void {
  all.ends[episode] = byItself ? 1 : 2
  all.finished++
  while (all.ends[all.complete] > 0) all.complete++
}

/** Of the first `count` episodes, at least 1, which must be over. */
export function evaluationOf(all: Episodes, count: number): Evaluation {
  const returns = all.returns.slice(0, count), lengths = all.lengths.slice(0, count)
  const stopped = all.ends.subarray(0, count).filter((how) => how === 2).length
  const { mean, variance } = moments(returns)
  let min = returns[0], max = returns[0]
  for (const x of returns) {
    min = Math.min(min, x)
    max = Math.max(max, x)
  }
  return { returns, lengths, stopped, mean, std: Math.sqrt(variance), min, max }
}
