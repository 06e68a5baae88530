/**
 * Exploration with held noise: the random numbers behind an action are reused for several steps, so that its
 * deviation from the mean, or its quantile among discrete choices, stays the same while the state changes.
 * Fresh noise at every step averages out; held noise moves further in one direction.
 *
 *   new noise with probability 1/m at each step, and at the start of an episode: held for m steps on average
 *
 * After state-dependent exploration, whose noise is drawn anew every n steps (Raffin, Kober & Stulp 2021),
 * and coloured noise in on-policy learning (Hollenstein, Martius & Piater 2024). Here the random stream is
 * set back to its earlier state, so that any distribution draws the same numbers again.
 * But: for m > 1 a batch is not an exact sample of π, since the state is no longer independent of the next
 * action's random numbers.
 */
import { expectNumber } from '../errors/expect.ts'
import { type Random, RANDOM_STATE_SIZE } from '../math/random.ts'

/** Streams of actions that are set back to hold their noise. */
export interface Noise {
  /** m: steps for which noise is held, on average. */
  readonly steps: number
  /** Streams of actions, one per environment. */
  readonly streams: readonly Random[]
  /** The state of each stream before its current noise was drawn. */
  readonly before: readonly Float64Array[]
  /**
   * Streams that decide when noise is drawn anew: 'noise/0', … of the rollout's stream. They have nothing to
   * do with the streams 'noise/e/m' of a vine, which are forks of another parent.
   */
  readonly ends: readonly Random[]
}

/** Noise that is held for `steps` steps on average, from 1 to 1e6, for actions drawn from `streams`. */
export function createNoise(
  streams: readonly Random[], steps: number, random: Random, first: number = 0,
): Noise {
  expectNumber('actionNoiseHold', steps, 1, 1e6)
  return {
    steps, streams,
    before: streams.map(() => new Float64Array(RANDOM_STATE_SIZE)),
    ends: streams.map((_, e) => random.fork(`noise/${first + e}`)),
  }
}

/** To be called before environment e's action is drawn: new noise, or again that of the step before. */
export function keepOrRenew(
  { steps, streams, before, ends }: Noise, e: number, firstOfEpisode: boolean,
): void {
  if (ends[e].uniform() * steps < 1 || firstOfEpisode) streams[e].getState(before[e])
  else streams[e].setState(before[e])
}
