/**
 * What a caller may pass by mistake: 52 values of every kind, made anew each time. Some are valid somewhere.
 */

/** The error of a getter or a trap of a bad value: its own, which a door may pass on. */
export const OWN = 'an error of the value itself'

const fail = (): never => { throw new Error(OWN) }
function symbolName(): void {}
Object.defineProperty(symbolName, 'name', { value: Symbol('name') })

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** By name. */
export const badValues: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined, null: () => null, NaN: () => NaN, Infinity: () => Infinity,
  '-Infinity': () => -Infinity, '-1': () => -1, 0: () => 0, 2.5: () => 2.5, 7: () => 7, '1e308': () => 1e308,
  '2^31': () => 2 ** 31, '2^53': () => 2 ** 53,
  '""': () => '', '"2"': () => '2', 'two million letters': () => 'x'.repeat(2e6), true: () => true,
  false: () => false, '10n': () => 10n, Symbol: () => Symbol('s'),
  '{}': () => ({}), '[]': () => [], '[1]': () => [1], '["a"]': () => ['a'], '[NaN]': () => [NaN],
  '{ length: 2 }': () => ({ length: 2 }), '{ length: 1e9 }': () => ({ length: 1e9 }),
  'no prototype': () => Object.create(null),
  Map: () => new Map([['seed', 5]]), Set: () => new Set([1]), Date: () => new Date(0), RegExp: () => /x/,
  Promise: () => Promise.resolve(1), Number: () => new Number(3), String: () => new String('abc'),
  Error: () => new Error('mine'), instance: () => new (class Mine { readonly x = 1 })(),
  '() => {}': () => () => {}, '() => NaN': () => () => NaN, class: () => class Mine {},
  'async () => {}': () => async () => {}, 'function*': () => function* () { yield 1 },
  'Float64Array(0)': () => new Float64Array(0), 'Float64Array [NaN]': () => Float64Array.of(NaN),
  'Float64Array(1000)': () => new Float64Array(1000), 'Float32Array(2)': () => new Float32Array(2),
  'Int32Array(2)': () => new Int32Array(2), 'Uint8Array(2)': () => new Uint8Array(2),
  'BigInt64Array(2)': () => new BigInt64Array(2), DataView: () => new DataView(new ArrayBuffer(8)),
  'revoked proxy': revoked,
  'proxy that throws': () => new Proxy({}, {
    get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail,
  }),
  '{ constructor: { name: Symbol } }': () => ({ constructor: { name: Symbol('name') } }),
  'function named by a symbol': () => symbolName,
  'throwing constructor': () => Object.defineProperty({}, 'constructor', { get: fail, enumerable: true }),
}

/** Values that hold a NaN: what is computed from them may be NaN. */
export const holdsNaN: readonly string[] = ['[NaN]', 'Float64Array [NaN]', '() => NaN', '() => {}']
