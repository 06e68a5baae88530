// The training, in a thread of its own: every message asks for one iteration and is answered with the policy
// as bytes. Before the answer the whole training is on disk: killed at any moment, the service goes on from
// there when it is started again, to the same bits.
import { existsSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { presets, train } from 'trpo'
import { cartPole } from 'trpo/envs'
import { decodeTraining, encodePolicy, encodeTraining } from 'trpo/io'
import { readWhole, writeWhole } from 'trpo/node'

const { path, totalSteps } = workerData
const resume = existsSync(path) ? decodeTraining(readWhole(path)) : undefined
const options = resume === undefined ? { ...presets.CartPole, seed: 1 } : { resume }
const training = train(cartPole, { ...options, totalSteps })
parentPort.on('message', iterate)

if (resume === undefined) iterate()
else {
  const { iteration, steps } = resume
  // A training with no steps left returns its policy at once.
  send(train(cartPole, { resume, totalSteps: steps }).next().value, { iteration, steps })
}

function iterate() {
  const { done, value } = training.next()
  if (done) return send(value, { done })
  const { iteration, steps, meanReturnNow, certificate: { status, kl } } = value
  writeWhole(path, encodeTraining(value.snapshot()))
  send(value.policy, { iteration, steps, meanReturnNow, status, kl })
}

function send(policy, state) {
  const bytes = encodePolicy(policy)
  parentPort.postMessage({ bytes, state }, [bytes.buffer])
}
