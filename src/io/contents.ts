/**
 * The contents of a file of this package, and its seal: format, version, writer, checksum.
 *
 * A reader takes out the parts that it knows, and refuses the file if a part is left: what a later version
 * adds may change what the file means, so an earlier version must not ignore it. Only text under `extra.` is
 * free. The checksum is the CRC-32 of the file as `encodeSafetensors` writes it, with 00000000 in the
 * checksum's place: it covers the header, too, and does not depend on another writer's order and spacing. It
 * may be missing.
 */
import { argumentError, show } from '../errors/expect.ts'
import { isPlainRecord } from '../errors/kinds.ts'
import { crc32 } from './checksum.ts'
import { FileError } from './fileError.ts'
import { decodeSafetensors, encodeSafetensors, layOut, type StoredTensor } from './safetensors.ts'
import { VERSION } from './version.ts'

export interface Contents {
  readonly tensors: Map<string, StoredTensor>
  readonly metadata: Map<string, string>
}

/** Contents to take parts from, and the software that wrote them. */
export interface Unsealed extends Contents { readonly writer: string }

/** The user's own text, by name. */
export type Extra = Readonly<Record<string, string>>

const FORMAT_VERSION = '1'
const EXTRA = 'extra.'
const NO_CHECKSUM = '00000000'

/** The file's bytes. `extra` becomes metadata whose names begin with `extra.` */
export function seal(format: string, { tensors, metadata }: Contents, extra: Extra): Uint8Array {
  // A Map has no own entries, which would be lost in silence.
  if (!isPlainRecord(extra)) throw argumentError('extra', 'a record of strings', extra)
  const all = new Map(metadata)
  all.set('format', format).set('format_version', FORMAT_VERSION).set('writer', `trpo ${VERSION}`)
  for (const [key, text] of Object.entries(extra)) all.set(EXTRA + key, text)
  const bytes = encodeSafetensors(tensors, all.set('crc32', NO_CHECKSUM))
  return layOut(tensors, all.set('crc32', digits(crc32(bytes))))
}

/** The contents of the bytes, after checking format, version and checksum. Throws a FileError. */
export function unseal(format: string, bytes: Uint8Array): Unsealed {
  const { tensors, metadata } = decodeSafetensors(bytes)
  const writer = metadata.get('writer') ?? 'unknown'
  const contents = { tensors, metadata: new Map(metadata), writer }
  takeWord(contents, 'format', [format])
  const version = takeText(contents, 'format_version')
  if (version !== FORMAT_VERSION) {
    const problem = `expected ${show(FORMAT_VERSION)}, got ${show(version)}`
    throw new FileError(`format_version: ${problem} (${provenance(writer)})`)
  }
  const stated = metadata.get('crc32')
  if (stated !== undefined) {
    const computed = digits(crc32(layOut(tensors, new Map(metadata).set('crc32', NO_CHECKSUM))))
    if (stated !== computed) {
      throw new FileError(`crc32: expected ${show(computed)}, got ${show(stated)}: the file is damaged`)
    }
  }
  for (const key of metadata.keys()) {
    if (key === 'crc32' || key === 'writer' || key.startsWith(EXTRA)) contents.metadata.delete(key)
  }
  return contents
}

/** Throws a TypeError if `value` has a part that is not in `parts`, and would be lost in the file. */
export function expectOnlyParts(name: string, value: object, parts: readonly string[]): void {
  for (const [part, held] of Object.entries(value)) {
    if (parts.includes(part) || held === null || held === undefined) continue
    const expected = `a part that the file can hold (${parts.join(', ')})`
    throw argumentError(`${name}.${part}`, expected, held)
  }
}

/** Take out the metadata's text under `key`. Throws a FileError if there is none. */
export function takeText({ metadata }: Contents, key: string): string {
  const text = metadata.get(key)
  if (text === undefined) throw new FileError(`${key}: expected it in the metadata, got nothing`)
  metadata.delete(key)
  return text
}

/** Take out one of a few words. */
export function takeWord<T extends string>(contents: Contents, key: string, words: readonly T[]): T {
  const text = takeText(contents, key)
  if (words.includes(text as T)) return text as T
  throw new FileError(`${key}: expected ${words.map(show).join(' | ')}, got ${show(text)}`)
}

/** Take out the tensor `name`, which has `axes` axes. Throws a FileError if there is none. */
export function takeTensor({ tensors }: Contents, name: string, axes: number): StoredTensor {
  const tensor = tensors.get(name)
  if (tensor === undefined) throw new FileError(`${name}: expected a tensor, got none`)
  const { length } = tensor.shape
  if (length !== axes) throw new FileError(`${name}: expected ${axes} axes, got ${length}`)
  tensors.delete(name)
  return tensor
}

/** Throws a FileError if a part has not been taken out. */
export function expectNothingLeft({ tensors, metadata, writer }: Unsealed): void {
  const [left] = [...metadata.keys(), ...tensors.keys()]
  if (left === undefined) return
  const problem = 'expected nothing by that name, got a part unknown to this version'
  throw new FileError(`${show(left)}: ${problem} (${provenance(writer)})`)
}

/** Throws a FileError if two sizes that must agree do not. */
export function expectSize(what: string, expected: number, got: number): void {
  if (got !== expected) throw new FileError(`${what}: expected ${expected}, got ${got}`)
}

function provenance(writer: string): string {
  return `writer: ${show(writer)}, this is trpo ${VERSION}`
}

/** Eight hexadecimal digits. */
function digits(checksum: number): string {
  return checksum.toString(16).padStart(8, '0')
}
