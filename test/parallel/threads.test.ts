/**
 * Exchanges between real threads against the numbers that each rank must have sent, which every rank draws
 * again from the seeds of all: exact. Failures against text written by hand; waits against the limit given,
 * with 5 s for slow machines.
 */
import { resolve } from 'node:path'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { createThreads, threadMemory, type ThreadOptions } from '../../src/parallel/index.ts'

const outfile = resolve('.build/parallel/rank.mjs')
buildSync({
  stdin: {
    contents: `
      import { parentPort, workerData } from 'node:worker_threads'
      import { Random } from './src/math/random.ts'
      import { createThreads } from './src/parallel/index.ts'
      const { memory, rank, size, options, exchanges, longest, behaviour } = workerData
      const lengths = new Random(9)
      const numbersOf = (r, k, n) => {
        const random = new Random(1000 * k + r)
        return Float64Array.from({ length: n }, () => random.normal())
      }
      let done = 0, wrong = 0
      try {
        const threads = createThreads(memory, rank, size, options)
        if (behaviour === 'leaves') throw new Error('left')
        for (; done < exchanges; done++) {
          if (behaviour === 'aborts' && done === 10) {
            threads.abort('environment 3, step 5: λ 😀 ' + 'x'.repeat(9000))
          }
          if (behaviour === 'stays away' && done === 10) throw new Error('left')
          if (behaviour === 'sleeps' && done === 10) {
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
          }
          const n = lengths.integer(longest + 1), into = new Float64Array(size * n)
          threads.allGather(into, numbersOf(rank, done, behaviour === 'differs' && done === 10 ? n + 1 : n))
          for (let r = 0; r < size; r++) {
            const wanted = numbersOf(r, done, n)
            for (let i = 0; i < n; i++) if (!Object.is(into[r * n + i], wanted[i])) wrong++
          }
        }
        parentPort.postMessage({ done, wrong, error: null })
      } catch (error) {
        parentPort.postMessage({ done, wrong, error: error.message })
      }
    `,
    resolveDir: '.', loader: 'ts',
  },
  outfile, bundle: true, platform: 'node', format: 'esm', target: 'es2022', logLevel: 'error',
})

interface Ended { readonly done: number; readonly wrong: number; readonly error: string | null }

interface Group {
  readonly size: number
  readonly numbers?: number
  readonly exchanges?: number
  readonly longest?: number
  readonly options?: ThreadOptions
  /** Of one rank. */
  readonly behaviours?: Readonly<Record<number, string>>
}

/** What each rank of a group of threads reports in the end. */
function run(
  { size, numbers = 8, exchanges = 100, longest = 20, options = {}, behaviours = {} }: Group,
): Promise<readonly Ended[]> {
  const memory = threadMemory(size, numbers)
  return Promise.all(Array.from({ length: size }, (_, rank) => new Promise<Ended>((resolve, reject) => {
    const workerData = { memory, rank, size, options, exchanges, longest, behaviour: behaviours[rank] }
    const worker = new Worker(outfile, { workerData })
    worker.once('message', (ended) => resolve(ended as Ended))
    worker.once('error', reject)
  })))
}

for (const [size, exchanges] of [[1, 200], [2, 4000], [4, 1000], [8, 200], [16, 30]]) {
  test(`${exchanges} exchanges between ${size} threads, of 0 to 20 numbers in slots of 8`, async () => {
    const ended = await run({ size, exchanges })
    assert.equal(ended, Array.from({ length: size }, () => ({ done: exchanges, wrong: 0, error: null })))
  })
}

test('also if no thread looks before it sleeps, and if one is late', async () => {
  const ended = await run({
    size: 4, exchanges: 300, numbers: 5, options: { spin: 0 }, behaviours: { 2: 'sleeps' },
  })
  assert.equal(ended, Array.from({ length: 4 }, () => ({ done: 300, wrong: 0, error: null })))
})

test('after an abort all others throw its reason, of at most 2000 units, and it throws itself', async () => {
  const ended = await run({ size: 4, behaviours: { 1: 'aborts' } })
  const text = 'rank 1: environment 3, step 5: λ 😀 '
  for (const { done, wrong, error } of ended) {
    assert.is(wrong, 0)
    assert.ok(done === 9 || done === 10, `${done} exchanges`)
    assert.is(error!.slice(0, text.length + 3), `${text}xxx`)
    assert.is(error!.length, 'rank 1: '.length + 2000)
  }
})

for (const [how, done] of [['stays away', 10], ['leaves', 0]] as const) {
  test(`a rank that ${how} is named by all others once the patience is over`, async () => {
    const begin = Date.now()
    const ended = await run({ size: 4, options: { patience: 300 }, behaviours: { 3: how } })
    const error = 'rank 3: expected an answer within 300 ms, got none'
    assert.equal(ended, [0, 1, 2, 3].map((rank) => ({ done, wrong: 0, error: rank === 3 ? 'left' : error })))
    assert.ok(Date.now() - begin < 5300)
  })
}

test('a rank with another number of numbers is an error of all', async () => {
  const errors = (await run({ size: 2, behaviours: { 1: 'differs' } })).map(({ error }) => error!)
  // Rank 1 refuses its own arguments, or rank 0 sees its length: here the first, as `into` is too short.
  assert.match(errors[1], /^into: expected length \d+, got \d+$/)
})

test('where a thread may not sleep it looks on: a browser\'s main thread', async () => {
  const { wait } = Atomics
  const memory = threadMemory(2)
  const workerData = {
    memory, rank: 1, size: 2, options: {}, exchanges: 500, longest: 20, behaviour: undefined,
  }
  const worker = new Worker(outfile, { workerData })
  const ended = new Promise((resolve) => worker.once('message', resolve))
  Atomics.wait = () => { throw new TypeError('Atomics.wait cannot be called in this context') }
  try {
    const threads = createThreads(memory, 0, 2, { spin: 0 })
    const lengths = new Random(9)
    for (let k = 0; k < 500; k++) {
      const n = lengths.integer(21), into = new Float64Array(2 * n), mine = new Float64Array(n).fill(k)
      const random = new Random(1000 * k)
      for (let i = 0; i < n; i++) mine[i] = random.normal()
      threads.allGather(into, mine)
      assert.equal(into.slice(0, n), mine)
    }
  } finally {
    Atomics.wait = wait
  }
  assert.equal(await ended, { done: 500, wrong: 0, error: null })
})

test('invalid arguments are refused by name, also memory of others and a rank that is taken', () => {
  const memory = threadMemory(2)
  const throws = (call: () => unknown, message: string): void =>
    assert.throws(call, (error: Error) => error.message.startsWith(message) || error.message)
  throws(() => threadMemory(3), 'size: expected 1, 2, 4, 8 or 16, got 3')
  throws(() => threadMemory(2, 0), 'numbers: expected an integer from 1 to 1048576, got 0')
  throws(() => createThreads(memory, 2, 2), 'rank: expected an integer from 0 to 1, got 2')
  throws(() => createThreads(memory, 0, 4), 'size: expected 2, as in memory, got 4')
  throws(() => createThreads(new SharedArrayBuffer(1024), 0, 2), 'memory: expected a SharedArrayBuffer of')
  throws(() => createThreads(new SharedArrayBuffer(1), 0, 2), 'memory: expected a SharedArrayBuffer of')
  throws(() => createThreads(new ArrayBuffer(1024) as never, 0, 2), 'memory: expected a SharedArrayBuffer of')
  throws(() => createThreads(memory, 0, 2, { patience: NaN }), 'options.patience: expected a number above 0')
  throws(() => createThreads(memory, 0, 2, { wait: 1 } as never), 'options: expected only patience, spin')
  const threads = createThreads(memory, 0, 2)
  throws(() => createThreads(memory, 0, 2), 'rank: expected one that no other thread has, got 0')
  throws(() => threads.allGather(new Float64Array(3), new Float64Array(2)), 'into: expected length 4, got 3')
  throws(() => threads.abort(7 as never), 'reason: expected a string, got 7')
})

test('memory of another realm is taken; without shared memory the error says what a page needs', () => {
  const memory = threadMemory(1, 4), foreign = runInNewContext(`new SharedArrayBuffer(${memory.byteLength})`)
  new Uint8Array(foreign as SharedArrayBuffer).set(new Uint8Array(memory))
  const into = new Float64Array(3)
  createThreads(foreign as SharedArrayBuffer, 0, 1).allGather(into, Float64Array.of(1, 2, 3))
  assert.equal(into, Float64Array.of(1, 2, 3))
  const held = globalThis.SharedArrayBuffer
  try {
    (globalThis as { SharedArrayBuffer: unknown }).SharedArrayBuffer = undefined
    assert.throws(() => threadMemory(2), /Cross-Origin-Opener-Policy: same-origin/)
  } finally {
    (globalThis as { SharedArrayBuffer: unknown }).SharedArrayBuffer = held
  }
})

test.run()
