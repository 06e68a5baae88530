/**
 * A losing rung: the empirical Fisher matrix, the second moment of the scores of the actions that were taken,
 *
 *   F̂ = mean of sᵢ sᵢᵀ,   sᵢ = Jᵀ ∂ log π(aᵢ|sᵢ)/∂η
 *
 * where the exact one averages over all actions (Schulman et al. 2015, appendix C, says why theirs does, and
 * their modular_rl differentiates the exact KL twice). An unbiased estimate of F at θ_old, with variance, and
 * no Hessian of KL.
 * *Measured* (`npm run bench -- solver`): up to 4 % less gain after ten products than with F, in 12 of 12
 * rows.
 * But: parameters that all states share (log σ) keep their exact block; their coupling with the others is 0
 * on average.
 */
import type { Tensor } from '../../../src/math/tensor.ts'
import type { Shards } from '../../../src/nn/shards.ts'
import type { PolicyMap } from '../../../src/rl/policyMap.ts'
import { createFisher, type Fisher } from '../../../src/trpo/fisher.ts'

/** As `createFisher`, for the actions that were taken; `refresh` after `forwardPolicy(map)`. */
export function createEmpiricalFisher(
  map: PolicyMap, shards: Shards, damping: number, actions: Tensor,
): Fisher {
  const { net, distribution, tape, eta, sharedBar } = map
  const N = tape.inputs.rows, k = distribution.etaSize
  const scores: Tensor = net.backend.allocate(N, k)
  const ones = new Float64Array(N)
  const fisher = createFisher({
    ...map,
    // Instead of M: the product with this state's score, times the score.
    distribution: {
      ...distribution,
      metric(etaDot, _, first, count, scale) {
        const v = etaDot.data, s = scores.data
        for (let i = first; i < first + count; i++) {
          let along = 0
          for (let p = i * k; p < (i + 1) * k; p++) along += s[p] * v[p]
          for (let p = i * k; p < (i + 1) * k; p++) v[p] = scale * along * s[p]
        }
      },
    },
  }, shards, damping)
  return {
    apply: fisher.apply,
    refresh(newDamping) {
      fisher.refresh(newDamping)
      ones.fill(1)
      sharedBar.fill(0)
      distribution.score(scores, sharedBar, ones, actions, eta, 0, eta.rows.rows)
    },
  }
}
