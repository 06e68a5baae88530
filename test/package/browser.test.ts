/**
 * docs/examples/browser, bundler and game in a browser, under strict content security policies. The oracle is
 * a training in this process: the same rows, the same weights to the bit. A game has the page's clock, so no
 * two are alike: what is asserted of it is many times what chance does.
 */
import { cpSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole } from '../../src/envs/index.ts'
import { evaluate, presets, train, type TrainOptions } from '../../src/index.ts'
import { STRICT } from '../browsers/serve.ts'
import { buildBench, unknownHeads } from '../support/benchmarks.ts'
import { install, pack, remove, run, scratch } from '../support/package.ts'
import { findProgram, skipped } from '../support/programs.ts'
import { TRAINING, weights } from '../support/sample.ts'
import { visit } from '../support/visit.ts'

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
  for (const example of ['browser', 'bundler', 'game']) {
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
if (chromium === null) skipped('docs/examples/{browser,bundler,game} in a browser, for want of chromium')
else {
  const directory = scratch()
  test.after(() => remove(directory))
  const project = install(directory, pack(directory))
  const place = (name: string): string => {
    // The pages look for node_modules beside themselves.
    cpSync(`docs/examples/${name}`, project, { recursive: true })
    return project
  }
  const build = (folder: string): void => {
    const { scripts } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
    const [command, ...words] = scripts.build.split(' ')
    run(folder, resolve(`node_modules/.bin/${command}`), ...words)
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
    build(folder)
    const report = await visit(chromium, folder, 'index.html', STRICT, whenDone('p'))
    const { text, refused, drawn } = JSON.parse(report)
    assert.match(text, /^done: 20480 steps, mean return \d+\.\d$/)
    assert.equal(refused, [])
    assert.ok(drawn > 1, `${drawn} frames`)
  })

  test('game: the page draws on while the worker learns, and the games go better and better', async () => {
    const folder = place('game')
    build(folder)
    const UPDATES = 14
    const { rows, refused } = JSON.parse(await visit(chromium, folder, 'index.html', STRICT, `
      const refused = [], rows = document.querySelector('#rows')
      document.addEventListener('securitypolicyviolation', ({ blockedURI }) => refused.push(blockedURI))
      new MutationObserver(() => {
        const { textContent: text } = rows
        if (text.split('\\n').length <= ${UPDATES}) return
        fetch('/report', { method: 'POST', body: JSON.stringify({ rows: text, refused }) })
      }).observe(rows, { childList: true, characterData: true, subtree: true })`))
    const cells = (rows as string).split('\n').slice(1, UPDATES + 1)
      .map((row) => row.trim().split(/ +/).map(Number))
    assert.equal(cells.map(([update]) => update), Array.from({ length: UPDATES }, (_, k) => k + 1))
    const mean = (some: readonly number[][]): number =>
      some.reduce((sum, [, meanReturn]) => sum + meanReturn, 0) / some.length
    // By `train`, the same game with 60 seeds: 0.83 to 1.39.
    const early = mean(cells.slice(0, 3)), late = mean(cells.slice(-4))
    assert.ok(late > early + 0.5, rows)
    for (const [, , kl] of cells) assert.ok(kl > 0 && kl <= 1, rows)
    // Without SIMD an update takes several frames.
    assert.ok(cells.filter(([, , , frames]) => frames >= 1).length > UPDATES / 2, rows)
    assert.equal(refused, [])
  })

  test('npm run bench -- frames measures the game with and without learning', () => {
    const { stdout, stderr, status } = buildBench('.build/bench-frames-entry')('frames', '--smoke')
    assert.is(stderr, '')
    assert.is(status, 0)
    assert.equal(unknownHeads(stdout, readFileSync('docs/results/benchmarks.md', 'utf8')), [])
    const [control, learning] = ['control', 'learning'].map((name) =>
      new RegExp(`^\\| ${name}, all frames \\| (\\d+) \\| (\\d+) `, 'm').exec(stdout)!.slice(1).map(Number))
    assert.is(control[0], 0)
    assert.ok(control[1] > 0 && learning[1] > 0, stdout)
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
