/**
 * Files of every format, damaged or made to harm: one FileError, or contents that are written again as the
 * same; soon, and in memory in proportion to the file. Compared with the bytes of the file itself. No
 * tolerance.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { attacksOn, soundVariants } from '../support/hostile/attacks.ts'
import { formats } from '../support/hostile/formats.ts'
import { countAllocations, flipBits, judge, type Verdict } from '../support/hostile/judge.ts'
import { mutate } from '../support/hostile/mutate.ts'

countAllocations()

test('a reader that trusts a length, hides an error, or forgets a tensor is seen', () => {
  const [format] = formats, [sample] = format.samples
  const broken = (decode: (bytes: Uint8Array) => unknown): (() => unknown) =>
    () => judge({ ...format, decode }, sample, new Random(1))
  assert.throws(broken((bytes) => new Float64Array(1e6) && format.decode(bytes)), /^80\d{5} bytes for a file/)
  assert.throws(broken(() => { throw new RangeError('x: expected a, got b') }), /^no FileError: /)
  assert.throws(broken(() => format.decode(format.samples[1])), /^it was read as another file/)
  assert.is(judge(format, sample, new Random(1)).outcome, 'read')
})

for (const format of formats) {
  const { name, samples } = format
  const small = samples.reduce((a, b) => (b.length < a.length ? b : a))
  const verdict = (bytes: Uint8Array, what: string): Verdict => {
    try {
      return judge(format, bytes, new Random(1))
    } catch (error) {
      throw new Error(`${what}: ${(error as Error).message}`)
    }
  }

  test(`${name}: every beginning of a file is refused`, () => {
    for (let length = 0; length < small.length; length++) {
      assert.is(verdict(small.slice(0, length), `${length} bytes`).outcome, 'refused')
    }
  })

  test(`${name}: a flipped bit is detected, or with the checksum made right means what it says`, () => {
    // Every bit of a small file; `npm run endure` flips every bit of the larger ones.
    const { flipped, detected, respelled, read } = flipBits(format, small, Math.ceil(small.length / 700))
    assert.ok(flipped > 2000, `${flipped}`)
    assert.is(detected + respelled, flipped)
    assert.ok(respelled < 10 && read > 100, `${respelled} ${read}`)
  })

  test(`${name}: attacks are refused, and what is written in another way is read`, () => {
    for (const sample of [small, samples[0]]) {
      for (const [what, bytes] of attacksOn(sample)) assert.is(verdict(bytes, what).outcome, 'refused', what)
      for (const [what, bytes] of soundVariants(sample)) assert.is(verdict(bytes, what).outcome, 'read', what)
    }
  })

  test(`${name}: thousands of changed files, most with a right checksum`, () => {
    let reached = 0, read = 0
    for (let k = 0; k < 2000; k++) {
      const random = new Random(k), { bytes, mended } = mutate(samples, random)
      if (mended) reached++
      try {
        if (judge(format, bytes, random).outcome === 'read') read++
      } catch (error) {
        throw new Error(`seed ${k}: ${(error as Error).message}`)
      }
    }
    assert.ok(reached > 1200 && read > 100, `${reached} reached the contents, ${read} were read`)
  })
}

test('no prototype was changed', () => {
  assert.equal(Object.keys(Object.prototype), [])
  assert.is(({} as { format?: unknown }).format, undefined)
})

test.run()
