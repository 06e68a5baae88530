// node service.js policy.safetensors 8080, then: curl -d '{"observation": [1, 0, 0, 0]}' localhost:8080
import { createServer } from 'node:http'
import { act } from 'trpo'
import { decodePolicy } from 'trpo/io'
import { readWhole } from 'trpo/node'

const LONGEST = 100_000
const [path, port] = process.argv.slice(2)
// Refuses whatever is not such a file, with one sentence; nothing of it is ever run as code.
const policy = decodePolicy(readWhole(path))

const server = createServer(async (request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
  try {
    let text = ''
    // What is beyond is not kept, and what is left is no JSON then.
    for await (const part of request.setEncoding('utf8')) if (text.length < LONGEST) text += part
    // What is no observation of the policy's space throws a sentence that says so.
    const action = act(policy, JSON.parse(text)?.observation)
    answer(200, { action: typeof action === 'number' ? action : [...action] })
  } catch (error) {
    answer(400, { error: error.message })
  }
})
server.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
