/**
 * UTF-8 to text, strictly: RFC 3629. TextDecoder is part of hosts, not of the language.
 * But: no encoder; this package writes ASCII, with \u escapes.
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
