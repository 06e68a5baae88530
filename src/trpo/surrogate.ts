/**
 * The surrogate that a step improves, L(θ) = mean of π_θ(a|s) / π_old(a|s) · Â, and its gradient.
 * Schulman et al. 2015, section 5: the importance-sampled objective on states and actions of π_old.
 */
import type { Backend } from '../math/backend.ts'
import { type Communicator, solo, sumOf } from '../math/communicator.ts'
import type { Tensor } from '../math/tensor.ts'
import { backward, transposeWeights } from '../nn/mlp.ts'
import { type Shards, sumOverTiles } from '../nn/shards.ts'
import type { PolicyMap } from '../rl/policyMap.ts'

/** What a step improves: a mean over the N states of a batch. P is the number of parameters. */
export interface Objective {
  /** The value at the η of `map`, where log π(a|s) is `logProbability` [N]. Overwrites `scratch` [1, N]. */
  value(
    map: PolicyMap, logProbability: Float64Array, oldLogProbability: Float64Array, advantages: Float64Array,
    scratch: Tensor,
  ): number
  /** gradient [P] ← the gradient at θ_old, after `forwardPolicy(map)`. Overwrites `advantages` [N]. */
  gradient(
    gradient: Float64Array, map: PolicyMap, shards: Shards, actions: Tensor, advantages: Float64Array,
  ): void
}

export const surrogateObjective: Objective = {
  value: ({ net, ranks }, logProbability, oldLogProbability, advantages, scratch) =>
    surrogate(net.backend, logProbability, oldLogProbability, advantages, scratch, ranks),
  gradient: policyGradient,
}

/** L from log π(a|s) and log π_old(a|s), each [N]. `scratch` [1, N] is overwritten. */
export function surrogate(
  backend: Backend, logProbability: Float64Array, oldLogProbability: Float64Array, advantages: Float64Array,
  scratch: Tensor, ranks: Communicator = solo,
): number {
  const N = advantages.length
  const ratios = scratch.data
  for (let i = 0; i < N; i++) ratios[i] = logProbability[i] - oldLogProbability[i]
  backend.exp(scratch)
  for (let i = 0; i < N; i++) ratios[i] *= advantages[i]
  return sumOf(ranks, ratios, N) / (ranks.size * N)
}

/**
 * gradient ← mean of wᵢ ∇ log π(aᵢ|sᵢ), after `forwardPolicy(map)`. With w = Â it is ∇L at θ_old, the policy
 * gradient; with w = ratio · Â it is ∇L anywhere. `weights` [N] is overwritten.  gradient: [P].
 */
export function policyGradient(
  gradient: Float64Array, map: PolicyMap, shards: Shards, actions: Tensor, weights: Float64Array,
): void {
  const { net, distribution, tape, eta, states } = map
  for (let i = 0; i < weights.length; i++) weights[i] /= states
  transposeWeights(net)
  sumOverTiles(gradient, shards, (tile, into) => {
    distribution.score(tape.outputDerivatives, into.shared, weights, actions, eta, tile.first, tile.rows)
    backward(net, tile, into)
  })
}
