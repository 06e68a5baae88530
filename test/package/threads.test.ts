/**
 * docs/examples/threads in browsers without a window, by its own server and by one that sends no header. The
 * oracle is `train` in this process: KL and hash of every record, no tolerance. Workers that throw, hang or
 * are gone, against text written by hand; each ends within 30 s.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../src/envs/index.ts'
import { presets, train } from '../../src/index.ts'
import { hashWeights } from '../../src/io/index.ts'
import { type Browser, findBrowsers, sideways, until } from '../browsers/browser.ts'
import { serveFolder } from '../browsers/serve.ts'
import { start } from '../support/children.ts'
import { install, pack, remove, run, scratch } from '../support/package.ts'
import { skipped } from '../support/programs.ts'

/** In rank 1, from the 40th step on: worlds that end, or keep, its thread. */
const FAULTS = `
  import { cartPole } from '../node_modules/trpo/dist/envs/index.js'
  let steps = 0
  const later = (what) => () => {
    const env = cartPole()
    return { ...env, step: (action) => self.name === 'rank 1' && ++steps > 40 ? what() : env.step(action) }
  }
  export const environments = {
    CartPole: { make: cartPole },
    Acrobot: { make: later(() => { throw new Error('out of memory') }) },
    MountainCar: { make: later(() => { for (;;); }) },
  }
`

test('the page has no script inside, and its server alone needs more than its files', () => {
  const page = readFileSync('docs/examples/threads/index.html', 'utf8')
  assert.equal([...page.matchAll(/<script[^>]*>[^<]*<\/script>/g)].map(String),
    ['<script type="module" src="out/page.js"></script>'])
  assert.not.match(page, /\bon\w+=|https?:|<style/)
  for (const world of page.match(/(?<=<option>)[A-Z]\w+/g)!) {
    assert.is(presets[world].envCount! % 4 || environments[world].name, world)
  }
})

const browsers = findBrowsers()
if (browsers.length < 2) skipped(`docs/examples/threads in ${2 - browsers.length} of chromium and firefox`)
if (browsers.length > 0) {
  const directory = scratch()
  test.after(() => remove(directory))
  const project = install(directory, pack(directory))
  const build = (folder: string, ...words: readonly string[]): void => {
    const { scripts } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
    const [command, ...rest] = scripts.build.split(' ')
    run(folder, resolve(`node_modules/.bin/${command}`), ...rest, ...words)
  }
  const [folder, faulty] = ['threads', 'faulty'].map((name) => {
    cpSync('docs/examples/threads', `${project}/${name}`, { recursive: true })
    return `${project}/${name}`
  })
  build(folder)
  writeFileSync(`${faulty}/worlds.js`, FAULTS)

  const begin = (browser: Browser, world: string, size: number, totalSteps: number): Promise<void> =>
    browser.evaluate(`(() => {
      for (const [name, value] of ${JSON.stringify(Object.entries({ world, size, totalSteps, seed: 3 }))}) {
        document.querySelector('[name=' + name + ']').value = value
      }
      document.querySelector('button').click()
    })()`)
  const ended = async (browser: Browser): Promise<string> => {
    await until(browser, "!document.querySelector('button').disabled")
    return browser.evaluate("document.querySelector('#state').textContent")
  }
  const rows = (browser: Browser): Promise<unknown> => browser.evaluate(`
    [...document.querySelectorAll('tbody tr')].reverse()
      .map(({ cells: [steps, , kl, hash] }) => [steps.innerText, kl.title, hash.innerText])`)
  const wantedOf = (world: string, totalSteps: number): unknown =>
    Array.from(train(environments[world].make, { ...presets[world], seed: 3, totalSteps }),
      ({ steps, certificate: { kl }, policy }) => [`${steps}`, `${kl}`, hashWeights(policy)])

  for (const { name, start: open } of browsers) {
    test(`${name}: 1, 2 and 4 workers have the bits of Node; stopped, it can begin anew`, async () => {
      const browser = await open(), server = start(folder, 'server.js', '0')
      try {
        const origin = await server.prints(/http:\S+/)
        await browser.open(origin, { width: 390, height: 844, dark: true })
        assert.is(await browser.evaluate('crossOriginIsolated'), true)
        assert.is(await browser.evaluate("document.querySelector('#note').textContent"), '')
        await begin(browser, 'CartPole', 2, 1e6)
        await until(browser, "document.querySelectorAll('tbody tr').length > 1")
        await browser.evaluate("document.querySelectorAll('button')[1].click()")
        assert.is(await ended(browser), 'Stopped.')
        for (const [world, totalSteps, sizes] of [
          ['CartPole', 5120, [1, 2, 4]], ['Pendulum', 8000, [4]],
        ] as const) {
          const wanted = wantedOf(world, totalSteps)
          for (const size of sizes) {
            await begin(browser, world, size, totalSteps)
            assert.match(await ended(browser), size === 1 ? /^Done: one worker, / : `Done: ${size} workers, `)
            assert.equal(await rows(browser), wanted, `${world}, ${size}`)
            assert.equal(await sideways(browser), [])
          }
        }
        assert.equal(browser.lines, [])
      } finally {
        server.kill('SIGKILL')
        await browser.close()
      }
    })

    test(`${name}: without the headers the page says what is missing, and one worker trains`, async () => {
      const browser = await open(), served = await serveFolder(folder, '')
      try {
        await browser.open(`${served.origin}/index.html`, { width: 390, height: 844 })
        assert.match(await browser.evaluate<string>("document.querySelector('#note').textContent"),
          /^One worker trains, .* Cross-Origin-Opener-Policy: same-origin .* require-corp, .*\.$/)
        await begin(browser, 'CartPole', 4, 2048)
        assert.match(await ended(browser), /^Done: one worker, /)
        assert.equal(await rows(browser), wantedOf('CartPole', 2048))
        assert.equal(await sideways(browser), [])
      } finally {
        served.close()
        await browser.close()
      }
    })

    test(`${name}: a worker that throws, hangs, is gone or missing ends the run in a sentence`, async () => {
      const page = readFileSync('docs/examples/threads/page.js', 'utf8')
      const [before, after, ...more] = page.split('PATIENCE = 30_000')
      assert.ok(after !== undefined && more.length === 0)
      writeFileSync(`${faulty}/page.js`, `${before}PATIENCE = 2_000${after}`)
      build(faulty, '--alias:trpo/envs=./worlds.js')
      const browser = await open(), server = start(faulty, 'server.js', '0')
      try {
        await browser.open(await server.prints(/http:\S+/))
        await browser.evaluate(`(() => {
          globalThis.made = []
          globalThis.Worker = class extends Worker {
            constructor(...words) {
              super(...words)
              made.push(this)
            }
          }
        })()`)
        const failure = async (world: string, size: number, gone: number | null = null): Promise<string> => {
          await begin(browser, world, size, 1e7)
          if (gone !== null) {
            await until(browser, "document.querySelectorAll('tbody tr').length > 1")
            await browser.evaluate(`made.at(${gone - size}).terminate()`)
          }
          return ended(browser)
        }
        const late = 'expected an answer within 2000 ms, got none'
        assert.match(await failure('Acrobot', 4),
          /^Ended by an error: rank 1: environment 2, step 2\d: step\(\) threw out of memory$/)
        assert.is(await failure('MountainCar', 2), `Ended by an error: rank 1: ${late}`)
        assert.is(await failure('CartPole', 4, 2), `Ended by an error: rank 2: ${late}`)
        assert.is(await failure('CartPole', 2, 0), `Ended by an error: rank 0: ${late}`)
        assert.is(await failure('CartPole', 1, 0),
          'Ended by an error: no worker has reported anything for 7 s')
        rmSync(`${faulty}/out/worker.js`, { recursive: false })
        assert.is(await failure('CartPole', 1), 'Ended by an error: rank 0: its file cannot be loaded')
      } finally {
        server.kill('SIGKILL')
        await browser.close()
      }
    })
  }
}

test.run()
