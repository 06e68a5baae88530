/** The program of a thread that is one rank of one training after another, as it is asked. */
import { parentPort } from 'node:worker_threads'
import { createThreads } from '../../../src/parallel/threads.ts'
import { live, type Task } from './life.ts'

/** A training, and what this thread is in it. */
export interface RankTask extends Task {
  readonly memory: SharedArrayBuffer
  readonly rank: number
  readonly size: number
}

parentPort.on('message', (message) => {
  const { memory, rank, size, ...task } = message as RankTask
  let answer: unknown
  try {
    answer = live(task, createThreads(memory, rank, size, { patience: 60_000 }))
  } catch (error) {
    answer = { hashes: [`${error}`], snapshot: null }
  }
  parentPort.postMessage(answer)
})
