/**
 * What the next steps of a rollout depend on: observations, episodes under way, streams of actions, and the
 * states of environments that can save theirs.
 */
import { type Cell, countsCell, streamCell, streamStateCell, vectorCell } from '../math/cells.ts'
import type { Rollout } from './rollout.ts'
import { readState } from './vine/savedPoint.ts'

/** Cells of everything except the environments' own states. */
export function rolloutCells(rollout: Rollout): Cell[] {
  const { actor, steps, episodeReturns, episodeLengths, streams, noise, first } = rollout
  return [
    vectorCell('observations', actor.observations.data),
    countsCell('steps', steps),
    vectorCell('episode.returns', episodeReturns),
    countsCell('episode.lengths', episodeLengths),
    ...streams.map((random, e) => streamCell(`action/${first + e}`, random)),
    ...noise?.ends.map((random, e) => streamCell(`noise/${first + e}`, random)) ?? [],
    ...noise?.before.map((state, e) => streamStateCell(`held/${first + e}`, state)) ?? [],
  ]
}

/** The state of environment e; null if it cannot save one. Throws an EnvError if what it returns is none. */
export function envState(rollout: Rollout, e: number): Float64Array | null {
  const env = rollout.envs[e]
  if (typeof env.getState !== 'function' || typeof env.setState !== 'function') return null
  return readState(rollout, e).slice()
}
