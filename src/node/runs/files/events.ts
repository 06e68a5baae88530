/**
 * A TensorBoard event file, by hand: records framed as TFRecord (length, masked CRC-32C of the length, data,
 * masked CRC-32C of the data), each an Event in the wire format of Protocol Buffers:
 *   Event   { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5;
 *             SessionLog session_log = 7 }
 *   Summary { repeated Value value = 1 }   Value { string tag = 1; float simple_value = 2 }
 * tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto, RFC 3720 (CRC-32C).
 * But: scalars only; a number beyond float32 is left out.
 */
import { Buffer } from 'node:buffer'
import { crc32, remainders } from '../../../io/checksum.ts'

/** Remainders by the polynomial of Castagnoli. */
const CASTAGNOLI: Uint32Array = remainders(0x82f63b78)
/** Wire types: what follows a field's number. */
const VARINT = 0, DOUBLE = 1, BYTES = 2, FLOAT = 5
/** SessionLog.START: a reader then drops what it has from an earlier file of the run. */
const STARTED = 1

/** What the file begins with. `time` in seconds since 1970. */
export function eventHeader(time: number): Uint8Array {
  const version = framed([...double(1, time), ...text(3, 'brain.Event:2')])
  const start = framed([...double(1, time), ...varint(2, 0), ...message(7, varint(1, STARTED))])
  return Uint8Array.from([...version, ...start])
}

/** The record of one iteration's scalars. */
export function scalarEvent(
  time: number, step: number, scalars: readonly (readonly [tag: string, value: number])[],
): Uint8Array {
  const values = scalars.filter(([, value]) => Number.isFinite(Math.fround(value)))
    .flatMap(([tag, value]) => message(1, [...text(1, tag), ...float(2, value)]))
  return Uint8Array.from(framed([...double(1, time), ...varint(2, step), ...message(5, values)]))
}

function framed(data: readonly number[]): number[] {
  const length = [...littleEndian(8, (view) => view.setUint32(0, data.length, true))]
  return [...length, ...maskedChecksum(length), ...data, ...maskedChecksum(data)]
}

function maskedChecksum(bytes: readonly number[]): number[] {
  const crc = crc32(Uint8Array.from(bytes), CASTAGNOLI)
  return littleEndian(4, (view) => view.setUint32(0, (crc >>> 15 | crc << 17) + 0xa282ead8, true))
}

function key(field: number, type: number): number {
  return field << 3 | type
}

function varint(field: number, value: number): number[] {
  return [key(field, VARINT), ...sevens(value)]
}

/** An integer from 0, seven bits per byte, not by shifts: steps may exceed 2³¹. */
function sevens(value: number): number[] {
  return value < 128 ? [value] : [value % 128 | 128, ...sevens(Math.floor(value / 128))]
}

function double(field: number, value: number): number[] {
  return [key(field, DOUBLE), ...littleEndian(8, (view) => view.setFloat64(0, value, true))]
}

function float(field: number, value: number): number[] {
  return [key(field, FLOAT), ...littleEndian(4, (view) => view.setFloat32(0, value, true))]
}

function text(field: number, value: string): number[] {
  return message(field, Buffer.from(value))
}

function message(field: number, bytes: ArrayLike<number>): number[] {
  return [key(field, BYTES), ...sevens(bytes.length), ...Array.from(bytes)]
}

function littleEndian(bytes: number, write: (view: DataView) => void): number[] {
  const view = new DataView(new ArrayBuffer(bytes))
  write(view)
  return Array.from({ length: bytes }, (_, i) => view.getUint8(i))
}
