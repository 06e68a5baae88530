/**
 * bench/mujoco's page in real browsers, by its own server. Oracles: the training that the command on the page
 * names, in this process, by hash of the weights and the file's bytes, no tolerance; pictures by their
 * pixels: many colours, not the same a moment later if the body moves, the same if it is held.
 */
import { setTimeout } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { train } from '../../src/index.ts'
import { decodePolicy, hashWeights } from '../../src/io/index.ts'
import { type Browser, findBrowsers, sideways, until } from '../browsers/browser.ts'
import { FAINT } from '../browsers/contrast.ts'
import { bytesOf, decodePng, differing, type Picture } from '../browsers/png.ts'
import { serveFolder } from '../browsers/serve.ts'
import { start } from '../support/children.ts'
import { skipped } from '../support/programs.ts'
import { type Bench, FOLDER, isInstalled, loadBench } from './bench.ts'

/** What browsers say of a processor that draws without being made for it. */
const ABOUT_DRAWING = /^warning: \[.*(software WebGL|GL Driver Message)/

const text = (browser: Browser, selector: string): Promise<string> =>
  browser.evaluate(`document.querySelector('${selector}').innerText`)
const click = (browser: Browser, selector: string): Promise<void> =>
  browser.evaluate(`document.querySelector('${selector}').click()`)

/** The task's training begins again. */
const choose = (browser: Browser, task: string): Promise<void> => browser.evaluate(`(() => {
  const select = document.querySelector('#task')
  select.value = '${task}'
  select.dispatchEvent(new Event('change'))
})()`)

/** A person gives a file to the page. */
const load = (browser: Browser, name: string, base64: string): Promise<void> => browser.evaluate(`(() => {
  const bytes = Uint8Array.from(atob('${base64}'), (letter) => letter.charCodeAt(0))
  const chosen = new DataTransfer(), input = document.querySelector('#file')
  chosen.items.add(new File([bytes], '${name}'))
  input.files = chosen.files
  input.dispatchEvent(new Event('change'))
})()`)

/** The part of the page's picture that shows the scene. */
async function sceneOf(browser: Browser): Promise<Picture> {
  const [left, top, right, bottom] = await browser.evaluate<number[]>(`(() => {
    const { left, top, right, bottom } = document.querySelector('#scene').getBoundingClientRect()
    return [left, top, right, Math.min(bottom, innerHeight)].map(Math.floor)
  })()`)
  const whole = decodePng(await browser.screenshot()), rows: number[] = []
  for (let y = top; y < bottom; y++) {
    rows.push(...whole.pixels.subarray(y * whole.width + left, y * whole.width + right))
  }
  return { ...whole, width: right - left, height: bottom - top, pixels: Uint32Array.from(rows) }
}

const colours = ({ pixels }: Picture): number => new Set(pixels).size

/** Task and options of the command that the page shows, and after how many iterations. */
function parsed(command: string): { task: string; options: Record<string, string | number>; n: number } {
  const [, task, rest] = /^npx trpo train \.\/bench\/mujoco\/index\.js#(\w+) (.*)$/.exec(command)!
  const entries = [...rest.matchAll(/--([\w-]+) (\S+)/g)].map(([, name, value]) => [
    name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
    /^[\d.]+$/.test(value) ? Number(value) : value,
  ])
  const { iterations, ...options } = Object.fromEntries(entries)
  return { task, options, n: iterations }
}

/** After each of `n` iterations, in this process. */
function hashesOf(table: Bench['table'], task: string, options: object, n: number): string[] {
  const hashes: string[] = []
  for (const { policy } of train(table[task].make, { ...table[task].preset, ...options })) {
    if (hashes.push(hashWeights(policy)) === n) break
  }
  return hashes
}

const found = findBrowsers()
if (!isInstalled) skipped('the page of bench/mujoco, for want of @mujoco/mujoco (npm ci there)')
else if (found.length === 0) skipped('the page of bench/mujoco, for want of chromium and firefox')
else {
  const { table } = await loadBench(), server = start('.', `${FOLDER}/page/serve.js`, '0')
  const url = await server.prints(/http:\S+/)
  const folder = `${FOLDER}/page/dist`
  /** Quiet, and nothing of others: what is asked for comes from the server. */
  const expectQuiet = (browser: Browser): void => {
    assert.equal(browser.lines.filter((line) => !ABOUT_DRAWING.test(line)), [])
    const own = [url, 'data:,', 'blob:']
    assert.equal(browser.requests.filter((each) => !own.some((begin) => each.startsWith(begin))), [])
  }

  for (const { name, start: startBrowser } of found) {
    let browser: Browser
    test(`${name}: it trains to the bits of the command that it shows, and saves them`, async () => {
      browser = await startBrowser()
      await browser.open(url)
      await until(browser, 'globalThis.body', 60)
      await choose(browser, 'Hopper')
      await until(browser, 'body.training.records.length >= 2', 60)
      await click(browser, '#run')
      assert.is(await text(browser, '#run'), 'Continue')
      const before = await browser.evaluate<number>('body.training.records.length')
      await setTimeout(1500)
      const count = await browser.evaluate<number>('body.training.records.length')
      assert.ok(count <= before + 1, `${before} iterations, then ${count}`)
      const { task, options, n } = parsed(await text(browser, '#command'))
      assert.equal([task, n], ['Hopper', count])
      const hashes = hashesOf(table, task, options, n)
      assert.equal(await browser.evaluate('body.training.records.map(({ hash }) => hash)'), hashes)
      assert.is(await text(browser, '#hash'), hashes[n - 1])
      const saved = await browser.evaluate<string>(`new Promise((done) => {
        URL.createObjectURL = (blob) => {
          blob.arrayBuffer().then((bytes) => done(btoa(String.fromCharCode(...new Uint8Array(bytes)))))
          return '#'
        }
        HTMLAnchorElement.prototype.click = () => {}
        document.querySelector('#save').click()
      })`)
      assert.is(hashWeights(decodePolicy(bytesOf(saved))), hashes[n - 1])
      await load(browser, 'mine.safetensors', saved)
      await until(browser, `document.querySelector('#note').innerText.startsWith('mine.safetensors acts')`)
      await load(browser, 'bad', '')
      await until(browser, `document.querySelector('#note').className === 'bad'`)
      await choose(browser, 'Ant')
      await load(browser, 'hopper', saved)
      await until(browser, `document.querySelector('#note').className === 'bad'`)
      assert.is(await text(browser, '#note'), 'hopper: expected a policy with 105 numbers in and 8 out for '
        + 'Ant-v5, got 11 numbers in and 3 out')
      expectQuiet(browser)
    })

    test(`${name}: the body moves, is pushed, and stands still if it is held`, async () => {
      await browser.open(url, { dark: true })
      await until(browser, 'globalThis.body?.training.records.length >= 1', 60)
      await click(browser, '#run')
      const first = await sceneOf(browser)
      assert.ok(colours(first) > 100, `${colours(first)} colours`)
      const steps = await browser.evaluate<number>('body.stage.steps + 1000 * body.stage.episode')
      await until(browser, `body.stage.steps + 1000 * body.stage.episode > ${steps + 30}`)
      assert.ok(differing(first, await sceneOf(browser)) > 0.005)
      await browser.evaluate(`document.querySelector('#scene').focus()`)
      await browser.key(' ')
      assert.is(await text(browser, '#hold'), 'Go on')
      await setTimeout(300)
      const still = await sceneOf(browser), state = await browser.evaluate('body.stage.steps')
      await setTimeout(300)
      assert.is(differing(still, await sceneOf(browser)), 0)
      await click(browser, '#one')
      assert.not.equal(await browser.evaluate('body.stage.steps'), state)
      // A push that lasts one step of 8 ms and more, by 1.6 times the weight.
      await browser.evaluate(`body.stage.restart()`)
      const alone = await browser.evaluate<number>(`(() => {
        for (let k = 0; k < 20; k++) body.stage.stepOnce()
        return body.stage.speed
      })()`)
      await browser.evaluate(`body.stage.restart()`)
      await browser.key('ArrowRight')
      const pushed = await browser.evaluate<number>(`(() => {
        for (let k = 0; k < 20; k++) body.stage.stepOnce()
        return body.stage.speed
      })()`)
      assert.ok(pushed > alone + 0.3, `${alone} m/s, pushed ${pushed}`)
      expectQuiet(browser)
    })

    test(`${name}: a lost context is drawn on again; less motion begins held`, async () => {
      await browser.open(url, { width: 390, height: 844, reducedMotion: true })
      await until(browser, 'globalThis.body?.training.records.length >= 1', 60)
      await click(browser, '#run')
      assert.is(await text(browser, '#hold'), 'Go on')
      assert.equal(await sideways(browser), [])
      assert.equal(await browser.evaluate(FAINT), [])
      await setTimeout(300)
      const before = await sceneOf(browser)
      const isLost = await browser.evaluate<boolean>(`(async () => {
        const canvas = document.querySelector('#scene'), gl = canvas.getContext('webgl2')
        if (gl === null) return false
        const loses = gl.getExtension('WEBGL_lose_context')
        const event = (name) => new Promise((done) => canvas.addEventListener(name, done))
        const lost = event('webglcontextlost'), restored = event('webglcontextrestored')
        loses.loseContext()
        await lost
        await new Promise((done) => setTimeout(done, 50))
        loses.restoreContext()
        await restored
        return true
      })()`)
      if (isLost) {
        await setTimeout(300)
        assert.ok(differing(before, await sceneOf(browser), 3) < 0.001)
      } else assert.match(await text(browser, '#note'), /WebGL2|Paused/)
      expectQuiet(browser)
    })

    test(`${name}: what the browser or the server lacks is said in one sentence`, async () => {
      for (const [script, policy, said] of [
        ['delete globalThis.WebAssembly', '', /^This browser lacks WebAssembly, .*\.$/],
        ['', "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
          /^MuJoCo's bindings .* 'unsafe-eval'\.$/],
      ] as const) {
        const served = await serveFolder(folder, policy, { page: 'index.html', script })
        await browser.open(`${served.origin}/index.html`)
        await until(browser, `document.querySelector('#note').className === 'bad'`)
        const sentence = await text(browser, '#note')
        assert.match(sentence, said)
        served.close()
      }
    })

    test(`${name}: closes`, () => browser?.close())
  }
  test('a port that is none is one error, and one that is taken gives way to a free one', async () => {
    const { code, stderr } = await start('.', `${FOLDER}/page/serve.js`, '80a').ended
    assert.equal([code, stderr], [2, 'port: expected an integer from 0 to 65535, got 80a\n'])
    const other = start('.', `${FOLDER}/page/serve.js`, /:(\d+)/.exec(url)![1])
    assert.not.equal(await other.prints(/http:\S+/), url)
    other.kill('SIGTERM')
    await other.ended
  })
  test('the server ends', async () => {
    server.kill('SIGTERM')
    await server.ended
  })
}

test.run()
