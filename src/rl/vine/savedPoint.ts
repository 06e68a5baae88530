/**
 * A point of a rollout to which all its environments can be set back: their states, and what was observed in
 * them.
 * But: return and length of the current episode are not part of it.
 */
import { show } from '../../errors/expect.ts'
import { EnvError, thrownBy } from '../guard.ts'
import type { Rollout } from '../rollout.ts'

/** States and observations of all environments of a rollout at one time. */
export interface SavedPoint {
  /** The state of each environment. */
  readonly states: Float64Array[]
  /** The actor's observations: [E, inputs]. */
  readonly observations: Float64Array
}

/** A point for `save` to write. */
export function createSavedPoint({ envs, actor }: Rollout): SavedPoint {
  return {
    states: envs.map(() => new Float64Array(0)),
    observations: new Float64Array(actor.observations.data.length),
  }
}

/** point ← the current states. Throws an EnvError if an environment cannot save its state. */
export function save({ envs, actor, steps }: Rollout, { states, observations }: SavedPoint): void {
  observations.set(actor.observations.data)
  for (let e = 0; e < envs.length; e++) {
    let state: unknown
    try {
      state = envs[e].getState!()
    } catch (error) {
      throw thrownBy('getState', e, steps[e], '', error)
    }
    if (!(state instanceof Float64Array)) {
      throw new EnvError(e, steps[e], `getState(): expected a Float64Array, got ${show(state)}`)
    }
    if (states[e].length !== state.length) states[e] = new Float64Array(state.length)
    states[e].set(state)
  }
}

/** Set every environment back to the point. Throws an EnvError if one throws. */
export function restore({ envs, actor, steps }: Rollout, { states, observations }: SavedPoint): void {
  actor.observations.data.set(observations)
  for (let e = 0; e < envs.length; e++) {
    try {
      envs[e].setState!(states[e])
    } catch (error) {
      throw thrownBy('setState', e, steps[e], '', error)
    }
  }
}
