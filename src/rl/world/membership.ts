/**
 * Which values belong to a space; random members.
 */
import { show } from '../../errors/expect.ts'
import { isNumericArray } from '../../errors/kinds.ts'
import { log } from '../../math/elementary.ts'
import type { Random } from '../../math/random.ts'
import { type Space, vectorSize } from './space.ts'

/** Why `value` does not belong to `space`, as *expected X, got Y*; null if it does. */
export function memberProblem(space: Space, value: unknown): string | null {
  if (space.kind === 'discrete') {
    if (isIntegerBetween(value, space.start, space.start + space.n - 1)) return null
    return `expected an integer from ${space.start} to ${space.start + space.n - 1}, got ${show(value)}`
  }
  const size = vectorSize(space)
  if (!isNumericArray(value)) return `expected an array of ${size} numbers, got ${show(value)}`
  if (value.length !== size) return `expected ${size} numbers, got ${value.length}`
  for (let i = 0; i < size; i++) {
    const x = value[i]
    if (space.kind === 'box') {
      if (!(typeof x === 'number' && x >= space.low[i] && x <= space.high[i])) {
        return `expected [${i}] from ${space.low[i]} to ${space.high[i]}, got ${show(x)}`
      }
    } else {
      const last = space.kind === 'multiBinary' ? 1 : space.nvec[i] - 1
      if (!isIntegerBetween(x, 0, last)) return `expected [${i}] an integer from 0 to ${last}, got ${show(x)}`
    }
  }
  return null
}

/** A random member: entries uniform between two bounds, exponential with one, normal without any. */
export function sample(space: Space, random: Random): number | Float64Array {
  if (space.kind === 'discrete') return space.start + random.integer(space.n)
  const value = new Float64Array(vectorSize(space))
  for (let i = 0; i < value.length; i++) {
    if (space.kind === 'box') value[i] = sampleInterval(space.low[i], space.high[i], random)
    else value[i] = random.integer(space.kind === 'multiBinary' ? 2 : space.nvec[i])
  }
  return value
}

function sampleInterval(low: number, high: number, random: Random): number {
  if (low > -Infinity && high < Infinity) {
    // Computed from halves if the width itself would overflow.
    const u = random.uniform()
    const inside = high - low < Infinity ? low + (high - low) * u : 2 * (low / 2 + (high / 2 - low / 2) * u)
    return Math.min(high, inside)
  }
  if (low === -Infinity && high === Infinity) return random.normal()
  const exponential = -log(1 - random.uniform())
  return high === Infinity ? low + exponential : high - exponential
}

function isIntegerBetween(value: unknown, first: number, last: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= first && (value as number) <= last
}
