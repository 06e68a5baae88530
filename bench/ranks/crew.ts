/**
 * Ranks of a benchmark: this thread is rank 0, and each other rank a thread that does the same calls in step
 * with it. Between two calls of rank 0 the others sleep, so that they take no time of what is timed there.
 */
import { URL } from 'node:url'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { type Communicator, solo } from '../../src/math/communicator.ts'
import { createThreads } from '../../src/parallel/threads.ts'
import { threadMemory } from '../../src/parallel/memory.ts'
import { spinFor } from '../../src/node/parallel/crew.ts'
import { exchanges, type Job, kernelsOf, trainings, trainOn } from './jobs.ts'

/** A call of all ranks. */
export interface Crew {
  readonly size: number
  /** Returns a number of the result. */
  run(): number
  /** Exchanges, and the numbers that a rank sent in them, of the last call. */
  readonly traffic: Traffic
  /** No call follows. */
  stop(): void
}

export interface Traffic { exchanges: number; numbers: number }

interface Task {
  readonly rankOf: string
  readonly rank: number
  readonly size: number
  readonly memory: SharedArrayBuffer
  readonly smoke: boolean
  /** Whether each thread does the whole job by itself. */
  readonly apart: boolean
}

/** Orders: one number that rank 0 gives before each call. */
const STOP = 0, GO = 1

/** What a rank does of the kernel or training `name`. */
function prepare(name: string, ranks: Communicator, smoke: boolean): () => number {
  const kernel: Job | undefined = { ...kernelsOf(smoke), ...exchanges }[name]
  return kernel !== undefined ? kernel(ranks) : () => trainOn(ranks, trainings[name], smoke)
}

/** Start `size` ranks for the kernel or training `name`; `work` is rank 0's part, by default the same. */
export function startCrew(
  name: string, size: number, smoke: boolean,
  work: (ranks: Communicator) => () => number = (ranks) => prepare(name, ranks, smoke),
  apart: boolean = false,
): Crew {
  if (size === 1) return { size, run: work(solo), traffic: { exchanges: 0, numbers: 0 }, stop: () => {} }
  const memory = threadMemory(size)
  const { url } = import.meta as unknown as { readonly url: string }
  for (let rank = 1; rank < size; rank++) {
    const task: Task = { rankOf: name, rank, size, memory, smoke, apart }
    new Worker(new URL(url, url), { workerData: task })
  }
  const ranks = createThreads(memory, 0, size, { spin: spinFor(size) })
  const traffic = { exchanges: 0, numbers: 0 }
  const order = (what: number): void => ranks.allGather(new Float64Array(size), Float64Array.of(what))
  const run = work({
    ...ranks,
    allGather(into, mine) {
      traffic.exchanges++
      traffic.numbers += mine.length
      ranks.allGather(into, mine)
    },
  })
  return {
    size, traffic,
    run() {
      order(GO)
      traffic.exchanges = 0
      traffic.numbers = 0
      return run()
    },
    stop: () => order(STOP),
  }
}

/**
 * `size` threads that each do the whole job by themselves, at the same time: what that takes longer than in
 * one thread is what threads take from each other on this machine, whatever they exchange.
 */
export function startApart(name: string, size: number, smoke: boolean): Crew {
  return startCrew(name, size, smoke, (ranks) => {
    const run = prepare(name, solo, smoke)
    return () => {
      const result = run()
      ranks.allGather(new Float64Array(size), new Float64Array(1))
      return result
    }
  }, true)
}

function serve({ rankOf, rank, size, memory, smoke, apart }: Task): void {
  const ranks = createThreads(memory, rank, size, { patience: Infinity, spin: spinFor(size) })
  try {
    const run = prepare(rankOf, apart ? solo : ranks, smoke), orders = new Float64Array(size)
    for (;;) {
      ranks.allGather(orders, Float64Array.of(NaN))
      if (orders[0] === STOP) return
      run()
      if (apart) ranks.allGather(new Float64Array(size), new Float64Array(1))
    }
  } catch (error) {
    ranks.abort((error as Error).message)
    throw error
  }
}

if (!isMainThread && (workerData as Partial<Task> | null)?.rankOf !== undefined) serve(workerData as Task)
