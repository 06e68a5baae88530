/**
 * N = T · E timesteps of E environments, T each, as a struct of arrays allocated once.
 * Timestep t of environment e lies at i = t · E + e.
 */
import type { Backend } from '../math/backend.ts'
import { matrix, type Tensor } from '../math/tensor.ts'
import { createMasks } from './world/mask.ts'

/** N timesteps, filled by `collect`; values, advantages and returns by those that compute them. */
export interface Batch {
  readonly steps: number
  readonly envs: number
  /** What the network sees of s_t: [N, inputs]. */
  readonly observations: Tensor
  /** a_t as drawn, before it is clipped or squashed: [N, actionSize]. */
  readonly actions: Tensor
  /** Which actions s_t allows: [N, logits] of 1 and 0; null where actions are not masked. */
  readonly masks: Uint8Array | null
  /** r_t, raw: [N]. */
  readonly rewards: Float64Array
  /** 1 where the episode ended after step t: [N] each. */
  readonly terminated: Uint8Array
  readonly truncated: Uint8Array
  /**
   * Observations that follow no action in this batch: the last of each truncated episode, in the order met,
   * then that of each environment after its last step. [N + E, inputs], of which `finalCount` rows are filled.
   */
  readonly finalObservations: Tensor
  finalCount: number
  /** The row of finalObservations that follows step i; −1 where the next step of the batch does, or nothing. [N] */
  readonly finalRow: Int32Array

  /** V(s_t): [N]. */
  readonly values: Float64Array
  /** V of finalObservations: [N + E]. */
  readonly finalValues: Float64Array
  /** Â_t and the value target: [N] each. */
  readonly advantages: Float64Array
  readonly returns: Float64Array
}

/** `maskLength` is that of `maskLengthOf`: 0 where actions are not masked. */
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
