/**
 * All argument errors in one format, *name: expected X, got Y*: a TypeError for a wrong kind of value,
 * a RangeError for a wrong value of the right kind. The accepted value is returned, except by expectFunction.
 * But: only public functions check arguments. Kernels check nothing, and numerical outcomes are statuses.
 */

/** How an error shows a value: short, on one line, strings in quotes. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`
  if (typeof value === 'bigint') return `${value}n`
  if (Object.is(value, -0)) return '-0'
  if (typeof value !== 'object' || value === null) return String(value)
  const kind = value.constructor?.name || 'object'
  const length = (value as { length?: unknown }).length
  return typeof length === 'number' ? `${kind} of length ${length}` : kind
}

/** The error for a `value` that is not as expected: a RangeError if it is of the right `kind`. */
export function argumentError(name: string, expected: string, value: unknown, kind: string = ''): Error {
  const message = `${name}: expected ${expected}, got ${show(value)}`
  return typeof value === kind ? new RangeError(message) : new TypeError(message)
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

/** A function; `what` names the expected function in the error. */
export function expectFunction(name: string, value: unknown, what: string = 'a function'): void {
  if (typeof value !== 'function') throw argumentError(name, what, value)
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
  if (!Array.isArray(value)) throw argumentError(name, 'an array of integers', value)
  // By index, since forEach skips holes.
  for (let i = 0; i < value.length; i++) expectInteger(`${name}[${i}]`, value[i], low, high)
}

/** A Float64Array of exactly `length` entries. */
export function expectVector(name: string, value: unknown, length: number): Float64Array {
  if (!(value instanceof Float64Array)) {
    throw argumentError(name, `a Float64Array of length ${length}`, value)
  }
  if (value.length !== length) throw new RangeError(`${name}: expected length ${length}, got ${value.length}`)
  return value
}

/** One of `words`; the error lists them. */
export function expectOneOf<T extends string>(name: string, value: unknown, words: readonly T[]): T {
  if (words.includes(value as T)) return value as T
  throw argumentError(name, words.map(show).join(' | '), value, 'string')
}

function interval(low: number, high: number): string {
  if (low === -Infinity && high === Infinity) return 'of any size'
  if (high === Infinity || high === Number.MAX_SAFE_INTEGER) return `of at least ${low}`
  if (low === -Infinity) return `of at most ${high}`
  return `from ${low} to ${high}`
}
