/**
 * What a file of this package holds, and its seal: which format, which version, who wrote it, a checksum.
 *
 * A reader takes out piece by piece what it knows, and refuses the file if a piece is left: what a later version adds
 * changes what the file means, so an earlier one must not pass over it. Text under `extra.` alone is free.
 * The checksum is the CRC-32 of the file as `encodeSafetensors` lays it out, with 00000000 in the checksum's place: it
 * covers the header too, and survives another writer's order and spacing. A file without one is taken as it is.
 */
import { show } from '../errors/expect.ts'
import { crc32 } from './checksum.ts'
import { FileError } from './fileError.ts'
import { decodeSafetensors, encodeSafetensors, layOut, type StoredTensor } from './safetensors.ts'
import { VERSION } from './version.ts'

export interface Contents {
  readonly tensors: Map<string, StoredTensor>
  readonly metadata: Map<string, string>
}

/** Contents to take from, and who wrote them. */
export interface Unsealed extends Contents { readonly writer: string }

/** Text of the caller's own, by name. */
export type Extra = Readonly<Record<string, string>>

const FORMAT_VERSION = '1'
const EXTRA = 'extra.'
const NO_CHECKSUM = '00000000'

/** The file's bytes. `extra` becomes metadata whose names begin with `extra.` */
export function seal(format: string, { tensors, metadata }: Contents, extra: Extra): Uint8Array {
  if (typeof extra !== 'object' || extra === null) throw new TypeError(`extra: expected a record of strings, got ${show(extra)}`)
  const all = new Map(metadata)
  all.set('format', format).set('format_version', FORMAT_VERSION).set('writer', `trpo ${VERSION}`)
  for (const [key, text] of Object.entries(extra)) all.set(EXTRA + key, text)
  const bytes = encodeSafetensors(tensors, all.set('crc32', NO_CHECKSUM))
  return layOut(tensors, all.set('crc32', digits(crc32(bytes))))
}

/** What the bytes hold, once format, version and checksum are found right. Throws a FileError. */
export function unseal(format: string, bytes: Uint8Array): Unsealed {
  const { tensors, metadata } = decodeSafetensors(bytes)
  const writer = metadata.get('writer') ?? 'unknown'
  const contents = { tensors, metadata: new Map(metadata), writer }
  takeWord(contents, 'format', [format])
  const version = takeText(contents, 'format_version')
  if (version !== FORMAT_VERSION) {
    throw new FileError(`format_version: expected ${show(FORMAT_VERSION)}, got ${show(version)} (${provenance(writer)})`)
  }
  const told = metadata.get('crc32')
  if (told !== undefined) {
    const found = digits(crc32(layOut(tensors, new Map(metadata).set('crc32', NO_CHECKSUM))))
    if (told !== found) throw new FileError(`crc32: expected ${show(found)}, got ${show(told)}: the file is damaged`)
  }
  for (const key of metadata.keys()) {
    if (key === 'crc32' || key === 'writer' || key.startsWith(EXTRA)) contents.metadata.delete(key)
  }
  return contents
}

/** Throws a TypeError where `value` has a part beside `parts`: to leave it out would be to save something else. */
export function expectPartsAlone(name: string, value: object, parts: readonly string[]): void {
  for (const [part, held] of Object.entries(value)) {
    if (parts.includes(part) || held === null || held === undefined) continue
    throw new TypeError(`${name}.${part}: expected a part that the file can hold (${parts.join(', ')}), got ${show(held)}`)
  }
}

/** Take out what the metadata say under `key`. Throws a FileError where they say nothing. */
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

/** Take out the tensor `name`, of `axes` axes. Throws a FileError where there is none such. */
export function takeTensor({ tensors }: Contents, name: string, axes: number): StoredTensor {
  const tensor = tensors.get(name)
  if (tensor === undefined) throw new FileError(`${name}: expected a tensor, got none`)
  if (tensor.shape.length !== axes) throw new FileError(`${name}: expected ${axes} axes, got ${tensor.shape.length}`)
  tensors.delete(name)
  return tensor
}

/** Throws a FileError where something has not been taken. */
export function expectNothingLeft({ tensors, metadata, writer }: Unsealed): void {
  const [left] = [...metadata.keys(), ...tensors.keys()]
  if (left === undefined) return
  throw new FileError(`${show(left)}: expected nothing by that name, got a part unknown to this version (${provenance(writer)})`)
}

/** Throws a FileError where a size is not what others say it must be. */
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
