/**
 * The vine: from states along trajectories of π, several short rollouts each, a branch an action, so that actions are
 * compared at the very same state. Schulman et al. 2015, section 5.2.
 *
 *   Q̂(s, a_k) = Σ_{t<H} γᵗ r_t + γᴴ V(s_H)      a branch of H steps, or less where its episode ends
 *
 * The branches of a state share their random numbers: the environment is set back to the same saved state, its stream
 * included, and actions after the first are drawn from the same numbers. A batch holds M states times K branches.
 *
 * Drawn branches, a_k ~ π(·|s): Â = Q̂_k − mean Q̂. The paper's estimator is self-normalised, L_n = Σ w_k Q̂_k / Σ w_k
 * with w_k = π_θ(a_k|s) / π_old(a_k|s). At θ_old, where w = 1, its gradient is
 *   (1/K) Σ ∇w_k Q̂_k − (1/K²) Σ Q̂_j Σ ∇w_k = (1/K) Σ ∇log π(a_k|s) (Q̂_k − mean Q̂),
 * that of the plain surrogate with this Â. On average it is (1 − 1/K) times the gradient of Σ π_θ Q̂, since the mean
 * holds Q̂_k itself: shorter, and in the same direction.
 *
 * All actions of a discrete space: Â = K π_old(a|s) (Q̂_a − Σ π_old Q̂), so that the mean of ratio · Â over rows is the
 * mean over states of Σ_a π_θ(a|s) Q̂_a, less a constant: the paper's estimator for few actions, without any draw.
 *
 * But: branches teach V nothing, only the trajectories do; and a trajectory meets the same noise as the branches that
 * leave it, so that neighbouring states are less independent than their number says.
 */
import { exp } from '../math/elementary.ts'
import { expectInteger, show } from '../errors/expect.ts'
import type { Random } from '../math/random.ts'
import type { Batch } from './batch.ts'
import { decide } from './actor.ts'
import { collect, type Episode, keepFinal, type Rollout, stepInto } from './rollout.ts'
import { EnvError, observeMask } from './guard.ts'
import type { Space } from './world/space.ts'

/** The shape of a vine. */
export interface VineOptions {
  /** K, from 2: draws from π at each state; or every action of a discrete space once. */
  readonly branches: number | 'all'
  /** H: steps a branch, from 1; the first of them is its own action. */
  readonly horizon: number
  /** Steps of a trajectory from one of its states to the next, from 1. */
  readonly spacing: number
}

/** A rollout that branches, and what it remembers of the branches of one batch. */
export interface Vine {
  readonly rollout: Rollout
  readonly options: VineOptions
  /** K */
  readonly branches: number
  /** Streams of the branches' own actions, one an environment: 'branch/0', … of `random`. */
  readonly firsts: readonly Random[]
  /** Streams of all later actions: those of the m-th state of environment e, counted from 0, are 'noise/e/m'. */
  readonly noises: Random[]
  readonly random: Random
  /** States of each environment in all batches so far. */
  visited: number
  /** The states of a batch and the end of its trajectories, in order: of each environment, and [E, inputs] observed. */
  readonly saved: readonly { readonly states: Float64Array[]; readonly observations: Float64Array }[]
  /** By row of the batch: Σ γᵗ r_t, γ to the number of steps, and π_old of the branch's own action. [N] each */
  readonly partial: Float64Array
  readonly power: Float64Array
  readonly probability: Float64Array
  /** log π of E actions; 1 while a branch goes on. [E] each */
  readonly logs: Float64Array
  readonly alive: Uint8Array
}

/** M·K rows whose simulation takes at most `steps` steps in `envs` environments; 0 where not one state fits. */
export function vineRows(steps: number, envs: number, branches: number, { horizon, spacing }: VineOptions): number {
  return Math.floor(steps / (envs * (spacing + branches * horizon))) * envs * branches
}

/** K, where actions are of `space`. */
export function branchesIn(space: Space, { branches }: VineOptions): number {
  if (branches !== 'all') return branches
  if (space.kind === 'discrete') return space.n
  throw new RangeError(`branches: expected an integer where actions are ${space.kind}, got "all"`)
}

/** A vine on `rollout` for batches of `rows` rows, a multiple of K and the environments, which must save their states. */
export function createVine(rollout: Rollout, rows: number, options: VineOptions, random: Random): Vine {
  const { envs, actor } = rollout
  expectInteger('horizon', options.horizon, 1)
  expectInteger('spacing', options.spacing, 1)
  if (options.branches !== 'all') expectInteger('branches', options.branches, 2)
  envs.forEach((env, e) => {
    for (const method of ['getState', 'setState'] as const) {
      if (typeof env[method] !== 'function') {
        throw new TypeError(`environment ${e}.${method}: expected a function for a vine, got ${show(env[method])}`)
      }
    }
  })
  const E = envs.length, branches = branchesIn(actor.policy.actionSpace, options)
  const states = rows / (branches * E)
  if (!Number.isInteger(states)) {
    throw new RangeError(`rows: expected a multiple of branches times environments (${branches * E}), got ${rows}`)
  }
  return {
    rollout, options, branches, random,
    firsts: envs.map((_, e) => random.fork(`branch/${e}`)),
    noises: envs.map(() => random),
    visited: 0,
    saved: Array.from({ length: states + 1 }, () => ({
      states: envs.map(() => new Float64Array(0)), observations: new Float64Array(actor.observations.data.length),
    })),
    partial: new Float64Array(rows),
    power: new Float64Array(rows),
    probability: new Float64Array(rows),
    logs: new Float64Array(E),
    alive: new Uint8Array(E),
  }
}

/**
 * Fill `paths`, of M/E · spacing steps an environment, as `collect` does; then `batch` with observations, actions and
 * final observations of the branches. Row (m·K + k)·E + e is branch k of the m-th state of environment e. Returns the
 * episodes that ended on the trajectories; rollout.steps counts every step, branches' included.
 */
export function collectVine(vine: Vine, paths: Batch, batch: Batch, gamma: number): Episode[] {
  const { rollout, branches: K, options: { spacing }, saved } = vine
  const E = rollout.envs.length
  const episodes = collect(rollout, paths, (t) => { if (t % spacing === 0) save(vine, t / spacing) })
  save(vine, saved.length - 1)
  batch.finalCount = 0
  for (let m = 0; m < saved.length - 1; m++) {
    for (let k = 0; k < K; k++) {
      restore(vine, m)
      runBranch(vine, batch, k, (m * K + k) * E, gamma)
    }
    vine.visited++
  }
  restore(vine, saved.length - 1)
  return episodes
}

/** batch.returns ← Q̂; batch.advantages ← Â. Needs finalValues, after `collectVine`. */
export function vineAdvantages(vine: Vine, batch: Batch): void {
  const { options, branches: K, partial, power, probability } = vine
  const { advantages, returns, finalRow, finalValues } = batch
  const E = vine.rollout.envs.length, all = options.branches === 'all'
  for (let i = 0; i < partial.length; i++) {
    returns[i] = partial[i] + (finalRow[i] < 0 ? 0 : power[i] * finalValues[finalRow[i]])
  }
  for (let first = 0; first < partial.length; first += K * E) {
    for (let e = 0; e < E; e++) {
      let mean = 0
      for (let k = 0, i = first + e; k < K; k++, i += E) mean += (all ? probability[i] : 1 / K) * returns[i]
      for (let k = 0, i = first + e; k < K; k++, i += E) advantages[i] = (all ? K * probability[i] : 1) * (returns[i] - mean)
    }
  }
}

/** Branch k of the state that every environment is in: rows `first` … `first` + E − 1. */
function runBranch(vine: Vine, batch: Batch, k: number, first: number, gamma: number): void {
  const { rollout, options, branches: K, noises, partial, power, alive } = vine
  const { envs, actor, steps } = rollout
  const E = envs.length
  chooseFirst(vine, k)
  const { tape: { inputs }, eta: { mask } } = actor.map
  batch.observations.data.set(inputs.data, first * inputs.cols)
  batch.actions.data.set(actor.actions.data, first * batch.actions.cols)
  if (mask !== null) batch.masks!.set(mask, first / E * mask.length)
  for (let e = 0; e < E; e++) {
    // Of all actions, those that a mask forbids weigh nothing, and are not tried.
    alive[e] = options.branches === 'all' && mask?.[e * K + k] === 0 ? 0 : 1
    batch.finalRow[first + e] = -1
    partial[first + e] = 0
    power[first + e] = 1
    vine.probability[first + e] = exp(vine.logs[e])
    noises[e] = vine.random.fork(`noise/${e}/${vine.visited}`)
  }
  for (let t = 0, running = alive.reduce((n, each) => n + each, 0); t < options.horizon && running > 0; t++) {
    if (t > 0) {
      for (let e = 0; e < E; e++) if (alive[e] === 1) observeMask(actor, envs[e], e, steps[e])
      decide(actor, noises)
    }
    for (let e = 0; e < E; e++) {
      if (alive[e] === 0) continue
      const i = first + e
      const { reward, terminated, truncated } = stepInto(rollout, e)
      steps[e]++
      partial[i] += power[i] * reward
      power[i] *= gamma
      if (!terminated && !truncated && t + 1 < options.horizon) continue
      if (!terminated) batch.finalRow[i] = keepFinal(batch, actor, e)
      alive[e] = 0
      running--
    }
  }
}

/** The actor's actions ← those that branch k begins with, drawn or given; and their log π. */
function chooseFirst({ options, rollout: { envs, actor, steps }, firsts, logs }: Vine, k: number): void {
  for (let e = 0; e < envs.length; e++) observeMask(actor, envs[e], e, steps[e])
  decide(actor, firsts)
  if (options.branches === 'all') actor.actions.data.fill(k)
  actor.policy.distribution.logProbability(logs, actor.actions, actor.map.eta)
}

/** Keep what every environment is in, as the m-th state. */
function save({ rollout: { envs, actor, steps }, saved }: Vine, m: number): void {
  const { states, observations } = saved[m]
  observations.set(actor.observations.data)
  for (let e = 0; e < envs.length; e++) {
    const state: unknown = attempt('getState', e, steps[e], () => envs[e].getState!())
    if (!(state instanceof Float64Array)) {
      throw new EnvError(e, steps[e], `getState(): expected a Float64Array, got ${show(state)}`)
    }
    if (states[e].length !== state.length) states[e] = new Float64Array(state.length)
    states[e].set(state)
  }
}

/** Set every environment back to its m-th state. */
function restore({ rollout: { envs, actor, steps }, saved }: Vine, m: number): void {
  const { states, observations } = saved[m]
  actor.observations.data.set(observations)
  for (let e = 0; e < envs.length; e++) attempt('setState', e, steps[e], () => envs[e].setState!(states[e]))
}

function attempt<T>(call: string, e: number, step: number, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw new EnvError(e, step, `${call}() threw ${error instanceof Error ? error.message : show(error)}`, error)
  }
}
