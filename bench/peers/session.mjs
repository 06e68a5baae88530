/** A contestant's process, asked one question at a time; at its end are `serve.mjs` and `torch_peer.py`. */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'

/** Starts it and waits for its first word: { versions, ask, close }; { cannot } if it does not start. */
export async function startSession({ command, env = {} }) {
  const child = spawn(command[0], command.slice(1), {
    cwd: import.meta.dirname, env: { ...process.env, ...env }, stdio: 'pipe',
  })
  let complaints = ''
  const ended = new Promise((resolve) => {
    child.on('error', ({ message }) => resolve(message))
    child.on('close', (code, signal) => {
      // What went wrong is in the line that names an error; a banner or a stack says less.
      const line = complaints.split('\n').find((text) => /error/i.test(text))
      resolve(line?.trim() ?? `ended with ${signal ?? `code ${code}`}`)
    })
  })
  child.stdin.on('error', () => {})
  child.stderr.on('data', (data) => { complaints = (complaints + data).slice(-4000) })

  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async () => {
    for (;;) {
      const { done, value } = await lines.next()
      if (done) return { cannot: await ended }
      // Libraries greet on this stream too: a record is what begins with a brace.
      if (value.startsWith('{')) return JSON.parse(value)
    }
  }
  const first = await answer()
  return {
    ...first,
    ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      return answer()
    },
    close: () => child.kill(),
  }
}
