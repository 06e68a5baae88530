/**
 * All argument errors in one format, *name: expected X, got Y*: a TypeError for a wrong kind of value,
 * a RangeError for a wrong value of the right kind. The accepted value is returned, except by expectFunction.
 * But: only public functions check arguments. Kernels check nothing, and numerical outcomes are statuses.
 */
import { isArray, isClass, isFloat64Array, isPlainRecord, messageOf, read } from './kinds.ts'
import { likely, perhaps } from './nearest.ts'
import { quoted, visible } from './visible.ts'

/** How an error shows a value: short, on one line, strings in quotes. It never throws. */
export function show(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'bigint') return value === BigInt.asIntN(64, value) ? `${value}n` : 'a large bigint'
  if (typeof value === 'symbol') return visible(String(value), 60)
  if (Object.is(value, -0)) return '-0'
  if (typeof value !== 'object' && typeof value !== 'function' || value === null) return String(value)
  const isFunction = typeof value === 'function'
  // A getter may throw, a proxy may be revoked, a name may be a symbol.
  const name = read(isFunction ? value : read(value, 'constructor'), 'name')
  const text = typeof name === 'string' ? visible(name, 40) : ''
  if (isFunction) return `${isClass(value) ? 'class' : 'function'} ${text || '(anonymous)'}`
  const length = read(value, 'length')
  return `${text || 'object'}${typeof length === 'number' ? ` of length ${length}` : ''}`
}

/** What was thrown, as the *got* of an error: the message of an error of any realm, or the value. */
export function thrownText(thrown: unknown): string {
  const message = messageOf(thrown)
  return message === null ? `${show(thrown)} thrown` : `the error ${quoted(message, 200)}`
}

/**
 * The error for a `value` that is not as expected: a RangeError if it is of the right `kind`. `name` may come
 * from a file or a caller's record: it is shortened and made visible.
 */
export function argumentError(name: string, expected: string, value: unknown, kind: string = ''): Error {
  const message = `${visible(name, 100)}: expected ${expected}, got ${show(value)}`
  return typeof value === kind ? new RangeError(message) : new TypeError(message)
}

/**
 * The own entries of a record of options as a record without a prototype, so that nothing which is put on
 * Object.prototype becomes an option. Throws for other kinds of objects, and for a name that is not known.
 */
export function expectRecord<T extends object>(
  name: string, value: unknown, known: readonly (keyof T & string)[],
): Partial<T> {
  if (!isPlainRecord(value)) throw argumentError(name, 'a record', value)
  const own: Record<string, unknown> = Object.create(null)
  for (const key of Object.keys(value)) {
    if (!known.includes(key as keyof T & string)) {
      const only = known.length > 8 ? 'a known option' : `only ${known.join(', ') || 'no options'}`
      throw argumentError(name, `${only}${perhaps(likely(key, known))}`, key)
    }
    own[key] = value[key]
  }
  return own as Partial<T>
}

/** A number from `low` to `high`, ends included. NaN never passes, `Infinity` only if `high` is that. */
export function expectNumber(
  name: string, value: unknown, low: number = -Infinity, high: number = Infinity,
): number {
  if (typeof value === 'number' && value >= low && value <= high) return value
  throw argumentError(name, `a number ${interval(low, high)}`, value, 'number')
}

/** A number above `low`, up to and including `high`. `Infinity` passes only if `high` is that. */
export function expectAbove(
  name: string, value: unknown, low: number, high: number = Number.MAX_VALUE,
): number {
  if (typeof value === 'number' && value > low && value <= high) return value
  const maximum = high < Number.MAX_VALUE ? `, at most ${high}` : ''
  throw argumentError(name, `a number above ${low}${maximum}`, value, 'number')
}

/** A number between `low` and `high`, ends excluded. */
export function expectBetween(name: string, value: unknown, low: number, high: number): number {
  if (typeof value === 'number' && value > low && value < high) return value
  throw argumentError(name, `a number between ${low} and ${high}, ends excluded`, value, 'number')
}

/** `true` or `false`. */
export function expectBoolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw argumentError(name, 'a boolean', value)
}

/** A function, not a class; `what` names the expected function in the error. */
export function expectFunction(name: string, value: unknown, what: string = 'a function'): void {
  if (typeof value !== 'function' || isClass(value)) throw argumentError(name, what, value)
}

/** A finite number. */
export function expectFinite(name: string, value: unknown): number {
  if (Number.isFinite(value)) return value as number
  throw argumentError(name, 'a finite number', value, 'number')
}

/** An integer from `low` to `high`, ends included, exactly representable (at most 53 bits). */
export function expectInteger(
  name: string, value: unknown, low: number, high: number = Number.MAX_SAFE_INTEGER,
): number {
  const x = value as number
  if (Number.isSafeInteger(value) && x >= low && x <= high) return x
  throw argumentError(name, `an integer ${interval(low, high)}`, value, 'number')
}

/** An array of integers from `low` to `high`, ends included. */
export function expectIntegers(name: string, value: unknown, low: number, high?: number): void {
  if (!isArray(value)) throw argumentError(name, 'an array of integers', value)
  // By index, since forEach skips holes.
  for (let i = 0; i < value.length; i++) expectInteger(`${name}[${i}]`, value[i], low, high)
}

/** A Float64Array, of any realm, of exactly `length` entries. */
export function expectVector(name: string, value: unknown, length: number): Float64Array {
  if (!isFloat64Array(value)) throw argumentError(name, `a Float64Array of length ${length}`, value)
  if (value.length !== length) throw new RangeError(`${name}: expected length ${length}, got ${value.length}`)
  return value
}

/** One of `words`; the error lists them. */
export function expectOneOf<T extends string>(name: string, value: unknown, words: readonly T[]): T {
  if (words.includes(value as T)) return value as T
  throw argumentError(name, words.map((word) => quoted(word)).join(' | '), value, 'string')
}

function interval(low: number, high: number): string {
  if (low === -Infinity && high === Infinity) return 'of any size'
  if (high === Infinity || high === Number.MAX_SAFE_INTEGER) return `of at least ${low}`
  if (low === -Infinity) return `of at most ${high}`
  return `from ${low} to ${high}`
}
