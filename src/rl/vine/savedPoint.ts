/**
 * A point of a rollout to which all its environments can be set back: their states, what was observed in
 * them, and how long their episodes were, for limits.
 * But: returns of the current episodes are not part of it.
 */
import { show } from '../../errors/expect.ts'
import { isFloat64Array } from '../../errors/kinds.ts'
import { EnvError } from '../play/envError.ts'
import { thrownBy } from '../play/guard.ts'
import type { Rollout } from '../rollout.ts'

/** States and observations of all environments of a rollout at one time. */
export interface SavedPoint {
  /** The state of each environment. */
  readonly states: Float64Array[]
  /** The actor's observations: [E, inputs]. */
  readonly observations: Float64Array
  /** Steps of each environment's current episode. */
  readonly lengths: Float64Array
}

/** A point for `save` to write. */
export function createSavedPoint({ envs, actor }: Rollout): SavedPoint {
  return {
    states: envs.map(() => new Float64Array(0)),
    observations: new Float64Array(actor.observations.data.length),
    lengths: new Float64Array(envs.length),
  }
}

/** point ← the current states. Throws an EnvError if an environment cannot save its state. */
export function save(rollout: Rollout, point: SavedPoint): void {
  const { states } = point
  point.observations.set(rollout.actor.observations.data)
  point.lengths.set(rollout.episodeLengths)
  for (let e = 0; e < states.length; e++) {
    const state = readState(rollout, e)
    if (states[e].length !== state.length) states[e] = new Float64Array(state.length)
    states[e].set(state)
  }
}

/** What `getState` of environment e returns, which may be a buffer of its own. Throws an EnvError. */
export function readState({ envs, steps, first }: Rollout, e: number): Float64Array {
  let state: unknown
  try {
    state = envs[e].getState!()
  } catch (error) {
    throw thrownBy('getState', first + e, steps[e], '', error)
  }
  if (isFloat64Array(state)) return state
  throw new EnvError(first + e, steps[e], `getState(): expected a Float64Array, got ${show(state)}`)
}

/** Set every environment back to the point. Throws an EnvError if one throws. */
export function restore(rollout: Rollout, point: SavedPoint): void {
  rollout.actor.observations.data.set(point.observations)
  rollout.episodeLengths.set(point.lengths)
  point.states.forEach((state, e) => writeState(rollout, e, state))
}

/** Set environment e to a state. Throws an EnvError if it throws. */
export function writeState({ envs, steps, first }: Rollout, e: number, state: Float64Array): void {
  try {
    envs[e].setState!(state)
  } catch (error) {
    throw thrownBy('setState', first + e, steps[e], '', error)
  }
}
