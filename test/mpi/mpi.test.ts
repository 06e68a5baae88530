/**
 * docs/examples/mpi with the packed and installed package, by mpirun: 1, 2 and 4 ranks, a killed rank,
 * and what jobs of Slurm and Kubernetes run. The oracle is a training by the sources, in this process alone:
 * the same rows, the same hash of all weights. No tolerance.
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import process, { kill } from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole } from '../../src/envs/index.ts'
import { decodeTraining } from '../../src/io/index.ts'
import { presets, train } from '../../src/index.ts'
import { type Child, type Ended, startProgram } from '../support/children.ts'
import { childrenOf, isAlive, MPI_VARIABLES } from '../support/mpi.ts'
import { install, pack, remove, scratch } from '../support/package.ts'
import { findProgram, skipped } from '../support/programs.ts'

const example = 'docs/examples/mpi'
const mpirun = findProgram(['mpirun.openmpi', 'mpirun'])
const hasKoffi = existsSync(`${example}/node_modules/koffi`)

const STEPS = 5120

/** What train.js prints for this seed. */
function rowsOf(seed: number, totalSteps: number = STEPS): string[] {
  const iterations = [...train(cartPole, { ...presets.CartPole, seed, totalSteps })]
  const hash = createHash('sha256')
  const { policy, value } = iterations.at(-1)!
  for (const { net } of [policy, value]) hash.update(new Uint8Array(net.parameters.flat.slice().buffer))
  return [
    ...iterations.map(({ steps, meanReturn }) => `${steps} ${meanReturn!.toFixed(1)}`),
    `weights ${hash.digest('hex')}`,
  ]
}

const rows = (stdout: string): string[] => stdout.trimEnd().split('\n')

if (mpirun === null) skipped('docs/examples/mpi, for want of mpirun')
if (!hasKoffi) skipped('docs/examples/mpi, for want of koffi (npm ci there)')

test('the example is a package of its own, whose lock file names no registry', () => {
  const { packages } = JSON.parse(readFileSync(`${example}/package-lock.json`, 'utf8'))
  assert.ok(Object.keys(packages).includes('node_modules/koffi'))
  for (const { resolved } of Object.values<{ resolved?: string }>(packages)) assert.is(resolved, undefined)
})

if (mpirun !== null && hasKoffi) {
  const directory = scratch()
  test.after(() => remove(directory))
  const cwd = `${install(directory, pack(directory))}/mpi`
  cpSync(example, cwd, { recursive: true })

  const launch = (ranks: number, words: readonly string[], more: Record<string, string> = {}): Child =>
    startProgram(cwd, mpirun, ['-n', `${ranks}`, process.execPath, ...words], { ...MPI_VARIABLES, ...more })
  const shell = (script: string, more: Record<string, string>, ...words: string[]): Promise<Ended> =>
    startProgram(cwd, 'sh', [script, ...words], { ...MPI_VARIABLES, ...more }).ended
  const alone = (words: readonly string[], more: Record<string, string> = {}): Promise<Ended> =>
    startProgram(cwd, process.execPath, words, { ...MPI_VARIABLES, ...more }).ended
  /** All of what a training printed that had to end well. */
  const finished = async (ended: Promise<Ended>): Promise<string[]> => {
    const { code, stdout, stderr } = await ended
    assert.is(code, 0, stdout + stderr)
    return rows(stdout)
  }
  const short = ['train.js', '--total-steps', `${STEPS}`, '--seed', '1']

  test('without a launcher, and by 1, 2 and 4 ranks: rows and hash as by the sources', async () => {
    const wanted = rowsOf(1)
    assert.is(wanted.length, STEPS / 512 + 1)
    assert.equal(await finished(alone(short)), wanted)
    for (const ranks of [1, 2, 4]) {
      assert.equal(await finished(launch(ranks, short).ended), wanted, `${ranks} ranks`)
    }
  })

  test('a killed rank ends all; four and one continue from the checkpoint to the same hash', async () => {
    const wanted = rowsOf(3, 40_960)
    const words = ['--total-steps', '40960', '--seed', '3', '--every', '2', '--checkpoint', 'k.safetensors']
    const child = launch(2, ['train.js', ...words])
    await child.prints(/^5120 .*\n/m)
    const ranks = childrenOf(child.pid)
    assert.is(ranks.length, 2)
    kill(Number(ranks[1]), 'SIGKILL')
    const { code, stdout } = await child.ended
    assert.is.not(code, 0)
    assert.not.match(stdout, 'weights')
    while (ranks.some(isAlive)) await setTimeout(10)

    const bytes = readFileSync(`${cwd}/k.safetensors`)
    const { iteration } = decodeTraining(bytes)
    assert.ok(iteration >= 8 && iteration < 80, `${iteration}`)
    for (const n of [4, 1]) {
      writeFileSync(`${cwd}/k${n}.safetensors`, bytes)
      const again = await finished(launch(n, ['train.js', '--resume', `k${n}.safetensors`]).ended)
      assert.equal(again, wanted.slice(iteration), `${n} ranks`)
    }
    assert.equal(readFileSync(`${cwd}/k4.safetensors`), readFileSync(`${cwd}/k1.safetensors`))
  })

  test('a rank that fails ends all, and says why; so do a missing library and a wrong launcher', async () => {
    const missing = await launch(2, ['train.js', '--resume', 'missing.safetensors']).ended
    assert.is(missing.code, 1)
    assert.match(missing.stderr, /^rank 0: .*missing\.safetensors/m)
    const library = await launch(2, short, { MPI_LIBRARY: '/missing/libmpi.so' }).ended
    assert.is.not(library.code, 0)
    assert.match(library.stderr, 'expected one of the libraries /missing/libmpi.so (Debian: apt install')
    // What srun sets for a task without --mpi.
    const single = await alone(short, { SLURM_STEP_NUM_TASKS: '2' })
    assert.is.not(single.code, 0)
    assert.match(single.stderr, 'MPI: expected 2 ranks, as many as were started, got 1')
    assert.is(single.stdout, '')
  })

  test('seeds.sh: the seed is the index of Slurm or Kubernetes; started again, it continues', async () => {
    const slurm = {
      SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_JOB_ID: '1', SLURM_NTASKS: '1', SLURM_SUBMIT_DIR: cwd,
    }
    const wanted = rowsOf(7)
    assert.equal(await finished(shell('seeds.sh', slurm, '--total-steps', `${STEPS}`)), wanted)

    // The command of the pod, in its folder.
    const [, command] = /^ +command: (\[.*\])$/m.exec(readFileSync(`${cwd}/kubernetes.yaml`, 'utf8'))!
    const [program, ...words] = JSON.parse(command)
    const pod = { JOB_COMPLETION_INDEX: '7', RUNS: `${directory}/volume` }
    const steps = (n: number): Promise<string[]> =>
      finished(startProgram(cwd, program, [...words, '--total-steps', `${n}`], pod).ended)
    assert.equal((await steps(STEPS)), wanted)
    // Ended, and started again with more to do; δ falls with the share of all steps, so rows are its own.
    const more = await steps(2 * STEPS)
    assert.match(more[0], new RegExp(`^${STEPS + 512} `))
    assert.is(more.length, STEPS / 512 + 1)
    assert.match((await shell('seeds.sh', {})).stderr, 'SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX')
  })

  test('ranks.sh: one training by all tasks of the job', async () => {
    const slurm = { SLURM_NTASKS: '2', SLURM_SUBMIT_DIR: cwd, RUNS: 'queued' }
    const steps = (n: number, more: Record<string, string> = {}): Promise<string[]> =>
      finished(shell('ranks.sh', { ...slurm, ...more }, '--total-steps', `${n}`))
    assert.equal(await steps(STEPS), rowsOf(0))
    assert.is((await steps(STEPS + 512, { SLURM_NTASKS: '4' })).length, 2, 'one row more, and the hash')
  })

  test('exchange.js: numbers of all ranks arrive in order, and the time is printed', async () => {
    const [line] = await finished(launch(2, ['exchange.js', '100']).ended)
    assert.match(line, /^2 ranks, 100 numbers: [\d.]+ us \[[\d.]+-[\d.]+\]$/)
  })
}

test.run()
