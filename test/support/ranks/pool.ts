/**
 * Sixteen threads, of which a training takes as many as it has ranks. They are made once: a thread takes
 * longer to start than a small training.
 */
import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { buildSync } from 'esbuild'
import { threadMemory } from '../../../src/parallel/memory.ts'
import type { Life, Task } from './life.ts'
import type { RankTask } from './rank.ts'

export interface Pool {
  /** The training by `size` ranks: what each of them has seen. */
  run(task: Task, size: number): Promise<readonly Life[]>
  close(): Promise<void>
}

export function createPool(): Pool {
  const outfile = resolve('.build/ranks/rank.mjs')
  buildSync({
    entryPoints: ['test/support/ranks/rank.ts'], outfile,
    bundle: true, platform: 'node', format: 'esm', target: 'es2022', logLevel: 'error',
  })
  const workers = Array.from({ length: 16 }, () => new Worker(outfile, { workerData: null }))
  const broken = new Promise<never>((_, reject) => {
    for (const worker of workers) worker.once('error', reject)
  })
  broken.catch(() => {})
  return {
    run(task, size) {
      const memory = threadMemory(size)
      const lives = workers.slice(0, size).map((worker, rank) => new Promise<Life>((done) => {
        worker.once('message', (life) => done(life as Life))
        worker.postMessage({ ...task, memory, rank, size } satisfies RankTask)
      }))
      return Promise.race([broken, Promise.all(lives)])
    },
    async close() {
      for (const worker of workers) await worker.terminate()
    },
  }
}
