/**
 * A normaliser taken into the first layer, so that a plain network reads observations as they are:
 *
 *   W₁ᵀ (x − μ)/σ + b₁ = W′ᵀ x + b′,   W′ = diag(1/σ) W₁,   b′ = b₁ − W₁ᵀ (μ/σ)
 *
 * But: clipping (x − μ)/σ is no linear map and cannot be folded. And b′ is large if μ is many σ away from 0:
 * then W′ᵀ x + b′ loses as many digits as |μ|/σ has.
 */
import { expectBoolean, expectRecord } from '../../errors/expect.ts'
import { allFinite } from '../../math/vector.ts'
import { changeLayer } from '../../nn/inputChange.ts'
import type { Policy } from '../../rl/policy.ts'
import type { Space } from '../../rl/world/space.ts'
import { stored } from './stored.ts'

/** What may be lost when a normaliser is folded. */
export interface FoldOptions {
  /**
   * Leave out the limit of normalised observations: where one of them is beyond ±`clip`, the result acts
   * otherwise than the policy. Default: false, which throws if there is a limit.
   */
  readonly dropClip?: boolean
}

/**
 * The policy, copied, without a normaliser: its first layer reads raw observations. Equal up to rounding if
 * nothing is clipped. Throws if there is a limit and not `dropClip`, or if a new weight overflows.
 */
export function foldNormalizer<S extends Space>(policy: Policy<S>, options: FoldOptions = {}): Policy<S> {
  const { dropClip = false } = expectRecord<FoldOptions>('options', options, ['dropClip'])
  expectBoolean('options.dropClip', dropClip)
  const { policy: copy } = stored(policy, {})
  const { net: { parameters }, normalizer } = copy
  if (normalizer !== null) {
    const { mean, scale, clip, statistics } = normalizer
    if (statistics.count > 0 && clip < Infinity && !dropClip) {
      const problem = `expected no limit, which weights cannot hold, or options.dropClip, got ${clip}`
      throw new RangeError(`policy.normalizer.clip: ${problem}`)
    }
    const ratio = scale.map((sigma) => 1 / sigma), shift = mean.map((mu, j) => -mu / scale[j])
    changeLayer(parameters.layers[0], { ratio, shift })
    if (!allFinite(parameters.flat)) {
      throw new RangeError('policy.normalizer: expected statistics that keep weights finite, got an overflow')
    }
  }
  return { ...copy, normalizer: null } as Policy<Space> as Policy<S>
}
