/**
 * Sets of possible observations and actions, after Gymnasium's spaces of the same names: plain records.
 * But: arrays are flat (a Box has a length, not a shape), and there is no Dict, Tuple, Text or Graph.
 */
import { argumentError, expectInteger, expectNumber, show } from '../../errors/expect.ts'

/** Vectors with low[i] ≤ x[i] ≤ high[i]; ±Infinity if there is no bound. */
export interface Box { readonly kind: 'box'; readonly low: Float64Array; readonly high: Float64Array }
/** The integers start … start + n − 1. */
export interface Discrete { readonly kind: 'discrete'; readonly n: number; readonly start: number }
/** Vectors of integers, the i-th from 0 to nvec[i] − 1. */
export interface MultiDiscrete { readonly kind: 'multiDiscrete'; readonly nvec: readonly number[] }
/** Vectors of n zeros and ones. */
export interface MultiBinary { readonly kind: 'multiBinary'; readonly n: number }
/** A set of observations or actions. */
export type Space = Box | Discrete | MultiDiscrete | MultiBinary

/** The type of actions in space S: an integer for Discrete, a vector for every other space. */
export type ActionOf<S extends Space> = S extends Discrete ? number : Float64Array
/** The spaces whose actions are of type A. */
export type SpaceOf<A> = A extends number ? Discrete : Exclude<Space, Discrete>

/** Box(low, high): arrays of the same length, no NaN, low ≤ high, and a finite number between them. */
export function box(low: ArrayLike<number>, high: ArrayLike<number>): Box {
  if (!(low?.length >= 1)) {
    throw argumentError('low', 'an array of at least one number', low)
  }
  if (high?.length !== low.length) {
    throw new RangeError(`high: expected length ${low.length}, got ${show(high)}`)
  }
  for (let i = 0; i < low.length; i++) {
    expectNumber(`low[${i}]`, low[i], -Infinity, Number.MAX_VALUE)
    expectNumber(`high[${i}]`, high[i], Math.max(low[i], -Number.MAX_VALUE))
  }
  return { kind: 'box', low: Float64Array.from(low), high: Float64Array.from(high) }
}

/** The integers start … start + n − 1. n: at least 1; start: at most 1e15 in size, 0 by default. */
export function discrete(n: number, start = 0): Discrete {
  return { kind: 'discrete', n: expectInteger('n', n, 1), start: expectInteger('start', start, -1e15, 1e15) }
}

/** Vectors of integers, the i-th from 0 to nvec[i] − 1. nvec: at least one integer, each at least 1. */
export function multiDiscrete(nvec: readonly number[]): MultiDiscrete {
  if (!Array.isArray(nvec) || nvec.length === 0) {
    throw argumentError('nvec', 'an array of at least one integer', nvec)
  }
  return { kind: 'multiDiscrete', nvec: Array.from(nvec, (n, i) => expectInteger(`nvec[${i}]`, n, 1)) }
}

/** Vectors of n zeros and ones. n: at least 1. */
export function multiBinary(n: number): MultiBinary {
  return { kind: 'multiBinary', n: expectInteger('n', n, 1) }
}

/** Length of the vectors in a space. */
export function vectorSize(space: Exclude<Space, Discrete>): number {
  return space.kind === 'box' ? space.low.length : space.kind === 'multiBinary' ? space.n : space.nvec.length
}

/** A description, the same for two spaces only if they are equal. Throws if `space` is not a space. */
export function describeSpace(space: Space): string {
  switch (space?.kind) {
    case 'box': return `Box([${space.low.join()}], [${space.high.join()}])`
    case 'discrete': return `Discrete(${space.n}, start ${space.start})`
    case 'multiDiscrete': return `MultiDiscrete([${space.nvec.join()}])`
    case 'multiBinary': return `MultiBinary(${space.n})`
    default:
      throw argumentError('space', 'box, discrete, multiDiscrete or multiBinary', space)
  }
}

/** Why a value is not a space, as *expected X, got Y*; null if it is one. */
export function spaceProblem(value: unknown): string | null {
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
