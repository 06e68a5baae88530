/**
 * A 64-bit fingerprint of numbers: FNV-1a (Fowler, Noll & Vo; draft-eastlake-fnv). For each byte, h ← (h xor
 * byte) · p modulo 2⁶⁴, p = 2⁴⁰ + 435. In halves of 32 bits, in numbers: every product is below 2⁵³, so
 * exact, and a slow engine without fast BigInts is not slowed down.
 * But: no protection against deliberate collisions.
 */
import { expectShape } from '../errors/shape.ts'
import type { Mlp } from './mlp.ts'
import { expectMlp } from './shapes.ts'

export interface Hash {
  high: number
  low: number
}

export function createHash(): Hash {
  return { high: 0xcbf29ce4, low: 0x84222325 }
}

export function addByte(hash: Hash, byte: number): void {
  const low = (hash.low ^ byte) >>> 0
  const product = low * 435
  // h·p = h·435 + h·2⁴⁰: what exceeds 2³² is carried, and the low half moves up by 40 bits.
  hash.high = (Math.imul(hash.high, 435) + Math.floor(product / 4294967296) + (low << 8)) >>> 0
  hash.low = product >>> 0
}

/**
 * Every double's bytes, the lowest first on every machine; −0 is not 0. A NaN is one NaN, as engines choose
 * its bits.
 */
export function addNumbers(hash: Hash, numbers: ArrayLike<number>): void {
  const view = new DataView(new ArrayBuffer(8))
  for (let i = 0; i < numbers.length; i++) {
    if (Number.isNaN(numbers[i])) {
      view.setUint32(0, 0, true)
      view.setUint32(4, 0x7ff80000, true)
    } else view.setFloat64(0, numbers[i], true)
    for (let byte = 0; byte < 8; byte++) addByte(hash, view.getUint8(byte))
  }
}

/** Sixteen hexadecimal digits. */
export function digits({ high, low }: Hash): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0')
}

/**
 * θ of a policy, or φ of a value function, as 16 hexadecimal digits: equal for equal bits, so that two
 * trainings can be compared by eye. Statistics of observations are no part of it.
 */
export function hashWeights(of: { readonly net: Mlp }): string {
  expectShape('of', of, 'a policy or a value function', { net: expectMlp })
  const hash = createHash()
  addNumbers(hash, of.net.parameters.flat)
  return digits(hash)
}
