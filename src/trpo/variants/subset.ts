/**
 * A random part of a batch's states, for Fisher products that use no others.
 * Schulman et al. 2015, appendix C, took 10 % of the states.
 */
import type { Random } from '../../math/random.ts'
import { drawSample, sampleSize } from '../../nn/shards.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../../rl/policyMap.ts'
import { createMasks } from '../../rl/world/mask.ts'
import type { Fisher } from '../fisher.ts'

/** Some states of a batch, and π on them. */
export interface Subset {
  readonly full: PolicyMap
  /** The policy on the states drawn. */
  readonly map: PolicyMap
  /** Row numbers of the states drawn, in `full`: [n]; and scratch [N]. */
  readonly sample: Int32Array
  readonly order: Int32Array
  readonly random: Random
}

/** A subset of about `fraction` of the states of `full` (`sampleSize`); `drawSubset` draws them. */
export function createSubset(full: PolicyMap, fraction: number, random: Random): Subset {
  const { net, distribution, tape, eta, ranks } = full
  const N = tape.inputs.rows
  const n = sampleSize(fraction, full.states) / ranks.size
  const mask = createMasks(n, eta.mask === null ? 0 : distribution.etaSize)
  return {
    full, random,
    map: createPolicyMap(net, distribution, net.backend.allocate(n, tape.inputs.cols), true, mask, ranks),
    sample: new Int32Array(n),
    order: new Int32Array(N),
  }
}

/** Draw states without replacement and run the policy on them. All products until the next draw use them. */
export function drawSubset(subset: Subset): void {
  drawSample(subset.sample, subset.order, subset.random, subset.full.ranks)
  runSubset(subset)
}

/** Run the policy on the states at the places last drawn, as the batch has them now. */
export function runSubset({ full: { tape, eta, distribution }, map, sample }: Subset): void {
  gather(map.tape.inputs.data, tape.inputs.data, sample, tape.inputs.cols)
  if (map.eta.mask !== null) gather(map.eta.mask, eta.mask!, sample, distribution.etaSize)
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

/** Row i of `to` ← row rows[i] of `from`; rows are of length `width`. */
function gather<A extends Float64Array | Uint8Array>(to: A, from: A, rows: Int32Array, width: number): void {
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < width; j++) to[i * width + j] = from[rows[i] * width + j]
  }
}
