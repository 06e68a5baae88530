/**
 * Worlds of one's own in the playground. Oracles: the same program as a module of this process, which trains
 * to the same bits and of which `checkEnv` says the same sentences. A world that never answers holds up
 * neither the page nor the next world, and none reaches the network.
 */
import { btoa } from 'node:buffer'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checkEnv, type Env, train } from '../../../src/index.ts'
import { hashWeights } from '../../../src/io/index.ts'
import { type Browser, until } from '../browser.ts'
import { serveFolder } from '../serve.ts'
import { click, expectQuiet, inEachBrowser, SESSION, textOf } from './pages.ts'

const FOLDER = '.build/playground-worlds'

/** The program as Node runs it, with the package's names from src. */
async function moduleOf(source: string, name: string): Promise<() => Env> {
  const entry = `${FOLDER}/${name}.js`, outfile = `${FOLDER}/${name}.mjs`
  writeFileSync(entry, source)
  buildSync({
    entryPoints: [entry], outfile, bundle: true, format: 'esm', logLevel: 'warning',
    alias: { 'trpo': resolve('src/index.ts'), 'trpo/envs': resolve('src/envs/index.ts') },
  })
  return (await import(pathToFileURL(outfile).href) as { default: () => Env }).default
}

const plainWorld = (body: string): string => `import { box, discrete } from 'trpo'
export default function world() {
  return {
    observationSpace: box([-1], [1]), actionSpace: discrete(2), maxEpisodeSteps: 20,
    reset: () => ({ observation: [0] }),
    step(action) { ${body} },
  }
}
`
const GOOD = plainWorld(
  'return { observation: [action - 0.5], reward: action, terminated: false, truncated: false }')
const BAD = plainWorld('return { observation: [7], reward: NaN, terminated: false, truncated: false }')
const ENDLESS = plainWorld('for (;;);')
/** Asks as it is made, in every way that a worker has. */
const curious = (url: string): string => GOOD.replace('  return {', `
  try { fetch('${url}?fetch').catch(() => {}) } catch {}
  try { importScripts('${url}?script') } catch {}
  try {
    const request = new XMLHttpRequest()
    request.open('GET', '${url}?request', false)
    request.send()
  } catch {}
  return {`)

async function learn(page: Browser, source: string): Promise<void> {
  await page.evaluate(`document.querySelector('#source').value = ${JSON.stringify(source)}`)
  await click(page, '#learn')
}

inEachBrowser(FOLDER, ({ name, open, openServed }) => {
  test(`${name}: the world in the box is checked, and learned to the bits of a module in Node`, async () => {
    const page = await open()
    const source = await page.evaluate<string>(`document.querySelector('#source').value`)
    await click(page, '#learn')
    await until(page, `${SESSION}.setting.source !== null && ${SESSION}.records.length >= 3`, 90)
    assert.match(await textOf(page, '#problems'), 'Checked')
    const [seed, options, hashes] = await page.evaluate<[number, object, string[]]>(`[
      ${SESSION}.setting.seed, ${SESSION}.setting.options, ${SESSION}.records.map(({ hash }) => hash)]`)
    const expected: string[] = []
    for (const { policy } of train(await moduleOf(source, 'box'), { ...options, seed })) {
      if (expected.push(hashWeights(policy)) === 3) break
    }
    assert.equal(hashes.slice(0, 3), expected)
    await expectQuiet(page)
  })

  test(`${name}: a bad world gives checkEnv's sentences, a broken one its error`, async () => {
    const page = await open()
    await learn(page, GOOD)
    await until(page, `${SESSION}.setting.source !== null && ${SESSION}.records.length >= 1`, 60)
    await learn(page, BAD)
    await until(page, `${SESSION}.state === 'refused'`)
    const problems = checkEnv(await moduleOf(BAD, 'bad'))
    assert.ok(problems.length > 0)
    assert.is(await textOf(page, '#problems'), problems.join('\n'))
    assert.match(await textOf(page, '#said'), problems[0])
    for (const [source, problem] of [
      ['export default 7', /export default: expected a function/],
      ['export default () => { throw new Error("no luck") }', /no luck/],
      ['export default (', /Unexpected|expected/],
      ["import { x } from 'fs'\nexport default x", /import: expected trpo, trpo\/envs, got "fs"/],
    ] as const) {
      await learn(page, source)
      await until(page, `${SESSION}.state === 'refused'`)
      assert.match(await textOf(page, '#problems'), problem)
    }
    await expectQuiet(page)
  })

  test(`${name}: an endless loop holds up neither the page nor the next world`, async () => {
    const page = await open()
    await learn(page, ENDLESS)
    const frames = await page.evaluate<number>(`new Promise((done) => {
      let count = 0
      const next = () => { if (++count >= 30) done(count); else requestAnimationFrame(next) }
      next()
    })`)
    assert.is(frames, 30, 'the page goes on')
    await until(page, `${SESSION}.state === 'refused'`, 30)
    assert.match(await textOf(page, '#problems'), /did not answer within 8 seconds/)
    await learn(page, GOOD)
    await until(page, `${SESSION}.state !== 'refused' && ${SESSION}.records.length >= 1`, 60)
    await expectQuiet(page)
  })

  test(`${name}: no world reaches the network`, async () => {
    const { origin, asked, close } = await serveFolder('.', '')
    for (const where of [open, openServed]) {
      const page = await where()
      await learn(page, curious(`${origin}/there`))
      await until(page, `${SESSION}.setting.source !== null && ${SESSION}.records.length >= 1`, 60)
      assert.equal(asked, [])
    }
    close()
  })

  test(`${name}: a link carries a world`, async () => {
    const page = await open(`#w=own&batchSteps=256&totalSteps=512&i=2&src=${base64(GOOD)}`)
    await until(page, `${SESSION}.records.length === 2`, 60)
    assert.is(await page.evaluate(`document.querySelector('#source').value`), GOOD)
    const options = { seed: 1, batchSteps: 256, totalSteps: 512 }
    const last = [...train(await moduleOf(GOOD, 'good'), options)].pop()!
    assert.is(await page.evaluate(`${SESSION}.record.hash`), hashWeights(last.policy))
    await expectQuiet(page)
  })
})

/** As in an address: RFC 4648, section 5. */
function base64(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

test.run()
