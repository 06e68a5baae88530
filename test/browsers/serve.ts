/**
 * A folder served to browsers of this machine, each file under one content security policy; a page may have a
 * script added, which may post a report.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'

/** Types by file name; browsers run no script of another. */
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html', js: 'text/javascript', css: 'text/css', png: 'image/png', woff2: 'font/woff2',
  wasm: 'application/wasm',
}

/** A page's own scripts and workers alone: no inline script, no code from text, no WebAssembly. */
export const STRICT = "default-src 'self'"

export interface Served {
  /** As in http://127.0.0.1:40000. */
  readonly origin: string
  /** Paths that were asked for. */
  readonly asked: readonly string[]
  /** The first text that is posted. */
  readonly posted: Promise<string>
  close(): void
}

/** `policy` '' leaves the page to its own. `script` is added to `page`. */
export async function serveFolder(
  folder: string, policy: string, added: { readonly page: string; readonly script: string } | null = null,
): Promise<Served> {
  let post: (text: string) => void
  const posted = new Promise<string>((done) => { post = done })
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    const [path] = request.url.slice(1).split('?')
    asked.push(path)
    if (request.method === 'POST') {
      let text = ''
      for await (const part of request.setEncoding('utf8')) text += part
      response.writeHead(204, {}).end()
      return post(text)
    }
    const file = `${folder}/${path}`
    const found = added !== null && path === 'added.js' ? added.script
      : path !== '' && existsSync(file) ? readFileSync(file) : null
    if (found === null) return response.writeHead(404, {}).end()
    const body = path !== added?.page ? found
      : `${readFileSync(file, 'utf8')}<script src="/added.js"></script>`
    const type = TYPES[path.split('.').at(-1)!] ?? 'text/plain'
    response.writeHead(200, {
      'content-type': type, ...policy === '' ? {} : { 'content-security-policy': policy },
    }).end(body)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    origin: `http://127.0.0.1:${server.address().port}`, asked, posted,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
