/**
 * The contract between a learner and an environment, with the semantics of Gymnasium 1.x and typed arrays:
 *
 * - `terminated`: the decision process ended; later rewards are 0, so nothing is bootstrapped.
 * - `truncated`: stopped from outside, as by a time limit; V of the last observation is bootstrapped.
 *   Both at once count as terminated. After either, `reset` must come before the next `step`.
 *
 * But: no rendering, no registry, no vector of environments (a rollout takes several and steps them in turn).
 */
import type { Space } from './space.ts'

/** Discrete: an integer of the space. Every other space: a vector, valid until the next call. */
export type Action = number | Float64Array
/** The receiver copies it at once, so an environment may return the same buffer every time. */
export type Observation = number | ArrayLike<number>

/** Argument of `reset`. */
export interface ResetOptions {
  /** An integer from 0: restart the environment's random stream with it. By default the stream continues. */
  readonly seed?: number
  /** As the environment documents. */
  readonly options?: unknown
}

/** Result of `reset`; its `info` is ignored. */
export interface ResetResult { readonly observation: Observation; readonly info?: unknown }

/**
 * Result of `step`: the next observation, a finite reward, and two flags as above. `train` reports the means
 * of finite numbers in `info`; all else in it is ignored.
 */
export interface StepResult {
  readonly observation: Observation
  readonly reward: number
  readonly terminated: boolean
  readonly truncated: boolean
  readonly info?: unknown
}

/** An environment: two spaces and methods that return at once. Check yours with `checkEnv`. */
export interface Env<A extends Action = Action> {
  readonly observationSpace: Space
  readonly actionSpace: Space
  /** Steps after which an episode that has not ended is truncated, here or by the receiver: at least 1. */
  readonly maxEpisodeSteps?: number
  reset(options?: ResetOptions): ResetResult
  /** May return the same record every time. */
  step(action: A): StepResult
  /**
   * Which actions the present state allows: 1 allowed, 0 forbidden, for each integer of a Discrete, or
   * component after component of a MultiDiscrete; at least one allowed per component. Called before every
   * action, not after the end of an episode; the result is copied at once. Without this method all actions
   * are allowed.
   */
  actionMask?(): ArrayLike<number>
  /** Everything that later steps depend on, including random stream and step count: for exact resume. */
  getState?(): Float64Array
  setState?(state: Float64Array): void
  close?(): void
}

/** An environment that may answer later, for `trainAsync`: what it shares with `Env` has the same meaning. */
export interface AsyncEnv<A extends Action = Action>
  extends Omit<Env<A>, 'reset' | 'step' | 'actionMask' | 'close'> {
  reset(options?: ResetOptions): ResetResult | PromiseLike<ResetResult>
  step(action: A): StepResult | PromiseLike<StepResult>
  actionMask?(): ArrayLike<number> | PromiseLike<ArrayLike<number>>
  close?(): void | PromiseLike<void>
}
