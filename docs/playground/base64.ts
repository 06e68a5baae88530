/**
 * Text in an address: UTF-8 in Base64 with - and _ in place of + and / (RFC 4648, section 5), without
 * padding.
 */
import { decodeUtf8, encodeUtf8 } from '../../src/io/utf8.ts'

declare function btoa(binary: string): string
declare function atob(base64: string): string

export function toBase64(text: string): string {
  const binary = Array.from(encodeUtf8(text), (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** null if it is no such text. */
export function fromBase64(word: string): string | null {
  if (!/^[\w-]*$/.test(word)) return null
  try {
    const binary = atob(word.replaceAll('-', '+').replaceAll('_', '/'))
    return decodeUtf8(Uint8Array.from(binary, (character) => character.charCodeAt(0)))
  } catch {
    return null
  }
}
