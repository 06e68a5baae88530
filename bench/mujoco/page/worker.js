/**
 * Trains, and reports every iteration. Between two of them it listens: to be paused, and to go on.
 */
import { train } from 'trpo'
import { encodePolicy, hashWeights } from 'trpo/io'
import tasks from '../index.js'
import { optionsOf } from './setting.js'

let isPaused = false, wake = () => {}

onmessage = ({ data }) => {
  if (data.task !== undefined) learn(data)
  else {
    isPaused = data.isPaused
    wake()
  }
}

async function learn({ task, seed }) {
  try {
    let begun = performance.now(), before = 0
    for (const record of train(tasks[task].make, optionsOf(task, seed))) {
      const { iteration, steps, meanReturnNow, meanReturn, certificate: { kl, maxKl }, policy } = record
      postMessage({ record: {
        iteration, steps, meanReturnNow, meanReturn, kl, maxKl, hash: hashWeights(policy),
        stepsPerSecond: (steps - before) / (performance.now() - begun) * 1000, file: encodePolicy(policy),
      } })
      // What the page has posted is delivered now.
      await new Promise((done) => { setTimeout(done) })
      while (isPaused) await new Promise((done) => { wake = done })
      begun = performance.now()
      before = steps
    }
    postMessage({ isFinished: true })
  } catch ({ message }) {
    postMessage({ problem: message })
  }
}

// Messages that came while MuJoCo was loading may be lost: the page waits for this one.
postMessage({ isReady: true })
