/**
 * Ranks that are lost, counted: threads that throw, end or hang, and processes of mpirun that are killed.
 * Each loss must be one error and leave nothing behind, and the training that is continued must end with the
 * bits of one in one life.
 */
import { existsSync } from 'node:fs'
import process from 'node:process'
import { Random } from '../../src/math/random.ts'
import { findProgram } from '../support/programs.ts'
import { failThreads } from '../support/ranks/faultyThreads.ts'
import { killMpi } from '../support/ranks/killedMpi.ts'

const [faultCount, killCount] = [process.argv[2] ?? 300, process.argv[3] ?? 60].map(Number)
const report = (line: string, wrong: readonly string[]): void => {
  for (const each of wrong) process.stdout.write(`${each}\n`)
  process.stdout.write(`${line}; ${wrong.length} wrong\n`)
  if (wrong.length > 0) process.exitCode = 1
}

const { faults, kinds, trainings, wrong } = await failThreads(faultCount, new Random(4))
const counts = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`).join(', ')
report(`ranksKilled: ${faults} threads lost (${counts}) in ${trainings} trainings`, wrong)

const mpirun = findProgram(['mpirun.openmpi', 'mpirun'])
if (mpirun === null || !existsSync('docs/examples/mpi/node_modules/koffi')) {
  process.stdout.write('skipped: ranks of MPI, for want of mpirun or koffi\n')
} else {
  const lost = await killMpi(mpirun, killCount, new Random(5))
  report(`ranksKilled: ${lost.kills} ranks of mpirun killed in ${lost.trainings} trainings`, lost.wrong)
}
