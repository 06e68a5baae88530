/**
 * Hundreds of kills, of a script and of the command, alone and with threads: whether every training that is
 * killed and resumed ends with the bits of one in one life.
 */
import process from 'node:process'
import { killTrainings, ways } from '../support/killedTrainings.ts'

for (const [name, wanted, iterations] of [
  ['script', 300, 80], ['command', 300, 60], ['threads', 100, 60],
] as const) {
  const survival = await killTrainings(ways[name](), wanted, iterations, 2)
  const { kills, whileWriting, trainings, different } = survival
  for (const line of different) process.stdout.write(`${line}\n`)
  process.stdout.write(`kills: ${kills} of the ${name} in ${trainings} trainings, ${whileWriting} of them `
    + `while writing; ${trainings - different.length} trainings ended with the bits of one in one life\n`)
  if (different.length > 0) process.exitCode = 1
}
