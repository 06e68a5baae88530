/**
 * A bonus for randomness: the objective L(θ) + c · mean entropy of π_θ, for any objective L.
 * Williams & Peng 1991; OpenAI baselines, pfrl and garage offer it for TRPO. It changes the direction of a
 * step, and the values that the line search compares. The trust region stays the same.
 */
import { sumOf } from '../../math/communicator.ts'
import { addScaled } from '../../math/vector.ts'
import { backward } from '../../nn/mlp.ts'
import { sumOverTiles } from '../../nn/shards.ts'
import type { Objective } from '../surrogate.ts'

/** `objective` plus `coefficient` c ≥ 0 times the mean entropy, in nats per state. P: count of parameters. */
export function withEntropyBonus(objective: Objective, coefficient: number, P: number): Objective {
  const bonus = new Float64Array(P)
  return {
    value(map, logProbability, oldLogProbability, advantages, scratch) {
      const base = objective.value(map, logProbability, oldLogProbability, advantages, scratch)
      map.distribution.entropy(scratch.data, map.eta)
      return base + coefficient * sumOf(map.ranks, scratch.data, advantages.length) / map.states
    },
    gradient(gradient, map, shards, actions, weights) {
      objective.gradient(gradient, map, shards, actions, weights)
      const { net, distribution, tape, eta } = map
      const weight = coefficient / map.states
      // The weights were transposed by `objective.gradient`.
      sumOverTiles(bonus, shards, (tile, into) => {
        distribution.entropyScore(tape.outputDerivatives, into.shared, weight, eta, tile.first, tile.rows)
        backward(net, tile, into)
      })
      addScaled(gradient, 1, bonus)
    },
  }
}
