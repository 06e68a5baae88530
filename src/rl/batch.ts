/**
 * N = T · E timesteps of E environments, T each, as a struct of arrays allocated once.
 * Timestep t of environment e lies at i = e · T + t: environments one after the other, so that a part of
 * the environments fills consecutive rows.
 */
import type { Backend } from '../math/backend.ts'
import { matrix, type Tensor } from '../math/tensor.ts'
import { createMasks } from './world/mask.ts'

/** What happened in N timesteps, and what was computed from it. T = `steps`, E = `envs`. */
export interface Batch {
  readonly steps: number
  readonly envs: number
  /** s_t, encoded and normalised: [N, inputs]. */
  readonly observations: Tensor
  /** a_t as drawn, before it is clipped or squashed: [N, actionSize]. */
  readonly actions: Tensor
  /** 1 for each action that s_t allows, else 0: [N, logits]; null if actions are not masked. */
  readonly masks: Uint8Array | null
  /** r_t, as the environment gave it: [N]. */
  readonly rewards: Float64Array
  /** 1 if the episode ended in this way after step t: [N] each. */
  readonly terminated: Uint8Array
  readonly truncated: Uint8Array
  /**
   * Observations to bootstrap from that are not in `observations`: the last of each truncated episode,
   * and that of each environment after the batch's last step, unless it terminated; in order of time.
   * [N + E, inputs], of which `finalCount` rows are filled.
   */
  readonly finalObservations: Tensor
  finalCount: number
  /** The row of finalObservations that follows step i; −1 if a step of the batch follows, or nothing. [N] */
  readonly finalRow: Int32Array

  /** V(s_t): [N]. */
  readonly values: Float64Array
  /** V of finalObservations: [N + E]. */
  readonly finalValues: Float64Array
  /** Â_t and the value target: [N] each. */
  readonly advantages: Float64Array
  readonly returns: Float64Array
}

/** `maskLength`: from `maskLengthOf`; 0 if actions are not masked. */
export function createBatch(
  backend: Backend, steps: number, envs: number, inputs: number, actionSize: number, maskLength: number = 0,
): Batch {
  const N = steps * envs
  const vector = (n: number): Float64Array => new Float64Array(n)
  return {
    steps, envs,
    observations: backend.allocate(N, inputs),
    actions: backend.allocate(N, actionSize),
    masks: createMasks(N, maskLength),
    rewards: vector(N),
    terminated: new Uint8Array(N),
    truncated: new Uint8Array(N),
    finalObservations: matrix(vector((N + envs) * inputs), N + envs, inputs),
    finalCount: 0,
    finalRow: new Int32Array(N),
    values: vector(N),
    finalValues: vector(N + envs),
    advantages: vector(N),
    returns: vector(N),
  }
}
