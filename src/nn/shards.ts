/**
 * A sum of gradients over the tiles of a tape that has the same bits for any number of workers: each shard is
 * summed in order, tile by tile, and the sums are added in a fixed binary tree. And samples of a batch's
 * states that take as many from each shard.
 */
import type { Backend } from '../math/backend.ts'
import { addAll, type Communicator, solo } from '../math/communicator.ts'
import type { Random } from '../math/random.ts'
import type { Tensor } from '../math/tensor.ts'
import { addTree, SHARDS, shardStart } from '../math/vector.ts'
import type { Mlp, Tape, Tile } from './mlp.ts'
import { bindParameters, type Parameters } from './parameters.ts'

/** Accumulators for a sum over the tiles of one tape: of gradients, or of other numbers seen as T. */
export interface Shards<T extends { readonly flat: Float64Array } = Parameters> {
  /** Tiles of each shard. */
  readonly tiles: readonly (readonly Tile[])[]
  /** One accumulator per shard, each [P]; and the same memory as matrices of one row, for the backend. */
  readonly parts: readonly T[]
  readonly rows: readonly Tensor[]
  readonly add: (into: Tensor, row: Tensor) => void
  /** Others that hold the other shards, and scratch for what they exchange: [size · P], or []. */
  readonly ranks: Communicator
  /** How many ranks have the same shards. */
  readonly copies: number
  readonly gathered: Float64Array
}

/** The accumulators for `tape`: P numbers per shard. */
export function createShards(
  { sizes, backend, parameters }: Mlp, tape: Tape, ranks: Communicator = solo, copies: number = 1,
): Shards {
  const { flat: { length }, shared } = parameters
  const bind = (flat: Float64Array): Parameters => bindParameters(flat, sizes, shared.length)
  return createSums(backend, tape, length, bind, ranks, copies)
}

/** The same for sums of `length` numbers, which `bind` sees as T. */
export function createSums<T extends { readonly flat: Float64Array }>(
  backend: Backend, tape: Tape, length: number, bind: (flat: Float64Array) => T,
  ranks: Communicator = solo, copies: number = 1,
): Shards<T> {
  const rows = tape.shards.map(() => backend.allocate(1, length))
  return {
    tiles: tape.shards,
    parts: rows.map(({ data }) => bind(data)),
    rows,
    add: (into, row) => backend.addColumnSums(into, row),
    ranks, copies,
    gathered: new Float64Array(ranks.size === 1 ? 0 : ranks.size * length),
  }
}

/** out ← Σ over tiles of what `addTile` adds to the accumulator `into`.  out: [P]. */
export function sumOverTiles<T extends { readonly flat: Float64Array }>(
  out: Float64Array, shards: Shards<T>, addTile: (tile: Tile, into: T) => void,
): void {
  for (let s = 0; s < shards.parts.length; s++) {
    shards.parts[s].flat.fill(0)
    for (const tile of shards.tiles[s]) addTile(tile, shards.parts[s])
  }
  addTree(shards.rows, shards.add)
  out.set(shards.parts[0].flat)
  addAll(shards.ranks, out, shards.gathered, shards.copies)
}

/** Size of a sample of about `fraction` of N states: as many from each shard, at least one; all if N < 16. */
export function sampleSize(fraction: number, N: number): number {
  return N < SHARDS ? N : SHARDS * Math.max(1, Math.floor(fraction * N / SHARDS))
}

/**
 * sample ← row numbers drawn without replacement, as many from each shard of N = order.length rows, in the
 * order of the shards.  sample: [sampleSize]. `order` [N] is scratch. With several ranks each draws from its
 * own shards, after the numbers that are drawn for the shards of others.
 */
export function drawSample(
  sample: Int32Array, order: Int32Array, random: Random, { rank, size }: Communicator = solo,
): void {
  const mine = order.length, N = size * mine, n = size * sample.length
  const firstRow = rank * mine, firstDraw = rank * sample.length
  for (let i = 0; i < mine; i++) order[i] = i
  for (let s = 0, k = 0; s < SHARDS; s++) {
    const end = shardStart(s + 1, N)
    for (let i = shardStart(s, N); k < shardStart(s + 1, n); i++, k++) {
      const at = i + random.integer(end - i)
      if (k < firstDraw || k >= firstDraw + sample.length) continue
      sample[k - firstDraw] = order[at - firstRow]
      order[at - firstRow] = order[i - firstRow]
    }
  }
}
