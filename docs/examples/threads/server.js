// node server.js [port]: the files of this folder, with the two headers without which browsers share no
// memory between threads. Any server that sends them with the page and with the workers' files will do.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import process from 'node:process'

const types = { html: 'text/html', js: 'text/javascript', css: 'text/css' }
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}
const server = createServer(async ({ url }, response) => {
  const [, name = 'index.html', type] = /^\/([\w/]+\.(html|js|css))?(?:\?|$)/.exec(url) ?? [, 'none', '']
  const file = await readFile(new URL(name, import.meta.url)).catch(() => null)
  const found = { ...headers, 'content-type': types[type ?? 'html'] ?? 'text/plain' }
  response.writeHead(file === null ? 404 : 200, found).end(file ?? 'not found')
})
server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
