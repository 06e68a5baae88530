/**
 * Observations as a network reads them: integers one-hot, vectors as they are.
 */
import { show } from '../../errors/expect.ts'
import { isNumericArray, memberProblem } from './membership.ts'
import { type Space, vectorSize } from './space.ts'

/** How many numbers a network sees of an observation: one-hot for integers, the numbers themselves otherwise. */
export function encodedSize(space: Space): number {
  if (space.kind === 'discrete') return space.n
  if (space.kind === 'multiDiscrete') return space.nvec.reduce((sum, n) => sum + n, 0)
  return vectorSize(space)
}

/**
 * Write what a network sees of `observation` into target[offset …]. Returns null, or, with nothing written,
 * *expected X, got Y*: wrong kind, wrong length, not finite. A Box's bounds are not enforced here.
 */
export function encode(target: Float64Array, offset: number, space: Space, observation: unknown): string | null {
  if (space.kind === 'box') {
    if (!isNumericArray(observation)) return `expected an array of ${space.low.length} numbers, got ${show(observation)}`
    if (observation.length !== space.low.length) return `expected ${space.low.length} numbers, got ${observation.length}`
    for (let i = 0; i < observation.length; i++) {
      const x = observation[i]
      if (!Number.isFinite(x)) return `expected [${i}] to be a finite number, got ${show(x)}`
    }
    for (let i = 0; i < observation.length; i++) target[offset + i] = observation[i]
    return null
  }
  const reason = memberProblem(space, observation)
  if (reason !== null) return reason
  if (space.kind === 'discrete') {
    target.fill(0, offset, offset + space.n)
    target[offset + (observation as number) - space.start] = 1
  } else if (space.kind === 'multiBinary') {
    for (let i = 0; i < space.n; i++) target[offset + i] = (observation as ArrayLike<number>)[i]
  } else {
    target.fill(0, offset, offset + encodedSize(space))
    for (let i = 0; i < space.nvec.length; offset += space.nvec[i++]) {
      target[offset + (observation as ArrayLike<number>)[i]] = 1
    }
  }
  return null
}
