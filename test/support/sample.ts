/**
 * A small training, as text to put into programs in other places, and what it must print there: every weight,
 * in digits that give each double back.
 */
import { cartPole } from '../../src/envs/index.ts'
import { train } from '../../src/trpo/train.ts'

/** Defines `weights`; wants `train` and `cartPole`. */
export const TRAINING = `
let last
for (const iteration of train(cartPole, {
  seed: 3, totalSteps: 1024, batchSteps: 512, envCount: 4, hiddenSizes: [8], valueHiddenSizes: [8],
})) last = iteration
const weights = [last.policy, last.value].map(({ net }) => Array.from(net.parameters.flat).join()).join()
`

export function weights(): string {
  const options = {
    seed: 3, totalSteps: 1024, batchSteps: 512, envCount: 4, hiddenSizes: [8], valueHiddenSizes: [8],
  }
  let text = ''
  for (const { policy, value } of train(cartPole, { ...options, backend: 'reference' })) {
    text = [policy, value].map(({ net }) => Array.from(net.parameters.flat).join()).join()
  }
  return text
}
