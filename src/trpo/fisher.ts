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
import type { Random } from '../math/random.ts'
import type { Tensor } from '../math/tensor.ts'
import { addScaled } from '../math/vector.ts'
import { createJacobian, type Jacobian } from '../nn/jacobian.ts'
import { bindParameters, type Parameters } from '../nn/parameters.ts'
import { createShards, type Shards, sumOverTiles } from '../nn/shards.ts'
import { createMasks } from '../rl/world/mask.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../rl/policy.ts'

/** The operator of one θ and one set of states. */
export interface Fisher {
  /** out ← (F + λI) v, as of the last `refresh`. */
  readonly apply: Operator
  /** Take up the θ and the states of the last `forwardPolicy(map)`, and λ, where it is given. */
  refresh(damping?: number, actions?: Tensor): void
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

/** A random part of the states, on which alone the Fisher product is computed. */
export interface Subset {
  readonly map: PolicyMap
  readonly shards: Shards
  /** Draw the states anew, without replacement, and cache their activations; the draw then stays for all products. */
  choose(): void
  /** The chosen states' rows of `rows` [N, actionSize], in memory that the next call overwrites. */
  take(rows: Tensor): Tensor
}

/** `fraction` of the states of `full`, at least one (Schulman et al. 2015, appendix C, took 10 %). */
export function createSubset(full: PolicyMap, fraction: number, random: Random): Subset {
  const { net, distribution, tape, eta } = full
  const N = tape.inputs.rows
  const n = Math.max(1, Math.round(fraction * N))
  const mask = createMasks(n, eta.mask === null ? 0 : distribution.inputs)
  const map = createPolicyMap(net, distribution, net.backend.allocate(n, tape.inputs.cols), true, mask)
  const taken = net.backend.allocate(n, distribution.actionSize)
  const order = Int32Array.from({ length: N }, (_, i) => i)
  /** Row i of `to` ← row order[i] of `from`, for rows of `width`. */
  const gather = <A extends Float64Array | Uint8Array>(to: A, from: A, width: number): void => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < width; j++) to[i * width + j] = from[order[i] * width + j]
    }
  }
  return {
    map,
    shards: createShards(net, map.tape),
    choose() {
      random.shuffle(order)
      gather(map.tape.inputs.data, tape.inputs.data, tape.inputs.cols)
      if (mask !== null) gather(mask, eta.mask!, distribution.inputs)
      forwardPolicy(map)
    },
    take(rows) {
      gather(taken.data, rows.data, rows.cols)
      return taken
    },
  }
}
