/**
 * Several ranks that run the same program together: each has a part of the states, all have the same
 * parameters, and only sums travel. A rank holds consecutive states, so whole shards of every sum over them
 * (`SHARDS`, and `addTree` in math/vector): it adds its own, all ranks gather what each has, and each adds
 * the rest of the one tree. So the bits do not depend on how many ranks there are.
 * After the synchronous, data-parallel programs over MPI of OpenAI baselines and Spinning Up.
 * But: no rank may be missing or late; the numbers of ranks are 1, 2, 4, 8 and 16.
 */
import { argumentError } from '../errors/expect.ts'
import { anyFunction, type Check, expectShape, integer, type Shape } from '../errors/shape.ts'
import { addScaled, addTree, largestMagnitude, SHARDS, sumInShards } from './vector.ts'

/** What ranks exchange numbers by. All ranks make the same calls, in the same order. */
export interface Communicator {
  /** From 0. */
  readonly rank: number
  /** 1, 2, 4, 8 or 16. */
  readonly size: number
  /**
   * into ← the numbers of all ranks, in the order of ranks.  mine: [n], the same n for all; into: [size · n].
   * Throws if another rank has failed or does not answer.
   */
  allGather(into: Float64Array, mine: Float64Array): void
  /** Let the calls of all other ranks throw, with `reason` in the message: this one takes part no longer. */
  abort(reason: string): void
}

/** One rank alone: nothing travels. */
export const solo: Communicator = {
  rank: 0, size: 1,
  allGather: (into, mine) => { into.set(mine) },
  abort: () => {},
}

/** Σ over the states of all ranks; x: one number per state, [n] on each rank. The bits of `sum` over all. */
export function sumOf(ranks: Communicator, x: Float64Array, n: number = x.length): number {
  const mine = sumInShards(x, n, SHARDS / ranks.size)
  if (ranks.size === 1) return mine
  const parts = Array.from(gathered(ranks, Float64Array.of(mine)), (part) => Float64Array.of(part))
  addTree(parts, (into, part) => { into[0] += part[0] })
  return parts[0][0]
}

/** max |xᵢ| over all ranks; NaN if any entry is NaN. */
export function largestOf(ranks: Communicator, x: Float64Array): number {
  return largestNumber(ranks, largestMagnitude(x))
}

/** The largest of the numbers, at least 0, that the ranks have. */
export function largestNumber(ranks: Communicator, mine: number): number {
  return ranks.size === 1 ? mine : largestMagnitude(gathered(ranks, Float64Array.of(mine)))
}

/** The same of each entry by itself: x ← max over ranks of |x|, for numbers of at least 0. */
export function keepLargest(ranks: Communicator, x: Float64Array): void {
  if (ranks.size === 1) return
  const all = gathered(ranks, x)
  for (let p = 0; p < all.length; p++) x[p % x.length] = Math.max(x[p % x.length], all[p])
}

/**
 * x ← Σ over ranks of what each has summed over its shards; `all` [size · n] is scratch. `copies` neighbours
 * have the same shards, and one of them counts.
 */
export function addAll(ranks: Communicator, x: Float64Array, all: Float64Array, copies: number = 1): void {
  if (ranks.size === 1) return
  ranks.allGather(all, x)
  const parts: Float64Array[] = []
  for (let r = 0; r < ranks.size; r += copies) parts.push(all.subarray(r * x.length, (r + 1) * x.length))
  addTree(parts, (into, part) => addScaled(into, 1, part))
  x.set(parts[0])
}

/** The numbers of all ranks one after the other; each has equally many. */
export function gathered(ranks: Communicator, mine: Float64Array): Float64Array {
  if (ranks.size === 1) return mine
  const all = new Float64Array(ranks.size * mine.length)
  ranks.allGather(all, mine)
  return all
}

/** The numbers of each rank, which may have more or fewer. */
export function gatheredParts(ranks: Communicator, mine: Float64Array): Float64Array[] {
  if (ranks.size === 1) return [mine]
  const counts = gathered(ranks, Float64Array.of(mine.length)), width = largestMagnitude(counts)
  const padded = new Float64Array(width)
  padded.set(mine)
  const all = gathered(ranks, padded)
  return Array.from(counts, (count, r) => all.slice(r * width, r * width + count))
}

/** The text of each rank. */
export function gatheredTexts(ranks: Communicator, mine: string): string[] {
  if (ranks.size === 1) return [mine]
  const units = Float64Array.from({ length: mine.length }, (_, i) => mine.charCodeAt(i))
  return gatheredParts(ranks, units)
    .map((each) => Array.from(each, (unit) => String.fromCharCode(unit)).join(''))
}

/**
 * Throws unless all ranks have the same vectors after an iteration, to the bit: one that differs goes its own
 * way from then on. By a checksum of 53 bits.
 */
export function expectAlike(
  ranks: Communicator, iteration: number, vectors: readonly Float64Array[],
): void {
  if (ranks.size === 1) return
  const all = gathered(ranks, Float64Array.of(checksum(vectors)))
  // The most frequent one is right; if there are equally many, the first.
  const votes = Array.from(all, (each) => all.filter((other) => other === each).length)
  const right = all[votes.indexOf(Math.max(...votes))]
  const wrong = [...all.keys()].filter((r) => all[r] !== right)
  if (wrong.length === 0) return
  const when = `after iteration ${iteration}`
  throw new Error(`rank ${wrong.join(', ')}: expected the parameters of the others ${when}, got other bits`)
}

function checksum(vectors: readonly Float64Array[]): number {
  let high = 0, low = 0
  for (const vector of vectors) {
    const words = new Uint32Array(vector.buffer, vector.byteOffset, 2 * vector.length)
    for (let i = 0; i < words.length; i++) {
      low = Math.imul(low ^ words[i], 0x01000193)
      high = Math.imul(high + words[i] ^ low >>> 15, 0x85ebca6b)
    }
  }
  return (high >>> 11) * 4294967296 + (low >>> 0)
}

const shape = (): Shape => ({
  size: integer(1, SHARDS), rank: integer(0, SHARDS - 1), allGather: anyFunction, abort: anyFunction,
})

/** Throws unless `value` is a communicator of 1, 2, 4, 8 or 16 ranks. */
export const expectCommunicator: Check = (name, value) => {
  expectShape(name, value, 'a communicator', shape())
  const { rank, size } = value as Communicator
  if (SHARDS % size !== 0) throw argumentError(`${name}.size`, '1, 2, 4, 8 or 16', size, 'number')
  integer(0, size - 1)(`${name}.rank`, rank)
}
