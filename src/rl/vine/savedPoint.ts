/**
 * A point of a rollout to which all its environments can be set back: their states, what was observed in
 * them, and how long their episodes were, for limits.
 * But: returns of the current episodes are not part of it.
 */
import { show } from '../../errors/expect.ts'
import { isFloat64Array } from '../../errors/kinds.ts'
import { EnvError, thrownBy } from '../guard.ts'
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
export function save({ envs, actor, steps, episodeLengths }: Rollout, point: SavedPoint): void {
  const { states } = point
  point.observations.set(actor.observations.data)
  point.lengths.set(episodeLengths)
  for (let e = 0; e < envs.length; e++) {
    let state: unknown
    try {
      state = envs[e].getState!()
    } catch (error) {
      throw thrownBy('getState', e, steps[e], '', error)
    }
    if (!isFloat64Array(state)) {
      throw new EnvError(e, steps[e], `getState(): expected a Float64Array, got ${show(state)}`)
    }
    if (states[e].length !== state.length) states[e] = new Float64Array(state.length)
    states[e].set(state)
  }
}

/** Set every environment back to the point. Throws an EnvError if one throws. */
export function restore({ envs, actor, steps, episodeLengths }: Rollout, point: SavedPoint): void {
  const { states } = point
  actor.observations.data.set(point.observations)
  episodeLengths.set(point.lengths)
  for (let e = 0; e < envs.length; e++) {
    try {
      envs[e].setState!(states[e])
    } catch (error) {
      throw thrownBy('setState', e, steps[e], '', error)
    }
  }
}
