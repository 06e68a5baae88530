/**
 * Seeded streams of random numbers: Threefry-4x32 with 20 rounds, in counter mode.
 * Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * A stream is a key; its i-th block of four words is a pure function of (key, i). A fork is a new key, a pure
 * function of (key, name), so forks with different names are different streams, in whatever order numbers are
 * drawn (Claessen & Pałka 2013). Only 32-bit integer operations: the same words on every engine.
 * But: not for cryptography.
 */
import { argumentError, expectFinite, expectFunction, expectInteger, expectVector } from '../errors/expect.ts'
import { isNumericArray, read } from '../errors/kinds.ts'
import { log, TWO_53 } from './elementary.ts'

/** Skein's parity word, 32-bit form. */
const PARITY = 0x1bd11bda
const TWO_32 = 4294967296

/**
 * `output` ← Threefry-4x32-20(`key`, `counter`); four words each. `output` may be either input.
 * Five times four rounds; after each four the extended key, rotated by one word, is added. The rotations are
 * those of the paper's table 4. *Measured* (V8, Zen 4): 24 ns; 53 ns with rotations read from an array.
 */
export function threefry4x32(output: Int32Array, key: Int32Array, counter: Int32Array): void {
  let k0 = key[0], k1 = key[1], k2 = key[2], k3 = key[3], k4 = PARITY ^ k0 ^ k1 ^ k2 ^ k3
  let a = (counter[0] + k0) | 0, b = (counter[1] + k1) | 0
  let c = (counter[2] + k2) | 0, d = (counter[3] + k3) | 0
  for (let turn = 1; turn <= 5; turn++) {
    if (turn % 2 === 1) {
      a = (a + b) | 0; b = (b << 10 | b >>> 22) ^ a; c = (c + d) | 0; d = (d << 26 | d >>> 6) ^ c
      a = (a + d) | 0; d = (d << 11 | d >>> 21) ^ a; c = (c + b) | 0; b = (b << 21 | b >>> 11) ^ c
      a = (a + b) | 0; b = (b << 13 | b >>> 19) ^ a; c = (c + d) | 0; d = (d << 27 | d >>> 5) ^ c
      a = (a + d) | 0; d = (d << 23 | d >>> 9) ^ a; c = (c + b) | 0; b = (b << 5 | b >>> 27) ^ c
    } else {
      a = (a + b) | 0; b = (b << 6 | b >>> 26) ^ a; c = (c + d) | 0; d = (d << 20 | d >>> 12) ^ c
      a = (a + d) | 0; d = (d << 17 | d >>> 15) ^ a; c = (c + b) | 0; b = (b << 11 | b >>> 21) ^ c
      a = (a + b) | 0; b = (b << 25 | b >>> 7) ^ a; c = (c + d) | 0; d = (d << 10 | d >>> 22) ^ c
      a = (a + d) | 0; d = (d << 18 | d >>> 14) ^ a; c = (c + b) | 0; b = (b << 20 | b >>> 12) ^ c
    }
    const first = k0
    k0 = k1; k1 = k2; k2 = k3; k3 = k4; k4 = first
    a = (a + k0) | 0; b = (b + k1) | 0; c = (c + k2) | 0; d = (d + k3 + turn) | 0
  }
  output[0] = a; output[1] = b; output[2] = c; output[3] = d
}

/** The length of a state: key (4), block counter, words used of the block, has spare, spare. */
export const RANDOM_STATE_SIZE = 8

/** A stream of random numbers: Threefry-4x32-20 in counter mode, the same numbers everywhere. */
export class Random {
  readonly #key = new Int32Array(4)
  readonly #counter = new Int32Array(4)
  readonly #block = new Int32Array(4)
  /** The block that `#block` will hold next; a double counts exactly to 2^53. */
  #next = 0
  #used = 4
  #spare = 0
  #hasSpare = false

  /** `seed`: an integer from 0 to 2^53 − 1; anything else throws. */
  constructor(seed: number) {
    expectInteger('seed', seed, 0)
    this.#key[0] = seed | 0
    this.#key[1] = Math.floor(seed / TWO_32)
  }

  /** A new stream that depends only on this stream's key and `name`, not on what was drawn before. */
  fork(name: string): Random {
    if (typeof name !== 'string') throw argumentError('name', 'a string', name)
    const child = new Random(0)
    child.#key.set(this.#key)
    // Six code units of the name per block; the last block also contains the length. The top bit of the last
    // word is set, which no counter of drawn numbers has.
    const input = new Int32Array(4)
    const blocks = Math.ceil(name.length / 6) + 1
    for (let block = 0; block < blocks; block++) {
      for (let word = 0; word < 3; word++) {
        const i = 6 * block + 2 * word
        const low = i < name.length ? name.charCodeAt(i) : 0
        const high = i + 1 < name.length ? name.charCodeAt(i + 1) : 0
        input[word] = low | (high << 16)
      }
      input[3] = 0x80000000 | (block === blocks - 1 ? name.length : 0x40000000)
      threefry4x32(child.#key, child.#key, input)
    }
    return child
  }

  /** 32 random bits, as an unsigned integer. */
  word(): number {
    return this.#bits() >>> 0
  }

  /** 32 random bits as a signed integer: V8 in Node returns it unboxed, an unsigned one not always. */
  #bits(): number {
    if (this.#used === 4) {
      this.#counter[0] = this.#next | 0
      // A literal: *measured* (V8), `uniform` takes 8 % longer with a constant that bundlers turn into `var`.
      this.#counter[1] = Math.floor(this.#next / 4294967296)
      threefry4x32(this.#block, this.#key, this.#counter)
      this.#next++
      this.#used = 0
    }
    return this.#block[this.#used++]
  }

  /** Uniform on [0, 1): a multiple of 2^-53. Two words: 27 bits of the first, 26 of the second. */
  uniform(): number {
    const high = this.#bits() >>> 5
    const low = this.#bits() >>> 6
    return (high * 67108864 + low) / TWO_53
  }

  /** Standard normal, by the polar method (Marsaglia & Bray 1964): pairs, whose second number is kept. */
  normal(): number {
    if (this.#hasSpare) {
      this.#hasSpare = false
      return this.#spare
    }
    for (;;) {
      const u = 2 * this.uniform() - 1
      const v = 2 * this.uniform() - 1
      const s = u * u + v * v
      if (s < 1 && s > 0) {
        const scale = Math.sqrt((-2 * log(s)) / s)
        this.#spare = v * scale
        this.#hasSpare = true
        return u * scale
      }
    }
  }

  /** An integer from 0 to n − 1, all equally likely (words that would favour some are rejected); n < 2^53. */
  integer(n: number): number {
    expectInteger('n', n, 1)
    if (n < TWO_32) {
      // Unsigned, so that V8 uses the processor's remainder; x in the last, incomplete run of n is rejected.
      const divisor = n >>> 0
      for (;;) {
        const x = this.#bits() >>> 0, remainder = x % divisor
        if (x - remainder <= TWO_32 - divisor) return remainder
      }
    }
    const range = n === TWO_32 ? TWO_32 : TWO_53
    const limit = range - (range % n)
    for (;;) {
      const x = n === TWO_32 ? this.word() : (this.word() >>> 11) * TWO_32 + this.word()
      if (x < limit) return x % n
    }
  }

  /** Put `items` in random order, in place (Fisher & Yates). */
  shuffle(items: Int32Array): void {
    if (!isNumericArray(items)) throw argumentError('items', 'an Int32Array', items)
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const item = items[i]
      items[i] = items[j]
      items[j] = item
    }
  }

  /** Everything that the next draws depend on, as finite numbers.  [8], a new array by default. */
  getState(state: Float64Array = new Float64Array(RANDOM_STATE_SIZE)): Float64Array {
    expectVector('state', state, RANDOM_STATE_SIZE)
    for (let i = 0; i < 4; i++) state[i] = this.#key[i]
    state[4] = this.#next
    state[5] = this.#used
    state[6] = this.#hasSpare ? 1 : 0
    state[7] = this.#hasSpare ? this.#spare : 0
    return state
  }

  /** Continue from a state that `getState` returned. Throws, and changes nothing, for an invalid one. */
  setState(state: Float64Array): void {
    expectVector('random state', state, RANDOM_STATE_SIZE)
    for (let i = 0; i < 4; i++) expectInteger(`random state[${i}]`, state[i], -2147483648, 2147483647)
    const next = expectInteger('random state[4]', state[4], 0)
    const used = expectInteger('random state[5]', state[5], next === 0 ? 4 : 0, 4)
    expectInteger('random state[6]', state[6], 0, 1)
    expectFinite('random state[7]', state[7])
    for (let i = 0; i < 4; i++) this.#key[i] = state[i]
    this.#next = next
    this.#used = 4
    if (used < 4) {
      this.#next = next - 1
      this.word()
      this.#used = used
    }
    this.#hasSpare = state[6] === 1
    this.#spare = state[7]
  }
}

const METHODS = ['normal', 'uniform', 'fork', 'word', 'integer', 'shuffle', 'getState', 'setState'] as const

/** Throws a TypeError unless `value` has the methods of a stream. */
export function expectRandom(name: string, value: unknown): void {
  for (const method of METHODS) expectFunction(`${name}.${method}`, read(value, method))
}
