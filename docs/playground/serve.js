/**
 * `npm run playground [-- PORT [FOLDER]]`: builds the page in FOLDER, dist by default, and serves it to this
 * machine alone. PORT is 8321 by default, or any free one if that is taken.
 * But: a server of the folder that sends page.js without WORKER_POLICY serves no worlds of one's own.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPlayground } from './build.js'

const [, , port = 8321, folder = fileURLToPath(new URL('../../dist', import.meta.url))] = process.argv
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' }
const FILES = ['index.html', 'page.js', 'style.css']
/** A worker has the policy that its file is sent with; worlds of one's own run in it, and reach nothing. */
const WORKER_POLICY = "default-src 'none'; script-src 'unsafe-eval' 'wasm-unsafe-eval'"

await buildPlayground(folder)
const server = createServer(({ url = '/' }, response) => {
  const [path] = url.split('?'), name = path.slice(1) || 'index.html'
  if (!FILES.includes(name)) return response.writeHead(404).end()
  response.writeHead(200, {
    'content-type': `${TYPES[name.split('.').pop()]}; charset=utf-8`,
    'cache-control': 'no-store',
    ...name === 'page.js' ? { 'content-security-policy': WORKER_POLICY } : {},
  }).end(readFileSync(join(folder, 'playground', name)))
})
server.on('error', (error) => {
  if (error.code === 'EADDRINUSE') server.listen(0, '127.0.0.1')
  else throw error
})
server.on('listening', () => console.log(`http://127.0.0.1:${server.address().port}/`))
server.listen(Number(port), '127.0.0.1')
