/**
 * UTF-8 to text, strictly: RFC 3629. A language without a host has no TextDecoder.
 * But: no encoder; what is written here is ASCII, with \u escapes.
 */

/** The least code point that n + 1 bytes may spell: shorter spellings exist for what lies below. */
const LEAST = [0, 0x80, 0x800, 0x10000]
/** Code points turned to text at once: far below any engine's limit on arguments. */
const CHUNK = 4096

/** The text, or null where the bytes spell none: cut short, overlong, a surrogate, beyond U+10FFFF. */
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
    if (point < LEAST[following] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return null
    points.push(point)
    if (points.length === CHUNK) {
      text += String.fromCodePoint(...points)
      points = []
    }
  }
  return text + String.fromCodePoint(...points)
}
