/**
 * Argument checks against their messages, word for word, and the values that they accept or refuse.
 * No tolerance: texts are equal or not, and an accepted value is returned unchanged, −0 included.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  expectAbove, expectBetween, expectBoolean, expectFinite, expectFunction, expectInteger, expectNumber,
  expectOneOf, expectRecord, expectVector, show,
} from '../../src/errors/expect.ts'

/** Asserts that `f` throws exactly this. */
function refused(f: () => unknown, kind: typeof TypeError | typeof RangeError, message: string): void {
  assert.throws(f, (error: unknown) => {
    assert.ok(error instanceof kind, `${String(error)} is no ${kind.name}`)
    assert.is((error as Error).message, message)
    return true
  })
}

const NO_NUMBERS: readonly [unknown, string][] = [
  ['3', '"3"'], [null, 'null'], [undefined, 'undefined'], [true, 'true'], [3n, '3n'],
  [[3], 'Array of length 1'],
  [{}, 'Object'], [() => 3, 'function (anonymous)'], [new Number(3), 'Number'],
]

test('show gives a short text on one line, which names the kind of a value', () => {
  class Policy {}
  for (const [value, shown] of [
    ...NO_NUMBERS, [3, '3'], [-0, '-0'], [0, '0'], [NaN, 'NaN'], [-Infinity, '-Infinity'], [0.1, '0.1'],
    ['a\n"b"', '"a\\n\\"b\\""'], ['x'.repeat(40), `"${'x'.repeat(40)}"`],
    ['x'.repeat(41), `"${'x'.repeat(40)}…"`],
    [Symbol('s'), 'Symbol(s)'], [new Float64Array(4), 'Float64Array of length 4'], [new Policy(), 'Policy'],
    [Object.create(null), 'object'], [function named() {}, 'function named'], [{ length: 'long' }, 'Object'],
  ] as const) {
    assert.is(show(value), shown)
  }
})

test('show survives values that throw, are revoked, or have symbols for names', () => {
  const fail = (): never => { throw new Error('boom') }
  const { proxy, revoke } = Proxy.revocable({}, {})
  const { proxy: call, revoke: revokeCall } = Proxy.revocable(() => {}, {})
  revoke()
  revokeCall()
  const symbolName = Object.defineProperty(() => {}, 'name', { value: Symbol('name') })
  for (const [value, shown] of [
    [proxy, 'object'], [call, 'function (anonymous)'], [symbolName, 'function (anonymous)'],
    [{ constructor: { name: Symbol('name') } }, 'object'], [{ constructor: null }, 'object'],
    [Object.defineProperty({}, 'constructor', { get: fail }), 'object'],
    [Object.defineProperty({}, 'length', { get: fail }), 'Object'],
    [new Proxy({}, { get: fail }), 'object'], [class Mine {}, 'class Mine'],
    [2n ** 64n, 'a large bigint'], [-(2n ** 63n), '-9223372036854775808n'],
    [{ constructor: { name: 'x'.repeat(1e6) } }, `${'x'.repeat(40)}…`],
  ] as const) {
    assert.is(show(value), shown)
  }
})

test('expectRecord returns own entries without a prototype, and refuses other names and objects', () => {
  const known = ['seed', 'episodes'] as const
  interface Options { seed: number; episodes: number }
  const read = (value: unknown): object => expectRecord<Options>('options', value, known)
  const polluted = Object.prototype as unknown as { seed?: number }
  try {
    polluted.seed = 7
    assert.is((read({ episodes: 1 }) as { seed?: number }).seed, undefined)
  } finally {
    delete polluted.seed
  }
  assert.equal(Object.entries(read({ seed: 1, episodes: undefined })), [['seed', 1], ['episodes', undefined]])
  assert.equal(Object.entries(read(Object.assign(Object.create(null), { seed: 2 }))), [['seed', 2]])
  refused(() => read({ episode: 5 }), TypeError,
    'options: expected only seed, episodes, perhaps episodes, got "episode"')
  refused(() => read({ ['x'.repeat(1e6)]: 5 }), TypeError,
    `options: expected only seed, episodes, got "${'x'.repeat(40)}…"`)
  for (const [value, shown] of [
    [null, 'null'], [undefined, 'undefined'], [5, '5'], [[], 'Array of length 0'], [new Map(), 'Map'],
    [Promise.resolve({}), 'Promise'], [new (class Mine {})(), 'Mine'], [() => {}, 'function (anonymous)'],
  ] as const) refused(() => read(value), TypeError, `options: expected a record, got ${shown}`)
})

test('expectNumber returns every number of its interval, ends included', () => {
  for (const x of [-1, 0, -0, 0.5, 2]) assert.ok(Object.is(expectNumber('x', x, -1, 2), x))
  assert.is(expectNumber('x', Infinity), Infinity)
  assert.is(expectNumber('x', Infinity, 0), Infinity)
  assert.is(expectNumber('x', -Infinity, -Infinity, 0), -Infinity)
})

test('expectNumber refuses other kinds with a TypeError and other values with a RangeError', () => {
  for (const [value, shown] of NO_NUMBERS) {
    refused(() => expectNumber('discount', value, 0, 1), TypeError,
      `discount: expected a number from 0 to 1, got ${shown}`)
  }
  for (const value of [-5e-324, 1 + 2 ** -52, NaN, Infinity, -Infinity]) {
    refused(() => expectNumber('discount', value, 0, 1), RangeError,
      `discount: expected a number from 0 to 1, got ${value}`)
  }
  refused(() => expectNumber('x', -1, 0), RangeError, 'x: expected a number of at least 0, got -1')
  refused(() => expectNumber('x', 1, -Infinity, 0), RangeError, 'x: expected a number of at most 0, got 1')
  refused(() => expectNumber('x', NaN), RangeError, 'x: expected a number of any size, got NaN')
})

test('expectAbove excludes its lower end and includes its upper one', () => {
  for (const x of [5e-324, 0.5, 1]) assert.is(expectAbove('x', x, 0, 1), x)
  assert.is(expectAbove('x', Number.MAX_VALUE, 0), Number.MAX_VALUE)
  assert.is(expectAbove('x', Infinity, 0, Infinity), Infinity)
  for (const value of [0, -1, 1.5, NaN, Infinity]) {
    refused(() => expectAbove('x', value, 0, 1), RangeError,
      `x: expected a number above 0, at most 1, got ${value}`)
  }
  refused(() => expectAbove('x', Infinity, 0), RangeError, 'x: expected a number above 0, got Infinity')
  for (const [value, shown] of NO_NUMBERS) {
    refused(() => expectAbove('x', value, 0), TypeError, `x: expected a number above 0, got ${shown}`)
  }
})

test('expectBetween excludes both ends', () => {
  for (const x of [5e-324, 0.5, 1 - 2 ** -53]) assert.is(expectBetween('x', x, 0, 1), x)
  for (const value of [0, 1, -1, NaN, Infinity]) {
    refused(() => expectBetween('x', value, 0, 1), RangeError,
      `x: expected a number between 0 and 1, ends excluded, got ${value}`)
  }
  refused(() => expectBetween('x', '0.5', 0, 1), TypeError,
    'x: expected a number between 0 and 1, ends excluded, got "0.5"')
})

test('expectBoolean and expectFunction accept their kind only', () => {
  for (const x of [true, false]) assert.is(expectBoolean('flag', x), x)
  for (const [value, shown] of [[0, '0'], ['true', '"true"'], [null, 'null']] as const) {
    refused(() => expectBoolean('flag', value), TypeError, `flag: expected a boolean, got ${shown}`)
    refused(() => expectFunction('f', value), TypeError, `f: expected a function, got ${shown}`)
    refused(() => expectFunction('f', value, 'a clock'), TypeError, `f: expected a clock, got ${shown}`)
  }
  expectFunction('f', () => 0)
  refused(() => expectFunction('f', class Mine {}), TypeError, 'f: expected a function, got class Mine')
})

test('expectFinite accepts finite numbers only', () => {
  for (const x of [0, -0, 1e308, -5e-324]) assert.ok(Object.is(expectFinite('x', x), x))
  for (const x of [NaN, Infinity, -Infinity]) {
    refused(() => expectFinite('x', x), RangeError, `x: expected a finite number, got ${x}`)
  }
  for (const [value, shown] of NO_NUMBERS) {
    refused(() => expectFinite('x', value), TypeError, `x: expected a finite number, got ${shown}`)
  }
})

test('expectInteger returns every integer of its interval, ends included, to 2^53 − 1', () => {
  for (const x of [-2, 0, 3]) assert.is(expectInteger('n', x, -2, 3), x)
  assert.is(expectInteger('n', Number.MAX_SAFE_INTEGER, 0), Number.MAX_SAFE_INTEGER)
})

test('expectInteger refuses other kinds with a TypeError and other values with a RangeError', () => {
  for (const [value, shown] of NO_NUMBERS) {
    refused(() => expectInteger('steps', value, 1), TypeError,
      `steps: expected an integer of at least 1, got ${shown}`)
  }
  for (const value of [0, 0.5, 1.5, NaN, Infinity, -Infinity, 2 ** 53]) {
    refused(() => expectInteger('steps', value, 1), RangeError,
      `steps: expected an integer of at least 1, got ${value}`)
  }
  refused(() => expectInteger('n', 4, -2, 3), RangeError, 'n: expected an integer from -2 to 3, got 4')
})

test('expectVector returns the same array, and refuses other kinds and lengths', () => {
  const x = new Float64Array(3)
  assert.is(expectVector('theta', x, 3), x)
  for (const [value, shown] of [
    [[1, 2, 3], 'Array of length 3'], [new Float32Array(3), 'Float32Array of length 3'], [null, 'null'],
    [undefined, 'undefined'], ['abc', '"abc"'],
  ] as const) {
    refused(() => expectVector('theta', value, 3), TypeError,
      `theta: expected a Float64Array of length 3, got ${shown}`)
  }
  for (const length of [0, 2, 4]) {
    refused(() => expectVector('theta', new Float64Array(length), 3), RangeError,
      `theta: expected length 3, got ${length}`)
  }
})

test('expectOneOf returns the word, and lists the words if it is none of them', () => {
  const words = ['tanh', 'relu'] as const
  for (const word of words) assert.is(expectOneOf('activation', word, words), word)
  for (const word of ['Tanh', '', 'toString', 'tanh ']) {
    refused(() => expectOneOf('activation', word, words), RangeError,
      `activation: expected "tanh" | "relu", got "${word}"`)
  }
  for (const [value, shown] of [[0, '0'], [null, 'null'], [['tanh'], 'Array of length 1']] as const) {
    refused(() => expectOneOf('activation', value, words), TypeError,
      `activation: expected "tanh" | "relu", got ${shown}`)
  }
})

test.run()
