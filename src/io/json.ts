/**
 * A JSON reader for untrusted text: RFC 8259 with unique names in each object, valid Unicode, and a limit on
 * depth. Objects become maps, so that names such as `__proto__` have no meaning.
 * But: no writer; `JSON.stringify` is one. Single strings are unescaped by `JSON.parse`.
 */
import { show } from '../errors/expect.ts'
import { isMap } from '../errors/kinds.ts'
import { FileError } from './fileError.ts'

export type Json = null | boolean | number | string | readonly Json[] | ReadonlyMap<string, Json>

export function isJsonObject(value: Json | undefined): value is Map<string, Json> {
  return isMap(value)
}

/** Maximum depth of nested arrays and objects; the files read here need three. */
const MAX_DEPTH = 8
/** Maximum length of a number: more than any double needs. */
const MAX_NUMBER = 40
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/
const WORDS: ReadonlyMap<string, null | boolean> = new Map([['null', null], ['true', true], ['false', false]])

/** The value of the whole text. Throws a FileError that begins with `name` and says at which character. */
export function readJson(name: string, text: string): Json {
  let at = 0
  const value = read(0)
  skipSpace()
  return at === text.length ? value : fail('the end')

  function read(depth: number): Json {
    if (depth > MAX_DEPTH) fail(`no more than ${MAX_DEPTH} levels`)
    skipSpace()
    if (next('{')) return readObject(depth)
    if (next('[')) return readArray(depth)
    if (text[at] === '"') return readString()
    for (const [word, meaning] of WORDS) {
      if (!text.startsWith(word, at)) continue
      at += word.length
      return meaning
    }
    return readNumber()
  }

  function readObject(depth: number): ReadonlyMap<string, Json> {
    const entries = new Map<string, Json>()
    if (next('}')) return entries
    do {
      skipSpace()
      const begin = at
      const key = readString()
      if (entries.has(key)) {
        at = begin
        fail('a new name')
      }
      if (!next(':')) fail('":"')
      entries.set(key, read(depth + 1))
    } while (next(','))
    return next('}') ? entries : fail('"," or "}"')
  }

  function readArray(depth: number): readonly Json[] {
    const items: Json[] = []
    if (next(']')) return items
    do items.push(read(depth + 1))
    while (next(','))
    return next(']') ? items : fail('"," or "]"')
  }

  function readString(): string {
    const begin = at
    if (text[at] !== '"') fail('a string')
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === '\\') at++
      if (at >= text.length) fail('the end of a string')
    }
    at++
    try {
      const value: string = JSON.parse(text.slice(begin, at))
      // With the flag u, only an unpaired surrogate matches.
      if (!/[\ud800-\udfff]/u.test(value)) return value
    } catch {
      // A control character, or an unknown escape.
    }
    at = begin
    return fail('a string of Unicode text')
  }

  function readNumber(): number {
    let end = at
    while (end < text.length && end - at <= MAX_NUMBER && '+-.0123456789eE'.includes(text[end])) end++
    const digits = text.slice(at, end)
    if (digits.length > MAX_NUMBER || !NUMBER.test(digits)) fail('a value')
    const value = Number(digits)
    if (!Number.isFinite(value)) fail('a number that a double can hold')
    at = end
    return value
  }

  /** Whether `mark` comes next, after white space; if so, skips it. */
  function next(mark: string): boolean {
    skipSpace()
    if (text[at] !== mark) return false
    at++
    return true
  }

  function skipSpace(): void {
    while (at < text.length && ' \t\n\r'.includes(text[at])) at++
  }

  function fail(expected: string): never {
    const got = at < text.length ? show(text.slice(at, at + 20)) : 'the end'
    throw new FileError(`${name}: expected ${expected} at character ${at}, got ${got}`)
  }
}
