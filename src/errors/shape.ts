/**
 * Checks of records, made of checks of their fields. Each looks at kinds and sizes, never at every number, so
 * that it costs nothing beside the work that follows it. A shape with calls in it is made by a function: as
 * a constant it would be in every bundle, since calls at the top of a module may have effects.
 * But: a field of another name is ignored, since records of parts may carry more.
 */
import { argumentError, expectFunction, expectInteger, expectNumber, thrownText } from './expect.ts'
import { isArray, isFloat64Array, read, typedArrayKind } from './kinds.ts'

/** Throws an argument error that begins with `name` if `value` is not as expected. */
export type Check = (name: string, value: unknown) => void

/** The check of each field. */
export type Shape = Readonly<Record<string, Check>>

/** Throws unless `value` is an object with fields that pass their checks; `what` is its kind in words. */
export function expectShape(name: string, value: unknown, what: string, shape: Shape): void {
  const isOne = typeof value === 'object' && value !== null
    && Object.keys(shape).some((field) => (read(value, field) ?? null) !== null)
  if (!isOne) throw argumentError(name, what, value)
  for (const field in shape) {
    let held: unknown
    try {
      held = (value as Readonly<Record<string, unknown>>)[field]
    } catch (error) {
      throw new TypeError(`${name}.${field}: expected a field that can be read, got ${thrownText(error)}`)
    }
    shape[field](`${name}.${field}`, held)
  }
}

export const anyFunction: Check = (name, value) => expectFunction(name, value)
export const aString: Check = (name, value) => {
  if (typeof value !== 'string') throw argumentError(name, 'a string', value)
}
export const integer = (low: number, high?: number): Check =>
  (name, value) => { expectInteger(name, value, low, high) }
export const number = (low?: number, high?: number): Check =>
  (name, value) => { expectNumber(name, value, low, high) }

/** An integer of at least 0. */
export const aCount: Check = (name, value) => { expectInteger(name, value, 0) }
/** A Float64Array of any realm. */
export const aVector: Check = (name, value) => {
  if (!isFloat64Array(value)) throw argumentError(name, 'a Float64Array', value)
}

/** A Float64Array of any realm, of exactly or at least so many numbers if that is given. */
export const float64 = (length: number | null = null, min: number = 0): Check => (name, value) => {
  aVector(name, value)
  const got = (value as Float64Array).length
  if (length === null ? got >= min : got === length) return
  const count = length ?? `at least ${min}`
  throw new RangeError(`${name}: expected ${count} numbers, got ${got}`)
}

/** A typed array of this kind, of so many numbers. */
export const typed = (kind: string, length: number | null = null): Check => (name, value) => {
  const found = typedArrayKind(value)
  if (found !== kind) throw argumentError(name, `a ${kind}`, value)
  const got = (value as Uint8Array).length
  if (length === null || got === length) return
  throw new RangeError(`${name}: expected ${length} numbers, got ${got}`)
}

/** An array whose elements pass `check`, of so many if that is given. */
export const arrayOf = (check: Check, what: string, length: number | null = null): Check => (name, value) => {
  if (!isArray(value)) throw argumentError(name, `an array of ${what}`, value)
  if (length !== null && value.length !== length) {
    throw new RangeError(`${name}: expected ${length} ${what}, got ${value.length}`)
  }
  for (let i = 0; i < value.length; i++) check(`${name}[${i}]`, value[i])
}

export const nullOr = (check: Check): Check => (name, value) => {
  if (value !== null) check(name, value)
}
