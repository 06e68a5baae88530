/**
 * The probe in a browser without a driver: the browser is sent to a page of ours, and the page posts what the probe
 * printed back to the server that it came from. A profile of its own, thrown away.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { type Ended, type Environment, start } from './run.ts'

/** `strict` is a page whose content security policy forbids to compile WebAssembly. */
export type Page = 'page' | 'worker' | 'strict'

const SCRIPTS: Readonly<Record<string, string>> = {
  '/report.mjs': '.build/runtimes/report.mjs',
  '/relay.js': 'test/runtimes/relay.js',
  '/startWorker.js': 'test/runtimes/startWorker.js',
}

/** What stands before the address, for a profile in `directory`, which may be filled. */
export type Profile = (directory: string) => readonly string[]

export const chromium: Profile = (directory) => [
  // Without its sandbox, since root may have none; it sees no page but ours.
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', `--user-data-dir=${directory}`,
]

/** Preferences that keep a fresh profile from opening pages and calling home. */
const QUIET: Readonly<Record<string, boolean | string>> = {
  'browser.aboutwelcome.enabled': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.normandy.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
}

export const firefox: Profile = (directory) => {
  const lines = Object.entries(QUIET).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
  writeFileSync(`${directory}/user.js`, lines.join(''))
  return ['--headless', '--no-remote', '--profile', directory]
}

/** WPE WebKit's launcher, which asks the environment where to keep things. */
export const cog: Profile = () => ['--platform=headless']

/** What the page posted, or why it did not. */
export async function runInBrowser(command: string, profile: Profile, page: Page, env: Environment): Promise<Ended> {
  const directory = mkdtempSync(`${tmpdir()}/trpo-browser-`)
  const { server, port, posted } = await serve()
  const running = start(command, [...profile(directory), `http://127.0.0.1:${port}/${page}`],
    { XDG_CACHE_HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory, ...env })
  const outcome = await Promise.race([
    posted.then((output) => ({ code: 0, output })),
    // A browser that goes away by itself has posted nothing.
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
        // 'self' is the least that lets the relay work, and no leave to compile.
        const policy = url === '/strict' ? "default-src 'self'" : ''
        response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy })
          .end(`<!doctype html><meta charset=utf-8><title>probe</title><script type=module src=/${script}></script>`)
      } else response.writeHead(404, {}).end('')
    })
    server.listen(0, '127.0.0.1', () => listening({ server, port: server.address().port, posted }))
  })
}
