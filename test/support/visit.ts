/**
 * Pages in a browser without a window, served from a folder under a content security policy, with a script
 * added that reports what it sees.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { env, remove, scratch } from './package.ts'

/** Types by file name; browsers run no script of another. */
const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript' }

/** A page's own scripts and workers alone: no inline script, no code from text, no WebAssembly. */
export const STRICT = "default-src 'self'"

/**
 * Open `page` of `folder` in the browser, each file under the policy, with `script` added to the
 * page. Returns what the script posts to /report.
 */
export async function visit(
  browser: string, folder: string, page: string, policy: string, script: string,
): Promise<string> {
  const profile = scratch()
  let report: (text: string) => void
  const reported = new Promise<string>((done) => { report = done })
  const server = createServer(async (request, response) => {
    const path = request.url.slice(1)
    if (request.method === 'POST') {
      let text = ''
      for await (const part of request.setEncoding('utf8')) text += part
      response.writeHead(204, {}).end()
      return report(text)
    }
    const file = `${folder}/${path}`
    const found = path === 'added.js' ? script : existsSync(file) ? readFileSync(file) : null
    if (found === null) return response.writeHead(404, {}).end()
    const body = path === page ? `${readFileSync(file, 'utf8')}<script src="/added.js"></script>` : found
    const type = TYPES[path.split('.').at(-1)!] ?? 'text/plain'
    response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(body)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const child = spawn(browser, [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', `--user-data-dir=${profile}`,
    `http://127.0.0.1:${server.address().port}/${page}`,
  ], { env, timeout: 100_000 })
  const ended = new Promise<void>((done) => child.on('close', () => done()))
  const early = ended.then(() => { throw new Error('the browser ended, and nothing was reported') })
  try {
    return await Promise.race([reported, early])
  } finally {
    child.kill('SIGKILL')
    await ended
    server.closeAllConnections()
    server.close()
    remove(profile)
  }
}
