// node simulator.js 8787: one CartPole per connection. Requests and answers are JSON, one at a time. Here it
// is in JavaScript; whatever speaks these four kinds of message can take its place, in any language.
import { cartPole } from 'trpo/envs'
import { WebSocketServer } from 'ws'

const server = new WebSocketServer({ port: Number(process.argv[2]), host: '127.0.0.1', maxPayload: 10_000 })
server.on('listening', () => console.log(`ws://127.0.0.1:${server.address().port}`))
server.on('connection', (socket) => {
  const env = cartPole()
  const answers = {
    // Bounds of Box may be infinite, which JSON writes as null.
    spaces: () => ({ observationSpace: env.observationSpace, actionSpace: env.actionSpace }),
    reset: ({ options }) => env.reset(options),
    step: ({ action }) => env.step(action),
  }
  socket.on('error', () => {})
  socket.on('message', (text) => {
    let answer
    try {
      const { call, ...rest } = JSON.parse(text)
      if (!Object.hasOwn(answers, call)) throw new RangeError('call: expected spaces, reset or step')
      answer = answers[call](rest)
    } catch ({ message }) {
      answer = { error: message }
    }
    // A typed array would be written as a record.
    socket.send(JSON.stringify(answer, (_, value) => ArrayBuffer.isView(value) ? [...value] : value))
  })
})
