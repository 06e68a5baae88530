/**
 * The UTF-8 decoder, compared with the host's TextDecoder, which follows the WHATWG Encoding Standard.
 * No tolerance: the same text, or both refuse.
 */
import { TextDecoder, TextEncoder } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeUtf8, encodeUtf8 } from '../../src/io/utf8.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text by the WHATWG Encoding Standard, or null if it refuses the bytes. */
function standard(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

test('every code point is read as the host reads it', () => {
  let text = ''
  for (let point = 0; point <= 0x10ffff; point += point < 0x3000 ? 1 : 37) {
    if (point < 0xd800 || point > 0xdfff) text += String.fromCodePoint(point)
  }
  const edges = [0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfeff, 0xffff, 0x10000, 0x10ffff]
  text += String.fromCodePoint(...edges)
  assert.is(decodeUtf8(new TextEncoder().encode(text)), text)
  assert.is(decodeUtf8(new Uint8Array(0)), '')
})

test('invalid bytes are refused exactly if the host refuses them', () => {
  // The ends of every range that the standard distinguishes, for first bytes and for those that follow.
  const leads = [0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef,
    0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xff]
  const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff]
  let refused = 0, read = 0
  const compare = (...bytes: number[]): void => {
    const expected = standard(Uint8Array.from(bytes))
    if (decodeUtf8(Uint8Array.from(bytes)) !== expected) assert.unreachable(bytes.join())
    if (expected === null) refused++
    else read++
  }
  for (let a = 0; a < 256; a++) {
    compare(a)
    for (let b = 0; b < 256; b++) compare(a, b)
    for (const b of edges) for (const c of edges) compare(a, b, c)
  }
  for (const a of leads) {
    for (const b of edges) for (const c of edges) for (const d of edges) compare(a, b, c, d)
  }
  assert.ok(refused > 50_000 && read > 1000, `${refused} ${read}`)
})

test('text becomes the bytes that the host writes, unpaired surrogates included', () => {
  const edges = [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff, 0x10000,
    0x10ffff]
  for (const a of edges) {
    for (const b of edges) {
      const text = String.fromCodePoint(a, b)
      assert.equal(encodeUtf8(text), new TextEncoder().encode(text))
    }
  }
  assert.is(encodeUtf8('').length, 0)
})

test.run()
