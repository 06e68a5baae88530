/**
 * Policies of every kind with random parameters, and observations for them: what exports are compared on.
 */
import type { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { activations, type ActivationName } from '../../src/nn/activation.ts'
import { createNormalizer, type Normalizer } from '../../src/rl/normalizer.ts'
import { createPolicy, type Policy } from '../../src/rl/policy.ts'
import { sample } from '../../src/rl/world/membership.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../src/rl/world/space.ts'

/** Bounds of every kind: two finite ones, also equal ones, one, none. */
const BOXES: readonly Space[] = [
  box([-1, -3, 0], [1, 5, 0.1]), box([-2, -Infinity, 0.1, -Infinity, 7], [2, 1, Infinity, Infinity, 7]),
]
const OTHERS: readonly Space[] = [
  discrete(2), discrete(5, -3), multiDiscrete([3]), multiDiscrete([3, 1, 4]), multiBinary(1), multiBinary(4),
]
export const spaces: readonly Space[] = [...BOXES, ...OTHERS]

const HIDDEN: readonly (readonly number[])[] = [[], [7], [16, 9]]

/** One per pair of spaces; hidden layers, activations, normalisers and options of actions take turns. */
export function anyPolicies(random: Random): Policy[] {
  const names = Object.keys(activations) as ActivationName[]
  const made: Policy[] = []
  for (const observationSpace of spaces) {
    for (const actionSpace of spaces) {
      const kinds = actionSpace.kind === 'box' ? [0, 1, 2, 3] : [0]
      for (const kind of kinds) {
        const k = made.length
        const policy = createPolicy(
          reference, observationSpace, actionSpace, HIDDEN[k % 3], names[Math.floor(k / 3) % names.length], {
            stateDependentStd: kind % 2 === 1, actionBounds: kind < 2 ? 'squash' : 'clip',
            normalizer: anyNormalizer(observationSpace, Math.floor(k / 2) % 4, random),
          })
        const { flat } = policy.net.parameters
        for (let p = 0; p < flat.length; p++) flat[p] = 0.7 * random.normal()
        made.push(policy)
      }
    }
  }
  return made
}

/** None, one before its first statistics, one that clips many inputs, one that clips none. */
function anyNormalizer(space: Space, kind: number, random: Random): Normalizer | null {
  const normalizer = kind === 0 ? null : createNormalizer(space, kind === 3 ? Infinity : 0.5)
  if (normalizer === null || kind === 1) return normalizer
  const { mean, scale, statistics } = normalizer
  statistics.count = 10
  for (let j = 0; j < mean.length; j++) {
    mean[j] = statistics.mean[j] = random.normal()
    scale[j] = 0.5 + random.uniform()
    statistics.squares[j] = 10 * scale[j] * scale[j]
  }
  return normalizer
}

/** An observation; those of a Box also outside of its bounds, where `act` accepts them, too. */
export function anyObservation({ observationSpace }: Policy, random: Random): number | Float64Array {
  const x = sample(observationSpace, random)
  return observationSpace.kind === 'box' ? (x as Float64Array).map((value) => 2 * value) : x
}

/** A mask with an allowed action in each component, or null if actions cannot be masked. */
export function anyMask({ actionSpace }: Policy, random: Random): number[] | null {
  if (actionSpace.kind !== 'discrete' && actionSpace.kind !== 'multiDiscrete') return null
  return (actionSpace.kind === 'discrete' ? [actionSpace.n] : actionSpace.nvec).flatMap((n) => {
    const sure = random.integer(n)
    return Array.from({ length: n }, (_, j) => j === sure ? 1 : random.integer(2))
  })
}
