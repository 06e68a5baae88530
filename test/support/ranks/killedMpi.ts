/**
 * docs/examples/mpi by mpirun with the packed package: one of the ranks is killed at a random moment, and as
 * many ranks, more or fewer continue from the file, until the training is done: its last snapshot against
 * that of `train` in this process, byte by byte; and no process may be left.
 */
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs'
import process, { kill } from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { environments } from '../../../src/envs/index.ts'
import { decodeTraining, encodeTraining } from '../../../src/io/trainingFile.ts'
import type { Random } from '../../../src/math/random.ts'
import { presets } from '../../../src/trpo/options/presets.ts'
import { train } from '../../../src/trpo/train.ts'
import { type Child, startProgram } from '../children.ts'
import { childrenOf, isAlive, MPI_VARIABLES } from '../mpi.ts'
import { install, pack, remove, scratch } from '../package.ts'

const STEPS = 512 * 60

export interface Kills {
  readonly kills: number
  readonly trainings: number
  /** Words on each end without an error, process that was left, or training with another end. */
  readonly wrong: readonly string[]
}

/** Trainings one after the other, until there were so many kills. */
export async function killMpi(mpirun: string, wanted: number, random: Random): Promise<Kills> {
  const directory = scratch()
  try {
    const cwd = `${install(directory, pack(directory))}/mpi`
    cpSync('docs/examples/mpi', cwd, { recursive: true })
    return await killRanks(mpirun, cwd, wanted, random)
  } finally {
    remove(directory)
  }
}

async function killRanks(mpirun: string, cwd: string, wanted: number, random: Random): Promise<Kills> {
  let end = ''
  const options = { ...presets.CartPole, seed: 3, totalSteps: STEPS }
  for (const record of train(environments.CartPole.make, options)) {
    if (record.steps === STEPS) end = encodeTraining(record.snapshot()).join()
  }
  const file = `${cwd}/k.safetensors`
  const snapshot = (): string => encodeTraining(decodeTraining(readFileSync(file) as never)).join()
  const launch = (size: number): Child => {
    const words = existsSync(file) ? ['--resume', file]
      : ['--checkpoint', file, '--seed', '3', '--total-steps', `${STEPS}`]
    return startProgram(cwd, mpirun,
      ['-n', `${size}`, process.execPath, 'train.js', ...words, '--every', '1'], { ...MPI_VARIABLES })
  }
  const begun = Date.now()
  await launch(2).ended
  const whole = Date.now() - begun
  const wrong: string[] = []
  let kills = 0, trainings = 0
  for (; kills < wanted; trainings++) {
    rmSync(file, { force: true } as never)
    for (let isDone = false; !isDone;) {
      const size = [1, 2, 4][random.integer(3)], delay = whole * (0.1 + 0.8 * random.uniform())
      const child = launch(size)
      let isOver = false
      const ended = child.ended.then((how) => {
        isOver = true
        return how
      })
      await Promise.race([ended, setTimeout(delay)])
      const ranks = childrenOf(child.pid), victim = ranks[random.integer(ranks.length || 1)]
      if (!isOver && victim !== undefined) kill(Number(victim), 'SIGKILL')
      const { code, stdout, stderr } = await ended
      isDone = code === 0
      if (!isDone) kills++
      if (!isDone && victim === undefined) wrong.push(`ended by itself: ${code} ${stdout}${stderr}`)
      if (!isDone && /^weights/m.test(stdout)) wrong.push(`${size} ranks: ended well and with ${code}`)
      for (let look = 0; ranks.some(isAlive) && look < 500; look++) await setTimeout(20)
      if (ranks.some(isAlive)) wrong.push(`${size} ranks: a process is left`)
    }
    if (snapshot() !== end) wrong.push(`training ${trainings}: other bits`)
  }
  return { kills, trainings, wrong }
}
