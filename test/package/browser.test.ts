/**
 * docs/examples/browser and docs/examples/bundler in a browser, under strict content security policies. The
 * oracle is a training in this process: the same rows, the same weights to the bit.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { resolve } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole } from '../../src/envs/index.ts'
import { evaluate, presets, train, type TrainOptions } from '../../src/index.ts'
import { env, install, pack, remove, run, scratch } from '../support/package.ts'
import { findProgram, skipped } from '../support/programs.ts'
import { TRAINING, weights } from '../support/sample.ts'

/** Types by file name; browsers run no script of another. */
const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript' }

/** A page's own scripts and workers alone: no inline script, no code from text, no WebAssembly. */
const STRICT = "default-src 'self'"

/**
 * Open `page` of `folder` in the browser, each file under the policy, with `script` added to the
 * page. Returns what the script posts to /report.
 */
async function visit(
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

/** A script that reports an element's text once it says "done", and what the policy has refused by then. */
const whenDone = (selector: string): string => `
  const refused = []
  let drawn = 0
  const request = requestAnimationFrame
  globalThis.requestAnimationFrame = (draw) => request((time) => {
    drawn++
    draw(time)
  })
  document.addEventListener('securitypolicyviolation', ({ blockedURI, violatedDirective }) => {
    refused.push(violatedDirective + ' ' + blockedURI)
  })
  const element = document.querySelector('${selector}')
  new MutationObserver(() => {
    if (!element.textContent.includes('done')) return
    const { textContent: text } = element
    fetch('/report', { method: 'POST', body: JSON.stringify({ text, refused, drawn, library: typeof trpo }) })
  }).observe(element, { childList: true, characterData: true, subtree: true })
`

test('the pages ask for their own files alone, and have no script inside', () => {
  for (const example of ['browser', 'bundler']) {
    const page = readFileSync(`docs/examples/${example}/index.html`, 'utf8')
    const scripts = [...page.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)]
    assert.ok(scripts.length > 0)
    for (const [, attributes, text] of scripts) {
      assert.match(`${attributes}${text}`, /^( type="module")? src="[\w/]+\.js"$/)
    }
    assert.not.match(page, /\bon\w+=|https?:|style/)
  }
})

const chromium = findProgram(['chromium', 'chromium-browser', 'google-chrome'])
if (chromium === null) skipped('docs/examples/{browser,bundler} in a browser, for want of chromium')
else {
  const directory = scratch()
  test.after(() => remove(directory))
  const project = install(directory, pack(directory))
  const place = (name: string): string => {
    // The pages look for node_modules beside themselves.
    cpSync(`docs/examples/${name}`, project, { recursive: true })
    return project
  }
  const last = (options: Partial<TrainOptions>): { lines: string[]; mean: number } => {
    const lines: string[] = []
    let mean = 0
    for (const { steps, meanReturn, certificate, policy } of train(cartPole, options)) {
      const [first, second] = [String(steps), meanReturn!.toFixed(1)].map((cell) => cell.padStart(7))
      lines.push(`${first} ${second}  ${certificate.kl.toFixed(5)}`)
      if (steps === options.totalSteps) ({ mean } = evaluate(policy, cartPole))
    }
    return { lines, mean }
  }

  test('browser: under a strict policy, a worker trains to the bits of Node', async () => {
    const folder = place('browser')
    const { text, refused, library } = JSON.parse(await visit(chromium, folder, 'index.html', STRICT,
      `${whenDone('#rows')}\ndocument.querySelector('#start').click()`))
    const { lines, mean } = last({ ...presets.CartPole, seed: 1, totalSteps: 40_960 })
    assert.equal(text.trimEnd().split('\n').slice(1), [...lines, `done: ${mean} in 100 fresh episodes`])
    assert.equal(refused, [])
    assert.is(library, 'undefined')
  })

  test('bundler: the page plays with the latest policy while the worker trains the next', async () => {
    const folder = place('bundler')
    const { scripts } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
    const [command, ...words] = scripts.build.split(' ')
    run(folder, resolve(`node_modules/.bin/${command}`), ...words)
    const report = await visit(chromium, folder, 'index.html', STRICT, whenDone('p'))
    const { text, refused, drawn } = JSON.parse(report)
    assert.match(text, /^done: 20480 steps, mean return \d+\.\d$/)
    assert.equal(refused, [])
    assert.ok(drawn > 1, `${drawn} frames`)
  })

  for (const [title, policy, backend, reports] of [
    ['a strict policy means the reference, and one report', STRICT, 'reference', ['wasm-eval']],
    ["'wasm-unsafe-eval' lets SIMD in", `${STRICT} 'wasm-unsafe-eval'`, 'simd', []],
  ] as const) {
    test(`a script tag: ${title}; to the same bits`, async () => {
      const folder = place('browser')
      const script = `
        const refused = []
        document.addEventListener('securitypolicyviolation', ({ blockedURI }) => refused.push(blockedURI))
        const library = document.createElement('script')
        library.src = 'node_modules/trpo/dist/trpo.min.js'
        library.onload = () => {
          const { train, cartPole } = trpo
          ${TRAINING}
          const { name: backend } = last.policy.net.backend
          const body = () => JSON.stringify({ weights, backend, refused })
          // Reports come as tasks of their own.
          setTimeout(() => fetch('/report', { method: 'POST', body: body() }), 100)
        }
        document.body.append(library)`
      const report = await visit(chromium, folder, 'index.html', policy, script)
      assert.equal(JSON.parse(report), { weights: weights(), backend, refused: reports })
    })
  }
}

test.run()
