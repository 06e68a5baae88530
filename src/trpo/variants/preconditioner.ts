/**
 * A preconditioner for conjugate gradients: the diagonal of the Fisher matrix, plus damping, diag F + λI.
 *
 * The diagonal is exact. With the metric as a product of factors, M = Σ L_k L_kᵀ, F is the mean over states
 * of Jᵀ (Σ L_k L_kᵀ) J, and its diagonal the mean of Σ (Jᵀ L_k)∘(Jᵀ L_k): one pass of squares per output of
 * the network. For a network of n outputs that costs as much as about n / 2 products.
 */
import type { Operator } from '../../math/conjugateGradient.ts'
import { bindParameters } from '../../nn/parameters.ts'
import { type Shards, sumOverTiles } from '../../nn/shards.ts'
import type { PolicyMap } from '../../rl/policyMap.ts'
import { backwardSquares, createSquaresTape, squareInputs, type SquaresTape } from './squares.ts'

/** Division by the diagonal of F + λI. */
export interface Preconditioner {
  /** out ← v / (diag F + λ), as of the last `step`. */
  readonly apply: Operator
  readonly map: PolicyMap
  readonly shards: Shards
  readonly squares: SquaresTape
  /** diag F, without λ: [P]; and its entries of shared parameters. */
  readonly diagonal: Float64Array
  readonly shared: Float64Array
  /** 1 for each shared parameter. */
  readonly ones: Float64Array
  /** λ */
  damping: number
}

export function createPreconditioner(map: PolicyMap, shards: Shards, damping: number): Preconditioner {
  const { net, tape, sharedBar } = map
  const diagonal = new Float64Array(net.parameters.flat.length)
  const preconditioner: Preconditioner = {
    map, shards, diagonal, damping,
    squares: createSquaresTape(net, tape),
    shared: bindParameters(diagonal, net.sizes, sharedBar.length).shared,
    ones: new Float64Array(sharedBar.length).fill(1),
    apply: (out, v) => divide(out, v, preconditioner),
  }
  return preconditioner
}

/** Compute the diagonal, after `forwardPolicy(map)` and `transposeWeights`, and use `damping` from now on. */
export function refreshPreconditioner(preconditioner: Preconditioner, damping: number): void {
  const { map: { net, distribution, tape, eta, sharedBar, states: N }, shards, squares } = preconditioner
  const { diagonal, shared, ones } = preconditioner
  preconditioner.damping = damping
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
}

function divide(out: Float64Array, v: Float64Array, { diagonal, damping: lambda }: Preconditioner): void {
  for (let i = 0; i < v.length; i++) {
    const scale = diagonal[i] + lambda
    // 0 only without damping, for a parameter that has no effect: any positive scale is right.
    out[i] = scale > 0 ? v[i] / scale : v[i]
  }
}
