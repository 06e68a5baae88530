// One rank, in a thread of its own: it trains in its part of the environments. All have the same records.
import { presets, train } from 'trpo'
import { environments } from 'trpo/envs'
import { hashWeights } from 'trpo/io'
import { createThreads } from 'trpo/parallel'

onmessage = ({ data: { world, options, memory, rank, size, patience } }) => {
  try {
    const ranks = size === 1 ? {} : { communicator: createThreads(memory, rank, size, { patience }) }
    const settings = { ...presets[world], ...options, ...ranks }
    for (const { steps, meanReturn, certificate, policy } of train(environments[world].make, settings)) {
      if (rank > 0) continue
      postMessage({ row: { steps, meanReturn, kl: certificate.kl, hash: hashWeights(policy) } })
    }
    postMessage({ done: true })
  } catch ({ message }) {
    // What another rank did begins with its name.
    postMessage({ error: /^rank \d+:/.test(message) ? message : `rank ${rank}: ${message}` })
  }
}
