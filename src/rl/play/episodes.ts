/**
 * Whole episodes of a policy in several environments side by side, each with a seed and draws of its own: how
 * many environments there are changes no result.
 */
import { moments } from '../../math/moments.ts'
import { Random } from '../../math/random.ts'
import { createActor, decide } from '../actor.ts'
import { closing, expectFit, type MakeAsyncEnv, makeEnvs } from './environments.ts'
import {
  askMask, callReset, callStep, checkedAction, checkedReset, checkedStep, isValidStep, observe, owed,
  withLimit,
} from './guard.ts'
import { arrive, type Body, isLate, type Late } from './late.ts'
import type { Policy } from '../policy.ts'
import type { AsyncEnv, StepResult } from '../world/env.ts'
import { maskLengthOf } from '../world/mask.ts'

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

/** Maximum number of environments side by side. */
const SIDE_BY_SIDE = 16
/** Maximum steps of an episode if neither the caller nor the environment sets one. */
const MAX_STEPS = 100_000

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

/** Which episodes, and how to act in them, as in `EvaluateOptions`. */
export interface PlayOptions {
  readonly episodes: number
  readonly firstEpisode: number
  readonly seed: number
  readonly deterministic: boolean
  readonly maxSteps: number | undefined
}

/** The episodes of an evaluation, in environments that are closed afterwards. */
export function* play(
  policy: Policy, makeEnv: MakeAsyncEnv, options: PlayOptions, pace: number,
): Body<Episodes, Evaluation> {
  const envs = yield* makeEnvs(makeEnv, Math.min(options.episodes, SIDE_BY_SIDE))
  let failed = false
  try {
    return yield* playIn(policy, envs, options, pace)
  } catch (error) {
    failed = true
    throw error
  } finally {
    yield* closing(envs, failed)
  }
}

/** The episodes, in `envs` side by side: an environment that ends one begins the next that is left. */
function* playIn(
  policy: Policy, envs: readonly AsyncEnv[], options: PlayOptions, pace: number,
): Body<Episodes, Evaluation> {
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
  const over = new Uint8Array(rows)
  let started = 0, sincePause = 0

  // Where each environment is, for its errors.
  const where = envs.map(() => '')
  const begin = (row: number, late: Late[]): void => {
    current[row] = started < episodes ? started++ : -1
    if (current[row] < 0) return
    const number = firstEpisode + current[row]
    where[row] = `episode ${number}: `
    streams[row] = random.fork(`action/${number}`)
    const seed = random.fork(`episode/${number}`).integer(2147483648)
    const take = (result: unknown): void => {
      const { observation } = checkedReset(result, row, 0, where[row])
      observe(actor, row, observation, row, 0, where[row])
    }
    const answer = callReset(envs[row], row, 0, { seed }, where[row])
    if (isLate(answer)) late.push(owed(answer, 'reset', row, 0, where[row], take))
    else take(answer)
  }
  const takeStep = (row: number, answer: unknown): void => {
    const episode = current[row], step = lengths[episode]
    const result = checkedStep(answer, row, step, where[row])
    observe(actor, row, result.observation, row, step, where[row])
    returns[episode] += result.reward
    const length = ++lengths[episode]
    const { terminated, truncated } = withLimit(envs[row], result, length)
    const byItself = terminated || truncated
    if (byItself || length >= limits[row]) {
      end(all, episode, byItself)
      over[row] = 1
    }
  }

  const resets: Late[] = []
  for (let row = 0; row < rows; row++) begin(row, resets)
  if (resets.length > 0) yield* arrive(resets)
  while (all.finished < episodes) {
    const masks: Late[] = []
    for (let row = 0; row < rows; row++) {
      const episode = current[row]
      if (episode >= 0) askMask(masks, actor, row, envs[row], row, lengths[episode], where[row])
    }
    if (masks.length > 0) yield* arrive(masks)
    decide(actor, deterministic ? null : streams)
    const late: Late[] = []
    for (let row = 0; row < rows; row++) {
      const episode = current[row]
      if (episode < 0) continue
      const step = lengths[episode]
      const action = checkedAction(actor, row, row, step, where[row])
      const answer = callStep(envs[row], action, row, step, where[row])
      if (isValidStep(answer as StepResult) || !isLate(answer)) takeStep(row, answer)
      else late.push(owed(answer, 'step', row, step, where[row], (result) => takeStep(row, result)))
      if (++sincePause < pace) continue
      sincePause = 0
      yield all
    }
    if (late.length > 0) yield* arrive(late)
    const next: Late[] = []
    for (let row = 0; row < rows; row++) {
      if (over[row] === 1) begin(row, next)
      over[row] = 0
    }
    if (next.length > 0) yield* arrive(next)
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
