/**
 * A bonus on randomness: L(θ) + c · mean entropy of π_θ, and its gradient, for any objective L.
 * Williams & Peng 1991; SB3-contrib and garage offer it for TRPO, where it bends the direction and raises what the line
 * search compares. The trust region stays what it was.
 */
import { addScaled, sum } from '../../math/vector.ts'
import { backward } from '../../nn/mlp.ts'
import { sumOverTiles } from '../../nn/shards.ts'
import type { Objective } from '../surrogate.ts'

/** `objective` with `coefficient` c ≥ 0 for each nat of entropy a state; P numbers of scratch. */
export function withEntropyBonus(objective: Objective, coefficient: number, P: number): Objective {
  const bonus = new Float64Array(P)
  return {
    value(map, logProbability, oldLogProbability, advantages, scratch) {
      const base = objective.value(map, logProbability, oldLogProbability, advantages, scratch)
      map.distribution.entropy(scratch.data, map.eta)
      return base + coefficient * sum(scratch.data, advantages.length) / advantages.length
    },
    gradient(gradient, map, shards, actions, weights) {
      objective.gradient(gradient, map, shards, actions, weights)
      const { net, distribution, tape, eta, sharedBar } = map
      distribution.entropyScore(tape.outputDerivatives, sharedBar, coefficient / tape.inputs.rows, eta)
      // The transposed weights are still those that `objective` made.
      sumOverTiles(bonus, shards, (tile, into) => backward(net, tile, into))
      bonus.set(sharedBar, P - sharedBar.length)
      addScaled(gradient, 1, bonus)
    },
  }
}
