/**
 * The Fisher matrix as an operator, v ↦ (F + λI) v, without ever forming it:
 *
 *   F = mean over states of Jᵀ M J,   J = ∂η/∂θ,   M = ∂²KL(old ‖ new)/∂η² at new = old
 *
 * tile by tile: tangent (J v), metric (M J v), backward (Jᵀ M J v), over activations cached by one forward pass.
 * F is exactly the Hessian of mean KL(π_old ‖ π_θ) at θ_old, since KL has no first derivative there
 * (Schulman et al. 2015, appendix C; the Gauss–Newton form of Martens & Sutskever 2012).
 * But: F is that of the states alone, an average over all actions, not over the ones that were taken.
 */
import type { Operator } from '../math/conjugateGradient.ts'
import { addScaled } from '../math/vector.ts'
import { createJacobian, type Jacobian } from '../nn/jacobian.ts'
import { bindParameters, type Parameters } from '../nn/parameters.ts'
import { type Shards, sumOverTiles } from '../nn/shards.ts'
import { type PolicyMap } from '../rl/policyMap.ts'

/** The operator of one θ and one set of states. */
export interface Fisher {
  /** out ← (F + λI) v, as of the last `refresh`. */
  readonly apply: Operator
  /** Take up the θ and the states of the last `forwardPolicy(map)`, and λ if it is given. */
  refresh(damping?: number): void
}

/** The operator for the states of `map` and damping λ ≥ 0. */
export function createFisher(
  map: PolicyMap, shards: Shards, damping: number, jacobian: Jacobian = createJacobian(map.net, map.tape),
): Fisher {
  const { net, distribution, tape, eta, sharedBar } = map
  const { parameters, sizes, backend } = net
  const scale = 1 / tape.inputs.rows
  let lambda = damping
  // The direction is copied into memory that is bound once, and that a backend can reach.
  const direction: Parameters = bindParameters(backend.allocate(1, parameters.flat.length).data, sizes, sharedBar.length)

  return {
    refresh(newDamping = lambda) {
      lambda = newDamping
      jacobian.refresh()
    },
    apply(out, v) {
      direction.flat.set(v)
      sumOverTiles(out, shards, (tile, into) => {
        jacobian.tangent(tile, direction)
        distribution.metric(tape.outputDerivatives, eta, tile.first, tile.rows, scale)
        jacobian.backward(tile, into)
      })
      distribution.sharedMetric(sharedBar, direction.shared, eta)
      // backward leaves the entries of shared parameters 0: the network does not see them.
      out.set(sharedBar, out.length - sharedBar.length)
      addScaled(out, lambda, v)
    },
  }
}

/** A map of one's own, θ [P] ↦ η [K], by products with J = ∂η/∂θ; K counts the numbers of all states. */
export interface DifferentiableMap {
  readonly P: number
  readonly K: number
  /** etaDot ← J v.  etaDot: [K], v: [P]. */
  jvp(etaDot: Float64Array, v: Float64Array): void
  /** u ← M u in place, where M [K, K] is symmetric and positive semidefinite: mean over states included.  u: [K]. */
  metric(u: Float64Array): void
  /** out ← Jᵀ u.  out: [P], u: [K]. */
  vjp(out: Float64Array, u: Float64Array): void
}

/** out ← (Jᵀ M J + λI) v for that map, as `conjugateGradient` takes it. */
export function fisherOperator({ K, jvp, metric, vjp }: DifferentiableMap, damping: number): Operator {
  const u = new Float64Array(K)
  return (out, v) => {
    jvp(u, v)
    metric(u)
    vjp(out, u)
    addScaled(out, damping, v)
  }
}
