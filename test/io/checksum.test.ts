/**
 * CRC-32, compared with published check values and with the trailer that zlib's gzip writes.
 * No tolerance: integers.
 */
import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { crc32 } from '../../src/io/checksum.ts'
import { Random } from '../../src/math/random.ts'

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))

test('published values: the check value of the CRC catalogue, and PNG\'s empty last chunk', () => {
  // CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms; every PNG ends with "IEND" and ae 42 60
  // 82.
  assert.is(crc32(ascii('123456789')), 0xcbf43926)
  assert.is(crc32(ascii('IEND')), 0xae426082)
  assert.is(crc32(new Uint8Array(0)), 0)
})

test('gzip appends the same checksum', () => {
  const random = new Random(1)
  for (let n = 0; n < 300; n++) {
    const bytes = Uint8Array.from({ length: n }, () => random.integer(256))
    const zipped = gzipSync(bytes)
    const trailer = new DataView(zipped.buffer, zipped.byteOffset + zipped.length - 8, 8)
    assert.is(crc32(bytes), trailer.getUint32(0, true))
  }
})

test('a flipped bit and a burst of up to 32 change it, wherever they are', () => {
  const random = new Random(2)
  const bytes = Uint8Array.from({ length: 64 }, () => random.integer(256))
  const whole = crc32(bytes)
  for (let first = 0; first < 512; first++) {
    for (const length of [1, 2, 9, 32]) {
      const damaged = bytes.slice()
      for (let bit = first; bit < Math.min(512, first + length); bit++) {
        // Both ends of a burst are flipped, the bits between at random.
        const flip = bit === first || bit === first + length - 1 || random.uniform() < 0.5
        if (flip) damaged[bit >> 3] ^= 1 << (bit & 7)
      }
      assert.is.not(crc32(damaged), whole)
    }
  }
})

test.run()
