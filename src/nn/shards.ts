/**
 * A sum of gradients over the tiles of a tape that has the same bits however many workers share it: tiles are
 * cut into at most 16 runs, each run is summed in order, and the runs are added in a fixed binary tree.
 */
import type { Tensor } from '../math/tensor.ts'
import { addTree } from '../math/vector.ts'
import type { Mlp, Tape, Tile } from './mlp.ts'
import { bindParameters, type Parameters } from './parameters.ts'

const SHARDS = 16

export interface Shards {
  /** Tiles of each shard. */
  readonly tiles: readonly (readonly Tile[])[]
  /** One accumulator a shard, each [P], and the same as matrices of one row, which the backend adds. */
  readonly parts: readonly Parameters[]
  readonly rows: readonly Tensor[]
  readonly add: (into: Tensor, row: Tensor) => void
}

export function createShards(net: Mlp, tape: Tape): Shards {
  const total = tape.tiles.length
  const count = Math.min(SHARDS, total)
  const { sizes, backend, parameters } = net
  const rows = Array.from({ length: count }, () => backend.allocate(1, parameters.flat.length))
  const parts = rows.map(({ data }) => bindParameters(data, sizes, parameters.shared.length))
  return {
    tiles: parts.map((_, s) => tape.tiles.slice(Math.floor(s * total / count), Math.floor((s + 1) * total / count))),
    parts, rows,
    add: (into, row) => backend.addColumnSums(into, row),
  }
}

/** out ← Σ over tiles of what `addTile` adds into the accumulator that it is handed.  out: [P]. */
export function sumOverTiles(out: Float64Array, shards: Shards, addTile: (tile: Tile, into: Parameters) => void): void {
  for (let s = 0; s < shards.parts.length; s++) {
    shards.parts[s].flat.fill(0)
    for (const tile of shards.tiles[s]) addTile(tile, shards.parts[s])
  }
  addTree(shards.rows, shards.add)
  out.set(shards.parts[0].flat)
}
