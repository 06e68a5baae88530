/**
 * Masks: which actions of a Discrete or MultiDiscrete space a state allows, a number for each logit, 1 allowed and
 * 0 forbidden, component after component. A forbidden action has the logit −∞ in π_old, in every candidate and in F
 * alike, so that ratio, KL and Fisher matrix are those of the policy on what is allowed.
 * Huang & Ontañón 2022, "A closer look at invalid action masking in policy gradient algorithms".
 * But: components are masked each by itself, and there are no masks of Box and MultiBinary actions.
 */
import { show } from '../../errors/expect.ts'
import type { Action, Env } from './env.ts'
import type { Discrete, MultiDiscrete, Space } from './space.ts'
import { encodedSize } from './encoding.ts'
import { isNumericArray } from './membership.ts'

type Maskable = Discrete | MultiDiscrete

export function isMaskable(space: Space): space is Maskable {
  return space.kind === 'discrete' || space.kind === 'multiDiscrete'
}

/** Numbers a mask of these environments' actions; 0 where none of them masks. Throws where one cannot mean it. */
export function maskLengthOf(envs: readonly Env[]): number {
  let length = 0
  envs.forEach(({ actionMask, actionSpace }, e) => {
    if (actionMask === undefined) return
    if (typeof actionMask !== 'function') {
      throw new TypeError(`environment ${e}.actionMask: expected a function, got ${show(actionMask)}`)
    }
    if (!isMaskable(actionSpace)) {
      throw new TypeError(`environment ${e}.actionMask: expected none where actions are ${actionSpace.kind}, got ${show(actionMask)}`)
    }
    length = encodedSize(actionSpace)
  })
  return length
}

/** Masks of `rows` states that allow all; null where a mask has no numbers. */
export function createMasks(rows: number, length: number): Uint8Array | null {
  return length === 0 ? null : new Uint8Array(rows * length).fill(1)
}

/** Write `mask` into target[offset …]. Returns null, or, with nothing written, *expected X, got Y*. */
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

/** `action`, or where a component of it is forbidden the next allowed one, the first coming after the last. */
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

/** How many integers component c has to choose from. */
function choices(space: Maskable, c: number): number {
  return space.kind === 'discrete' ? space.n : space.nvec[c]
}
