/**
 * A 64-bit fingerprint of bits: FNV-1a (Fowler, Noll & Vo; draft-eastlake-fnv). For each byte, h ← (h xor
 * byte) · p modulo 2^64, p = 2^40 + 435. In halves of 32 bits, in numbers: every product is below 2^53, so
 * exact, and a slow engine without fast BigInts is not slowed down. But: no protection against deliberate
 * collisions.
 */
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
  // h·p = h·435 + h·2^40: what exceeds 2^32 is carried, and the low half moves up by 40 bits.
  hash.high = (Math.imul(hash.high, 435) + Math.floor(product / 4294967296) + (low << 8)) >>> 0
  hash.low = product >>> 0
}

const view: DataView = new DataView(new ArrayBuffer(8))

/**
 * Every double's bytes, the lowest first on every machine; −0 is not 0. A NaN is one NaN, as engines choose
 * its bits.
 */
export function addNumbers(hash: Hash, numbers: ArrayLike<number>): void {
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
