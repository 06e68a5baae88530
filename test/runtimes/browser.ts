/**
 * Runs the probe in a browser, without a WebDriver: a server here serves a page, the browser is started with
 * its address, and the page posts the probe's output back to the server. Each run has a temporary profile.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import type { Profile } from '../browsers/profiles.ts'
import { type Ended, start, type Variables } from './run.ts'

/** Paths of the server. The content security policy of `strict` forbids WebAssembly. */
export type Page = 'page' | 'worker' | 'strict'

const SCRIPTS: Readonly<Record<string, string>> = {
  '/report.mjs': '.build/runtimes/report.mjs',
  '/relay.js': 'test/runtimes/relay.js',
  '/startWorker.js': 'test/runtimes/startWorker.js',
}

/** WPE WebKit's launcher. Its directories come from XDG_… variables. */
export const cog: Profile = () => ['--platform=headless']

/** Output: what the page posted. If the browser ends before that, the code says so. */
export async function runInBrowser(
  command: string, profile: Profile, page: Page, env: Variables,
): Promise<Ended> {
  const directory = mkdtempSync(`${tmpdir()}/trpo-browser-`)
  const { server, port, posted } = await serve()
  const running = start(command, [...profile(directory), `http://127.0.0.1:${port}/${page}`],
    { XDG_CACHE_HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory, ...env })
  const outcome = await Promise.race([
    posted.then((output) => ({ code: 0, output })),
    // A browser that ends by itself has posted nothing.
    running.ended.then(({ code, output }) => ({ code: `browser ended with ${code}`, output })),
  ])
  running.stop()
  await running.ended
  server.close()
  server.closeAllConnections()
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  return outcome
}

interface Serving { readonly server: Server; readonly port: number; readonly posted: Promise<string> }

function serve(): Promise<Serving> {
  return new Promise((listening) => {
    let post: (text: string) => void
    const posted = new Promise<string>((resolve) => { post = resolve })
    const server = createServer((request, response) => {
      const { method, url } = request
      if (method === 'POST') {
        let text = ''
        request.setEncoding('utf8')
        request.on('data', (part) => { text += part })
        request.on('end', () => {
          response.writeHead(204, {}).end('')
          post(text)
        })
      } else if (Object.hasOwn(SCRIPTS, url)) {
        response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(SCRIPTS[url], 'utf8'))
      } else if (['/page', '/worker', '/strict'].includes(url)) {
        const script = url === '/worker' ? 'startWorker.js' : 'relay.js'
        // 'self' allows the relay's script and its POST, but not WebAssembly ('wasm-unsafe-eval').
        const policy = url === '/strict' ? "default-src 'self'" : ''
        response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy })
          .end('<!doctype html><meta charset=utf-8><title>probe</title>' +
            `<script type=module src=/${script}></script>`)
      } else response.writeHead(404, {}).end('')
    })
    server.listen(0, '127.0.0.1', () => listening({ server, port: server.address().port, posted }))
  })
}
