/**
 * J v and Jᵀ u of a network on the states of a tape, for many products at the same θ, in one of two ways.
 *
 * By passes: `tangent` and `backward` of `mlp`, four matrix products per layer, two in the first. By
 * sensitivities, two per hidden layer:
 *
 *   S_l = ∂outputs/∂(pre-activations z_l of layer l):  [outputs, units] per state, computed once for each θ
 *   J v = Σ over layers of S_l (V_lᵀ x_l + v_l),     Jᵀ u: z̄_l = S_lᵀ u,  W̄_l = Σ x_l z̄_lᵀ,  b̄_l = Σ z̄_l
 *
 * Each layer is independent of the others, as if its input x_l were data. For two hidden layers, one state:
 *
 *   z₁ = W₁ᵀ x + b₁,  h₁ = f(z₁),  z₂ = W₂ᵀ h₁ + b₂,  h₂ = f(z₂),  y = W₃ᵀ h₂ + b₃
 *   refresh:  S₂ = W₃ᵀ diag f′(z₂),  S₁ = S₂ W₂ᵀ diag f′(z₁)           only S₁ is kept
 *   J v:      ẏ = V₃ᵀ h₂ + v₃ + W₃ᵀ (f′(z₂) ∘ (V₂ᵀ h₁ + v₂))           layers 2, 3 by passes, ḣ₁ = 0
 *             ẏ += S₁ (V₁ᵀ x + v₁)                                     layer 1
 *   Jᵀ u:     z̄₃ = u,  z̄₂ = f′(z₂) ∘ W₃ u                              layers 3, 2 by passes
 *             z̄₁ = S₁ᵀ u;   W̄_l = h_{l−1} z̄_lᵀ,  b̄_l = z̄_l             layer 1
 *
 * For each θ, S costs one product per output and layer, and memory for outputs · activations: it pays with
 * few outputs and many layers.
 * But: the two ways sum in different orders, so last bits differ. The choice depends on the sizes alone.
 */
import { rowsOf, type Tensor } from '../math/tensor.ts'
import * as dense from './dense.ts'
import { backward, type Mlp, tangent, type Tape, type Tile, transposeWeights } from './mlp.ts'
import type { Parameters } from './parameters.ts'

/** The products J v and Jᵀ u of one network on the states of one tape. */
export interface Jacobian {
  /** Prepare for products at the θ of the last `forward` on the tape. */
  refresh(): void
  /** The tile's outputDerivatives ← J v. */
  tangent(tile: Tile, v: Parameters): void
  /** gradient += Jᵀ u, where u is the tile's outputDerivatives. */
  backward(tile: Tile, gradient: Parameters): void
}

/** With n outputs, S costs as much as n/2 products save; a step takes about ten products. */
const MAX_OUTPUTS = 8

/** The faster way for the sizes of the network. */
export function createJacobian(net: Mlp, tape: Tape): Jacobian {
  return sensitivitiesPerState(net.sizes) > 0 ? bySensitivities(net, tape) : byPasses(net)
}

/** Numbers kept per state: outputs · (units of all hidden layers except the last); 0 by passes. */
export function sensitivitiesPerState(sizes: readonly number[]): number {
  const outputs = sizes[sizes.length - 1]
  return outputs > MAX_OUTPUTS ? 0 : sizes.slice(1, -2).reduce((total, units) => total + outputs * units, 0)
}

/** By passes: for every network. */
export function byPasses(net: Mlp): Jacobian {
  return {
    refresh: () => transposeWeights(net),
    tangent: (tile, v) => tangent(net, tile, v),
    backward: (tile, gradient) => backward(net, tile, gradient),
  }
}

/** One tile's part of the memory of `bySensitivities`. */
interface Part {
  /** The tile's layers. Except in the last, the input counts as data: it has no tangent and no cotangent. */
  readonly layers: readonly dense.DenseTape[]
  /** S of each hidden layer: [outputs · rows, units], the rows of output 0, then those of output 1, … */
  readonly S: readonly Tensor[]
  /** byOutput[l][j]: the rows of S[l] that belong to output j, [rows, units]. */
  readonly byOutput: readonly (readonly Tensor[])[]
}

/**
 * For two hidden layers or more. Layers count from 0: `last` gives the outputs, `top` is the last hidden one.
 * S of `top` is not kept: it is the last layer's weights, the same for all states, times the slopes, the same
 * for all outputs, and applying these two factors is faster than reading the product.
 */
export function bySensitivities(net: Mlp, tape: Tape): Jacobian {
  const { backend, activation, transposes, parameters, sizes } = net
  const outputs = sizes[sizes.length - 1], last = sizes.length - 2, top = last - 1
  // S of each layer below `top` for all rows; of `top` for one tile, as scratch for computing the others.
  const tileRows = Math.max(...tape.tiles.map(({ rows }) => rows))
  const memory = sizes.slice(1, -1).map((units, l) =>
    backend.allocate(outputs * (l < top ? tape.inputs.rows : tileRows), units))
  const outputIndices = Array.from({ length: outputs }, (_, j) => j)
  // The last layer's weights of each output: [1, units of `top`] each.
  const outputWeights = outputIndices.map((j) => rowsOf(transposes[last], j, 1))
  const parts = new Map(tape.tiles.map((tile): [Tile, Part] => {
    const S = memory.map((whole, l) =>
      rowsOf(whole, outputs * (l < top ? tile.first : 0), outputs * tile.rows))
    return [tile, {
      layers: tile.layers.map((layer, l) => l === last ? layer : { ...layer, dX: null }),
      S, byOutput: S.map((Sl) => outputIndices.map((j) => rowsOf(Sl, j * tile.rows, tile.rows))),
    }]
  }))

  return {
    // S_top = W_lastᵀ diag f′,  S_l = S_{l+1} W_{l+1}ᵀ diag f′
    refresh() {
      transposeWeights(net)
      for (const { layers, S, byOutput } of parts.values()) {
        for (let j = 0; j < outputs; j++) backend.fillRows(byOutput[top][j], outputWeights[j])
        for (let l = top; l >= 0; l--) {
          if (l < top) backend.multiply(S[l], S[l + 1], transposes[l + 1])
          for (const Sj of byOutput[l]) activation.multiplyBySlope(backend, Sj, layers[l].Y)
        }
      }
    },

    // ẏ = J v: `top` and `last` by passes, then ẏ += S_l ż_l for each layer below.
    tangent(tile, v) {
      const { layers, S } = parts.get(tile)!
      // These activations were written before the other tiles ran and have left the cache. By passes,
      // multiplyBySlope loads them; here nothing does, so prefetch.
      backend.prefetch(layers[top].X)
      dense.tangent(backend, layers[top], parameters.layers[top], v.layers[top])
      activation.multiplyBySlope(backend, layers[top].dY, layers[top].Y)
      dense.tangent(backend, layers[last], parameters.layers[last], v.layers[last])
      for (let l = 0; l < top; l++) {
        dense.tangent(backend, layers[l], parameters.layers[l], v.layers[l])
        backend.addRowDots(layers[last].dY, S[l], layers[l].dY)
      }
    },

    // Jᵀ u: `last` and `top` by passes, then z̄_l = S_lᵀ u for each layer below.
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
