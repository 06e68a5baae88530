/**
 * `npm run page [-- PORT]`: builds the page and serves it to this machine alone. PORT is 8322 by default, or
 * any free one if that is taken.
 */
import { createReadStream, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { buildPage, POLICY } from './build.js'

const folder = fileURLToPath(new URL('dist', import.meta.url))
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css', wasm: 'application/wasm' }

const port = Number(process.argv[2] ?? 8322)
if (!(Number.isInteger(port) && port >= 0 && port < 65536)) {
  console.error(`port: expected an integer from 0 to 65535, got ${process.argv[2]}`)
  process.exit(2)
}

await buildPage(folder)
const names = new Set(readdirSync(folder))
const server = createServer(({ url }, response) => {
  const [path] = url.split('?'), name = path.slice(1) || 'index.html'
  if (!names.has(name)) return response.writeHead(404).end()
  const type = TYPES[name.split('.').pop()]
  response.writeHead(200, {
    'content-type': type === 'application/wasm' ? type : `${type}; charset=utf-8`,
    'content-security-policy': POLICY, 'cache-control': 'no-cache',
  })
  createReadStream(`${folder}/${name}`).pipe(response)
})
server.on('error', (error) => {
  if (error.code === 'EADDRINUSE') server.listen(0, '127.0.0.1')
  else throw error
})
server.on('listening', () => console.log(`http://127.0.0.1:${server.address().port}/`))
server.listen(port, '127.0.0.1')
