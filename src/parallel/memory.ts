/**
 * The memory that threads exchange numbers through: a header, then per rank a line of counters, then the
 * text of a failure, then two slots of numbers per rank, which exchanges use in turn.
 * But: no growth, and no second use: memory serves one group of threads, once.
 */
import { argumentError, expectInteger } from '../errors/expect.ts'

/** Sizes of a group; math/communicator says why. */
const SIZES = [1, 2, 4, 8, 16] as const

/** Positions in the header, in Int32. */
const MAGIC = 0, SIZE = 1, NUMBERS = 2, FAILED = 3, FAILED_RANK = 4, REASON_LENGTH = 5
/** Rung whenever something has changed: what threads sleep on. */
export const BELL = 6
/** Int32 of the header, and of a rank's line: a cache line each, so that ranks do not slow others down. */
const LINE = 16
/** In a rank's line: exchanges that it has published; whether it is taken; the length that each slot has. */
export const ARRIVED = 0, TAKEN = 1, LENGTHS = 2
/** UTF-16 code units of a failure's text. */
const REASON = 2000
/** 'trpo' */
const MARK = 0x7472706f
/** States of FAILED: the text of the first failure is being written, or can be read. */
const CLAIMED = 1, WRITTEN = 2
/** Numbers per slot. */
const NUMBERS_DEFAULT = 8192, NUMBERS_MAX = 1048576

/** Views of the memory of `size` threads. */
export interface Group {
  readonly size: number
  /** Float64 per slot. */
  readonly numbers: number
  readonly ints: Int32Array
  readonly reason: Uint16Array
  /** By parity of the exchange, then by rank. */
  readonly slots: readonly (readonly Float64Array[])[]
}

/** Where the line of a rank begins, in Int32. */
export function lineOf(rank: number): number {
  return LINE * (1 + rank)
}

function layout(size: number, numbers: number): { reason: number; slots: number; bytes: number } {
  const reason = 4 * LINE * (1 + size), slots = Math.ceil((reason + 2 * REASON) / 64) * 64
  return { reason, slots, bytes: slots + 2 * size * numbers * 8 }
}

/**
 * Memory for `size` threads, 1, 2, 4, 8 or 16: make it once, and send it to all of them. `numbers` is the
 * size of a slot, from 1 to 2²⁰; longer exchanges go in several pieces. Default: 8192. Throws a RangeError
 * in a page that is not cross-origin isolated, since browsers share no memory there.
 */
export function threadMemory(size: number, numbers: number = NUMBERS_DEFAULT): SharedArrayBuffer {
  expectSize('size', size)
  expectInteger('numbers', numbers, 1, NUMBERS_MAX)
  if (typeof SharedArrayBuffer !== 'function') {
    throw new RangeError('SharedArrayBuffer: expected a runtime that shares memory, in a browser a page with '
      + 'the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, '
      + 'got one that does not')
  }
  const memory = new SharedArrayBuffer(layout(size, numbers).bytes)
  const ints = new Int32Array(memory)
  ints[SIZE] = size
  ints[NUMBERS] = numbers
  Atomics.store(ints, MAGIC, MARK)
  return memory
}

export function expectSize(name: string, size: unknown): void {
  if (!SIZES.includes(size as typeof SIZES[number])) {
    throw argumentError(name, '1, 2, 4, 8 or 16', size, 'number')
  }
}

/** Views of `memory`. Throws unless `threadMemory` made it for `size` threads. */
export function openGroup(memory: SharedArrayBuffer, size: number): Group {
  const bytes = bytesOf(memory)
  if (bytes === null) throw argumentError('memory', 'a SharedArrayBuffer of threadMemory', memory)
  const ints = new Int32Array(memory, 0, Math.floor(bytes / 4))
  const numbers = ints[NUMBERS]
  if (Atomics.load(ints, MAGIC) !== MARK || bytes !== layout(ints[SIZE], numbers).bytes) {
    throw new RangeError('memory: expected a SharedArrayBuffer of threadMemory, got another one')
  }
  if (ints[SIZE] !== size) throw new RangeError(`size: expected ${ints[SIZE]}, as in memory, got ${size}`)
  const { reason, slots } = layout(size, numbers)
  const slot = (index: number): Float64Array =>
    new Float64Array(memory, slots + 8 * numbers * index, numbers)
  return {
    size, numbers, ints, reason: new Uint16Array(memory, reason, REASON),
    slots: [0, 1].map((parity) => Array.from({ length: size }, (_, rank) => slot(parity * size + rank))),
  }
}

/** Bytes of a SharedArrayBuffer of any realm; null for anything else. */
function bytesOf(value: unknown): number | null {
  if (typeof SharedArrayBuffer !== 'function') return null
  const { get } = Object.getOwnPropertyDescriptor(SharedArrayBuffer.prototype, 'byteLength')!
  try {
    return get!.call(value) as number
  } catch {
    return null
  }
}

/** Something has changed that others may wait for. */
export function ring({ ints }: Group): void {
  Atomics.add(ints, BELL, 1)
  Atomics.notify(ints, BELL)
}

/** Let all exchanges fail because of `rank`; the first failure is the one that is kept. */
export function fail(group: Group, rank: number, reason: string): void {
  const { ints, reason: text } = group
  if (Atomics.compareExchange(ints, FAILED, 0, CLAIMED) !== 0) return
  const length = Math.min(reason.length, REASON)
  for (let i = 0; i < length; i++) text[i] = reason.charCodeAt(i)
  ints[FAILED_RANK] = rank
  ints[REASON_LENGTH] = length
  Atomics.store(ints, FAILED, WRITTEN)
  ring(group)
}

/** Throws if a rank has failed: *rank R: REASON*. */
export function expectNoFailure({ ints, reason }: Group): void {
  if (Atomics.load(ints, FAILED) !== WRITTEN) return
  const text = Array.from(reason.subarray(0, ints[REASON_LENGTH]), (unit) => String.fromCharCode(unit))
  throw new Error(`rank ${ints[FAILED_RANK]}: ${text.join('')}`)
}
