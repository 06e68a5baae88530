/**
 * A preconditioner for conjugate gradients from the Fisher matrix's own diagonal, M = diag F + λI.
 *
 * The diagonal is exact: F = mean of Jᵀ (Σ L_k L_kᵀ) J, so that its diagonal is the mean of Σ (Jᵀ L_k)∘(Jᵀ L_k),
 * one pass of squares for each output of the network. For a network of n outputs that costs about n / 2 products.
 */
import type { Operator } from '../../math/conjugateGradient.ts'
import { bindParameters } from '../../nn/parameters.ts'
import { type Shards, sumOverTiles } from '../../nn/shards.ts'
import { backwardSquares, createSquaresTape, squareInputs } from './squares.ts'
import { type PolicyMap } from '../../rl/policyMap.ts'

/** Division by the diagonal of F + λI. */
export interface Preconditioner {
  /** out ← v / (diag F + λ), as of the last `refresh`. */
  readonly apply: Operator
  /** Compute the diagonal anew, after `forwardPolicy` and `transposeWeights`, and take up λ, where it is given. */
  refresh(damping?: number): void
  /** diag F, without λ: [P]. */
  readonly diagonal: Float64Array
}

export function createPreconditioner(map: PolicyMap, shards: Shards, damping: number): Preconditioner {
  const { net, distribution, tape, eta, sharedBar } = map
  const squares = createSquaresTape(net, tape)
  const diagonal = new Float64Array(net.parameters.flat.length)
  const { shared } = bindParameters(diagonal, net.sizes, sharedBar.length)
  const N = tape.inputs.rows
  let lambda = damping
  const ones = new Float64Array(sharedBar.length).fill(1)
  return {
    diagonal,
    apply(out, v) {
      for (let i = 0; i < v.length; i++) {
        const scale = diagonal[i] + lambda
        // A parameter that nothing depends on, without damping: any positive number will do.
        out[i] = scale > 0 ? v[i] / scale : v[i]
      }
    },
    refresh(newDamping = lambda) {
      lambda = newDamping
      sumOverTiles(diagonal, shards, (tile, into) => {
        squareInputs(squares, tile)
        for (let k = 0; k < distribution.etaSize; k++) {
          distribution.metricFactor(tape.outputDerivatives, eta, k, tile.first, tile.rows)
          backwardSquares(net, squares, tile, into)
        }
      })
      for (let i = 0; i < diagonal.length; i++) diagonal[i] /= N
      distribution.sharedMetric(sharedBar, ones, eta)
      shared.set(sharedBar)
    },
  }
}
