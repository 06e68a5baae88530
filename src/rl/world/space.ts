/**
 * What observations and actions may be, after Gymnasium's spaces of the same names: plain records.
 * But: arrays are flat (a Box has a length, not a shape), and there is no Dict, Tuple, Text or Graph.
 */
import { log } from '../../math/elementary.ts'
import { expectInteger, expectNumber, show } from '../../errors/expect.ts'
import type { Random } from '../../math/random.ts'

/** Vectors between `low` and `high`, element by element; ±Infinity where there is no bound. */
export interface Box { readonly kind: 'box'; readonly low: Float64Array; readonly high: Float64Array }
/** The integers start … start + n − 1. */
export interface Discrete { readonly kind: 'discrete'; readonly n: number; readonly start: number }
/** Vectors of integers, the i-th from 0 to nvec[i] − 1. */
export interface MultiDiscrete { readonly kind: 'multiDiscrete'; readonly nvec: readonly number[] }
/** Vectors of n zeros and ones. */
export interface MultiBinary { readonly kind: 'multiBinary'; readonly n: number }
export type Space = Box | Discrete | MultiDiscrete | MultiBinary

/** Box(low, high): bounds as two arrays of one length, no NaN, low ≤ high, a finite number between them. */
export function box(low: ArrayLike<number>, high: ArrayLike<number>): Box {
  if (!(low?.length >= 1)) throw new TypeError(`low: expected an array of at least one number, got ${show(low)}`)
  if (high?.length !== low.length) throw new RangeError(`high: expected length ${low.length}, got ${show(high)}`)
  for (let i = 0; i < low.length; i++) {
    expectNumber(`low[${i}]`, low[i], -Infinity, Number.MAX_VALUE)
    expectNumber(`high[${i}]`, high[i], Math.max(low[i], -Number.MAX_VALUE))
  }
  return { kind: 'box', low: Float64Array.from(low), high: Float64Array.from(high) }
}

export function discrete(n: number, start = 0): Discrete {
  return { kind: 'discrete', n: expectInteger('n', n, 1), start: expectInteger('start', start, -1e15, 1e15) }
}

export function multiDiscrete(nvec: readonly number[]): MultiDiscrete {
  if (!Array.isArray(nvec) || nvec.length === 0) {
    throw new TypeError(`nvec: expected an array of at least one integer, got ${show(nvec)}`)
  }
  return { kind: 'multiDiscrete', nvec: Array.from(nvec, (n, i) => expectInteger(`nvec[${i}]`, n, 1)) }
}

export function multiBinary(n: number): MultiBinary {
  return { kind: 'multiBinary', n: expectInteger('n', n, 1) }
}

/** Whether `value` belongs to `space`; false for anything of another kind, NaN included. */
export function contains(space: Space, value: unknown): boolean {
  return whyNot(space, value) === null
}

/** Why `value` does not belong to `space`, as *expected X, got Y*; null where it does. */
export function whyNot(space: Space, value: unknown): string | null {
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

/** A random member: uniform where bounded, exponential beyond one bound, normal where there is none. */
export function sample(space: Space, random: Random): number | Float64Array {
  if (space.kind === 'discrete') return space.start + random.integer(space.n)
  const value = new Float64Array(vectorSize(space))
  for (let i = 0; i < value.length; i++) {
    if (space.kind === 'box') value[i] = sampleInterval(space.low[i], space.high[i], random)
    else value[i] = random.integer(space.kind === 'multiBinary' ? 2 : space.nvec[i])
  }
  return value
}

/** How many numbers a network sees of an observation: one-hot for integers, the numbers themselves otherwise. */
export function encodedSize(space: Space): number {
  if (space.kind === 'discrete') return space.n
  if (space.kind === 'multiDiscrete') return space.nvec.reduce((sum, n) => sum + n, 0)
  return vectorSize(space)
}

/** Numbers in a member of a space of vectors. */
export function vectorSize(space: Exclude<Space, Discrete>): number {
  return space.kind === 'box' ? space.low.length : space.kind === 'multiBinary' ? space.n : space.nvec.length
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
  const reason = whyNot(space, observation)
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

function sampleInterval(low: number, high: number, random: Random): number {
  if (low > -Infinity && high < Infinity) {
    // Halved where the width itself would overflow.
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

/** An array or typed array, but of bigints, whatever its entries. */
export function isNumericArray(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView)
    && !(value instanceof BigInt64Array) && !(value instanceof BigUint64Array))
}

/** The space in words that are equal exactly where spaces are; throws where `space` is none. */
export function describeSpace(space: Space): string {
  switch (space?.kind) {
    case 'box': return `Box([${space.low.join()}], [${space.high.join()}])`
    case 'discrete': return `Discrete(${space.n}, start ${space.start})`
    case 'multiDiscrete': return `MultiDiscrete([${space.nvec.join()}])`
    case 'multiBinary': return `MultiBinary(${space.n})`
    default: throw new TypeError(`space: expected box, discrete, multiDiscrete or multiBinary, got ${show(space)}`)
  }
}

/** Why a record is not a space, as *expected X, got Y*; null where it is one. */
export function spaceFault(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return `expected a space, got ${show(value)}`
  const space = value as { readonly [field: string]: unknown }
  switch (space.kind) {
    case 'box': {
      const { low, high } = space
      if (!(low instanceof Float64Array) || low.length === 0) {
        return `expected low to be a Float64Array of at least one number, got ${show(low)}`
      }
      if (!(high instanceof Float64Array)) return `expected high to be a Float64Array, got ${show(high)}`
      if (high.length !== low.length) return `expected high of length ${low.length}, got ${high.length}`
      const wrong = low.findIndex((x, i) => !(x <= high[i]))
      if (wrong < 0) return null
      return `expected low[${wrong}] ≤ high[${wrong}], got ${low[wrong]} and ${high[wrong]}`
    }
    case 'discrete':
      if (!isCount(space.n)) return `expected n to be an integer of at least 1, got ${show(space.n)}`
      if (Number.isSafeInteger(space.start)) return null
      return `expected start to be an integer, got ${show(space.start)}`
    case 'multiBinary':
      return isCount(space.n) ? null : `expected n to be an integer of at least 1, got ${show(space.n)}`
    case 'multiDiscrete': {
      const { nvec } = space
      if (!Array.isArray(nvec) || nvec.length === 0) {
        return `expected nvec to be an array of at least one integer, got ${show(nvec)}`
      }
      const wrong = nvec.findIndex((n) => !isCount(n))
      if (wrong < 0) return null
      return `expected nvec[${wrong}] to be an integer of at least 1, got ${show(nvec[wrong])}`
    }
    default:
      return `expected kind "box" | "discrete" | "multiDiscrete" | "multiBinary", got ${show(space.kind)}`
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1
}
