/**
 * A reader of TensorBoard event files, written apart from the writer: the checksum bit by bit instead of by a
 * table, and Protocol Buffers decoded by their wire types alone.
 */

/** Text as bytes. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

/** CRC-32C of the bytes, one bit at a time: division by 0x1EDC6F41, reflected. */
export function castagnoli(bytes: Uint8Array): number {
  let remainder = 0xffffffffn
  for (const byte of bytes) {
    remainder ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) {
      remainder = (remainder & 1n) === 1n ? (remainder >> 1n) ^ 0x82f63b78n : remainder >> 1n
    }
  }
  return Number(remainder ^ 0xffffffffn)
}

/** As TensorFlow's record_writer masks it. */
function masked(bytes: Uint8Array): number {
  const crc = BigInt(castagnoli(bytes))
  return Number(((crc >> 15n | crc << 17n) + 0xa282ead8n) & 0xffffffffn)
}

interface Field { readonly number: number; readonly value: number | bigint | Uint8Array }

/** The fields of a message, in order. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const fields: Field[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n, shift = 0n
    for (;;) {
      const byte = BigInt(bytes[at++])
      value |= (byte & 127n) << shift
      if (byte < 128n) return value
      shift += 7n
    }
  }
  while (at < bytes.length) {
    const key = Number(varint()), number = key >> 3, type = key & 7
    if (type === 0) fields.push({ number, value: varint() })
    else if (type === 1) {
      fields.push({ number, value: view.getFloat64(at, true) })
      at += 8
    } else if (type === 2) {
      const length = Number(varint())
      fields.push({ number, value: bytes.subarray(at, at + length) })
      at += length
    } else if (type === 5) {
      fields.push({ number, value: view.getFloat32(at, true) })
      at += 4
    } else throw new Error(`wire type ${type}`)
  }
  if (at !== bytes.length) throw new Error('a field does not end with its message')
  return fields
}

export interface Event {
  readonly time: number
  readonly step: number
  readonly version: string | null
  /** Of a SessionLog. */
  readonly status: number | null
  readonly scalars: Readonly<Record<string, number>>
}

/** All events of a file. Throws if a checksum is wrong or a record is torn. */
export function readEvents(bytes: Uint8Array): Event[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const events: Event[] = []
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true))
    const data = bytes.subarray(at + 12, at + 12 + length)
    const size = bytes.subarray(at, at + 8)
    if (view.getUint32(at + 8, true) !== masked(size)) throw new Error('length is damaged')
    if (view.getUint32(at + 12 + length, true) !== masked(data)) throw new Error('data is damaged')
    events.push(eventOf(data))
    at += 16 + length
  }
  return events
}

function eventOf(bytes: Uint8Array): Event {
  const text = (value: Field['value'] | undefined): string | null =>
    value === undefined ? null : decodeURIComponent([...value as Uint8Array]
      .map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))
  const of = (fields: readonly Field[], number: number): Field['value'] | undefined =>
    fields.find((field) => field.number === number)?.value
  const fields = fieldsOf(bytes)
  const summary = of(fields, 5), session = of(fields, 7)
  const values = summary === undefined ? [] : fieldsOf(summary as Uint8Array)
  return {
    time: of(fields, 1) as number, step: Number(of(fields, 2) ?? 0n), version: text(of(fields, 3)),
    status: session === undefined ? null : Number(of(fieldsOf(session as Uint8Array), 1)),
    scalars: Object.fromEntries(values.map(({ value }) => {
      const parts = fieldsOf(value as Uint8Array)
      return [text(of(parts, 1)), of(parts, 2) as number]
    })),
  }
}
