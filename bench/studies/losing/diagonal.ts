/**
 * A losing rung: the exact diagonal of F + λI as preconditioner. With the metric as a product of factors,
 * M = Σ L_k L_kᵀ, it is the mean over states of Σ (Jᵀ L_k)∘(Jᵀ L_k) plus λ: a backward pass per output. At
 * one state the gradient of a dense layer is the outer product x ȳᵀ, so its squares are those of x times
 * those of ȳ, and two products per layer replace a loop over states.
 * *Measured* (`npm run bench -- solver`): to a residual of 0.001 it takes 1.2 to 4.2 times as many products,
 * and costs some half a product per output. The Fisher matrix of a network is not nearly diagonal; Kronecker
 * factors (src/trpo/variants/kronecker) see more of it for less.
 */
import type { Operator } from '../../../src/math/conjugateGradient.ts'
import { transposed } from '../../../src/math/tensor.ts'
import { bindParameters } from '../../../src/nn/parameters.ts'
import { type Shards, sumOverTiles } from '../../../src/nn/shards.ts'
import type { PolicyMap } from '../../../src/rl/policyMap.ts'

/** out ← v / (diag F + λ), at the θ of the last `forwardPolicy(map)` and `transposeWeights`. */
export function diagonalOf(map: PolicyMap, shards: Shards, damping: number): Operator {
  const { net, distribution, tape, eta, sharedBar } = map
  const { backend, activation, transposes, sizes, parameters } = net
  const diagonal = new Float64Array(parameters.flat.length)
  sumOverTiles(diagonal, shards, ({ first, rows, layers }, into) => backend.temporarily(() => {
    const squares = layers.map(({ X, dY }) =>
      ({ X: backend.allocate(rows, X.cols), Y: backend.allocate(rows, dY.cols) }))
    layers.forEach(({ X }, l) => square(squares[l].X.data, X.data))
    for (let k = 0; k < distribution.etaSize; k++) {
      distribution.metricFactor(tape.outputDerivatives, eta, k, first, rows)
      for (let l = layers.length - 1; l >= 0; l--) {
        const { Y, dX, dY } = layers[l]
        if (l + 1 < layers.length) activation.multiplyBySlope(backend, dY, Y)
        square(squares[l].Y.data, dY.data)
        backend.addMultiply(into.layers[l].W, transposed(squares[l].X), squares[l].Y)
        backend.addColumnSums(into.layers[l].b, squares[l].Y)
        if (dX !== null) backend.multiply(dX, dY, transposes[l])
      }
    }
  }))
  for (let i = 0; i < diagonal.length; i++) diagonal[i] /= map.states
  distribution.sharedMetric(sharedBar, new Float64Array(sharedBar.length).fill(1), eta)
  bindParameters(diagonal, sizes, sharedBar.length).shared.set(sharedBar)
  return (out, v) => {
    for (let i = 0; i < v.length; i++) {
      const scale = diagonal[i] + damping
      // 0 only without damping, for a parameter that has no effect: any positive scale is right.
      out[i] = scale > 0 ? v[i] / scale : v[i]
    }
  }
}

function square(to: Float64Array, from: Float64Array): void {
  for (let p = 0; p < to.length; p++) to[p] = from[p] * from[p]
}
