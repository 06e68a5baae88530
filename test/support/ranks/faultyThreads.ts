/**
 * Trainings by threads of which one throws, ends or hangs in a step, or ends at any time; each is continued
 * by another number of threads from the last snapshot, until it is done: its end against that of `train`, and
 * each error against the rank, environment and step that the world itself has noted. No tolerance.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { buildSync } from 'esbuild'
import { cartPole } from '../../../src/envs/index.ts'
import { decodeTraining, encodeTraining } from '../../../src/io/trainingFile.ts'
import type { Random } from '../../../src/math/random.ts'
import type * as lead from '../../../src/node/index.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'
import { train } from '../../../src/trpo/train.ts'
import { buildThreads } from '../commandLine.ts'

const folder = resolve('.build/faulty-threads'), PLAN = `${folder}/plan.json`, WHERE = `${folder}/where.json`

/** After `at` steps of rank `rank`, or after so many milliseconds; the first fault notes where it is. */
const WORLD = `
  import { existsSync, readFileSync, writeFileSync } from 'node:fs'
  import process from 'node:process'
  import { setTimeout } from 'node:timers'
  import { workerData } from 'node:worker_threads'
  import { cartPole } from './src/envs/index.ts'
  const { rank, at, kind } = JSON.parse(readFileSync(${JSON.stringify(PLAN)}, 'utf8'))
  const isFaulty = workerData?.rank === rank
  if (isFaulty && kind === 'leaves') setTimeout(() => process.exit(9), at)
  const faults = {
    throws: () => { throw new Error('out of memory') },
    exits: () => process.exit(7),
    hangs: () => { for (;;); },
    waits: () => new Promise(() => {}),
    uncaught: () => {
      setTimeout(() => { throw new Error('from a timer') })
      return new Promise(() => {})
    },
  }
  let calls = 0, made = 0
  export default () => {
    const env = cartPole(), own = made++
    let steps = 0
    return { ...env, step(action) {
      if (isFaulty && kind !== 'leaves' && ++calls > at) {
        if (!existsSync(${JSON.stringify(WHERE)})) {
          writeFileSync(${JSON.stringify(WHERE)}, JSON.stringify({ own, steps }))
        }
        return faults[kind]()
      }
      steps++
      return env.step(action)
    } }
  }
`
const PATIENCE = 3000
/** What the error says after rank, environment and step. */
const PROBLEMS: Readonly<Record<string, string>> = {
  throws: 'step() threw out of memory',
  exits: 'its thread ended with exit code 7',
  hangs: `expected a step or an exchange within ${PATIENCE} ms, got none`,
  waits: `expected a step or an exchange within ${PATIENCE} ms, got none`,
  uncaught: 'its thread ended with the error from a timer',
  leaves: 'its thread ended with exit code 9',
}
const OPTIONS: Partial<TrainOptions> = {
  seed: 7, batchSteps: 256, totalSteps: 256 * 12, envCount: 8, hiddenSizes: [8], valueHiddenSizes: [8],
  valueEpochs: 1,
}

export interface Faults {
  readonly faults: number
  /** Faults by kind. */
  readonly kinds: Readonly<Record<string, number>>
  readonly trainings: number
  /** Words on each error that was not as wanted, thread that was left, or training with another end. */
  readonly wrong: readonly string[]
}

/** Trainings one after the other, until there were so many faults. */
export async function failThreads(wanted: number, random: Random): Promise<Faults> {
  rmSync(folder, { recursive: true, force: true } as { recursive: boolean })
  mkdirSync(folder, { recursive: true })
  const bundled = {
    bundle: true, platform: 'node', format: 'esm', target: 'es2022', logLevel: 'error',
  } as const
  buildSync({ entryPoints: ['src/node/index.ts'], outfile: `${folder}/lead.js`, ...bundled })
  buildThreads(folder)
  const world = `${folder}/world.mjs`
  buildSync({ stdin: { contents: WORLD, resolveDir: '.', loader: 'ts' }, outfile: world, ...bundled })
  const { trainParallel } = await import(`file://${folder}/lead.js`) as typeof lead
  const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)]

  let end = ''
  for (const record of train(cartPole, OPTIONS)) end = encodeTraining(record.snapshot()).join()
  const wrong: string[] = [], kinds: Record<string, number> = {}
  let faults = 0, trainings = 0, threads: number | null = null
  for (; faults < wanted; trainings++) {
    let file: Uint8Array | null = null
    for (let isDone = false; !isDone;) {
      const size = pick([1, 2, 4, 8]), rank = random.integer(size), kind = pick(Object.keys(PROBLEMS))
      const before = file === null ? 0 : decodeTraining(file).steps
      // Some come after the end.
      const left = (OPTIONS.totalSteps! - before) / size
      const at = random.integer(kind === 'leaves' ? 300 : 1 + Math.ceil(1.1 * left))
      writeFileSync(PLAN, JSON.stringify({ rank, at, kind }))
      rmSync(WHERE, { force: true } as never)
      const start = file === null ? OPTIONS : { resume: decodeTraining(file) }
      try {
        for await (const record of trainParallel(world, { ...start, workers: size, patience: PATIENCE })) {
          file = encodeTraining(record.snapshot())
        }
        isDone = true
      } catch (error) {
        faults++
        kinds[kind] = (kinds[kind] ?? 0) + 1
        const { message } = error as Error
        const isRight = patternOf(kind, rank, size, before).test(message)
        if (!isRight) wrong.push(`${kind}, rank ${rank} of ${size}: ${message}`)
      }
      // Threads of the engine itself are there from the first life on.
      threads ??= countThreads()
      for (let look = 0; countThreads() > threads && look < 100; look++) await setTimeout(20)
      if (countThreads() > threads) wrong.push(`${kind}, rank ${rank} of ${size}: a thread is left`)
    }
    if (file!.join() !== end) wrong.push(`training ${trainings}: other bits`)
  }
  return { faults, kinds, trainings, wrong }
}

/** What the error must say. A rank that leaves by itself may be anywhere. */
function patternOf(kind: string, rank: number, size: number, before: number): RegExp {
  const problem = PROBLEMS[kind].replace(/[()]/g, '\\$&')
  const who = kind === 'throws' && size === 1 ? '' : `rank ${rank}: `
  if (kind === 'leaves') {
    return new RegExp(`^${who}(.*: )?(${problem}|expected an answer to snapshot .*)$`)
  }
  if (!existsSync(WHERE)) return /no fault, no error/
  const { own, steps } = JSON.parse(readFileSync(WHERE, 'utf8')) as { own: number; steps: number }
  const env = rank * OPTIONS.envCount! / size + own
  return new RegExp(`^${who}environment ${env}, step ${steps + before / OPTIONS.envCount!}: ${problem}$`)
}

function countThreads(): number {
  return readdirSync('/proc/self/task').length
}
