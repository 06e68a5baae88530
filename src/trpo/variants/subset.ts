/**
 * A random part of a batch's states, for Fisher products that use no others.
 * Schulman et al. 2015, appendix C, took 10 % of the states.
 */
import type { Random } from '../../math/random.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../../rl/policyMap.ts'
import { createMasks } from '../../rl/world/mask.ts'
import type { Fisher } from '../fisher.ts'

/** Some states of a batch, and π on them. */
export interface Subset {
  readonly full: PolicyMap
  /** The policy on the states drawn. */
  readonly map: PolicyMap
  /** Row numbers of `full`; those drawn come first. */
  readonly order: Int32Array
  readonly random: Random
}

/** A subset of `fraction` of the states of `full`, at least one; `drawSubset` draws them. */
export function createSubset(full: PolicyMap, fraction: number, random: Random): Subset {
  const { net, distribution, tape, eta } = full
  const N = tape.inputs.rows
  const n = Math.max(1, Math.round(fraction * N))
  const mask = createMasks(n, eta.mask === null ? 0 : distribution.etaSize)
  return {
    full, random,
    map: createPolicyMap(net, distribution, net.backend.allocate(n, tape.inputs.cols), true, mask),
    order: Int32Array.from({ length: N }, (_, i) => i),
  }
}

/** Draw states without replacement and run the policy on them. All products until the next draw use them. */
export function drawSubset({ full, map, order, random }: Subset): void {
  const { tape, eta, distribution } = full
  const n = map.tape.inputs.rows
  random.shuffle(order)
  gather(map.tape.inputs.data, tape.inputs.data, order, n, tape.inputs.cols)
  if (map.eta.mask !== null) gather(map.eta.mask, eta.mask!, order, n, distribution.etaSize)
  forwardPolicy(map)
}

/** `fisher`, an operator on the states of `subset`, which are drawn anew by each `refresh`. */
export function onSubset(fisher: Fisher, subset: Subset): Fisher {
  return {
    apply: fisher.apply,
    refresh(damping) {
      drawSubset(subset)
      fisher.refresh(damping)
    },
  }
}

/** Row i of `to` ← row order[i] of `from`, for the first `n` rows of length `width`. */
function gather<A extends Float64Array | Uint8Array>(
  to: A, from: A, order: Int32Array, n: number, width: number,
): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < width; j++) to[i * width + j] = from[order[i] * width + j]
  }
}
