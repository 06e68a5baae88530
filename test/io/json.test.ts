/**
 * The JSON reader, compared with JSON.parse on random values and on mutations of their text; where it is
 * stricter, with errors written by hand. No tolerance: numbers are the same doubles.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { FileError } from '../../src/io/fileError.ts'
import { type Json, readJson } from '../../src/io/json.ts'
import { Random } from '../../src/math/random.ts'

/** Maps as objects without a prototype, for comparison with JSON.parse. */
function plain(value: Json): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, plain(each)]))
  return Array.isArray(value) ? value.map(plain) : value
}

const TEXTS = [
  '', 'a', '__proto__', 'constructor', '"\\/\b\f\n\r\t', 'ä€😀', '\u0000\u001f\u2028', 'x'.repeat(50),
]

function randomValue(random: Random, depth: number): unknown {
  const kind = random.integer(depth > 6 ? 4 : 6)
  if (kind === 0) return [null, true, false][random.integer(3)]
  if (kind === 1) return random.integer(2001) - 1000
  if (kind === 2) return random.normal() * 10 ** (random.integer(600) - 300)
  if (kind === 3) return TEXTS[random.integer(TEXTS.length)]
  const length = random.integer(4)
  if (kind === 4) return Array.from({ length }, () => randomValue(random, depth + 1))
  return Object.fromEntries(Array.from({ length }, (_, i) =>
    [TEXTS[random.integer(TEXTS.length)] + i, randomValue(random, depth + 1)]))
}

test('what JSON.stringify writes is read as by JSON.parse, with white space or without', () => {
  const random = new Random(1)
  for (let k = 0; k < 500; k++) {
    const value = randomValue(random, 0)
    for (const space of [undefined, ' \n\r\t']) {
      const text = JSON.stringify(value, undefined, space)
      assert.equal(plain(readJson('x', `${space ?? ''}${text}${space ?? ''}`)), JSON.parse(text))
    }
  }
})

test('what JSON.parse refuses is refused, with the name and the place', () => {
  const random = new Random(2)
  let refused = 0
  for (let k = 0; k < 5000; k++) {
    const text = JSON.stringify(randomValue(random, 1))
    const at = random.integer(text.length), insert = '{}[]:,"\\-+.0e1tnu \u0001\u00a0'[random.integer(20)]
    const inserted = random.uniform() < 0.5 ? insert : ''
    const changed = text.slice(0, at) + inserted + text.slice(at + random.integer(2))
    let parsed: { readonly value: unknown } | null = null
    try {
      parsed = { value: JSON.parse(changed) }
    } catch {
      refused++
    }
    try {
      const read = plain(readJson('x', changed))
      assert.ok(parsed !== null, changed)
      assert.equal(read, parsed.value)
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      assert.match(error.message, /^x: expected .+ at character \d+, got /s)
      // Only here it is stricter: a repeated name, an unpaired surrogate, or a number beyond the doubles.
      if (parsed !== null) assert.match(error.message, /a new name|Unicode text|a double can hold/)
    }
  }
  assert.ok(refused > 2000, `${refused}`)
})

test('stricter than JSON.parse: no repeated names, unpaired surrogates, depth, long or huge numbers', () => {
  const table: readonly (readonly [string, string])[] = [
    ['{"a":1,"a":1}', 'x: expected a new name at character 7, got "\\"a\\":1}"'],
    ['{"a":1,"\\u0061":1}', 'x: expected a new name at character 7, got "\\"\\\\u0061\\":1}"'],
    ['["\\ud800"]', 'x: expected a string of Unicode text at character 1, got "\\"\\\\ud800\\"]"'],
    ['["\\udc00\\ud800"]',
      'x: expected a string of Unicode text at character 1, got "\\"\\\\udc00\\\\ud800\\"]"'],
    [`${'['.repeat(9)}1${']'.repeat(9)}`,
      'x: expected no more than 8 levels at character 9, got "1]]]]]]]]]"'],
    [`1${'0'.repeat(50)}`, `x: expected a value at character 0, got "1${'0'.repeat(19)}"`],
    ['[-1e999]', 'x: expected a number that a double can hold at character 1, got "-1e999]"'],
    ['', 'x: expected a value at character 0, got the end'],
    ['"abc', 'x: expected the end of a string at character 4, got the end'],
    ['"abc\\', 'x: expected the end of a string at character 5, got the end'],
    ['{"a" 1}', 'x: expected ":" at character 5, got "1}"'],
    ['{1:2}', 'x: expected a string at character 1, got "1:2}"'],
    ['[1 2]', 'x: expected "," or "]" at character 3, got "2]"'],
    ['\ufeff{}', 'x: expected a value at character 0, got "\ufeff{}"'],
  ]
  for (const [text, message] of table) {
    const expected = (error: Error): boolean => error instanceof FileError && error.message === message
    assert.throws(() => readJson('x', text), expected, text)
  }
})

test('text of any depth or length is read or refused without a stack overflow', () => {
  for (const opening of ['[', '{"a":']) {
    assert.throws(() => readJson('x', opening.repeat(1e6)), /no more than 8 levels/)
  }
  const long = '\\"'.repeat(1e6)
  assert.is(readJson('x', `"${long}"`), '"'.repeat(1e6))
  assert.is((readJson('x', `[${'1,'.repeat(1e6)}1]`) as readonly Json[]).length, 1e6 + 1)
})

test('names have no meaning: objects are maps', () => {
  const text = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}'
  const value = readJson('x', text)
  assert.ok(value instanceof Map)
  assert.equal([...value.keys()], ['__proto__', 'constructor', 'toString'])
  assert.is(({} as { polluted?: unknown }).polluted, undefined)
})

test.run()
