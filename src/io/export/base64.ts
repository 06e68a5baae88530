/**
 * Doubles as text, exactly: their bytes, little-endian, in base64 (RFC 4648), four characters per three
 * bytes.
 * But: the reader is for text that this writer made; it checks nothing.
 */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The text of the numbers. */
export function encodeBase64(x: Float64Array): string {
  const view = new DataView(new ArrayBuffer(8 * x.length + 2))
  x.forEach((value, i) => view.setFloat64(8 * i, value, true))
  const parts: string[] = []
  for (let at = 0; at < 8 * x.length; at += 3) {
    const bits = view.getUint8(at) << 16 | view.getUint8(at + 1) << 8 | view.getUint8(at + 2)
    const left = 8 * x.length - at
    parts.push(ALPHABET[bits >> 18] + ALPHABET[bits >> 12 & 63]
      + (left > 1 ? ALPHABET[bits >> 6 & 63] : '=') + (left > 2 ? ALPHABET[bits & 63] : '='))
  }
  return parts.join('')
}

/** The numbers of the text. */
export function decodeBase64(text: string): Float64Array {
  const x = new Float64Array(Math.floor(text.length * 3 / 32))
  const view = new DataView(new ArrayBuffer(text.length))
  for (let from = 0, to = 0; from < text.length; from += 4, to += 3) {
    let bits = 0
    // '=' is not in the alphabet: −1, in bits that are not read.
    for (let k = 0; k < 4; k++) bits = bits << 6 | ALPHABET.indexOf(text[from + k]) & 63
    view.setInt32(to, bits << 8)
  }
  return x.map((_, i) => view.getFloat64(8 * i, true))
}
