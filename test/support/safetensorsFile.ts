/** Safetensors files put together and taken apart by hand, whatever is in them. */
import { TextDecoder, TextEncoder } from 'node:util'

/** Header length, header, data; `length` for a header length that is not so. */
export function fileOf(header: string | Uint8Array, data: Uint8Array = new Uint8Array(0), length?: bigint): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header
  const bytes = new Uint8Array(8 + json.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true)
  bytes.set(json, 8)
  bytes.set(data, 8 + json.length)
  return bytes
}

export function partsOf(bytes: Uint8Array): { header: string; data: Uint8Array } {
  const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  return { header: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, end)), data: bytes.slice(end) }
}

/** Little-endian doubles. */
export function doubles(...x: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 * x.length)
  x.forEach((each, i) => new DataView(bytes.buffer).setFloat64(8 * i, each, true))
  return bytes
}

/** 64 bits each, for a comparison that tells −0 from 0. */
export function bits(x: Float64Array): string {
  return new BigUint64Array(x.slice().buffer).join()
}
