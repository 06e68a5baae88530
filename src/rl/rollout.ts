/**
 * Fill a batch by acting in several environments at once, with one forward pass per timestep for all of them.
 * When an episode ends the next one begins at once, so every timestep of a batch is a real transition; the
 * last observation of a truncated episode is kept for bootstrapping. Returns and lengths of episodes are
 * those of raw rewards. Everything that an environment returns is checked before it is kept.
 */
import { show } from '../errors/expect.ts'
import { type Communicator, solo } from '../math/communicator.ts'
import { addSample, type RunningMoments, runningMoments } from '../math/moments.ts'
import type { Random } from '../math/random.ts'
import type { Batch } from './batch.ts'
import type { AsyncEnv, ResetOptions, StepResult } from './world/env.ts'
import { maskLengthOf } from './world/mask.ts'
import { createNoise, keepOrRenew, type Noise } from './heldNoise.ts'
import { normalizeRow } from './normalizer.ts'
import { type Actor, createActor, decide } from './actor.ts'
import type { Policy } from './policy.ts'
import { expectFit } from './play/environments.ts'
import {
  askMask, callReset, callStep, checkedAction, checkedReset, checkedStep, isValidStep, observe, owed,
  withLimit,
} from './play/guard.ts'
import { addInfo, type InfoSums } from './play/info.ts'
import { arrive, atOnce, isLate, type Late, type Waiting } from './play/late.ts'

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
  readonly envs: readonly AsyncEnv[]
  /** Others that have the other environments, and the number of the first one here among all. */
  readonly ranks: Communicator
  readonly first: number
  readonly actor: Actor
  /** Streams of actions, one per environment: 'action/0', … of the rollout's stream. */
  readonly streams: readonly Random[]
  /** Holds their draws for several steps; null if every step has its own. */
  readonly noise: Noise | null
  /** Per environment: steps so far, and return and length of the current episode. */
  readonly steps: Float64Array
  readonly episodeReturns: Float64Array
  readonly episodeLengths: Float64Array
  /** Of each environment's last step: its reward, and 1 if the episode ended in this way. */
  readonly rewards: Float64Array
  readonly terminated: Uint8Array
  readonly truncated: Uint8Array
  /** Moments of visited states per environment, until `refreshStatistics`; empty without a normaliser. */
  readonly seen: readonly RunningMoments[]
  /** Per environment: numbers in `info` since they were last taken. */
  readonly info: readonly InfoSums[]
  /** Timesteps of the batch in which the episodes of the last `collect` ended. */
  readonly ends: number[]
}

/**
 * Seed and reset every environment and prepare to act in them. The seed of the e-th is an integer from the
 * stream 'environment/e' of `random`. `actionNoiseHold`: steps for which a draw is held on average, 1 to 1e6.
 */
export function createRollout(
  envs: readonly AsyncEnv[], policy: Policy, random: Random, actionNoiseHold: number = 1,
): Rollout {
  return atOnce(openRollout(envs, policy, random, actionNoiseHold), 'trainAsync')
}

/** The same, for environments that may answer later. `life`: '' at first; others give other seeds. */
export function* openRollout(
  envs: readonly AsyncEnv[], policy: Policy, random: Random, actionNoiseHold: number, life: string = '',
  ranks: Communicator = solo,
): Waiting<Rollout> {
  expectFit(policy, envs)
  const E = envs.length, first = ranks.rank * E
  const streams = envs.map((_, e) => random.fork(`action/${first + e}`))
  const vector = (): Float64Array => new Float64Array(E)
  const rollout: Rollout = {
    envs, streams, ranks, first,
    actor: createActor(policy, E, maskLengthOf(envs)),
    noise: actionNoiseHold === 1 ? null : createNoise(streams, actionNoiseHold, random, first),
    steps: vector(), episodeReturns: vector(), episodeLengths: vector(),
    rewards: vector(), terminated: new Uint8Array(E), truncated: new Uint8Array(E),
    seen: policy.normalizer === null ? [] : envs.map(() => runningMoments(policy.net.sizes[0])),
    info: envs.map(() => new Map()),
    ends: [],
  }
  const seeds = envs.map((_, e) => random.fork(`environment/${first + e}${life}`).integer(2147483648))
  const late: Late[] = []
  for (let e = 0; e < E; e++) askReset(rollout, e, late, { seed: seeds[e] })
  if (late.length > 0) yield* arrive(late)
  return rollout
}

/**
 * Overwrite `batch` with the next steps · envs timesteps; returns the episodes that ended in it, in order.
 * `visit(t)` is called before timestep t of the batch; it may read the environments but must not change them.
 */
export function collect(rollout: Rollout, batch: Batch, visit: (t: number) => void = () => {}): Episode[] {
  return atOnce(collecting(rollout, batch, visit), 'trainAsync')
}

/** The same, for environments that may answer later: all are asked before any is awaited. */
export function* collecting(
  rollout: Rollout, batch: Batch, visit: (t: number) => void = () => {},
): Waiting<Episode[]> {
  const { envs, actor, noise, seen } = rollout
  const E = envs.length
  expectMasks(batch, actor)
  const episodes: Episode[] = []
  batch.finalCount = rollout.ends.length = 0

  for (let t = 0; t < batch.steps; t++) {
    visit(t)
    const masks = askMasks(rollout)
    if (masks.length > 0) yield* arrive(masks)
    if (noise !== null) for (let e = 0; e < E; e++) keepOrRenew(noise, e, rollout.episodeLengths[e] === 0)
    decide(actor, rollout.streams)
    const { data, cols } = actor.observations
    for (let e = 0; e < seen.length; e++) addSample(seen[e], data, e * cols)
    for (let e = 0; e < E; e++) keepDecision(batch, e * batch.steps + t, actor, e)

    const results: Late[] = []
    for (let e = 0; e < E; e++) askStep(rollout, e, results, rollout.info[e])
    if (results.length > 0) yield* arrive(results)

    const resets: Late[] = []
    for (let e = 0; e < E; e++) {
      keepResult(batch, t, rollout, e)
      if (rollout.terminated[e] === 0 && rollout.truncated[e] === 0) continue
      const env = rollout.first + e
      episodes.push({ return: rollout.episodeReturns[e], length: rollout.episodeLengths[e], env })
      rollout.ends.push(t)
      askReset(rollout, e, resets)
    }
    if (resets.length > 0) yield* arrive(resets)
  }
  return episodes
}

function expectMasks(batch: Batch, { map: { eta: { mask } } }: Actor): void {
  if (mask === null || batch.masks?.length === batch.steps * mask.length) return
  const expected = batch.steps * mask.length
  throw new RangeError(`batch.masks: expected ${expected} numbers, got ${show(batch.masks)}`)
}

/** Ask the environments for their masks, if they have them; of those given, only if their `alive` is 1. */
export function askMasks(
  { envs, actor, steps, first }: Rollout, alive: Uint8Array | null = null,
): Late[] {
  const late: Late[] = []
  for (let e = 0; e < envs.length; e++) {
    if (alive === null || alive[e] === 1) askMask(late, actor, e, envs[e], first + e, steps[e])
  }
  return late
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

/** Timestep t of the batch's environment e ← reward, flags and final observation of its last step. */
function keepResult(batch: Batch, t: number, rollout: Rollout, e: number): void {
  const { rewards, terminated, truncated, episodeReturns, actor } = rollout
  const i = e * batch.steps + t
  batch.rewards[i] = rewards[e]
  batch.terminated[i] = terminated[e]
  batch.truncated[i] = truncated[e]
  episodeReturns[e] += rewards[e]
  // After truncation, and at the end of the batch, the next observation is kept to bootstrap from.
  const isFinal = terminated[e] === 0 && (truncated[e] === 1 || t === batch.steps - 1)
  batch.finalRow[i] = isFinal ? keepFinal(batch, actor, e) : -1
}

/** Copy environment e's normalised observation to the next row of finalObservations; returns that row. */
export function keepFinal(batch: Batch, { policy, observations }: Actor, e: number): number {
  const row = batch.finalCount++
  normalizeRow(batch.finalObservations, row, observations, e, policy.normalizer)
  return row
}

/** Step environment e with its action; numbers in `info` are added to `sums`, except if it is null. */
export function askStep(rollout: Rollout, e: number, late: Late[], sums: InfoSums | null): void {
  const { envs, actor, steps, first } = rollout, env = first + e
  const answer = callStep(envs[e], checkedAction(actor, e, env, steps[e]), env, steps[e])
  if (isValidStep(answer as StepResult) || !isLate(answer)) takeStep(rollout, e, answer, sums)
  else late.push(owed(answer, 'step', env, steps[e], '', (result) => takeStep(rollout, e, result, sums)))
}

/** Check the result of a step, copy its observation into the actor, and keep reward and flags. */
function takeStep(rollout: Rollout, e: number, answer: unknown, sums: InfoSums | null): void {
  const { envs, actor, steps, rewards, terminated, truncated, episodeLengths, first } = rollout
  const result = checkedStep(answer, first + e, steps[e])
  observe(actor, e, result.observation, first + e, steps[e])
  if (sums !== null && result.info !== undefined) addInfo(sums, result.info)
  const ended = withLimit(envs[e], result, ++episodeLengths[e])
  rewards[e] = ended.reward
  terminated[e] = ended.terminated ? 1 : 0
  truncated[e] = ended.truncated ? 1 : 0
  steps[e]++
}

/** Reset environment e, check the result, and copy its observation into the actor. */
function askReset(rollout: Rollout, e: number, late: Late[], options?: ResetOptions): void {
  const { envs, actor, steps, episodeReturns, episodeLengths } = rollout, env = rollout.first + e
  const take = (answer: unknown): void => {
    const { observation } = checkedReset(answer, env, steps[e])
    observe(actor, e, observation, env, steps[e], 'after reset, ')
    episodeReturns[e] = 0
    episodeLengths[e] = 0
  }
  const answer = callReset(envs[e], env, steps[e], options)
  if (isLate(answer)) late.push(owed(answer, 'reset', env, steps[e], '', take))
  else take(answer)
}
