/**
 * Copies of a policy and of its normaliser: a policy that is trained goes on changing, a copy does not.
 */
import { type Backend, expectBackend } from '../math/backend.ts'
import { reference } from '../math/reference.ts'
import { createMlp, type Mlp } from '../nn/mlp.ts'
import type { Normalizer } from './normalizer.ts'
import { expectPolicy, type Policy } from './policy.ts'
import type { Space } from './world/space.ts'

/**
 * A copy of the policy, normaliser included, that keeps its weights while the original is trained. It acts
 * alike, to the bit, on any backend; the default one needs no memory of the training.
 */
export function clonePolicy<S extends Space>(policy: Policy<S>, backend: Backend = reference): Policy<S> {
  expectPolicy(policy)
  expectBackend('backend', backend)
  const { net, distribution, normalizer } = policy
  return {
    ...policy,
    net: cloneNet(net, backend, distribution.sharedSize),
    normalizer: normalizer === null ? null : cloneNormalizer(normalizer),
  }
}

function cloneNet({ sizes, activation, parameters }: Mlp, backend: Backend, sharedSize: number): Mlp {
  const copy = createMlp(backend, sizes, activation.name, sharedSize)
  copy.parameters.flat.set(parameters.flat)
  return copy
}

/** A copy with memory of its own. */
export function cloneNormalizer({ mean, scale, clip, statistics }: Normalizer): Normalizer {
  const { count, mean: runningMean, squares } = statistics
  return {
    mean: mean.slice(), scale: scale.slice(), clip,
    statistics: { count, mean: runningMean.slice(), squares: squares.slice() },
  }
}
