/**
 * A policy at θ on some states, with its neighbourhood in θ-space: what the checks of derivatives look at.
 */
import type { Tensor } from '../../math/tensor.ts'
import type { Distribution } from '../../nn/distributions/distribution.ts'
import { createMlp, createTape, type Mlp, tangent, transposeWeights } from '../../nn/mlp.ts'
import { bindParameters, type Parameters } from '../../nn/parameters.ts'
import { createShards, type Shards } from '../../nn/shards.ts'
import type { Policy } from '../../rl/policy.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../../rl/policyMap.ts'
import { smoothStates } from './smoothStates.ts'
import { selectRows } from './states.ts'

/** Two networks like the policy's: one holds its θ, the parameters of the other are moved. */
export interface Twins {
  readonly net: Mlp
  readonly trial: Mlp
  readonly distribution: Distribution
}

export interface Neighborhood {
  /** The policy at θ, ready for every pass; and near θ, not cached. */
  readonly old: PolicyMap
  readonly moved: PolicyMap
  readonly shards: Shards
  /** Directions in θ-space [P], and how far differences go along them. */
  readonly directions: readonly Float64Array[]
  readonly reach: number
  /** Scratch for a direction, bound to layers. */
  readonly bound: Parameters
}

export function createTwins({ net, distribution }: Policy): Twins {
  const twins = { net: twinOf(net), trial: twinOf(net), distribution }
  twins.net.parameters.flat.set(net.parameters.flat)
  return twins
}

/** A network like `net`, also if the activation is the user's own; its parameters are 0. */
function twinOf({ backend, sizes, activation, parameters }: Mlp): Mlp {
  return { ...createMlp(backend, sizes, 'identity', parameters.shared.length), activation }
}

/** The neighbourhood on all of `states` [N, inputs]. */
export function createNeighborhood(
  { net, trial, distribution }: Twins, states: Tensor, directions: readonly Float64Array[], reach: number,
): Neighborhood {
  const old = createPolicyMap(net, distribution, states, true)
  const flat = net.backend.allocate(1, net.parameters.flat.length).data
  const bound = bindParameters(flat, net.sizes, distribution.sharedSize)
  forwardPolicy(old)
  transposeWeights(net)
  return {
    old, directions, reach, bound,
    moved: createPolicyMap(trial, distribution, states, false),
    shards: createShards(net, old.tape),
  }
}

/** The neighbourhood on the `states` at which the network is smooth along all directions; null if none is. */
export function smoothNeighborhood(
  twins: Twins, states: Tensor, directions: readonly Float64Array[], maxReach: number,
): Neighborhood | null {
  const { net, trial } = twins
  const tape = createTape(trial, states, true)
  const { reach, rows } = smoothStates(trial, tape, net.parameters.flat, directions, maxReach)
  return rows.length === 0
    ? null : createNeighborhood(twins, selectRows(states, rows, net.backend), directions, reach)
}

/** J v, as the network computes it: [N · outputs]. */
export function pushForward({ old: { net, tape }, bound }: Neighborhood, v: Float64Array): Float64Array {
  bound.flat.set(v)
  for (const tile of tape.tiles) tangent(net, tile, bound)
  return tape.outputDerivatives.data.slice(0, tape.inputs.rows * tape.outputs.cols)
}
