/**
 * A policy's network and distribution as a differentiable map on a fixed set of states: θ ↦ η(s).
 * Gradient, Fisher product and KL of a batch are computed from it.
 */
import { type Communicator, solo } from '../math/communicator.ts'
import type { Tensor } from '../math/tensor.ts'
import { SHARDS } from '../math/vector.ts'
import { createEta, type Distribution, type Eta } from '../nn/distributions/distribution.ts'
import { createTape, forward, type Mlp, type Tape } from '../nn/mlp.ts'

/** θ ↦ η(s) on a fixed set of states, with memory for its derivatives. */
export interface PolicyMap {
  readonly net: Mlp
  readonly distribution: Distribution
  readonly tape: Tape
  readonly eta: Eta
  /** Scratch for derivatives with respect to the shared parameters: [sharedSize]. */
  readonly sharedBar: Float64Array
  /** Others that hold more states, and the number of states of all. */
  readonly ranks: Communicator
  readonly states: number
}

/**
 * The map on the states `observations` [N, inputs]. `mask` [N, logits]: their allowed actions; null: all.
 * With `keep`, `tangent` and `backward` may follow `forwardPolicy`. `ranks` have equally many states each.
 */
export function createPolicyMap(
  net: Mlp, distribution: Distribution, observations: Tensor, keep: boolean, mask: Uint8Array | null = null,
  ranks: Communicator = solo,
): PolicyMap {
  const tape = createTape(net, observations, keep, keep ? SHARDS / ranks.size : 1)
  return {
    net, distribution, tape,
    eta: createEta(net.backend, distribution, tape.outputs, net.parameters.shared, mask),
    sharedBar: new Float64Array(distribution.sharedSize),
    ranks, states: ranks.size * observations.rows,
  }
}

/** eta ← η(s) at the network's current θ. */
export function forwardPolicy({ net, distribution, tape, eta }: PolicyMap): void {
  forward(net, tape)
  distribution.prepare(eta)
}
