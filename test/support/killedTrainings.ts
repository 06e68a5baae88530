/**
 * A training that is killed and resumed until it is done: its last snapshot against that of the same training
 * in one life. No tolerance: the bytes of the file. By a script that writes a snapshot after every iteration,
 * or by the command, whose run folder must also have a record of every iteration, once; also with another
 * number of threads in every life.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { decodeTraining, encodeTraining } from '../../src/io/trainingFile.ts'
import { Random } from '../../src/math/random.ts'
import { buildThreads, program, script, SMALL } from './commandLine.ts'
import { killUntilDone, type Lives } from './killing.ts'

const SCRIPT = `
  import { existsSync } from 'node:fs'
  import process from 'node:process'
  import { cartPole } from './src/envs/index.ts'
  import { decodeTraining, encodeTraining } from './src/io/trainingFile.ts'
  import { readWhole, writeWhole } from './src/node/files.ts'
  import { train } from './src/trpo/train.ts'

  const [file, iterations] = process.argv.slice(2)
  const options = { seed: 7, batchSteps: 256, totalSteps: 256 * Number(iterations), envCount: 4 }
  const resumed = existsSync(file) ? { resume: decodeTraining(readWhole(file)) } : options
  for (const record of train(cartPole, resumed)) writeWhole(file, encodeTraining(record.snapshot()))
`
const CHECKPOINT = 'checkpoint.safetensors', PREVIOUS = 'checkpoint.previous.safetensors'

/** Node's words for the next life in this folder, of a training of so many iterations. */
type Way = (folder: string, iterations: number) => readonly string[]

/** Ways to run a training that can be resumed; made when they are needed, since they build a program. */
export const ways: Readonly<Record<'script' | 'command' | 'threads', () => Way>> = {
  script: () => {
    const built = script('killed', SCRIPT)
    return (folder, iterations) => [built, `${folder}/${CHECKPOINT}`, String(iterations)]
  },
  command: () => {
    const built = program('killed-command')
    return (folder, iterations) => commandOf(built, folder, iterations)
  },
  threads: () => {
    const built = program('threads/killed-command')
    buildThreads('.build/command/threads')
    // One thread in the life that the others are compared with.
    let life = 0
    return (folder, iterations) =>
      [...commandOf(built, folder, iterations), '--workers', String([1, 2, 4, 8][life++ % 4])]
  },
}

function commandOf(built: string, folder: string, iterations: number): readonly string[] {
  const canResume = [CHECKPOINT, PREVIOUS].some((name) => existsSync(`${folder}/${name}`))
  if (canResume) return [built, 'train', '--resume', folder]
  const steps = ['--total-steps', String(512 * iterations), '--eval-episodes', '1']
  const place = ['--run-dir', folder, '--force', '--save-every', '0']
  return [built, 'train', 'CartPole', '--seed', '7', ...SMALL, ...steps, ...place]
}

export interface Survival {
  readonly kills: number
  readonly whileWriting: number
  readonly trainings: number
  /** Words on each training that did not end as the one in one life. */
  readonly different: readonly string[]
}

/** Trainings of so many iterations, one after the other, until there were so many kills. */
export async function killTrainings(
  way: Way, wanted: number, iterations: number, seed: number,
): Promise<Survival> {
  const random = new Random(seed)
  const lives = async (earliest: number, latest: number): Promise<Lives & { readonly end: string }> => {
    const folder = mkdtempSync('.build/killed-')
    try {
      const words = (): readonly string[] => way(folder, iterations)
      const result = await killUntilDone(words, folder, random, earliest, latest)
      return { ...result, end: endOf(folder) }
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  const whole = await lives(0, 0)
  const different: string[] = []
  let kills = 0, whileWriting = 0, trainings = 0
  for (; kills < wanted; trainings++) {
    const result = await lives(whole.last / 20, 0.6 * whole.last)
    kills += result.kills
    whileWriting += result.whileWriting
    if (result.end !== whole.end) different.push(`training ${trainings}, after ${result.kills} kills`)
  }
  return { kills, whileWriting, trainings, different }
}

/** The last snapshot, byte by byte, and the numbers of the iterations that have a record. */
function endOf(folder: string): string {
  const snapshot = encodeTraining(decodeTraining(readFileSync(`${folder}/${CHECKPOINT}`))).join()
  const metrics = `${folder}/metrics.jsonl`
  if (!existsSync(metrics)) return snapshot
  const records = readFileSync(metrics, 'utf8').trim().split('\n')
  return `${snapshot} ${records.map((line) => (JSON.parse(line) as { iteration?: number }).iteration).join()}`
}
