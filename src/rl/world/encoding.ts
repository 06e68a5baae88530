/**
 * Observations as inputs of a network: integers one-hot, vectors unchanged.
 */
import { show } from '../../errors/expect.ts'
import { isNumericArray } from '../../errors/kinds.ts'
import { memberProblem } from './membership.ts'
import { type Space, vectorSize } from './space.ts'

/** Network inputs per observation: one-hot for integers, the numbers themselves otherwise. */
export function encodedSize(space: Space): number {
  if (space.kind === 'discrete') return space.n
  if (space.kind === 'multiDiscrete') return space.nvec.reduce((sum, n) => sum + n, 0)
  return vectorSize(space)
}

/**
 * Write the encoded `observation` into target[offset …] and return null; or write nothing and return
 * *expected X, got Y*: wrong type, wrong length, not finite. The bounds of a Box are not checked here.
 */
export function encode(
  target: Float64Array, offset: number, space: Space, observation: unknown,
): string | null {
  if (space.kind === 'box') {
    const size = space.low.length
    if (!isNumericArray(observation)) return `expected an array of ${size} numbers, got ${show(observation)}`
    if (observation.length !== size) return `expected ${size} numbers, got ${observation.length}`
    for (let i = 0; i < observation.length; i++) {
      const x = observation[i]
      if (!Number.isFinite(x)) return `expected [${i}] to be a finite number, got ${show(x)}`
    }
    for (let i = 0; i < observation.length; i++) target[offset + i] = observation[i]
    return null
  }
  const problem = memberProblem(space, observation)
  if (problem !== null) return problem
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
