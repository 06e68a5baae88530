/**
 * Exploration that lasts: the random numbers behind an action serve for several steps, so that its deviation from
 * the mean, or its place among the choices, stays while the state moves on. Fresh noise at every step cancels
 * out; noise that stays climbs a hill.
 *
 *   drawn anew with chance 1/m at each step, and at the first of an episode: it lasts m steps in the mean
 *
 * After state-dependent exploration, whose noise is drawn anew every n steps (Raffin, Kober & Stulp 2021), and coloured
 * noise in on-policy learning (Hollenstein, Martius & Piater 2024). Here a stream returns to where it stood, and the
 * distribution, whichever it is, draws the same numbers again.
 * But: for m > 1 a batch is no exact sample of π: how a state was reached tells something of the next draw.
 */
import { expectNumber } from '../errors/expect.ts'
import { type Random, RANDOM_STATE_SIZE } from '../math/random.ts'

/** Where the random numbers of held actions start, and when they are drawn anew. */
export interface Noise {
  /** m: steps that the noise lasts, in the mean. */
  readonly steps: number
  /** Streams of actions, one an environment. */
  readonly streams: readonly Random[]
  /** Where each stood before its present noise was drawn. */
  readonly before: readonly Float64Array[]
  /** Streams that say when noise ends: forked 'noise/0', … */
  readonly ends: readonly Random[]
}

/** Noise of `steps` steps, from 1 to 1e6, in the mean, for the actions that `streams` draw. */
export function createNoise(streams: readonly Random[], steps: number, random: Random): Noise {
  expectNumber('actionNoiseHold', steps, 1, 1e6)
  return {
    steps, streams,
    before: streams.map(() => new Float64Array(RANDOM_STATE_SIZE)),
    ends: streams.map((_, e) => random.fork(`noise/${e}`)),
  }
}

/** To be called before environment e's action is drawn: with this step's own noise, or with that of the step before. */
export function keepOrRenew({ steps, streams, before, ends }: Noise, e: number, firstOfEpisode: boolean): void {
  if (ends[e].uniform() * steps < 1 || firstOfEpisode) streams[e].getState(before[e])
  else streams[e].setState(before[e])
}
