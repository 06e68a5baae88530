/**
 * Sets of possible observations and actions, after Gymnasium's spaces of the same names: plain records.
 * But: arrays are flat (a Box has a length, not a shape), and there is no Dict, Tuple, Text or Graph.
 */
import { argumentError, expectNumber, show, thrownText } from '../../errors/expect.ts'
import { isArray, isFloat64Array, isNumericArray } from '../../errors/kinds.ts'

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
  if (!isNumericArray(low) || low.length === 0) {
    throw argumentError('low', 'an array of at least one number', low)
  }
  if (!isNumericArray(high) || high.length !== low.length) {
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
  return valid({ kind: 'discrete', n, start })
}

/** Vectors of integers, the i-th from 0 to nvec[i] − 1. nvec: at least one integer, each at least 1. */
export function multiDiscrete(nvec: readonly number[]): MultiDiscrete {
  const { kind } = valid({ kind: 'multiDiscrete', nvec })
  return { kind, nvec: Array.from(nvec) }
}

/** Vectors of n zeros and ones. n: at least 1. */
export function multiBinary(n: number): MultiBinary {
  return valid({ kind: 'multiBinary', n })
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

/** A wrong field of a space; a RangeError if it is of the right `kind`. */
interface Wrong {
  readonly field: string
  readonly expected: string
  readonly got: unknown
  readonly kind?: string
}

/** The rule for integers, of constructors, environments and files: the first wrong field, or null. */
function wrongField(space: Exclude<Space, Box>): Wrong | null {
  if (space.kind === 'discrete') return wrongCount('n', space.n) ?? wrongStart(space)
  if (space.kind === 'multiBinary') return wrongCount('n', space.n)
  const { nvec } = space
  if (!isArray(nvec) || nvec.length === 0) {
    return { field: 'nvec', expected: 'an array of at least one integer', got: nvec }
  }
  // By index, since other loops skip holes.
  for (let i = 0; i < nvec.length; i++) {
    const wrong = wrongCount(`nvec[${i}]`, nvec[i])
    if (wrong !== null) return wrong
  }
  return null
}

function wrongCount(field: string, n: unknown): Wrong | null {
  if (Number.isSafeInteger(n) && (n as number) >= 1) return null
  return { field, expected: 'an integer of at least 1', got: n, kind: 'number' }
}

/** Every member must be a double of its own, so the last one is at most 2^53 − 1. */
function wrongStart({ n, start }: Discrete): Wrong | null {
  const high = Math.min(1e15, Number.MAX_SAFE_INTEGER - (n - 1))
  if (Number.isSafeInteger(start) && start >= -1e15 && start <= high) return null
  const range = typeof start === 'number' ? ` from ${-1e15} to ${high}` : ''
  return { field: 'start', expected: `an integer${range}`, got: start, kind: 'number' }
}

/** The space that a constructor made. Throws for its arguments, which are called as the fields. */
function valid<S extends Exclude<Space, Box>>(space: S): S {
  const wrong = wrongField(space)
  if (wrong !== null) throw argumentError(wrong.field, wrong.expected, wrong.got, wrong.kind)
  return space
}

/** The rule of `box` for a record. */
function boxProblem({ low, high }: Box): string | null {
  if (!isFloat64Array(low) || low.length === 0) {
    return `expected low to be a Float64Array of at least one number, got ${show(low)}`
  }
  if (!isFloat64Array(high)) return `expected high to be a Float64Array, got ${show(high)}`
  if (high.length !== low.length) return `expected high of length ${low.length}, got ${high.length}`
  for (let i = 0; i < low.length; i++) {
    const got = `got ${low[i]} and ${high[i]}`
    if (!(low[i] <= high[i])) return `expected low[${i}] ≤ high[${i}], ${got}`
    if (low[i] === Infinity || high[i] === -Infinity) {
      return `expected a finite number from low[${i}] to high[${i}], ${got}`
    }
  }
  return null
}

/** Why a value is not a space, as *expected X, got Y*; null if it is one. */
export function spaceProblem(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return `expected a space, got ${show(value)}`
  try {
    const space = value as Space
    if (space.kind === 'box') return boxProblem(space)
    if (!['discrete', 'multiDiscrete', 'multiBinary'].includes(space.kind)) {
      return `expected kind "box" | "discrete" | "multiDiscrete" | "multiBinary", got ${show(space.kind)}`
    }
    const wrong = wrongField(space)
    return wrong === null ? null : `expected ${wrong.field} to be ${wrong.expected}, got ${show(wrong.got)}`
  } catch (error) {
    return `expected fields that can be read, got ${thrownText(error)}`
  }
}

/** Throws unless `value` is a space, by the rule of files: what is trained in it can be saved. */
export function expectSpace(name: string, value: unknown): void {
  const problem = spaceProblem(value)
  if (problem !== null) throw new TypeError(`${name}: ${problem}`)
}
