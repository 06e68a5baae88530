/**
 * JSON from a stranger: RFC 8259, with each name once in an object, text that is Unicode, and a limit on depth.
 * Objects become maps, so that no name means anything to the language, `__proto__` included.
 * But: no writer; `JSON.stringify` is one. Single strings are unescaped by `JSON.parse`.
 */
import { show } from '../errors/expect.ts'
import { FileError } from './fileError.ts'

export type Json = null | boolean | number | string | readonly Json[] | ReadonlyMap<string, Json>

/** Arrays and objects inside one another; the files read here need three. */
const DEEPEST = 8
/** Characters of a number: more than any double needs. */
const LONGEST_NUMBER = 40
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/
const WORDS: ReadonlyMap<string, null | boolean> = new Map([['null', null], ['true', true], ['false', false]])

/** The value that all of `text` is. Throws a FileError that begins with `name` and tells the place. */
export function readJson(name: string, text: string): Json {
  let at = 0
  const value = read(0)
  skipSpace()
  return at === text.length ? value : fail('the end')

  function read(depth: number): Json {
    if (depth > DEEPEST) fail(`no more than ${DEEPEST} levels`)
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
      // With the flag u, only a surrogate without its other half matches.
      if (!/[\ud800-\udfff]/u.test(value)) return value
    } catch {
      // A control character, or an escape that there is not.
    }
    at = begin
    return fail('a string of Unicode text')
  }

  function readNumber(): number {
    let end = at
    while (end < text.length && end - at <= LONGEST_NUMBER && '+-.0123456789eE'.includes(text[end])) end++
    const digits = text.slice(at, end)
    if (digits.length > LONGEST_NUMBER || !NUMBER.test(digits)) fail('a value')
    at = end
    return Number(digits)
  }

  /** Whether `mark` comes next, white space aside; if so it is behind us. */
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
