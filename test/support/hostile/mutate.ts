/**
 * Valid files, changed: bytes, the text of the header, or the contents (tensors and metadata); and then, if
 * the container is still sound, most often a checksum that is right again, so that what lies behind it is
 * reached.
 */
import { crc32 } from '../../../src/io/checksum.ts'
import { decodeSafetensors, type StoredTensor } from '../../../src/io/index.ts'
import { layOut } from '../../../src/io/safetensors.ts'
import type { Random } from '../../../src/math/random.ts'
import { fileOf, partsOf } from '../safetensorsFile.ts'

export interface Mutant {
  readonly bytes: Uint8Array
  /** Whether its container is sound and its checksum right or missing. */
  readonly mended: boolean
}

/** One of the samples with some changes; the same for the same random numbers. */
export function mutate(samples: readonly Uint8Array[], random: Random): Mutant {
  const sample = samples[random.integer(samples.length)]
  const way = random.uniform()
  const changed = way < 0.15 ? bytesChanged(sample, samples, random)
    : way < 0.3 ? headerChanged(sample, random) : contentsChanged(sample, samples, random)
  return random.uniform() < 0.05 ? { bytes: changed, mended: false } : mend(changed, random.uniform() < 0.3)
}

/** The file with the right checksum, or without one; unchanged if the container is not sound. */
export function mend(bytes: Uint8Array, without: boolean): Mutant {
  let contents: ReturnType<typeof decodeSafetensors>
  try {
    contents = decodeSafetensors(bytes)
  } catch {
    return { bytes, mended: false }
  }
  const { tensors, metadata } = contents
  if (without) metadata.delete('crc32')
  else {
    const sum = crc32(layOut(tensors, metadata.set('crc32', '00000000')))
    metadata.set('crc32', sum.toString(16).padStart(8, '0'))
  }
  return { bytes: layOut(tensors, metadata), mended: true }
}

function bytesChanged(sample: Uint8Array, samples: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(sample)
  for (let k = 1 + random.integer(3); k > 0; k--) {
    const at = random.integer(bytes.length + 1), length = random.integer(random.uniform() < 0.5 ? 4 : 40)
    const other = samples[random.integer(samples.length)]
    const piece = [
      () => Uint8Array.of(random.integer(256)), () => bytes.slice(at, at + length),
      () => new Uint8Array(length), () => other.slice(at, at + length),
    ][random.integer(4)]()
    const way = random.integer(4)
    if (way === 0) bytes[at % Math.max(1, bytes.length)] ^= 1 << random.integer(8)
    else if (way === 1) bytes = bytes.slice(0, at)
    else bytes = joined(bytes.slice(0, at), piece, bytes.slice(way === 2 ? at : at + piece.length))
  }
  return bytes
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

const PIECES = [
  '{', '}', '[', ']', ',', ':', '"', '\\', '0', '1', '-', '.', 'e', '9'.repeat(20), '1e9', '1e999', 'null',
  'true', '"__proto__"', '"__metadata__"', '"F32"', '"F64"', '"I64"', '"shape"', '"dtype"', '"data_offsets"',
  '[2,1]', '[1]', '[]', '[0]', '[0,8]', '[8,16]', ' ', 'ä', '\\"n\\"', 'box', 'discrete', 'layers', 'weight',
  '.0.', '.1.', '4294967296', '9007199254740991', '9007199254740993', '-1', '0.5', '\\u0000', '\\ud800',
]

function textChanged(text: string, random: Random): string {
  let changed = text
  for (let k = 1 + random.integer(3); k > 0; k--) {
    const numbers = [...changed.matchAll(/-?\d+(\.\d+)?/g)]
    if (numbers.length > 0 && random.uniform() < 0.4) {
      const { index, 0: old } = numbers[random.integer(numbers.length)]
      const other = [
        String(Number(old) + 1), String(Number(old) - 1), String(Number(old) * 2), `-${old}`, '0', '1', '2',
        '3', '0.5', '1e0', '-0', '2147483648', '4294967296', '9007199254740991', '1e15', '1e308', '1e999',
        'null',
      ][random.integer(18)]
      changed = changed.slice(0, index) + other + changed.slice(index + old.length)
      continue
    }
    const at = random.integer(changed.length + 1), length = random.integer(random.uniform() < 0.5 ? 3 : 40)
    const piece = random.uniform() < 0.3
      ? changed.slice(at, at + length) : PIECES[random.integer(PIECES.length)]
    changed = changed.slice(0, at) + piece + changed.slice(random.uniform() < 0.5 ? at : at + length)
  }
  return changed
}

function headerChanged(sample: Uint8Array, random: Random): Uint8Array {
  const { header, data } = partsOf(sample)
  const end = random.uniform() < 0.8 ? data.length : 8 * random.integer(data.length / 8 + 3)
  return fileOf(textChanged(header, random), joined(data, new Uint8Array(16)).slice(0, end))
}

const NUMBERS = [
  0, -0, 1, -1, 2, 0.5, 5e-324, 1e-308, 1e100, 1e200, 1.7976931348623157e308, -1e308, Infinity, -Infinity,
  NaN, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53,
]

type Contents = ReturnType<typeof decodeSafetensors>

function contentsChanged(sample: Uint8Array, samples: readonly Uint8Array[], random: Random): Uint8Array {
  const contents = decodeSafetensors(sample)
  const other = decodeSafetensors(samples[random.integer(samples.length)])
  for (let k = 1 + random.integer(3); k > 0; k--) {
    if (random.uniform() < 0.6) tensorChanged(contents, other, random)
    else metadataChanged(contents, other, random)
  }
  return layOut(contents.tensors, contents.metadata)
}

function oneOf<T>(items: Iterable<T>, random: Random): T | undefined {
  const all = [...items]
  return all[random.integer(Math.max(1, all.length))]
}

function tensorChanged({ tensors }: Contents, other: Contents, random: Random): void {
  const name = oneOf(tensors.keys(), random), another = oneOf(other.tensors.keys(), random)
  if (name === undefined || another === undefined) return
  const { shape, data } = tensors.get(name)!
  const resized = (axes: readonly number[]): StoredTensor => {
    const longer = new Float64Array(axes.reduce((product, n) => product * n, 1))
    longer.set(data.subarray(0, longer.length))
    return { shape: axes, data: longer }
  }
  const axis = random.integer(Math.max(1, shape.length))
  const changes: readonly (() => unknown)[] = [
    () => { data[random.integer(Math.max(1, data.length))] = NUMBERS[random.integer(NUMBERS.length)] },
    () => { data[random.integer(Math.max(1, data.length))] *= 10 ** (20 * random.normal()) },
    () => data.fill(NUMBERS[random.integer(NUMBERS.length)]),
    () => tensors.delete(name),
    () => tensors.set(another, tensors.get(name)!),
    () => tensors.delete(name) && tensors.set(another, { shape, data }),
    () => tensors.set(name, other.tensors.get(another)!),
    () => tensors.set(textChanged(name, random).replace(/[\ud800-\udfff]|\\/g, '_'), { shape, data }),
    () => tensors.set(name, { shape: [...shape].reverse(), data }),
    () => tensors.set(name, { shape: [...shape, 1], data }),
    () => tensors.set(name, resized([...shape, random.integer(3)])),
    () => tensors.set(name, resized(shape.map((n, i) => (i === axis ? n + random.integer(3) : n)))),
    () => tensors.set(name, resized(shape.map((n, i) => (i === axis ? Math.max(0, n - 1) : n)))),
    () => tensors.set(name, resized(shape.slice(1))),
  ]
  changes[random.integer(changes.length)]()
}

function metadataChanged({ metadata }: Contents, other: Contents, random: Random): void {
  const key = oneOf(metadata.keys(), random), another = oneOf(other.metadata.keys(), random)
  if (key === undefined || another === undefined) return
  const text = metadata.get(key)!
  const changed = (): string => textChanged(text, random).replace(/[\ud800-\udfff]/g, '_')
  const changes: readonly (() => unknown)[] = [
    () => metadata.set(key, changed()), () => metadata.set(key, changed()),
    () => metadata.set(key, changed()),
    () => metadata.set(key, other.metadata.get(another)!), () => metadata.set(another, text),
    () => metadata.set(another, other.metadata.get(another)!),
    () => metadata.delete(key),
    () => metadata.set(`extra.${key}`, changed()),
    () => metadata.set(textChanged(key, random).replace(/[\ud800-\udfff]|\\/g, '_'), text),
  ]
  changes[random.integer(changes.length)]()
}
