/**
 * Kinds of values against arrays, maps, errors and records that another realm (node:vm) made, and against
 * impostors that claim a kind. No tolerance.
 */
import { runInNewContext, runInThisContext } from 'node:vm'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  isArray, isClass, isFloat64Array, isMap, isNumericArray, isPlainRecord, isUint8Array, messageOf, read,
  typedArrayKind,
} from '../../src/errors/kinds.ts'

const { proxy: revoked, revoke } = Proxy.revocable({}, {})
revoke()
const fail = (): never => { throw new Error('boom') }
const thrower = new Proxy({}, { get: fail, getPrototypeOf: fail })
/** Claims what `instanceof` and toString look at. */
const impostor = Object.create(Float64Array.prototype, { [Symbol.toStringTag]: { value: 'Float64Array' } })
const strangers: readonly unknown[] = [
  undefined, null, 0, 'x', 1n, Symbol('s'), {}, () => {}, revoked, thrower, impostor,
  new DataView(new ArrayBuffer(8)),
]

const here = (code: string): unknown => runInThisContext(code, { timeout: 1000 })
for (const [realm, evaluate] of [['this', here], ['another', runInNewContext]] as const) {
  const kinds = ['Float64Array', 'Float32Array', 'Int32Array', 'Uint8Array', 'BigInt64Array']
  test(`typed arrays of ${realm} realm are known by their kind`, () => {
    for (const kind of kinds) {
      const value: unknown = evaluate(`new ${kind}(2)`)
      assert.is(typedArrayKind(value), kind)
      assert.is(isFloat64Array(value), kind === 'Float64Array')
      assert.is(isUint8Array(value), kind === 'Uint8Array')
      assert.is(isNumericArray(value), kind !== 'BigInt64Array')
    }
    assert.ok(isUint8Array(evaluate('new (class Mine extends Uint8Array {})(2)')))
    assert.ok(isNumericArray(evaluate('[1]')) && isArray(evaluate('[1]')))
  })

  test(`maps, records, errors and classes of ${realm} realm are known`, () => {
    assert.ok(isMap(evaluate('new Map()')))
    assert.ok(!isMap(evaluate('new Set()')) && !isMap(evaluate('new WeakMap()')))
    for (const code of ['({})', '({ a: 1 })', 'Object.create(null)']) {
      assert.ok(isPlainRecord(evaluate(code)), code)
    }
    for (const code of ['[]', 'new Map()', 'Promise.resolve(1)', 'new (class A {})()', 'new Date()',
      '(() => 1)', 'new Float64Array(1)', 'Object.create({})']) {
      assert.not(isPlainRecord(evaluate(code)), code)
    }
    assert.is(messageOf(evaluate('new RangeError("mine")')), 'mine')
    assert.ok(isClass(evaluate('(class A {})') as object) && isClass(evaluate('(class {})') as object))
    assert.not(isClass(evaluate('(function classy() {})') as object))
    assert.not(isClass(evaluate('(() => {})') as object))
  })
}

test('strangers are of no kind, and nothing throws', () => {
  for (const value of strangers) {
    assert.is(typedArrayKind(value), undefined)
    for (const is of [isFloat64Array, isUint8Array, isMap, isArray, isNumericArray]) assert.not(is(value))
    assert.is(messageOf(value), null)
    assert.is(read(value, 'field'), undefined)
  }
  assert.is(read({ a: 3 }, 'a'), 3)
  assert.equal([revoked, thrower, impostor].map(isPlainRecord), [false, false, false])
})

test.run()
