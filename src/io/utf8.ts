/**
 * UTF-8 to text, strictly, and back: RFC 3629. TextDecoder is part of hosts, not of the language.
 * But: an unpaired surrogate is encoded as U+FFFD, as TextEncoder does.
 */

/** The smallest code point that n + 1 bytes may encode: smaller ones have a shorter encoding. */
const MIN_POINT = [0, 0x80, 0x800, 0x10000]
/** Code points converted at once: far below every engine's limit on arguments. */
const CHUNK = 4096

/** The text, or null if the bytes are truncated, overlong, a surrogate or beyond U+10FFFF. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  let text = ''
  let points: number[] = []
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i++]
    const following = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3
    if ((lead >= 0x80 && lead < 0xc0) || lead >= 0xf8 || i + following > bytes.length) return null
    let point = following === 0 ? lead : lead & (0x3f >> following)
    for (let k = 0; k < following; k++) {
      const next = bytes[i++]
      if ((next & 0xc0) !== 0x80) return null
      point = point << 6 | next & 0x3f
    }
    if (point < MIN_POINT[following] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return null
    points.push(point)
    if (points.length === CHUNK) {
      text += String.fromCodePoint(...points)
      points = []
    }
  }
  return text + String.fromCodePoint(...points)
}

/** The bytes of `text`. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0)!
    const valid = point >= 0xd800 && point < 0xe000 ? 0xfffd : point
    const following = valid < 0x80 ? 0 : valid < 0x800 ? 1 : valid < 0x10000 ? 2 : 3
    if (following === 0) bytes.push(valid)
    else {
      // A lead byte of following + 1 ones, then six bits per byte.
      bytes.push(0xff00 >> following + 1 & 0xff | valid >> 6 * following)
      for (let k = following - 1; k >= 0; k--) bytes.push(0x80 | valid >> 6 * k & 0x3f)
    }
  }
  return Uint8Array.from(bytes)
}
