/**
 * Fill a batch by acting in several environments at once, with one forward pass per timestep for all of them.
 * When an episode ends the next one begins at once, so every timestep of a batch is a real transition; the
 * last observation of a truncated episode is kept for bootstrapping. Returns and lengths of episodes are
 * those of raw rewards. Everything that an environment returns is checked before it is kept.
 */
import { show } from '../errors/expect.ts'
import { addSample, type RunningMoments, runningMoments } from '../math/moments.ts'
import type { Random } from '../math/random.ts'
import type { Batch } from './batch.ts'
import type { Env, ResetOptions, StepResult } from './world/env.ts'
import { maskLengthOf } from './world/mask.ts'
import { createNoise, keepOrRenew, type Noise } from './heldNoise.ts'
import { normalizeRow } from './normalizer.ts'
import { type Actor, createActor, decide } from './actor.ts'
import type { Policy } from './policy.ts'
import { expectFit } from './environments.ts'
import { checkedAction, checkedReset, checkedStep, observe, observeMask, withLimit } from './guard.ts'

/** An episode that has ended. */
export interface Episode {
  /** Undiscounted sum of raw rewards. */
  readonly return: number
  /** Steps. */
  readonly length: number
  /** Index of the environment. */
  readonly env: number
}

/** Environments with their current episodes, and what acting in them needs. */
export interface Rollout {
  readonly envs: readonly Env[]
  readonly actor: Actor
  /** Streams of actions, one per environment: 'action/0', … of the rollout's stream. */
  readonly streams: readonly Random[]
  /** Holds their draws for several steps; null if every step has its own. */
  readonly noise: Noise | null
  /** Per environment: steps so far, and return and length of the current episode. */
  readonly steps: Float64Array
  readonly episodeReturns: Float64Array
  readonly episodeLengths: Float64Array
  /** Moments of visited states per environment, until `refreshStatistics`; empty without a normaliser. */
  readonly seen: readonly RunningMoments[]
}

/**
 * Seed and reset every environment and prepare to act in them. The seed of the e-th is an integer from the
 * stream 'environment/e' of `random`. `actionNoiseHold`: steps for which a draw is held on average, 1 to 1e6.
 */
export function createRollout(
  envs: readonly Env[], policy: Policy, random: Random, actionNoiseHold: number = 1,
): Rollout {
  expectFit(policy, envs)
  const streams = envs.map((_, e) => random.fork(`action/${e}`))
  const rollout: Rollout = {
    envs, streams,
    actor: createActor(policy, envs.length, maskLengthOf(envs)),
    noise: actionNoiseHold === 1 ? null : createNoise(streams, actionNoiseHold, random),
    steps: new Float64Array(envs.length),
    episodeReturns: new Float64Array(envs.length),
    episodeLengths: new Float64Array(envs.length),
    seen: policy.normalizer === null ? [] : envs.map(() => runningMoments(policy.net.sizes[0])),
  }
  envs.forEach((_, e) => resetInto(rollout, e, { seed: random.fork(`environment/${e}`).integer(2147483648) }))
  return rollout
}

/**
 * Overwrite `batch` with the next steps · envs timesteps; returns the episodes that ended in it, in order.
 * `visit(t)` is called before timestep t of the batch; it may read the environments but must not change them.
 */
export function collect(rollout: Rollout, batch: Batch, visit: (t: number) => void = () => {}): Episode[] {
  const { envs, actor, noise, steps, seen } = rollout
  const E = envs.length
  const { mask } = actor.map.eta
  if (mask !== null && batch.masks?.length !== batch.steps * mask.length) {
    const expected = batch.steps * mask.length
    throw new RangeError(`batch.masks: expected ${expected} numbers, got ${show(batch.masks)}`)
  }
  const episodes: Episode[] = []
  batch.finalCount = 0

  for (let t = 0; t < batch.steps; t++) {
    visit(t)
    for (let e = 0; e < E; e++) observeMask(actor, envs[e], e, steps[e])
    if (noise !== null) for (let e = 0; e < E; e++) keepOrRenew(noise, e, rollout.episodeLengths[e] === 0)
    decide(actor, rollout.streams)
    const { data, cols } = actor.observations
    for (let e = 0; e < seen.length; e++) addSample(seen[e], data, e * cols)
    for (let e = 0; e < E; e++) {
      const i = e * batch.steps + t
      keepDecision(batch, i, actor, e)
      const result = stepInto(rollout, e)
      steps[e]++
      batch.rewards[i] = result.reward
      batch.terminated[i] = result.terminated ? 1 : 0
      batch.truncated[i] = result.truncated ? 1 : 0
      rollout.episodeReturns[e] += result.reward
      const over = result.terminated || result.truncated
      // After truncation, and at the end of the batch, the next observation is kept to bootstrap from.
      const isFinal = !result.terminated && (over || t === batch.steps - 1)
      batch.finalRow[i] = isFinal ? keepFinal(batch, actor, e) : -1
      if (over) {
        episodes.push({ return: rollout.episodeReturns[e], length: rollout.episodeLengths[e], env: e })
        resetInto(rollout, e)
      }
    }
  }
  return episodes
}

/** Row i of the batch's observations, actions and masks ← those of environment e in the last `decide`. */
export function keepDecision(batch: Batch, i: number, { inputs, actions, map }: Actor, e: number): void {
  copyRow(batch.observations.data, i, inputs.data, e, inputs.cols)
  copyRow(batch.actions.data, i, actions.data, e, actions.cols)
  const { mask, rows } = map.eta
  if (mask !== null) copyRow(batch.masks!, i, mask, e, rows.cols)
}

/** Row i of `to` ← row k of `from`; rows are of length `width`. */
function copyRow<A extends Float64Array | Uint8Array>(
  to: A, i: number, from: A, k: number, width: number,
): void {
  for (let j = 0; j < width; j++) to[i * width + j] = from[k * width + j]
}

/** Copy environment e's normalised observation to the next row of finalObservations; returns that row. */
export function keepFinal(batch: Batch, { policy, observations }: Actor, e: number): number {
  const row = batch.finalCount++
  normalizeRow(batch.finalObservations, row, observations, e, policy.normalizer)
  return row
}

/** Step environment e with its action, check the result, and copy its observation into the actor. */
export function stepInto({ envs, actor, steps, episodeLengths }: Rollout, e: number): StepResult {
  const result = checkedStep(envs[e], checkedAction(actor, e, steps[e]), e, steps[e])
  observe(actor, e, result.observation, e, steps[e])
  return withLimit(envs[e], result, ++episodeLengths[e])
}

/** Reset environment e, check the result, and copy its observation into the actor. */
function resetInto(
  { envs, actor, steps, episodeReturns, episodeLengths }: Rollout, e: number, options?: ResetOptions,
): void {
  const { observation } = checkedReset(envs[e], e, steps[e], options)
  observe(actor, e, observation, e, steps[e], 'after reset, ')
  episodeReturns[e] = 0
  episodeLengths[e] = 0
}
