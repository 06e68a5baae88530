/**
 * What acts in a standalone script: a policy from its numbers, on a backend with only what one observation
 * needs. All else is the functions that `act` calls, hence the same bits. `npm run bench -- player` bundles
 * this file as text, playerText.ts, which `encodeScript` puts before the numbers of a policy.
 * But: nothing checks the policy; `encodeScript` did that.
 */
import type { Backend } from '../../math/backend.ts'
import { tanh } from '../../math/elementary.ts'
import { expectRandom, type Random } from '../../math/random.ts'
import { zeros } from '../../math/tensor.ts'
import type { ActivationName } from '../../nn/activation.ts'
import { actionOf, actionProblem, createActor, decide } from '../../rl/actor.ts'
import { type ActionOptions, createPolicy } from '../../rl/policy.ts'
import { encode, encodedSize } from '../../rl/world/encoding.ts'
import { isMaskable, writeMask } from '../../rl/world/mask.ts'
import type { Box, Space } from '../../rl/world/space.ts'
import { decodeBase64 } from './base64.ts'

export { Random } from '../../math/random.ts'

/** A space without the bounds of a Box, which are among the numbers. */
export type Outline = Exclude<Space, Box> | { readonly kind: 'box'; readonly size: number }

/** A policy, except for its numbers. */
export interface Recipe extends ActionOptions {
  readonly observationSpace: Outline
  readonly actionSpace: Outline
  readonly hiddenSizes: readonly number[]
  readonly activation: ActivationName
  /** Of normalised observations; null if they are not normalised. */
  readonly normalizer: { readonly clip: number; readonly count: number } | null
}

/** A policy that acts. Vectors are new ones in every call. */
export interface Player {
  readonly observationSpace: Space
  readonly actionSpace: Space
  act(observation: unknown, mask?: ArrayLike<number> | null): number | Float64Array
  sample(observation: unknown, random: Random, mask?: ArrayLike<number> | null): number | Float64Array
}

/** As the contracts in math/backend.ts say: each element b + a₀b₀ + a₁b₁ + … from the left. */
const backend = {
  name: 'player', allocate: zeros,
  affine(C, A, B, b) {
    const c = C.data, a = A.data, w = B.data, depth = B.rows, m = B.cols
    c.set(b.data)
    for (let k = 0, p = 0; k < depth; k++) {
      const x = a[k]
      for (let j = 0; j < m; j++, p++) c[j] += x * w[p]
    }
  },
  tanh(Y) {
    for (let j = 0; j < Y.cols; j++) Y.data[j] = tanh(Y.data[j])
  },
} as Backend

/** `numbers`: bounds of observations and actions, μ, σ, θ, in base64. */
export function createPlayer(recipe: Recipe, numbers: string): Player {
  const all = decodeBase64(numbers)
  let at = 0
  const take = (n: number): Float64Array => all.subarray(at, at += n)
  const spaceOf = (outline: Outline): Space => outline.kind !== 'box' ? outline
    : { kind: 'box', low: take(outline.size), high: take(outline.size) }
  const observationSpace = spaceOf(recipe.observationSpace), actionSpace = spaceOf(recipe.actionSpace)
  const inputs = encodedSize(observationSpace), { hiddenSizes, activation, normalizer: limits } = recipe
  const normalizer = limits === null ? null : {
    mean: take(inputs), scale: take(inputs), clip: limits.clip,
    // Only the count is read; moments would serve a training.
    statistics: { count: limits.count, mean: new Float64Array(inputs), squares: new Float64Array(inputs) },
  }
  const policy =
    createPolicy(backend, observationSpace, actionSpace, hiddenSizes, activation, { ...recipe, normalizer })
  policy.net.parameters.flat.set(all.subarray(at))
  const actor = createActor(policy, 1, isMaskable(actionSpace) ? policy.distribution.etaSize : 0)
  const masks = actor.map.eta.mask ?? new Uint8Array(0)

  const decided = (
    observation: unknown, random: Random | null, mask: ArrayLike<number> | null,
  ): number | Float64Array => {
    const problem = encode(actor.observations.data, 0, observationSpace, observation)
    if (problem !== null) throw new RangeError(`observation: ${problem}`)
    const maskProblem = mask === null ? null : writeMask(masks, 0, actionSpace, mask)
    if (maskProblem !== null) throw new RangeError(`mask: ${maskProblem}`)
    if (mask === null) masks.fill(1)
    decide(actor, random === null ? null : [random])
    const noAction = actionProblem(actor, 0)
    if (noAction !== null) throw new RangeError(noAction)
    const action = actionOf(actor, 0)
    return typeof action === 'number' ? action : action.slice()
  }
  return {
    observationSpace, actionSpace,
    act: (observation, mask = null) => decided(observation, null, mask),
    sample(observation, random, mask = null) {
      expectRandom('random', random)
      return decided(observation, random, mask)
    },
  }
}
