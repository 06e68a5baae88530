/**
 * J v and Jᵀ u of a network on the states of a tape, for runs of many products at the same θ; in one of two ways.
 *
 * By passes: `tangent` and `backward` of `mlp`, four products of matrices a layer. By sensitivities, two:
 *
 *   S_l = ∂outputs/∂(pre-activations of layer l), for each state a matrix [outputs, units], kept from product to product
 *   J v = Σ over layers of S_l (V_lᵀ x_l + v_l),     Jᵀ u: z̄_l = S_lᵀ u,  W̄_l = Σ x_l z̄_lᵀ,  b̄_l = Σ z̄_l
 *
 * where a layer stands alone, as if its input were data. S costs one product an output and layer, once for each θ, and
 * as many numbers as there are activations, times the outputs: it pays where outputs are few and layers many.
 * But: the two ways sum in different orders, so that last bits differ. Which it is depends on the sizes alone.
 */
import { rowsOf, type Tensor } from '../math/tensor.ts'
import * as dense from './dense.ts'
import { backward, type Mlp, tangent, type Tape, type Tile, transposeWeights } from './mlp.ts'
import type { Parameters } from './parameters.ts'

/** J = ∂outputs/∂parameters at one θ, by products with it. */
export interface Jacobian {
  /** Take up the θ of the last `forward` on the tape. */
  refresh(): void
  /** The tile's outputDerivatives ← J v. */
  tangent(tile: Tile, v: Parameters): void
  /** gradient += Jᵀ u, where u is the tile's outputDerivatives. */
  backward(tile: Tile, gradient: Parameters): void
}

/** For n outputs S costs what n/2 products save; a step takes some ten. */
const MOST_OUTPUTS = 8

/** The way that suits the network. */
export function createJacobian(net: Mlp, tape: Tape): Jacobian {
  return sensitivitiesPerState(net.sizes) > 0 ? bySensitivities(net, tape) : byPasses(net)
}

/** Numbers that `createJacobian` keeps for each state: outputs · (units of all hidden layers but the last), or none. */
export function sensitivitiesPerState(sizes: readonly number[]): number {
  const outputs = sizes[sizes.length - 1]
  return outputs > MOST_OUTPUTS ? 0 : sizes.slice(1, -2).reduce((total, units) => total + outputs * units, 0)
}

export function byPasses(net: Mlp): Jacobian {
  return {
    refresh: () => transposeWeights(net),
    tangent: (tile, v) => tangent(net, tile, v),
    backward: (tile, gradient) => backward(net, tile, gradient),
  }
}

/**
 * For two hidden layers or more. The last of them is passed through all the same: its S is W ∘ slope, one factor for
 * all states and one for all outputs, and quicker to apply than to read.
 */
export function bySensitivities(net: Mlp, tape: Tape): Jacobian {
  const { backend, activation, transposes, parameters, sizes } = net
  const outputs = sizes[sizes.length - 1], last = sizes.length - 2, top = last - 1
  /** S of each layer below the top, and that of the top for one tile, on the way to the others. */
  const memory = sizes.slice(1, -1).map((units, l) =>
    backend.allocate(outputs * (l < top ? tape.inputs.rows : tape.tiles[0].rows), units))
  const each = Array.from({ length: outputs }, (_, j) => j)
  const columns = each.map((j) => rowsOf(transposes[last], j, 1))
  const parts = new Map(tape.tiles.map((tile): [Tile, Part] => {
    const S = memory.map((whole, l) => rowsOf(whole, outputs * (l < top ? tile.first : 0), outputs * tile.rows))
    return [tile, {
      layers: tile.layers.map((layer, l) => l === last ? layer : { ...layer, dX: null }),
      S, ofOutput: S.map((Sl) => each.map((j) => rowsOf(Sl, j * tile.rows, tile.rows))),
    }]
  }))

  return {
    refresh() {
      transposeWeights(net)
      for (const { layers, S, ofOutput } of parts.values()) {
        for (let j = 0; j < outputs; j++) backend.fillRows(ofOutput[top][j], columns[j])
        for (let l = top; l >= 0; l--) {
          if (l < top) backend.multiply(S[l], S[l + 1], transposes[l + 1])
          for (const Sj of ofOutput[l]) activation.multiplyBySlope(backend, Sj, layers[l].Y)
        }
      }
    },

    tangent(tile, v) {
      const { layers, S } = parts.get(tile)!
      // Computed before all the other tiles were; no slope brings it near, as one does on the way up by passes.
      backend.prefetch(layers[top].X)
      dense.tangent(backend, layers[top], parameters.layers[top], v.layers[top])
      activation.multiplyBySlope(backend, layers[top].dY, layers[top].Y)
      dense.tangent(backend, layers[last], parameters.layers[last], v.layers[last])
      for (let l = 0; l < top; l++) {
        dense.tangent(backend, layers[l], parameters.layers[l], v.layers[l])
        backend.addRowDots(layers[last].dY, S[l], layers[l].dY)
      }
    },

    backward(tile, gradient) {
      const { layers, S } = parts.get(tile)!
      dense.backward(backend, layers[last], transposes[last], gradient.layers[last])
      activation.multiplyBySlope(backend, layers[top].dY, layers[top].Y)
      dense.backward(backend, layers[top], transposes[top], gradient.layers[top])
      for (let l = 0; l < top; l++) {
        backend.mixRows(layers[l].dY, layers[last].dY, S[l])
        dense.backward(backend, layers[l], transposes[l], gradient.layers[l])
      }
    },
  }
}

/** One tile's part. */
interface Part {
  /** Below the last, inputs count as data: no derivative enters or leaves through them. */
  readonly layers: readonly dense.DenseTape[]
  /** S of each hidden layer, output after output: [outputs · rows, units]. */
  readonly S: readonly Tensor[]
  /** The same, cut into [rows, units]. */
  readonly ofOutput: readonly (readonly Tensor[])[]
}
