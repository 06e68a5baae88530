/**
 * Ten million steps of CartPole in one training, in an old space of 64 MB: what is held after a collection.
 * The slope over steps is by least squares.
 */
import process, { memoryUsage } from 'node:process'
import { cartPole } from '../../src/envs/index.ts'
import { train } from '../../src/trpo/train.ts'
import { held, slope } from '../support/memory.ts'

const STEPS = 10_000_000, INTERVAL = 100_000
/** V8 goes on compiling for some 2,500 iterations, and keeps what it compiles: *measured*, 500 kB. */
const WARM_UP = 3_000_000
/** Bytes per million steps. A number kept per iteration would be 8 kB, a record per episode 200 kB. */
const LIMIT = 5000

const steps: number[] = [], bytes: number[] = []
let next = WARM_UP, episodes = 0, best = 0
for (const record of train(cartPole, { seed: 1, totalSteps: STEPS, batchSteps: 1024, envCount: 8 })) {
  episodes += record.episodes.length
  best = Math.max(best, record.meanReturn ?? 0)
  if (record.steps < next) continue
  next += INTERVAL
  steps.push(record.steps / 1e6)
  bytes.push(held())
}
const grown = slope(steps, bytes)
process.stdout.write(`steps: ${STEPS} in ${episodes} episodes, best mean return ${best.toFixed(0)}; `
  + `held ${(bytes.at(-1)! / 1e6).toFixed(2)} MB, slope ${grown.toFixed(0)} bytes per million steps; `
  + `resident ${(memoryUsage().rss / 1e6).toFixed(0)} MB\n`)
process.exitCode = Math.abs(grown) < LIMIT && best > 400 ? 0 : 1
