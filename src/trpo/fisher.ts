/**
 * The Fisher matrix as an operator, v ↦ (F + λI) v, without ever forming it:
 *
 *   F = mean over states of Jᵀ M J,   J = ∂η/∂θ,   M = ∂²KL(old ‖ new)/∂η² at new = old
 *
 * tile by tile: tangent (J v), metric (M J v), backward (Jᵀ M J v), with activations cached by one forward
 * pass. F is exactly the Hessian of mean KL(π_old ‖ π_θ) at θ_old, since KL's first derivative is 0 there
 * (Schulman et al. 2015, appendix C; the Gauss–Newton form of Martens & Sutskever 2012).
 * But: M averages over all actions at a state; the actions that were taken do not enter, nor do advantages.
 */
import type { Operator } from '../math/conjugateGradient.ts'
import { addScaled } from '../math/vector.ts'
import { createJacobian, type Jacobian } from '../nn/jacobian.ts'
import { bindParameters, type Parameters } from '../nn/parameters.ts'
import { type Shards, sumOverTiles } from '../nn/shards.ts'
import type { PolicyMap } from '../rl/policyMap.ts'

/** The operator at one θ, on one set of states. */
export interface Fisher {
  /** out ← (F + λI) v, as of the last `refresh`. */
  readonly apply: Operator
  /** Use the θ and the states of the last `forwardPolicy(map)` from now on, and λ if it is given. */
  refresh(damping?: number): void
}

/** The operator for the states of `map` and damping λ ≥ 0. */
export function createFisher(
  map: PolicyMap, shards: Shards, damping: number, jacobian: Jacobian = createJacobian(map.net, map.tape),
): Fisher {
  const { net, distribution, tape, eta, sharedBar, states } = map
  const { parameters, sizes, backend } = net
  const scale = 1 / states
  let lambda = damping
  // v is copied into memory of the backend, which is bound to layers once.
  const flat = backend.allocate(1, parameters.flat.length).data
  const direction: Parameters = bindParameters(flat, sizes, sharedBar.length)

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
      // backward leaves 0 for shared parameters, which are not part of the network.
      out.set(sharedBar, out.length - sharedBar.length)
      addScaled(out, lambda, v)
    },
  }
}

/** A map of one's own, θ [P] ↦ η [K], by products with J = ∂η/∂θ; K is the size of η over all states. */
export interface DifferentiableMap {
  readonly K: number
  /** etaDot ← J v.  etaDot: [K], v: [P]. */
  jvp(etaDot: Float64Array, v: Float64Array): void
  /** u ← M u in place; M [K, K] is symmetric, positive semidefinite, with the 1/N of the mean.  u: [K]. */
  metric(u: Float64Array): void
  /** out ← Jᵀ u.  out: [P], u: [K]. */
  vjp(out: Float64Array, u: Float64Array): void
}

/** out ← (Jᵀ M J + λI) v for that map, an operator for `conjugateGradient`. */
export function fisherOperator({ K, jvp, metric, vjp }: DifferentiableMap, damping: number): Operator {
  const u = new Float64Array(K)
  return (out, v) => {
    jvp(u, v)
    metric(u)
    vjp(out, u)
    addScaled(out, damping, v)
  }
}
