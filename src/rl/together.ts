/**
 * What the rollouts of all ranks have done together. Alone, what one has done.
 */
import { type Communicator, gathered, gatheredParts, gatheredTexts, solo } from '../math/communicator.ts'
import { textOf } from './play/guard.ts'
import { meansOf } from './play/info.ts'
import type { Body } from './play/late.ts'
import type { Episode, Rollout } from './rollout.ts'

/** Steps so far. */
export function stepsTogether({ ranks, steps }: Rollout): number {
  // Integers: exact in any order.
  return gathered(ranks, steps).reduce((a, b) => a + b, 0)
}

/** The episodes that ended in the last batch, in order of time, then of environments. */
export function episodesTogether({ ranks, ends }: Rollout, episodes: Episode[]): Episode[] {
  if (ranks.size === 1) return episodes
  const mine = episodes.flatMap((episode, k) => [ends[k], episode.env, episode.return, episode.length])
  const rows = gatheredParts(ranks, Float64Array.from(mine)).flatMap((part) =>
    Array.from({ length: part.length / 4 }, (_, k) => part.subarray(4 * k, 4 * k + 4)))
  return rows.sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([, env, total, length]) => ({ return: total, length, env }))
}

/** Means of the numbers in `info`, each over the steps that had it; they are taken. */
export function infoTogether({ ranks, info }: Rollout): Readonly<Record<string, number>> {
  const names = [...new Set(info.flatMap((sums) => [...sums.keys()]))]
  if (ranks.size === 1) return meansOf(info)
  const mine = info.flatMap((sums) => names.flatMap((name) => {
    const { sum, count } = sums.get(name) ?? { sum: 0, count: 0 }
    return [sum, count]
  }))
  for (const sums of info) sums.clear()
  const allNames = gatheredTexts(ranks, JSON.stringify(names)).map((text) => JSON.parse(text) as string[])
  const parts = gatheredParts(ranks, Float64Array.from(mine))
  return meansOf(parts.flatMap((part, r) => {
    const width = 2 * allNames[r].length
    return Array.from({ length: width === 0 ? 0 : part.length / width }, (_, e) =>
      new Map(allNames[r].map((name, k) =>
        [name, { sum: part[e * width + 2 * k], count: part[e * width + 2 * k + 1] }] as const)
        .filter(([, { count }]) => count > 0)))
  }))
}

/** The same body; an error of it ends the bodies of all ranks. */
export function* endingAll<R extends object, T>(ranks: Communicator = solo, body: Body<R, T>): Body<R, T> {
  try {
    return yield* body
  } catch (error) {
    ranks.abort(textOf(error))
    throw error
  }
}
