/** Chapter 10: TRPO on the library's parts against `train`, θ by bits, iteration by iteration. */
import { train } from 'trpo'
import { cartPole } from 'trpo/envs'
import { trpo } from '../trpo.ts'

const options = { seed: 1, totalSteps: 40_960, normalizeObservations: 'off' } as const
const theirs = train(cartPole, options)
let same = 0
for (const { k, theta, kl, scale } of trpo(cartPole, options)) {
  const record = theirs.next().value
  if (!('certificate' in record)) throw new Error('train has ended before trpo')
  if (record.policy.net.parameters.flat.every((each, i) => each === theta[i])) same++
  if (k % 5 === 0) {
    const { meanReturn, steps } = record
    console.log(`${steps} steps: return ${meanReturn?.toFixed(1)}, scale ${scale}, KL ${kl.toFixed(5)}`)
  }
}
console.log(`θ is equal to train's, to the bit, in ${same} of 20 iterations`)
