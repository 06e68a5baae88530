/**
 * A million changed files with a sound container and a right checksum, or none, shared out among the formats
 * (fewer of those that take longer), so that what lies behind the checksum is reached; those whose container
 * broke on the way; and every flipped bit of the smallest file of each format, with and without it mended.
 */
import process from 'node:process'
import { Random } from '../../src/math/random.ts'
import { formats } from '../support/hostile/formats.ts'
import { countAllocations, flipBits, judge } from '../support/hostile/judge.ts'
import { mutate } from '../support/hostile/mutate.ts'

const WANTED = Number(process.argv[2] ?? 1_000_000)
const SHARES: Readonly<Record<string, number>> = { policy: 0.45, value: 0.35, training: 0.2 }
/** Faults after which it is of no use to go on. */
const ENOUGH = 20

countAllocations()
let flipped = 0, tried = 0, reached = 0, read = 0, slowest = 0, proportion = 0, wrong = 0
for (const format of formats) {
  const small = format.samples.reduce((a, b) => (b.length < a.length ? b : a))
  try {
    flipped += flipBits(format, small, 1).flipped
  } catch (error) {
    wrong++
    process.stdout.write(`${format.name}: ${(error as Error).message}\n`)
  }
  const goal = reached + SHARES[format.name] * WANTED
  for (let k = 0; reached < goal && wrong < ENOUGH; k++) {
    const random = new Random(k)
    const { bytes, mended } = mutate(format.samples, random)
    tried++
    if (mended) reached++
    try {
      const verdict = judge(format, bytes, random)
      if (verdict.outcome === 'read') read++
      slowest = Math.max(slowest, verdict.seconds)
      proportion = Math.max(proportion, verdict.proportion)
    } catch (error) {
      wrong++
      process.stdout.write(`${format.name}, seed ${k}: ${(error as Error).message}\n`)
    }
  }
}
process.stdout.write(`hostile: ${tried} files of ${formats.length} formats, ${reached} of them with a sound `
  + `container and a right checksum; ${read} read; ${flipped} bits flipped; ${wrong} wrong; slowest `
  + `${(1000 * slowest).toFixed(0)} ms, at most ${proportion.toFixed(1)} bytes of arrays per byte\n`)
process.exitCode = wrong > 0 ? 1 : 0
