/**
 * CRC-32, that of Ethernet, gzip and PNG: the remainder of the bytes, as a polynomial over GF(2), by
 * x³² + x²⁶ + x²³ + x²² + x¹⁶ + x¹² + x¹¹ + x¹⁰ + x⁸ + x⁷ + x⁵ + x⁴ + x² + x + 1. RFC 1952, section 8.
 * It detects every flipped bit and every burst of up to 32 bits.
 * But: it does not protect against deliberate changes.
 */

/** Remainders of single bytes by a polynomial of degree 32, its bits in reflected order. */
export function remainders(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? remainder >>> 1 ^ polynomial : remainder >>> 1
    }
    return remainder
  })
}

const TABLE: Uint32Array = /* @__PURE__ */ remainders(0xedb88320)

/** An integer from 0 to 2³² − 1; of another checksum of this kind with the `table` of its polynomial. */
export function crc32(bytes: Uint8Array, table: Uint32Array = TABLE): number {
  let remainder = -1
  for (let i = 0; i < bytes.length; i++) remainder = remainder >>> 8 ^ table[(remainder ^ bytes[i]) & 0xff]
  return ~remainder >>> 0
}
