// node train.js ws://127.0.0.1:8787 policy.safetensors: eight connections, all of a timestep awaited at once.
// Ctrl-C stops between two steps, and keeps the policy of the last whole iteration.
import { presets, trainAsync } from 'trpo'
import { encodePolicy } from 'trpo/io'
import { writeWhole } from 'trpo/node'
import { remoteEnv } from './remoteEnv.js'

const [address, path = 'policy.safetensors', totalSteps = '40960'] = process.argv.slice(2)
const stop = new AbortController()
process.once('SIGINT', () => stop.abort(new Error('interrupted')))

const options = { ...presets.CartPole, totalSteps: Number(totalSteps), seed: 1, signal: stop.signal }
try {
  for await (const { steps, meanReturn, policy } of trainAsync(() => remoteEnv(address), options)) {
    console.log(steps, meanReturn.toFixed(1))
    writeWhole(path, encodePolicy(policy))
  }
} catch (error) {
  // If a connection is lost, an EnvError that names the environment and the step.
  console.error(error.message)
  process.exitCode = stop.signal.aborted ? 130 : 1
}
