/**
 * A random part of a batch's states, for Fisher products that see no others (Schulman et al. 2015, appendix C).
 */
import type { Random } from '../../math/random.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../../rl/policyMap.ts'
import { createMasks } from '../../rl/world/mask.ts'

/** Some states of a batch, and π on them. */
export interface Subset {
  readonly map: PolicyMap
  /** Draw the states anew, without replacement, and cache their activations; the draw then stays for all products. */
  choose(): void
}

/** `fraction` of the states of `full`, at least one (Schulman et al. 2015, appendix C, took 10 %). */
export function createSubset(full: PolicyMap, fraction: number, random: Random): Subset {
  const { net, distribution, tape, eta } = full
  const N = tape.inputs.rows
  const n = Math.max(1, Math.round(fraction * N))
  const mask = createMasks(n, eta.mask === null ? 0 : distribution.etaSize)
  const map = createPolicyMap(net, distribution, net.backend.allocate(n, tape.inputs.cols), true, mask)
  const order = Int32Array.from({ length: N }, (_, i) => i)
  /** Row i of `to` ← row order[i] of `from`, for rows of `width`. */
  const gather = <A extends Float64Array | Uint8Array>(to: A, from: A, width: number): void => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < width; j++) to[i * width + j] = from[order[i] * width + j]
    }
  }
  return {
    map,
    choose() {
      random.shuffle(order)
      gather(map.tape.inputs.data, tape.inputs.data, tape.inputs.cols)
      if (mask !== null) gather(mask, eta.mask!, distribution.etaSize)
      forwardPolicy(map)
    },
  }
}
