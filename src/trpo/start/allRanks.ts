/**
 * States of environments that several ranks have, as one record, and back.
 */
import { type Communicator, gatheredParts, gatheredTexts } from '../../math/communicator.ts'
import { EnvError } from '../../rl/play/envError.ts'
import { textOf } from '../../rl/play/guard.ts'

/** What `take` returns; if it throws on one rank, an error on all, so that none waits for the others. */
export function allOrNone<T>(ranks: Communicator, take: () => T): T {
  let taken: { readonly value: T } | null = null, own: unknown = null
  try {
    taken = { value: take() }
  } catch (error) {
    own = error
  }
  const problems = gatheredTexts(ranks, taken === null ? textOf(own) : '')
  const failed = problems.findIndex((problem) => problem !== '')
  if (taken !== null && failed < 0) return taken.value
  throw taken === null ? own : new EnvError(0, null, `rank ${failed}: ${problems[failed]}`)
}

/** The states of all ranks: vectors of one name one after the other. */
export function gatheredState(
  ranks: Communicator, mine: Record<string, Float64Array>,
): Record<string, Float64Array> {
  if (ranks.size === 1) return mine
  const lengths = Object.entries(mine).map(([name, { length }]) => [name, length] as const)
  const tables = gatheredTexts(ranks, JSON.stringify(lengths))
  const numbers = gatheredParts(ranks, joined(Object.values(mine)))
  const all: Record<string, Float64Array> = {}
  tables.forEach((table, r) => {
    let at = 0
    for (const [name, length] of JSON.parse(table) as [string, number][]) {
      all[name] = joined([all[name] ?? new Float64Array(0), numbers[r].subarray(at, at + length)])
      at += length
    }
  })
  return all
}

/** One vector after the other. */
function joined(vectors: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(vectors.reduce((count, { length }) => count + length, 0))
  let at = 0
  for (const vector of vectors) {
    all.set(vector, at)
    at += vector.length
  }
  return all
}

/** Of a vector of all environments the part of this rank, of so many numbers; else all of it. */
export function partOf({ rank, size }: Communicator, x: Float64Array, length: number): Float64Array {
  return size > 1 && x.length === size * length ? x.slice(rank * length, (rank + 1) * length) : x
}
