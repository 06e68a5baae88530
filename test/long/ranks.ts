/**
 * Every world × normaliser × value fit × states of F × sampling by 2, 4, 8 and 16 ranks on both backends, and
 * continued by every number of ranks from a snapshot of another one: how many hashes of records are those of
 * one rank alone, and how many snapshots have its bytes.
 */
import process from 'node:process'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { type Life, live, type Task, worlds } from '../support/ranks/life.ts'
import { createPool } from '../support/ranks/pool.ts'

const SIZES = [2, 4, 8, 16], BACKENDS = ['reference', 'simd'] as const
const SMALL: Partial<TrainOptions> = {
  seed: 9, batchSteps: 320, totalSteps: 960, envCount: 16, hiddenSizes: [6], valueHiddenSizes: [5],
  valueMinibatch: 23, valueEpochs: 2, valueSteps: 2, vineHorizon: 3, vineSpacing: 4,
}
const CHOICES: readonly (readonly Partial<TrainOptions>[])[] = [
  (['off', 'preserving', 'plain'] as const).map((normalizeObservations) => ({ normalizeObservations })),
  [{ valueFit: 'adam' }, { valueFit: 'trust-region' }],
  [{}, { fisherFraction: 0.3 }],
  [{}, { sampling: 'vine' }],
]
const combinations = CHOICES.reduce<readonly Partial<TrainOptions>[]>(
  (all, choices) => all.flatMap((options) => choices.map((choice) => ({ ...options, ...choice }))), [{}])

const pool = createPool()
let trainings = 0, hashes = 0, equal = 0, snapshots = 0, same = 0
const sameBytes = (x: Uint8Array, y: Uint8Array): boolean =>
  x.length === y.length && x.every((byte, i) => byte === y[i])

/** Compare each hash of each rank. */
function compare(lives: readonly Life[], wanted: readonly string[], what: string): void {
  trainings++
  const right = lives.map((life) => wanted.filter((hash, k) => life.hashes[k] === hash).length)
    .reduce((a, b) => a + b, 0)
  hashes += lives.length * wanted.length
  equal += right
  if (right < lives.length * wanted.length) process.stdout.write(`${what}: ${lives[0].hashes.join(' ')}\n`)
}

let turn = 0
for (const [world, make] of Object.entries(worlds)) {
  for (const options of combinations) {
    if (options.sampling === 'vine' && make().getState === undefined) continue
    const task: Task = { world, options: { ...SMALL, ...options } }
    const name = `${world} ${JSON.stringify(options)}`
    const { hashes: wanted } = live(task), snapshot = live({ ...task, until: 1 }).snapshot!
    for (const size of SIZES) {
      for (const backend of BACKENDS) {
        const own = { ...task, options: { ...task.options, backend } }
        compare(await pool.run(own, size), wanted, `${name}, ${size} ranks, ${backend}`)
      }
      const halves = await pool.run({ ...task, until: 1 }, size)
      snapshots += size
      same += halves.filter((half) => sameBytes(half.snapshot!, snapshot)).length
      // Continued by each other number of ranks in turn, and by one.
      const after = [1, ...SIZES].filter((other) => other !== size)[turn++ % 4]
      const resumed = { ...task, options: { backend: BACKENDS[turn % 2] }, resume: halves.at(-1)!.snapshot! }
      compare(await pool.run(resumed, after), wanted.slice(1), `${name}, from ${size} to ${after} ranks`)
    }
  }
}
await pool.close()
process.stdout.write(`ranks: ${equal} of ${hashes} hashes of records are those of one rank, in ${trainings} `
  + `trainings by 2, 4, 8 and 16 ranks; ${same} of ${snapshots} snapshots have its bytes\n`)
process.exitCode = equal === hashes && same === snapshots && hashes > 0 ? 0 : 1
