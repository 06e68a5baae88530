/**
 * What kind of built-in object a value is. `instanceof`, which asks for the constructor, would refuse arrays
 * of another realm (a page's frame, jsdom, node:vm); here the object itself is asked, which nothing can fake.
 */

const { getOwnPropertyDescriptor, getPrototypeOf } = Object
/** %TypedArray%.prototype[Symbol.toStringTag]: the kind of a typed array of any realm, else undefined. */
const typedArrayTag = getOwnPropertyDescriptor(getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!.get!
const textOfFunction: () => string = (() => {}).toString
const sizeOfMap = getOwnPropertyDescriptor(Map.prototype, 'size')!.get!

/** 'Float64Array', 'Uint8Array', …; undefined for what is no typed array. */
export function typedArrayKind(value: unknown): string | undefined {
  return typedArrayTag.call(value)
}

export function isFloat64Array(value: unknown): value is Float64Array {
  return typedArrayTag.call(value) === 'Float64Array'
}

/** Also of a class derived from it, such as Node's Buffer. */
export function isUint8Array(value: unknown): value is Uint8Array {
  return typedArrayTag.call(value) === 'Uint8Array'
}

/** `Array.isArray`, and false instead of an error for a revoked proxy. */
export function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** Whether `value` is an array or a typed array, except of bigints. Its entries are not checked. */
export function isNumericArray(value: unknown): value is ArrayLike<number> {
  const kind = typedArrayKind(value)
  return kind === undefined ? isArray(value) : !kind.startsWith('Big')
}

/** Whether `value` is a Map of any realm: others have no size of a Map. */
export function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  try {
    sizeOfMap.call(value)
    return true
  } catch {
    return false
  }
}

/** Whether a function is a class, which can only be called with `new`. */
export function isClass(value: object): boolean {
  return /^class\b/.test(textOfFunction.call(value))
}

/** A property of anything; undefined if there is none, or if a getter or a revoked proxy throws instead. */
export function read(of: unknown, name: string): unknown {
  try {
    return (of as Readonly<Record<string, unknown>> | null | undefined)?.[name]
  } catch {
    return undefined
  }
}

/** The message of an error of any realm, or of anything thrown that has one; null if there is none. */
export function messageOf(thrown: unknown): string | null {
  const message = read(thrown, 'message')
  return typeof message === 'string' ? message : null
}

/** Whether `value` is a record as `{ … }` makes it, in any realm, or one without a prototype. */
export function isPlainRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  try {
    const prototype: unknown = getPrototypeOf(value)
    // The prototype of a Map, an array or a class has a prototype of its own.
    return prototype === null || getPrototypeOf(prototype) === null
  } catch {
    return false
  }
}
