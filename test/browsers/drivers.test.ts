/**
 * The two drivers against pages whose sizes, colours, keys and lines are written here; PNG files against the
 * browsers' own decoders and encoders, pixel by pixel. No tolerance.
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { env, remove, scratch } from '../support/package.ts'
import { skipped } from '../support/programs.ts'
import { type Browser, findBrowsers, sideways, until } from './browser.ts'
import { bytesOf, decodePng, differing, encodePng, type Picture } from './png.ts'
import { serveFolder } from './serve.ts'

const BUNDLE = '.build/test/browsers/leaving.js'

const pageOf = (body: string): string => `data:text/html,${encodeURIComponent(`<!doctype html>
  <meta charset=utf-8><title>page</title><link rel=icon href=data:,><body style="margin:0">${body}`)}`

/** Pixels of a canvas that holds a picture of many colours, as a PNG file and as numbers. */
const DRAWING = `(async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 37, height: 23 })
  const context = canvas.getContext('2d'), image = context.createImageData(37, 23)
  image.data.forEach((_, i) => { image.data[i] = i % 4 === 3 ? 255 : (i * i * 7 + (i >> 5)) % 256 })
  context.putImageData(image, 0, 0)
  return { file: canvas.toDataURL('image/png').split(',')[1], data: [...image.data] }
})()`

/** What a browser sees in a file. */
const seen = (file: Uint8Array): string => `(async () => {
  const image = new Image()
  image.src = 'data:image/png;base64,' + btoa(String.fromCharCode(...${JSON.stringify([...file])}))
  await image.decode()
  const { width, height } = image
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d')
  context.drawImage(image, 0, 0)
  return [...context.getImageData(0, 0, width, height).data]
})()`

const colours = (rgba: readonly number[]): number[] => Array.from({ length: rgba.length / 4 }, (_, i) =>
  rgba[4 * i] << 16 | rgba[4 * i + 1] << 8 | rgba[4 * i + 2])

const never = (): void => assert.unreachable()

const found = findBrowsers()
for (const name of ['chromium', 'firefox']) {
  if (found.every((each) => each.name !== name)) skipped(`the driver of ${name}, which is not installed`)
}

for (const { name, start } of found) {
  let browser: Browser
  test(`${name}: starts, and has a version`, async () => {
    browser = await start()
    assert.is(browser.name, name)
    assert.match(browser.version, /^\d+\.\d/)
  })

  test(`${name}: a page has the size, the colour scheme and the motion that are asked for`, async () => {
    const facts = `[innerWidth, innerHeight, devicePixelRatio,
      matchMedia('(prefers-color-scheme: dark)').matches,
      matchMedia('(prefers-reduced-motion: reduce)').matches]`
    await browser.open(pageOf('<div style="width:400px">x'), { width: 390, height: 500, dark: true })
    assert.equal(await browser.evaluate(facts), [390, 500, 1, true, false])
    assert.equal(await sideways(browser), ['div to 400'])
    await browser.open(pageOf(''), { reducedMotion: true })
    assert.equal(await browser.evaluate(facts), [1280, 800, 1, false, true])
    assert.equal(await sideways(browser), [])
  })

  test(`${name}: another part after # is a new document, too`, async () => {
    await browser.open(pageOf('<script>var n = 0</script>'))
    await browser.evaluate('n = 1')
    await browser.open(`${pageOf('<script>var n = 0</script>')}#a`)
    assert.equal(await browser.evaluate('[n, location.hash]'), [0, '#a'])
  })

  test(`${name}: an expression's value arrives, a promise's as well, and so do errors`, async () => {
    assert.is(await browser.evaluate('0.1 + 0.2'), 0.1 + 0.2)
    assert.is(await browser.evaluate('undefined'), undefined)
    assert.equal(await browser.evaluate('new Promise((done) => setTimeout(done, 20, { ü: [null] }))'),
      { ü: [null] })
    assert.is((await browser.evaluate<string>(`'ü'.repeat(200_000)`)).length, 200_000)
    for (const [expression, error] of [['null.f', /TypeError/], ['x y', /SyntaxError/]] as const) {
      await browser.evaluate(expression).then(never, ({ message }) => assert.match(message, error))
    }
    await until(browser, 'performance.now() > 0')
    await until(browser, 'false', 0.1).then(never, ({ message }) => {
      assert.match(message, 'not within 0.1 s: false')
    })
  })

  test(`${name}: keys reach the focused element, by the names that pages see`, async () => {
    await browser.open(pageOf(`<input><button>b</button><script>
      var keys = [], clicks = 0
      document.querySelector('button').onclick = () => clicks++
      addEventListener('keydown', ({ key, code, shiftKey }) => {
        if (key !== 'Shift') keys.push([key, code, shiftKey])
      })
      document.querySelector('input').focus()</script>`))
    for (const key of ['a', '7', 'Home', ' ', 'Tab', 'Enter', ' ', 'Shift+Tab', 'ArrowRight']) {
      await browser.key(key)
    }
    assert.equal(await browser.evaluate('keys'), [
      ['a', 'KeyA', false], ['7', 'Digit7', false], ['Home', 'Home', false], [' ', 'Space', false],
      ['Tab', 'Tab', false], ['Enter', 'Enter', false], [' ', 'Space', false], ['Tab', 'Tab', true],
      ['ArrowRight', 'ArrowRight', false],
    ])
    assert.equal(await browser.evaluate(`[document.querySelector('input').value, clicks]`), [' a7', 2])
    await browser.key('F99').then(never, ({ name }) => assert.is(name, 'RangeError'))
  })

  test(`${name}: a picture has the page's pixels`, async () => {
    await browser.open(pageOf(`<div style="background:#123456;width:50px;height:20px"></div>
      <div style="background:#fedcba;width:300px;height:70px">`), { width: 300, height: 90 })
    const picture = decodePng(await browser.screenshot())
    assert.equal([picture.width, picture.height], [300, 90])
    const expected = Uint32Array.from({ length: 300 * 90 }, (_, i) =>
      i >= 300 * 20 ? 0xfedcba : i % 300 < 50 ? 0x123456 : 0xffffff)
    assert.is(differing(picture, { ...picture, pixels: expected }), 0)
  })

  test(`${name}: what it encodes is decoded here, what is encoded here it decodes`, async () => {
    const { file, data } = await browser.evaluate<{ file: string; data: number[] }>(DRAWING)
    const picture = decodePng(bytesOf(file))
    assert.equal([...picture.pixels], colours(data))
    const few: Picture = { ...picture, pixels: picture.pixels.map((colour) => colour & 0x30c0c0) }
    for (const each of [picture, { ...few, comment: 'few, 1.5' }]) {
      const written = encodePng(each)
      assert.equal(colours(await browser.evaluate(seen(written))), [...each.pixels])
      assert.equal(decodePng(written), each)
    }
    assert.ok(encodePng(few).length < encodePng(picture).length / 3, 'a palette')
    const changed: Picture = { ...few, pixels: few.pixels.map((colour, i) => i < 37 ? colour ^ 4 : colour) }
    assert.equal([differing(few, changed), differing(few, changed, 4)], [1 / 23, 0])
  })

  test(`${name}: lines of the page and of its workers are kept, and what they ask for`, async () => {
    const worker = `console.warn('from', 'worker'); fetch('data:,w')
      setTimeout(() => { throw new Error('late') })`
    await browser.open(pageOf(`<script>
      console.log('hello', 1)
      fetch('data:,page')
      setTimeout(() => { throw new Error('early') })
      var worker = new Worker(URL.createObjectURL(new Blob([${JSON.stringify(worker)}])))</script>`))
    await until({ ...browser, evaluate: async <T>() => browser.lines.length >= 4 as T }, '')
    const text = browser.lines.join('\n')
    for (const part of ['log: hello 1', 'Error: early', 'from worker', 'Error: late']) {
      assert.match(text, part)
    }
    assert.match(browser.requests[0], 'data:text/html')
    for (const part of ['data:,page', 'data:,w']) assert.ok(browser.requests.includes(part), part)
    await browser.open(pageOf(''))
    assert.equal(browser.lines, [])
    assert.equal(browser.requests.filter((url) => url !== 'data:,'), [pageOf('')])
  })

  test(`${name}: a page that does not load is an error`, async () => {
    const { origin, close } = await serveFolder('.', '')
    close()
    await browser.open(`${origin}/`).then(never, ({ message }) => {
      assert.match(message, /refused/i)
    })
  })

  test(`${name}: closes; calls then fail`, async () => {
    await browser.close()
    await browser.evaluate('1').then(never, ({ message }) => {
      assert.match(message, 'the browser has ended')
    })
  })
}

if (found.length > 0 && existsSync('/proc/self/cmdline')) {
  buildSync({
    stdin: {
      contents: `
        import { findBrowsers } from './test/browsers/browser.ts'
        const browser = await findBrowsers().find(({ name }) => name === process.argv[2]).start()
        setInterval(() => {}, 1000)
        process.on('SIGTERM', () => browser.close().then(() => process.exit()))
        console.log('started')`,
      resolveDir: '.',
    },
    outfile: BUNDLE, bundle: true, platform: 'node', format: 'esm', logLevel: 'warning',
  })
  /** Processes whose command line names a directory. */
  const naming = (directory: string): string[] => readdirSync('/proc').filter((id) => {
    try {
      return /^\d+$/.test(id) && readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(directory)
    } catch {
      return false
    }
  })
  for (const { name } of found) {
    for (const way of ['closed', 'killed with its test']) {
      test(`${name}: ${way}, it leaves no process`, async () => {
        const directory = scratch()
        const child = spawn(process.execPath, [BUNDLE, name], {
          env: { ...env, TMPDIR: directory }, timeout: 60_000,
        })
        const ended = new Promise<void>((done) => child.on('close', () => done()))
        await new Promise<void>((done) => child.stdout.on('data', () => done()))
        assert.ok(naming(directory).length >= 2, 'the browser and its shell')
        child.kill(way === 'closed' ? 'SIGTERM' : 'SIGKILL')
        await ended
        for (let k = 0; k < 100 && naming(directory).length > 0; k++) await setTimeout(50)
        assert.equal(naming(directory), [])
        if (way === 'closed') assert.equal(readdirSync(directory), [])
        remove(directory)
      })
    }
  }
}

test.run()
