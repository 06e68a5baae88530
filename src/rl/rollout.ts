/**
 * Fill a batch by acting in several environments at once: one forward pass a timestep serves them all.
 * An episode that ends is followed at once by the next, so every timestep of a batch is a real transition;
 * the observation in which an episode was cut is kept, for bootstrapping. Returns and lengths of finished
 * episodes are counted on raw rewards. Whatever an environment hands over is checked before it is kept.
 */
import { show } from '../errors/expect.ts'
import { addSample, type RunningMoments, runningMoments } from '../math/moments.ts'
import type { Random } from '../math/random.ts'
import type { Batch } from './batch.ts'
import type { Env, ResetOptions, StepResult } from './world/env.ts'
import { maskLengthOf } from './world/mask.ts'
import { createNoise, keepOrRenew, type Noise } from './heldNoise.ts'
import { normalizeRow } from './normalizer.ts'
import { actionOf, type Actor, createActor, decide } from './actor.ts'
import type { Policy } from './policy.ts'
import { checkedReset, checkedStep, observe, observeMask } from './guard.ts'

/** A finished episode. */
export interface Episode {
  /** Undiscounted sum of raw rewards. */
  readonly return: number
  /** Steps. */
  readonly length: number
  /** Which environment ran it. */
  readonly env: number
}

/** Environments, the actor in them, and where each of them stands. */
export interface Rollout {
  readonly envs: readonly Env[]
  readonly actor: Actor
  /** Streams of actions, one an environment: forked 'action/0', … */
  readonly streams: readonly Random[]
  /** What makes their draws last; null where every step has its own. */
  readonly noise: Noise | null
  /** Steps taken, by environment; and return and length of the episode under way. */
  readonly steps: Float64Array
  readonly episodeReturns: Float64Array
  readonly episodeLengths: Float64Array
  /** Of the states acted in, by environment, until someone takes them; none where the policy has no normaliser. */
  readonly seen: readonly RunningMoments[]
}

/**
 * Seed and reset every environment and make ready to act in them. The e-th is seeded with an integer drawn from
 * the stream 'environment/e' of `random`. `actionNoiseHold`: for how many steps a draw lasts in the mean, from 1.
 */
export function createRollout(envs: readonly Env[], policy: Policy, random: Random, actionNoiseHold: number = 1): Rollout {
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
 * Overwrite `batch` with the next steps·envs timesteps; returns the episodes that ended among them, in order. Before
 * each step of all environments, the t-th of the batch, `visit(t)` may look at them, but must leave them as they are.
 */
export function collect(rollout: Rollout, batch: Batch, visit: (t: number) => void = () => {}): Episode[] {
  const { envs, actor, noise, steps, seen } = rollout
  const E = envs.length
  const inputs = batch.observations.cols
  const { mask } = actor.map.eta
  if (mask !== null && batch.masks?.length !== batch.steps * mask.length) {
    throw new RangeError(`batch.masks: expected ${batch.steps * mask.length} numbers, got ${show(batch.masks)}`)
  }
  const episodes: Episode[] = []
  batch.finalCount = 0

  for (let t = 0; t < batch.steps; t++) {
    visit(t)
    for (let e = 0; e < E; e++) observeMask(actor, envs[e], e, steps[e])
    if (noise !== null) for (let e = 0; e < E; e++) keepOrRenew(noise, e, rollout.episodeLengths[e] === 0)
    decide(actor, rollout.streams)
    batch.observations.data.set(actor.inputs.data, t * E * inputs)
    batch.actions.data.set(actor.actions.data, t * E * batch.actions.cols)
    if (mask !== null) batch.masks!.set(mask, t * mask.length)
    for (let e = 0; e < seen.length; e++) addSample(seen[e], actor.observations.data, e * inputs)
    for (let e = 0; e < E; e++) {
      const i = t * E + e
      const result = stepInto(rollout, e)
      steps[e]++
      batch.rewards[i] = result.reward
      batch.terminated[i] = result.terminated ? 1 : 0
      batch.truncated[i] = result.truncated ? 1 : 0
      rollout.episodeReturns[e] += result.reward
      rollout.episodeLengths[e]++
      const over = result.terminated || result.truncated
      // A step that ended in truncation, or is the last of the batch, is followed by an observation to bootstrap from.
      batch.finalRow[i] = !result.terminated && (over || t === batch.steps - 1) ? keepFinal(batch, actor, e) : -1
      if (over) {
        episodes.push({ return: rollout.episodeReturns[e], length: rollout.episodeLengths[e], env: e })
        resetInto(rollout, e)
      }
    }
  }
  return episodes
}

/** What a network reads of the observation that environment e is in → the next free row of finalObservations; returns that row. */
export function keepFinal(batch: Batch, { policy, observations }: Actor, e: number): number {
  const row = batch.finalCount++
  normalizeRow(batch.finalObservations, row, observations, e, policy.normalizer)
  return row
}

/** Step environment e with its action; its observation goes into the actor, after checks of all that it returned. */
export function stepInto({ envs, actor, steps }: Rollout, e: number): StepResult {
  const result = checkedStep(envs[e], actionOf(actor, e), e, steps[e])
  observe(actor, e, result.observation, e, steps[e])
  return result
}

/** Reset environment e; its first observation goes into the actor. */
export function resetInto({ envs, actor, steps, episodeReturns, episodeLengths }: Rollout, e: number, options?: ResetOptions): void {
  observe(actor, e, checkedReset(envs[e], e, steps[e], options).observation, e, steps[e], 'after reset, ')
  episodeReturns[e] = 0
  episodeLengths[e] = 0
}
