// An environment at the other end of a socket: each method sends a request and returns a promise.
import { box } from 'trpo'
import { WebSocket } from 'ws'

export async function remoteEnv(address) {
  const socket = new WebSocket(address)
  let pending = null, lost = null
  const settle = (how, what) => {
    const waiting = pending
    pending = null
    waiting?.[how](what)
  }
  const lose = (problem) => {
    lost ??= new Error(`${address}: ${problem}`)
    settle('reject', lost)
  }
  socket.on('error', ({ message }) => lose(message))
  socket.on('close', () => lose('connection lost'))
  socket.on('message', (text) => {
    const answer = JSON.parse(text)
    if (answer.error === undefined) settle('resolve', answer)
    else settle('reject', new Error(answer.error))
  })
  const ask = (call, rest) => new Promise((resolve, reject) => {
    if (lost !== null) return reject(lost)
    pending = { resolve, reject }
    if (call !== null) socket.send(JSON.stringify({ call, ...rest }))
  })
  socket.on('open', () => settle('resolve'))
  await ask(null)
  const { observationSpace, actionSpace } = await ask('spaces')
  return {
    observationSpace: finite(observationSpace), actionSpace: finite(actionSpace),
    reset: (options) => ask('reset', { options }),
    step: (action) => ask('step', { action: typeof action === 'number' ? action : [...action] }),
    close: () => socket.close(),
  }
}

/** A space as JSON has it, with its infinite bounds again. */
function finite(space) {
  if (space.kind !== 'box') return space
  return box(space.low.map((x) => x ?? -Infinity), space.high.map((x) => x ?? Infinity))
}
