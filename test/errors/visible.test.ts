/**
 * Text made visible against the list of characters that Unicode calls controls, directional marks and
 * separators of lines, one by one. No tolerance.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { argumentError, show } from '../../src/errors/expect.ts'
import { quoted, visible } from '../../src/errors/visible.ts'

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)
/** C0, DEL and C1; the Arabic, left-to-right and right-to-left marks; separators; overrides; isolates. */
const UNSAFE = [...range(0, 0x1f), ...range(0x7f, 0x9f), 0x61c, 0x200e, 0x200f, 0x2028, 0x2029,
  ...range(0x202a, 0x202e), ...range(0x2066, 0x2069)]

test('every unsafe character is escaped, in names, strings, and names of functions and kinds', () => {
  for (const point of UNSAFE) {
    const unit = String.fromCharCode(point), escaped = `\\u${point.toString(16).padStart(4, '0')}`
    assert.is(visible(`a${unit}b`, 10), `a${escaped}b`)
    const named = Object.defineProperty(() => {}, 'name', { value: unit })
    const kind = { constructor: { name: unit } }
    const texts = [quoted(unit), show(unit), show(named), show(kind), show(Symbol(unit)),
      argumentError(`x${unit}`, 'y', unit).message]
    for (const text of texts) assert.not(text.includes(unit), `${escaped} in ${escape(text)}`)
  }
})

/** For the messages of this test. */
function escape(text: string): string {
  return [...text].map((c) => c.charCodeAt(0) < 0x7f ? c : c.charCodeAt(0).toString(16)).join('')
}

test('every other character of the first plane stays as it is, and a quotation can be read back', () => {
  const unsafe = new Set(UNSAFE)
  for (let point = 0; point < 0xd800; point++) {
    const unit = String.fromCharCode(point)
    if (!unsafe.has(point)) assert.is(visible(unit, 10), unit)
    assert.is(JSON.parse(quoted(unit)), unit)
  }
})

test('long text ends in an ellipsis, without time for the rest', () => {
  assert.is(visible('abcd', 4), 'abcd')
  assert.is(visible('abcde', 4), 'abcd…')
  assert.is(quoted('x'.repeat(41)), `"${'x'.repeat(40)}…"`)
  const begin = Date.now()
  const long = '\u0007'.repeat(2e7)
  assert.ok(argumentError(long, 'y', long).message.length < 2000)
  assert.ok(show(10n ** 100000n).length < 50)
  assert.ok(Date.now() - begin < 1000)
})

test.run()
