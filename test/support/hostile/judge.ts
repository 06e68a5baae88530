/**
 * What reading arbitrary bytes may do: throw one FileError, or return what is written again as a file of the
 * same meaning; soon, and without memory out of proportion to the file. Anything else is an error here.
 */
import { cpuUsage } from 'node:process'
import { decodeSafetensors, FileError } from '../../../src/io/index.ts'
import { Random } from '../../../src/math/random.ts'
import { bits } from '../same.ts'
import type { Format } from './formats.ts'
import { mend } from './mutate.ts'

/** Seconds of the processor for one file, whatever else the machine does. */
const LIMIT = 5
/** Bytes of arrays per byte of the file, and what a small file may need besides. */
const PROPORTION = 20, FREE = 20_000

export interface Verdict {
  readonly outcome: 'refused' | 'read'
  readonly message: string
  readonly seconds: number
  /** Bytes of arrays that were made, per byte of the file. */
  readonly proportion: number
}

type Class = new (...args: unknown[]) => object
let allocated = 0

/** From now on the bytes of all new arrays with a length of their own are counted. */
export function countAllocations(): void {
  const globals = globalThis as unknown as Record<string, Class & { readonly BYTES_PER_ELEMENT?: number }>
  for (const name of ['Float64Array', 'Float32Array', 'Int32Array', 'Uint8Array', 'ArrayBuffer']) {
    const original = globals[name], size = original.BYTES_PER_ELEMENT ?? 1
    globals[name] = new Proxy(original, {
      construct(target, args, newTarget) {
        const [first] = args as readonly unknown[]
        if (typeof first === 'number') allocated += size * first
        return Reflect.construct(target, args, newTarget) as object
      },
    })
  }
}

/** Throws an error that says what is wrong. */
export function judge(format: Format, bytes: Uint8Array, random: Random): Verdict {
  const started = cpuSeconds(), before = allocated
  let value: unknown, refusal: unknown = null
  try {
    value = format.decode(bytes)
  } catch (error) {
    refusal = error
  }
  const seconds = cpuSeconds() - started
  const used = allocated - before
  if (seconds > LIMIT) throw new Error(`${seconds} s for ${bytes.length} bytes`)
  if (used > PROPORTION * bytes.length + FREE) throw new Error(`${used} bytes for a file of ${bytes.length}`)
  const proportion = used / Math.max(1, bytes.length)
  if (refusal !== null) {
    const { message, stack } = refusal as Error
    if (!(refusal instanceof FileError)) throw new Error(`no FileError: ${stack}`)
    // Lines that a terminal can show, whatever the file says; options are judged all together.
    const areLines = message.split('\n').every((line) => /^\P{Cc}+: expected \P{Cc}+$/u.test(line))
    if (!areLines || message.length > 10_000) throw new Error(`message: ${message}`)
    return { outcome: 'refused', message, seconds, proportion }
  }
  const again = format.encode(value as never)
  const twice = format.encode(format.decode(again) as never)
  if (!equal(again, twice)) throw new Error('written again, it is another file')
  const meant = meaningOf(bytes, format), kept = meaningOf(again, format)
  if (meant !== kept) throw new Error(`it was read as another file:\n${meant}\n${kept}`)
  format.use(value as never, random)
  return { outcome: 'read', message: '', seconds, proportion }
}

function cpuSeconds(): number {
  const { user, system } = cpuUsage()
  return (user + system) / 1e6
}

export interface Flips {
  readonly flipped: number
  /** Flips that the checksum, or anything before it, noticed. */
  readonly detected: number
  /** Flips after which the file means the same: digits of an escape may be of either case. */
  readonly respelled: number
  /** Files that were read once the checksum was right again. */
  readonly read: number
}

/** Every `stride`-th bit of a file flipped. Throws an error that says what is wrong. */
export function flipBits(format: Format, file: Uint8Array, stride: number): Flips {
  const meant = meaningOf(file, format)
  let flipped = 0, detected = 0, respelled = 0, read = 0
  for (let bit = 0; bit < 8 * file.length; bit += stride) {
    const bytes = Uint8Array.from(file)
    bytes[bit >> 3] ^= 1 << (bit & 7)
    flipped++
    try {
      if (judge(format, bytes, new Random(bit)).outcome === 'refused') detected++
      else if (meaningOf(bytes, format) === meant) respelled++
      const { bytes: again, mended } = mend(bytes, bit % 2 === 0)
      if (mended && judge(format, again, new Random(bit)).outcome === 'read') read++
    } catch (error) {
      throw new Error(`bit ${bit}: ${(error as Error).message}`)
    }
  }
  return { flipped, detected, respelled, read }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** Every tensor to the bit, and all metadata that mean something, numbers and JSON in one spelling. */
function meaningOf(bytes: Uint8Array, { neutral }: Format): string {
  const { tensors, metadata } = decodeSafetensors(bytes)
  const free = (key: string): boolean => key.startsWith('extra.') || key === 'crc32' || key === 'writer'
  const lines = [...tensors].map(([name, { shape, data }]) => `${name} [${shape}] ${bits(data)}`)
  for (const [key, text] of metadata) {
    if (!free(key) && !neutral.includes(`${key}=${text}`)) lines.push(`${key}=${canonical(text)}`)
  }
  return lines.sort().join('\n')
}

function canonical(text: string): string {
  const sorted = (_: string, value: unknown): unknown =>
    typeof value !== 'object' || value === null || Array.isArray(value) ? value
      : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  try {
    return JSON.stringify(JSON.parse(text), sorted)
  } catch {
    return text
  }
}
