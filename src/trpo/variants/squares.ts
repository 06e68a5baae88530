/**
 * Squares of per-state derivatives, summed: with u a direction of the outputs at each state, the diagonal of
 * Σ over states of (Jᵀ u)(Jᵀ u)ᵀ. At one state the gradient of a dense layer is the outer product x ȳᵀ, so
 * its squares are those of x times those of ȳ: two products per layer replace a loop over states.
 */
import { rowsOf, type Tensor, transposed } from '../../math/tensor.ts'
import type { Mlp, Tape, Tile } from '../../nn/mlp.ts'
import type { Parameters } from '../../nn/parameters.ts'

/** Memory for the squares of one tile: for each number of rows that tiles have, one entry per layer. */
export interface SquaresTape {
  readonly byRows: ReadonlyMap<number, readonly Squares[]>
}

/** Squares of one layer's inputs and output cotangents, for one tile. */
export interface Squares {
  /** X ∘ X [n, in], its transposed view, and Ȳ ∘ Ȳ [n, out]. */
  readonly X: Tensor
  readonly Xt: Tensor
  readonly Y: Tensor
}

/** Memory for the tiles of `tape`. */
export function createSquaresTape({ backend, sizes }: Mlp, tape: Tape): SquaresTape {
  const maxRows = Math.max(...tape.tiles.map(({ rows }) => rows))
  const memory = sizes.slice(1).map((outputs, l) => ({
    X: backend.allocate(maxRows, sizes[l]), Y: backend.allocate(maxRows, outputs),
  }))
  const byRows = new Map<number, Squares[]>()
  for (const { rows } of tape.tiles) {
    if (byRows.has(rows)) continue
    byRows.set(rows, memory.map(({ X, Y }) => {
      const view = rowsOf(X, 0, rows)
      return { X: view, Xt: transposed(view), Y: rowsOf(Y, 0, rows) }
    }))
  }
  return { byRows }
}

/** Square the inputs of every layer, which are the same for all directions u. After `forward`. */
export function squareInputs({ byRows }: SquaresTape, tile: Tile): void {
  const squares = byRows.get(tile.rows)!
  tile.layers.forEach(({ X }, l) => square(squares[l].X, X))
}

/**
 * diagonal += Σ over the tile's states of (Jᵀ u)∘(Jᵀ u), where u is the tile's outputDerivatives; after
 * `squareInputs` and `transposeWeights`. Like `backward`, it overwrites the derivatives.
 */
export function backwardSquares(net: Mlp, { byRows }: SquaresTape, tile: Tile, diagonal: Parameters): void {
  const { backend, activation } = net
  const squares = byRows.get(tile.rows)!
  for (let l = tile.layers.length - 1; l >= 0; l--) {
    const { Y, dX, dY } = tile.layers[l]
    if (l + 1 < tile.layers.length) activation.multiplyBySlope(backend, dY, Y)
    square(squares[l].Y, dY)
    backend.addMultiply(diagonal.layers[l].W, squares[l].Xt, squares[l].Y)
    backend.addColumnSums(diagonal.layers[l].b, squares[l].Y)
    if (dX !== null) backend.multiply(dX, dY, net.transposes[l])
  }
}

/** to ← from ∘ from */
function square(to: Tensor, from: Tensor): void {
  const t = to.data, f = from.data
  for (let p = 0; p < to.rows * to.cols; p++) t[p] = f[p] * f[p]
}
