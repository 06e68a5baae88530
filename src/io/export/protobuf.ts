/**
 * The wire format of Protocol Buffers, as far as writing needs it:
 * https://protobuf.dev/programming-guides/encoding
 *
 *   message = (key, value)*      key = varint(8 · field + type)
 *   type 0: varint               seven bits per byte, the lowest first; the top bit says that more follow
 *   type 2: varint(n), n bytes   text, bytes, or a message within
 *
 * But: no reader, no negative integers (ten bytes each), no packed arrays.
 */
import { encodeUtf8 } from '../utf8.ts'

/** A field with an integer from 0 to 2⁵³ − 1. */
export function integerField(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(8 * field), ...varint(value)])
}

/** A field with bytes: a message, or the numbers of a tensor. */
export function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  return joined([Uint8Array.from([...varint(8 * field + 2), ...varint(bytes.length)]), bytes])
}

/** A field with text. */
export function textField(field: number, text: string): Uint8Array {
  return bytesField(field, encodeUtf8(text))
}

/** A field with a message of these fields. */
export function messageField(field: number, fields: readonly Uint8Array[]): Uint8Array {
  return bytesField(field, joined(fields))
}

/** All parts, one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** By division, since bitwise operators end at 32 bits. */
function varint(value: number): number[] {
  const bytes: number[] = []
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push(value % 128 + 128)
  bytes.push(value)
  return bytes
}
