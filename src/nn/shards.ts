/**
 * A sum of gradients over the tiles of a tape that has the same bits for any number of workers: tiles are
 * split into at most 16 runs, each run is summed in order, and the sums are added in a fixed binary tree.
 */
import type { Tensor } from '../math/tensor.ts'
import type { Mlp, Tape, Tile } from './mlp.ts'
import { bindParameters, type Parameters } from './parameters.ts'

const SHARDS = 16

/** Accumulators for a sum over the tiles of one tape. */
export interface Shards {
  /** Tiles of each shard. */
  readonly tiles: readonly (readonly Tile[])[]
  /** One accumulator per shard, each [P]; and the same memory as matrices of one row, for the backend. */
  readonly parts: readonly Parameters[]
  readonly rows: readonly Tensor[]
  readonly add: (into: Tensor, row: Tensor) => void
}

/** The accumulators for `tape`: at most 16, P numbers each. */
export function createShards(net: Mlp, tape: Tape): Shards {
  const total = tape.tiles.length
  const count = Math.min(SHARDS, total)
  const { sizes, backend, parameters } = net
  const start = (shard: number): number => Math.floor(shard * total / count)
  const rows = Array.from({ length: count }, () => backend.allocate(1, parameters.flat.length))
  const parts = rows.map(({ data }) => bindParameters(data, sizes, parameters.shared.length))
  return {
    tiles: parts.map((_, s) => tape.tiles.slice(start(s), start(s + 1))),
    parts, rows,
    add: (into, row) => backend.addColumnSums(into, row),
  }
}

/**
 * Add all parts to the first, in a fixed binary tree: neighbours, then pairs, then fours. `add` adds its
 * second argument to its first; the other parts are overwritten. Which worker computed a part, and
 * when, has no effect.
 */
export function addTree<T>(parts: readonly T[], add: (into: T, part: T) => void): void {
  for (let stride = 1; stride < parts.length; stride *= 2) {
    for (let i = 0; i + stride < parts.length; i += 2 * stride) add(parts[i], parts[i + stride])
  }
}

/** out ← Σ over tiles of what `addTile` adds to the accumulator `into`.  out: [P]. */
export function sumOverTiles(
  out: Float64Array, shards: Shards, addTile: (tile: Tile, into: Parameters) => void,
): void {
  for (let s = 0; s < shards.parts.length; s++) {
    shards.parts[s].flat.fill(0)
    for (const tile of shards.tiles[s]) addTile(tile, shards.parts[s])
  }
  addTree(shards.rows, shards.add)
  out.set(shards.parts[0].flat)
}
