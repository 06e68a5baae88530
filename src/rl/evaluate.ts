/**
 * How good a policy is: whole episodes in fresh environments, learning nothing.
 */
import { expectInteger, show } from '../errors/expect.ts'
import { moments } from '../math/moments.ts'
import { Random } from '../math/random.ts'
import type { Env } from './world/env.ts'
import { maskLengthOf } from './world/mask.ts'
import { actionOf, createActor, decide } from './actor.ts'
import type { Policy } from './policy.ts'
import { checkedReset, checkedStep, observe, observeMask } from './guard.ts'

/** Which episodes are played, and how actions are chosen. */
export interface EvaluateOptions {
  /** Episodes, at least 1; 100 unless told. */
  readonly episodes?: number
  /** Number of the first episode; 0 unless told. Episodes 0 … 99 are those of 0 … 49 and of 50 … 99. */
  readonly first?: number
  /** Fixes the episodes' seeds, and the draws where actions are drawn; 0 unless told. */
  readonly seed?: number
  /** The most likely action of each state (true unless told), or a draw from the policy. */
  readonly deterministic?: boolean
}

/** Returns and lengths of all episodes, and a summary of the returns. */
export interface Evaluation {
  /** Undiscounted return and length of each episode. */
  readonly returns: Float64Array
  readonly lengths: Float64Array
  /** Of the returns; the deviation with divisor n. */
  readonly mean: number
  readonly std: number
  readonly min: number
  readonly max: number
}

/** At most this many environments act side by side; episodes are seeded one by one, so this changes no result. */
const SIDE_BY_SIDE = 16

/** Play whole episodes in environments that `makeEnv` makes, at most 16; closes them. Throws an EnvError. */
export function evaluate(policy: Policy, makeEnv: () => Env, options: EvaluateOptions = {}): Evaluation {
  const { episodes = 100, first = 0, seed = 0, deterministic = true } = options
  expectInteger('episodes', episodes, 1)
  expectInteger('first', first, 0)
  expectInteger('seed', seed, 0)
  if (typeof deterministic !== 'boolean') throw new TypeError(`deterministic: expected a boolean, got ${show(deterministic)}`)
  return policy.net.backend.temporarily(() => run(policy, makeEnv, { episodes, first, seed, deterministic }))
}

function run(policy: Policy, makeEnv: () => Env, options: Required<EvaluateOptions>): Evaluation {
  const { episodes, first, seed, deterministic } = options
  const random = new Random(seed).fork('evaluate')
  const rows = Math.min(episodes, SIDE_BY_SIDE)
  const envs = Array.from({ length: rows }, () => makeEnv())
  const actor = createActor(policy, rows, maskLengthOf(envs))
  const returns = new Float64Array(episodes), lengths = new Float64Array(episodes)
  const streams = envs.map(() => random)
  // The episode that each environment is in; −1 once there is none left for it.
  const current = new Int32Array(rows)
  let started = 0, running = 0

  // What errors of each environment begin with.
  const where = envs.map(() => '')
  const begin = (row: number): void => {
    current[row] = started < episodes ? started++ : -1
    if (current[row] < 0) return
    running++
    where[row] = `episode ${first + current[row]}: `
    streams[row] = random.fork(`action/${first + current[row]}`)
    const seed = random.fork(`episode/${first + current[row]}`).integer(2147483648)
    const { observation } = checkedReset(envs[row], row, 0, { seed }, where[row])
    observe(actor, row, observation, row, 0, where[row])
  }

  try {
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
  } finally {
    for (const env of envs) env.close?.()
  }
  const { mean, variance } = moments(returns)
  return { returns, lengths, mean, std: Math.sqrt(variance), min: least(returns), max: -least(returns.map((x) => -x)) }
}

function least(x: Float64Array): number {
  let low = x[0]
  for (let i = 1; i < x.length; i++) low = Math.min(low, x[i])
  return low
}
