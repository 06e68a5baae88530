/** Safetensors files put together and taken apart by hand, valid or not. */
import { TextDecoder, TextEncoder } from 'node:util'

/** Header length, header, data; `length` replaces the true length of the header. */
export function fileOf(
  header: string | Uint8Array, data: Uint8Array = new Uint8Array(0), length?: bigint,
): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header
  const bytes = new Uint8Array(8 + json.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true)
  bytes.set(json, 8)
  bytes.set(data, 8 + json.length)
  return bytes
}

export function partsOf(bytes: Uint8Array): { header: string; data: Uint8Array } {
  const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  return { header: decoder.decode(bytes.subarray(8, end)), data: bytes.slice(end) }
}

/** Little-endian doubles. */
export function doubles(...x: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 * x.length)
  x.forEach((each, i) => new DataView(bytes.buffer).setFloat64(8 * i, each, true))
  return bytes
}
