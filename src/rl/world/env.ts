/**
 * The contract between a learner and a world. It means what Gymnasium 1.x means, in typed arrays:
 *
 * - `terminated`: the decision process ended; nothing follows, so nothing is bootstrapped.
 * - `truncated`: it was cut from outside (a time limit); the return goes on in expectation.
 *   Both at once count as terminated. After either, `reset` must come before the next `step`.
 *
 * But: no rendering, no registry, no vector of environments (a rollout takes several and steps them in turn).
 */
import type { Space } from './space.ts'

/** Discrete: an integer of the space. Every other space: a vector, valid until the next call. */
export type Action = number | Float64Array
/** Copied at once by whoever receives it, so an environment may hand out the same buffer every time. */
export type Observation = number | ArrayLike<number>

/** How an episode starts. */
export interface ResetOptions {
  /** An integer from 0: start the environment's random stream anew. Without it the stream goes on. */
  readonly seed?: number
  /** Whatever the environment documents. */
  readonly options?: unknown
}

/** The first observation of an episode. */
export interface ResetResult { readonly observation: Observation; readonly info?: unknown }

/** The outcome of an action. `terminated`: the process ended; `truncated`: a limit ended the episode. */
export interface StepResult {
  readonly observation: Observation
  readonly reward: number
  readonly terminated: boolean
  readonly truncated: boolean
  readonly info?: unknown
}

/** An environment with actions of type A: a number for Discrete spaces, a Float64Array for all others. */
export interface Env<A extends Action = Action> {
  readonly observationSpace: Space
  readonly actionSpace: Space
  reset(options?: ResetOptions): ResetResult
  /** May return the same record every time. */
  step(action: A): StepResult
  /**
   * Which actions the present state allows: 1 allowed, 0 forbidden, for each integer of a Discrete, or component after
   * component of a MultiDiscrete; at least one allowed in each. Asked before every action, never once an episode has
   * ended; copied at once. Where there is no such method, all actions are allowed.
   */
  actionMask?(): ArrayLike<number>
  /** Everything the future depends on, random stream and step count included: for exact resume. */
  getState?(): Float64Array
  setState?(state: Float64Array): void
  close?(): void
}
