/**
 * What V explains of batches 2, 3, 5, 10 and 20, mean of three seeds, and the returns in the end, by how much
 * V is fitted per batch.
 */
import { presets } from 'trpo'
import { pendulum } from 'trpo/envs'
import { type Options, updates } from '../lab.ts'

const SMALL: Options = {
  ...presets.Pendulum, hiddenSizes: [32], batchSteps: 2000, envCount: 10, totalSteps: 40_000,
}
const SHOWN = [2, 3, 5, 10, 20], SEEDS = [1, 2, 3]
const fits: [string, Options][] = [
  ['0 epochs', { valueEpochs: 0 }],
  ['1 epoch', { valueEpochs: 1 }],
  ['5 epochs', { valueEpochs: 5 }],
  ['40 epochs', { valueEpochs: 40 }],
  ['trust region', { valueFit: 'trust-region' }],
]

console.log(`${''.padEnd(13)}explained of batches ${SHOWN.join(', ')}     mean return`)
for (const [name, fit] of fits) {
  const explained = SHOWN.map(() => 0), returns: string[] = []
  for (const seed of SEEDS) {
    let last: number | null = null
    for (const { record } of updates(20, { ...SMALL, ...fit, seed }, pendulum)) {
      const k = SHOWN.indexOf(record.iteration)
      if (k >= 0) explained[k] += record.valueFit.explainedVariance! / SEEDS.length
      last = record.meanReturn
    }
    returns.push(last!.toFixed(0))
  }
  const shares = explained.map((each) => each.toFixed(2).replace('-0.00', '0.00').padStart(6))
  console.log(name.padEnd(13) + shares.join('') + `     ${returns.join(', ')}`)
}
