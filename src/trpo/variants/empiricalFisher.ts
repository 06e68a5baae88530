/**
 * The empirical Fisher matrix: the second moment of the scores of the actions that were taken,
 *
 *   F̂ = mean of sᵢ sᵢᵀ,   sᵢ = Jᵀ ∂ log π(aᵢ|sᵢ)/∂η
 *
 * where the exact one averages over all actions (Schulman et al. 2015, appendix C, on why the exact one is theirs;
 * modular_rl and some others use this one). An unbiased estimate of F at θ_old, with variance, and no Hessian of KL.
 * But: parameters that all states share (log σ) keep their exact block; what couples them to the others is 0 on average.
 */
import type { Tensor } from '../../math/tensor.ts'
import { createJacobian } from '../../nn/jacobian.ts'
import type { Shards } from '../../nn/shards.ts'
import type { PolicyMap } from '../../rl/policy.ts'
import { createFisher, type Fisher } from '../fisher.ts'

/** As `createFisher`; `refresh` needs the actions that were taken. */
export function createEmpiricalFisher(map: PolicyMap, shards: Shards, damping: number): Fisher {
  const { net, distribution, tape, eta, sharedBar } = map
  const N = tape.inputs.rows, k = distribution.inputs
  const scores: Tensor = net.backend.allocate(N, k)
  const ones = new Float64Array(N)
  const fisher = createFisher({
    ...map,
    // In the place of M: the product with this state's score, times the score.
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
  }, shards, damping, createJacobian(net, tape))
  return {
    apply: fisher.apply,
    refresh(newDamping, actions) {
      if (actions === undefined) throw new TypeError('actions: expected the actions that were taken, got undefined')
      fisher.refresh(newDamping)
      ones.fill(1)
      distribution.score(scores, sharedBar, ones, actions, eta)
    },
  }
}
