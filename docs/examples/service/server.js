// node server.js training.safetensors 8080: a CartPole service that trains while it answers. Then
//   curl -d '{"observation": [0, 0, 0.1, 0]}' localhost:8080/act      the action of the latest policy
//   curl localhost:8080/status; curl -X POST localhost:8080/pause     and /resume, /stop
import { createServer } from 'node:http'
import { Worker } from 'node:worker_threads'
import { act } from 'trpo'
import { decodePolicy } from 'trpo/io'

const LONGEST = 100_000
const [path, port, totalSteps = '102400'] = process.argv.slice(2)
const workerData = { path, totalSteps: Number(totalSteps) }
let policy = null, state = {}, paused = false, busy = true

// An error of the training ends the service, since nothing listens for it.
const trainer = new Worker(new URL('trainer.js', import.meta.url), { workerData })
trainer.on('message', ({ bytes, state: latest }) => {
  policy = decodePolicy(bytes)
  state = { ...state, ...latest }
  busy = false
  iterate()
})

/** Ask for an iteration, unless one is under way. */
function iterate() {
  if (busy || paused || state.done) return
  busy = true
  trainer.postMessage('next')
}

function pause(value) {
  paused = value
  iterate()
  return { paused }
}

const routes = {
  'POST /act'({ observation }) {
    if (policy === null) throw new Error('expected a policy, got none yet')
    return { action: act(policy, observation) }
  },
  'GET /status': () => ({ ...state, paused }),
  'POST /pause': () => pause(true),
  'POST /resume': () => pause(false),
  'POST /stop'() {
    setImmediate(stop)
    return { stopped: true }
  },
}

const server = createServer(async (request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
  try {
    let text = ''
    // What is beyond is not kept, and what is left is no JSON then.
    for await (const part of request.setEncoding('utf8')) if (text.length < LONGEST) text += part
    const route = `${request.method} ${request.url}`
    if (!Object.hasOwn(routes, route)) return answer(404, { error: `expected ${Object.keys(routes)}` })
    answer(200, routes[route](text === '' ? {} : JSON.parse(text) ?? {}))
  } catch ({ message }) {
    answer(400, { error: message })
  }
})
server.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))

/** An iteration that is under way is lost, and computed again after the next start. */
async function stop() {
  server.close()
  await trainer.terminate()
}
process.once('SIGTERM', stop).once('SIGINT', stop)
