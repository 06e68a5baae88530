import { train } from 'trpo'
import { cartPole } from 'trpo/envs'
import { encodePolicy } from 'trpo/io'

onmessage = ({ data: { seed, totalSteps } }) => {
  for (const { policy, steps, meanReturn } of train(cartPole, { seed, totalSteps })) {
    postMessage({ file: encodePolicy(policy), steps, meanReturn, done: steps >= totalSteps })
  }
}
