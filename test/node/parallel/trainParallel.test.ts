/**
 * `trainParallel` in real threads, and `--workers` in processes, against `train` in one thread: the same
 * records and bits. Worlds that throw, end their thread, hang or cannot be closed against text and counts of
 * closings written by hand; each ends within 15 s.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../../src/envs/index.ts'
import type * as lead from '../../../src/node/index.ts'
import type { Snapshot } from '../../../src/trpo/start/snapshot.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'
import { type Iteration, train } from '../../../src/trpo/train.ts'
import { disturbed, finish, TINY } from '../../support/commandLine.ts'
import { reference } from '../../../src/math/reference.ts'
import { solo } from '../../../src/math/communicator.ts'
import { recordOf } from '../../support/recordOf.ts'
import { createStop } from '../../../src/rl/play/stop.ts'

const folder = resolve('.build/parallel-node'), closes = `${folder}/closes`
rmSync(folder, { recursive: true, force: true } as { recursive: boolean })
mkdirSync(folder, { recursive: true })
const bundled = {
  bundle: true, platform: 'node', format: 'esm', target: 'es2022', logLevel: 'error',
} as const
// A thread's program is beside the one that starts it.
for (const [name, entry] of [['lead', 'index'], ['worker', 'parallel/worker'], ['trpo', 'program']]) {
  buildSync({ entryPoints: [`src/node/${entry}.ts`], outfile: `${folder}/${name}.js`, ...bundled })
}
const worlds = `${folder}/worlds.mjs`
buildSync({
  stdin: {
    contents: `
      import { appendFileSync } from 'node:fs'
      import { workerData } from 'node:worker_threads'
      import { cartPole, pendulum } from './src/envs/index.ts'
      const closes = ${JSON.stringify(closes)}
      const rank = workerData?.rank
      let steps = 0, made = 0
      const world = (change, make = cartPole) => () => {
        const env = make(), own = change(env, made++)
        return { ...env, ...own, close() {
          appendFileSync(closes, 'x')
          own.close?.()
        } }
      }
      /** In rank 1, from its 40th step on. */
      const later = (what) => world((env) => ({ step(action) {
        if (rank === 1 && ++steps > 40) return what()
        return env.step(action)
      } }))
      export default world(() => ({}))
      export const throws = later(() => { throw new Error('out of memory') })
      export const exits = later(() => process.exit(7))
      export const hangs = later(() => { for (;;); })
      export const waits = later(() => new Promise(() => {}))
      export const late = world((env) => ({ step: async (action) => env.step(action) }))
      export const uncaught = later(() => {
        setTimeout(() => { throw new Error('from a timer') })
        return new Promise(() => {})
      })
      export const cannotClose = world(() => ({ close() {
        if (rank === 1) throw new Error('already gone')
      } }))
      export const hangsInClose = world(() => ({ close() { if (rank === 1) for (;;); } }))
      export const cannotBeMade = world((env, made) => {
        if (rank === 1 && made === 2) throw new Error('no display left')
        return {}
      })
      export const hasNoState = world((env) => ({ getState() {
        if (rank === 1) throw new Error('no state')
        return env.getState()
      } }))
      export const swings = world(() => ({}), pendulum)
    `,
    resolveDir: '.', loader: 'ts',
  },
  outfile: worlds, ...bundled,
})
const { trainParallel } = await import(`file://${folder}/lead.js`) as typeof lead

const SMALL: Partial<TrainOptions> = {
  seed: 3, batchSteps: 512, totalSteps: 1536, envCount: 16, hiddenSizes: [6], valueHiddenSizes: [5],
  valueMinibatch: 64, valueEpochs: 2,
}
async function recordsOf(word: string, options: Parameters<typeof trainParallel>[1]): Promise<unknown[]> {
  const records: unknown[] = []
  for await (const record of trainParallel(word, options)) records.push(recordOf(record))
  return records
}

const closed = (): number => existsSync(closes) ? readFileSync(closes, 'utf8').length : 0

/** What a run in threads throws, or null, and how many environments are closed after it. */
async function failureOf(
  name: string, options: Partial<lead.ParallelOptions> & Partial<TrainOptions> = {},
): Promise<{ error: Record<string, unknown> | null; records: number; closed: number }> {
  writeFileSync(closes, '')
  let records = 0
  const begin = Date.now()
  let error: Record<string, unknown> | null = null
  try {
    for await (const record of trainParallel(`${worlds}#${name}`, { ...SMALL, workers: 2, ...options })) {
      records = record.iteration
    }
  } catch (thrown) {
    error = thrown as Record<string, unknown>
  }
  assert.ok(Date.now() - begin < 15_000, `${Date.now() - begin} ms`)
  return { error, records, closed: closed() }
}

for (const [what, word, make, more] of [
  ['a built-in world', 'CartPole', environments.CartPole.make, {}],
  ['a module, actions that are a Box', `${worlds}#swings`, environments.Pendulum.make, {}],
  ['a world that answers later', `file://${worlds}#late`, environments.CartPole.make, {}],
  ['the reference backend', worlds, environments.CartPole.make, { backend: 'reference' }],
] as const) {
  test(`1 to 16 workers make the records of one thread: ${what}`, async () => {
    const wanted = Array.from(train(make, { ...SMALL, ...more }), recordOf)
    for (const workers of [1, 2, 4, 8, 16]) {
      assert.equal(await recordsOf(word, { ...SMALL, ...more, workers }), wanted, `${workers} workers`)
    }
  })
}

test('a snapshot of four workers is continued by two, by one thread, and the other way round', async () => {
  const long = { ...SMALL, totalSteps: 4 * 512 }
  const wanted = Array.from(train(environments.CartPole.make, long), recordOf)
  let snapshot: Snapshot | null = null
  let kept: Iteration | null = null
  for await (const record of trainParallel('CartPole', { ...SMALL, workers: 4 })) {
    if (record.iteration === 3) assert.throws(() => kept!.snapshot(), /before the next iteration begins/)
    kept ??= record
    if (record.iteration === 2) snapshot = record.snapshot()
  }
  const resumed = { resume: snapshot!, totalSteps: long.totalSteps }
  assert.equal(Array.from(train(environments.CartPole.make, resumed), recordOf), wanted.slice(2))
  for (const workers of [2, 8]) {
    assert.equal(await recordsOf('CartPole', { ...resumed, workers }), wanted.slice(2))
  }
})

test('a world that throws in one thread: an error with rank, environment, step; all are closed', async () => {
  const { error, records, closed } = await failureOf('throws')
  assert.is(error!.message, 'rank 1: environment 8, step 5: step() threw out of memory')
  assert.equal([error!.name, error!.env, error!.step, records, closed], ['EnvError', 8, 5, 0, 16])
})

test('a thread that ends, or throws by a timer: where it was is named; the others are closed', async () => {
  for (const [name, problem] of [
    ['exits', 'its thread ended with exit code 7'],
    ['uncaught', 'its thread ended with the error from a timer'],
  ]) {
    const { error, closed } = await failureOf(name)
    assert.is(error!.message, `rank 1: environment 8, step 5: ${problem}`)
    assert.equal([error!.name, error!.env, error!.step, closed], ['EnvError', 8, 5, 8])
  }
})

test('a world that hangs, or never answers, is named once the patience is over', async () => {
  for (const [name, count] of [['hangs', 8], ['waits', 16]] as const) {
    const { error, closed } = await failureOf(name, { patience: 4000 })
    const problem = 'expected a step or an exchange within 4000 ms, got none'
    assert.is(error!.message, `rank 1: environment 8, step 5: ${problem}`)
    assert.equal([error!.name, error!.env, error!.step, closed], ['EnvError', 8, 5, count])
  }
})

test('what goes wrong in closing or making is an error of that rank, and nothing waits for it', async () => {
  const thrown = await failureOf('cannotClose')
  assert.is(thrown.error!.message, 'rank 1: environment 8: close() threw already gone')
  assert.equal([thrown.records, thrown.closed], [3, 16])
  const hung = await failureOf('hangsInClose', { totalSteps: 512, patience: 4000 })
  assert.match(String(hung.error!.message), /^rank 1: environment 8, step 32: expected a step or an exchange/)
  const unmade = await failureOf('cannotBeMade')
  assert.is(unmade.error!.message, 'rank 1: environment 10: makeEnv() threw no display left')
})

test('a world that cannot save its state in one thread costs the snapshot, and names it', async () => {
  const training = trainParallel(`${worlds}#hasNoState`, { ...SMALL, workers: 2 })
  const { value } = await training.next()
  assert.throws(() => (value as Iteration).snapshot(), /^rank 1: environment 8\b.*no state/)
  await training.return(undefined as never).catch(() => {})
})

test('a loop that is left, and a signal, close all environments', async () => {
  writeFileSync(closes, '')
  for await (const { iteration } of trainParallel(worlds, { ...SMALL, workers: 4 })) {
    if (iteration === 2) break
  }
  assert.is(closed(), 16)
  const stop = createStop(), reason = new Error('enough')
  const aborted = failureOf('waits', { signal: stop.signal })
  setTimeout(() => stop.abort(reason), 800)
  const { error, closed: count } = await aborted
  assert.is(error as unknown, reason)
  assert.is(count, 16)
})

test('invalid arguments are refused before a thread starts; a module that is none is one error', async () => {
  const throws = (call: () => unknown, message: string): void =>
    assert.throws(call, (error: Error) => error.message === message || error.message)
  throws(() => trainParallel('CartPole', { workers: 3 }), 'workers: expected 1, 2, 4, 8 or 16, got 3')
  throws(() => trainParallel('CartPole', { workers: 16 }),
    'workers: expected a divisor of envCount, 8, got 16')
  throws(() => trainParallel('CartPole', { workers: 2, maxKl: -1 }),
    'maxKl: expected a number above 0, got -1')
  for (const [name, value, message] of [
    ['observer', {}, 'observer: expected none with workers, got Object'],
    ['communicator', solo, 'communicator: expected none with workers, got Object'],
    ['backend', reference, 'backend: expected the name of one, with workers, got Object'],
    ['clock', 7, 'clock: expected a function that returns milliseconds, got 7'],
    ['signal', {}, 'signal: expected an AbortSignal, got Object'],
  ] as const) {
    throws(() => trainParallel('CartPole', { workers: 2, [name]: value } as never), message)
  }
  throws(() => trainParallel(7 as never, { workers: 2 }),
    'module: expected a path, a URL of a file or a name, got 7')
  throws(() => trainParallel('CartPole', { workers: 2, patience: NaN }),
    'patience: expected a number above 0, got NaN')
  const none = trainParallel(`${folder}/none.mjs`, { workers: 2 })
  let message = ''
  await none.next().catch((error: Error) => { message = error.message })
  assert.match(message, /none\.mjs: expected a file that can be read, got none$/)
})

const trpo = `${folder}/trpo.js`
const run = (...words: readonly string[]): ReturnType<typeof finish> => finish(trpo, 'train', ...words)
const rows = (path: string): unknown[] => readFileSync(`${path}/metrics.jsonl`, 'utf8').trimEnd().split('\n')
  .map((line) => JSON.parse(line) as Record<string, unknown>)
  .filter(({ type }) => type === 'iteration')
  .map(({ date: _date, seconds: _seconds, stepsPerSecond: _rate, ...record }) => record)

test('trpo train --workers 2 writes the files of one thread, and one thread continues it', () => {
  const of = (name: string): string => `${folder}/${name}`
  const words = ['CartPole', ...TINY, '--eval-episodes', '2', '--eval-every', '2']
  // δ follows a schedule over all steps.
  const all = run(...words, '--total-steps', '1024', '--run-dir', of('one'))
  assert.is(all.code, 0, all.stderr)
  assert.is(run('--resume', of('one'), '--total-steps', '2048').code, 0)
  const part = run(...words, '--total-steps', '1024', '--run-dir', of('two'), '--workers', '2')
  assert.is(part.code, 0, part.stderr)
  assert.match(part.stderr, /in 8 environments and 2 threads, seed 0/)
  assert.equal(rows(of('two')), rows(of('one')).slice(0, 2))
  const rest = run('--resume', of('two'), '--total-steps', '2048')
  assert.is(rest.code, 0, rest.stderr)
  assert.equal(rows(of('two')), rows(of('one')))
  const policyIn = (name: string): string =>
    readFileSync(`${of(name)}/policy.safetensors`, 'latin1' as 'utf8')
  assert.is(policyIn('two'), policyIn('one'))
  const module = run(`${worlds}#throws`, ...TINY, '--workers', '2', '--no-run-dir')
  assert.is(module.code, 3)
  assert.match(module.stderr, /rank 1: environment 4, step 10: step\(\) threw out of memory\n$/)
})

test('--workers is refused for numbers and tables that cannot have them', () => {
  const bad = run('CartPole', '--workers', '3', '--no-run-dir')
  assert.equal([bad.code, bad.stderr], [2, '--workers: expected 1, 2, 4, 8 or 16, got 3\n'])
  const many = run('CartPole', '--workers', '16', '--env-count', '8', '--no-run-dir')
  assert.equal([many.code, many.stderr], [2, '--workers: expected a divisor of --env-count, 8, got 16\n'])
})

test('Ctrl-C ends a run with workers after the iteration: saved, continued with the same bits', async () => {
  const path = `${folder}/interrupted`
  const words = [trpo, 'train', 'CartPole', ...TINY, '--eval-episodes', '0', '--workers', '2']
  const ended = await disturbed([...words, '--run-dir', path, '--total-steps', '1024000'], / 1024 /,
    (child) => child.kill('SIGINT'))
  assert.is(ended.code, 130, ended.stderr)
  const records = rows(path)
  const all = records.map((record) => (record as { iteration: number }).iteration)
  assert.equal(all, all.map((_, k) => k + 1))
  const more = String(512 * records.length + 512)
  const rest = run('--resume', path, '--total-steps', more, '--workers', '4')
  assert.is(rest.code, 0, rest.stderr)
  assert.is(rows(path).length, records.length + 1)
})

test.run()
