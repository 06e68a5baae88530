/**
 * Safetensors: named arrays of numbers and some text, in one file that runs no code when read.
 * https://github.com/huggingface/safetensors, README, section Format:
 *
 *   N: u64 | header: N bytes of JSON | data             all little-endian, arrays row-major
 *   header = { name: { dtype, shape, data_offsets: [begin, end] }, …, "__metadata__": { name: text, … } }
 *
 * Arrays lie in `data` without gap or overlap. Nothing is allocated for a size before it is compared with the
 * file's.
 * But: headers of at most 10 MB. Only float64 is written; float32 is read, too, and widened, which is exact.
 */
import { argumentError, show } from '../errors/expect.ts'
import { isArray, isFloat64Array, isMap, isUint8Array, read } from '../errors/kinds.ts'
import { visible } from '../errors/visible.ts'
import { FileError } from './fileError.ts'
import { isJsonObject, type Json, readJson } from './json.ts'
import { decodeUtf8 } from './utf8.ts'

/** An array of numbers with any number of axes. */
export interface StoredTensor {
  /** Sizes of its axes; [] for a single number. */
  readonly shape: readonly number[]
  /** Row-major. */
  readonly data: Float64Array
}

/** By name. */
export type Tensors = ReadonlyMap<string, StoredTensor>
/** Text by name. */
export type Metadata = ReadonlyMap<string, string>

const METADATA = '__metadata__'
/** Bytes; a tenth of the format's own limit: some 100,000 tensors, read within seconds. */
const MAX_HEADER = 10_000_000
const BYTES: ReadonlyMap<Json | undefined, number> = new Map([['F64', 8], ['F32', 4]])

/**
 * The file's bytes: tensors and metadata in the order of their names, so that the same content gives the same
 * bytes. Throws for a shape that does not fit its data, for NaN (infinities pass), and for text that is not
 * Unicode.
 */
export function encodeSafetensors(tensors: Tensors, metadata: Metadata = new Map()): Uint8Array {
  for (const [what, map] of [['tensors', tensors], ['metadata', metadata]] as const) {
    if (!isMap(map)) throw argumentError(what, 'a Map', map)
    for (const name of map.keys()) {
      if (typeof name !== 'string') throw argumentError(what, 'string keys', name)
    }
  }
  for (const [name, tensor] of tensors) {
    const shape = read(tensor, 'shape'), data = read(tensor, 'data')
    if (name === METADATA) throw new RangeError(`tensors: expected another name, got ${show(name)}`)
    if (!isFloat64Array(data)) {
      throw argumentError(name, 'a Float64Array', data)
    }
    if (!isCounts(shape)) {
      throw argumentError(`${name}.shape`, 'integers from 0', shape)
    }
    const count = product(shape)
    if (data.length !== count) {
      const problem = `expected ${count} numbers for its shape, got ${data.length}`
      throw new RangeError(`${visible(name, 100)}: ${problem}`)
    }
    const i = data.findIndex(Number.isNaN)
    if (i >= 0) throw argumentError(`${name}[${i}]`, 'a number', NaN, 'number')
  }
  for (const [key, text] of metadata) {
    if (typeof text !== 'string') throw argumentError(key, 'a string', text)
  }
  for (const text of [...tensors.keys(), ...metadata.keys(), ...metadata.values()]) {
    // With the flag u, only an unpaired surrogate matches.
    if (/[\ud800-\udfff]/u.test(text)) throw new RangeError(`text: expected Unicode, got ${show(text)}`)
  }
  const bytes = layOut(tensors, metadata)
  const length = new DataView(bytes.buffer).getUint32(0, true)
  if (length > MAX_HEADER) throw new RangeError(`header: expected at most ${MAX_HEADER} bytes, got ${length}`)
  return bytes
}

/** As `encodeSafetensors`, for content that is known to be valid. */
export function layOut(tensors: Tensors, metadata: Metadata): Uint8Array {
  const names = [...tensors.keys()].sort(), keys = [...metadata.keys()].sort()
  const entries: string[] = []
  if (keys.length > 0) {
    entries.push(`"${METADATA}":{${keys.map((key) => `${quote(key)}:${quote(metadata.get(key)!)}`).join()}}`)
  }
  let size = 0
  for (const name of names) {
    const { shape, data } = tensors.get(name)!
    const end = size + 8 * data.length
    entries.push(`${quote(name)}:{"dtype":"F64","shape":[${shape.join()}],"data_offsets":[${size},${end}]}`)
    size = end
  }
  const json = `{${entries.join()}}`
  // Padded with spaces, so that the data begin at a multiple of 8 bytes.
  const length = 8 * Math.ceil(json.length / 8)
  const bytes = new Uint8Array(8 + length + size)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, length, true)
  for (let i = 0; i < length; i++) bytes[8 + i] = i < json.length ? json.charCodeAt(i) : 0x20
  let at = 8 + length
  for (const name of names) {
    for (const x of tensors.get(name)!.data) {
      view.setFloat64(at, x, true)
      at += 8
    }
  }
  return bytes
}

/** The file's contents, copied. Throws a FileError for any bytes that are not a valid safetensors file. */
export function decodeSafetensors(
  bytes: Uint8Array,
): { tensors: Map<string, StoredTensor>; metadata: Map<string, string> } {
  if (!isUint8Array(bytes)) throw argumentError('bytes', 'a Uint8Array', bytes)
  if (bytes.length < 8) throw new FileError(`file: expected at least 8 bytes, got ${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const length = view.getUint32(0, true) + 4294967296 * view.getUint32(4, true)
  const max = Math.min(MAX_HEADER, bytes.length - 8)
  if (length > max) throw new FileError(`header: expected at most ${max} bytes, got ${length}`)
  const text = decodeUtf8(bytes.subarray(8, 8 + length))
  if (text === null) throw new FileError('header: expected UTF-8, got other bytes')
  const header = text[0] === '{' ? readJson('header', text) : null
  if (!isJsonObject(header)) {
    throw new FileError(`header: expected to begin with "{", got ${show(text[0] ?? '')}`)
  }

  const metadata = readMetadata(header.get(METADATA))
  header.delete(METADATA)
  const places = [...header].map(([name, entry]) => readPlace(name, entry))
  const begin = 8 + length
  expectTiling(places, bytes.length - begin)
  const tensors = new Map<string, StoredTensor>()
  for (const { name, shape, size, first, last } of places) {
    const data = new Float64Array((last - first) / size)
    for (let i = 0, at = begin + first; i < data.length; i++, at += size) {
      data[i] = size === 8 ? view.getFloat64(at, true) : view.getFloat32(at, true)
    }
    tensors.set(name, { shape, data })
  }
  return { tensors, metadata }
}

/** Where a tensor lies in `data`: bytes first … last − 1, `size` bytes per number. */
interface Place {
  readonly name: string
  readonly shape: readonly number[]
  readonly size: number
  readonly first: number
  readonly last: number
}

function readMetadata(entry: Json | undefined): Map<string, string> {
  const metadata = new Map<string, string>()
  if (entry === undefined) return metadata
  if (!isJsonObject(entry)) throw new FileError(`${METADATA}: expected an object, got ${show(entry)}`)
  for (const [key, text] of entry) {
    if (typeof text !== 'string') {
      throw new FileError(`${METADATA}: expected a string for ${show(key)}, got ${show(text)}`)
    }
    metadata.set(key, text)
  }
  return metadata
}

function readPlace(name: string, entry: Json): Place {
  const tensor = `tensor ${show(name)}`
  if (!isJsonObject(entry) || entry.size !== 3) {
    throw new FileError(`${tensor}: expected dtype, shape and data_offsets, got ${show(entry)}`)
  }
  const dtype = entry.get('dtype'), shape = entry.get('shape'), offsets = entry.get('data_offsets')
  const size = BYTES.get(dtype)
  if (size === undefined) throw new FileError(`${tensor}: expected dtype "F64" or "F32", got ${show(dtype)}`)
  if (!isCounts(shape)) {
    throw new FileError(`${tensor}: expected a shape of integers from 0, got ${show(shape)}`)
  }
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw new FileError(`${tensor}: expected data_offsets of two integers, begin ≤ end, got ${show(offsets)}`)
  }
  const [first, last] = offsets
  // A product that overflows is Infinity or NaN, which equals no difference of offsets.
  const expected = size * product(shape)
  if (last - first !== expected) {
    throw new FileError(`${tensor}: expected ${expected} bytes for its shape, got ${last - first}`)
  }
  return { name, shape, size, first, last }
}

/** Throws unless the places cover 0 … length − 1, each byte once. */
function expectTiling(places: readonly Place[], length: number): void {
  let end = 0
  for (const { name, first, last } of [...places].sort((a, b) => a.first - b.first || a.last - b.last)) {
    if (first !== end) {
      throw new FileError(`tensor ${show(name)}: expected to begin at byte ${end} of the data, got ${first}`)
    }
    end = last
  }
  if (end !== length) throw new FileError(`data: expected ${end} bytes, got ${length}`)
}

function isCounts(value: unknown): value is readonly number[] {
  return isArray(value) && value.every(isCount)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function product(shape: readonly number[]): number {
  return shape.reduce((count, n) => count * n, 1)
}

/** A JSON string in ASCII. */
function quote(text: string): string {
  const escape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, escape)
}
