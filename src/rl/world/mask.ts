/**
 * Masks: which actions of a Discrete or MultiDiscrete space a state allows, one number per logit, 1 allowed
 * and 0 forbidden, component after component. A forbidden action has the logit −∞ in π_old, in every
 * candidate and in F, so that ratio, KL and Fisher matrix are those of the policy restricted to allowed
 * actions. Huang & Ontañón 2022, "A closer look at invalid action masking in policy gradient algorithms".
 * But: each component is masked independently, and Box and MultiBinary actions cannot be masked.
 */
import { argumentError, expectFunction, show } from '../../errors/expect.ts'
import { isNumericArray } from '../../errors/kinds.ts'
import type { Action, AsyncEnv } from './env.ts'
import type { Discrete, MultiDiscrete, Space } from './space.ts'
import { encodedSize } from './encoding.ts'

type Maskable = Discrete | MultiDiscrete

/** Whether actions of `space` can be masked: those of Discrete and MultiDiscrete spaces. */
export function isMaskable(space: Space): space is Maskable {
  return space.kind === 'discrete' || space.kind === 'multiDiscrete'
}

/** Length of a mask; 0 if no environment masks actions. Throws if the action space cannot be masked. */
export function maskLengthOf(envs: readonly AsyncEnv[]): number {
  let length = 0
  envs.forEach(({ actionMask, actionSpace }, e) => {
    if (actionMask === undefined) return
    const name = `environment ${e}.actionMask`
    expectFunction(name, actionMask)
    if (!isMaskable(actionSpace)) {
      const { kind } = actionSpace
      throw argumentError(name, `none where actions are ${kind}`, actionMask)
    }
    length = encodedSize(actionSpace)
  })
  return length
}

/** Masks of `rows` states that allow all actions: [rows, length]; null if `length` is 0. */
export function createMasks(rows: number, length: number): Uint8Array | null {
  return length === 0 ? null : new Uint8Array(rows * length).fill(1)
}

/** Write `mask` into target[offset …] and return null; or write nothing and return *expected X, got Y*. */
export function writeMask(target: Uint8Array, offset: number, space: Space, mask: unknown): string | null {
  if (!isMaskable(space)) return `expected none where actions are ${space.kind}, got ${show(mask)}`
  const length = encodedSize(space)
  if (!isNumericArray(mask)) return `expected an array of ${length} numbers, got ${show(mask)}`
  if (mask.length !== length) return `expected ${length} numbers, got ${mask.length}`
  for (let c = 0, first = 0; first < length; c++) {
    const end = first + choices(space, c)
    let allowed = 0
    for (let j = first; j < end; j++) {
      if (mask[j] !== 0 && mask[j] !== 1) return `expected [${j}] to be 0 or 1, got ${show(mask[j])}`
      allowed += mask[j]
    }
    if (allowed === 0) return `expected an allowed action among [${first}] … [${end - 1}], got none`
    first = end
  }
  for (let j = 0; j < length; j++) target[offset + j] = mask[j]
  return null
}

/** `action` with each forbidden component replaced by the next allowed value, cyclically. */
export function nextAllowed(space: Maskable, action: Action, mask: ArrayLike<number>): Action {
  const next = (a: number, first: number, n: number): number => {
    while (mask[first + a] === 0) a = (a + 1) % n
    return a
  }
  if (space.kind === 'discrete') return space.start + next((action as number) - space.start, 0, space.n)
  let first = 0
  return (action as Float64Array).map((a, c) => {
    const allowed = next(a, first, space.nvec[c])
    first += space.nvec[c]
    return allowed
  })
}

/** Number of values of component c. */
function choices(space: Maskable, c: number): number {
  return space.kind === 'discrete' ? space.n : space.nvec[c]
}
