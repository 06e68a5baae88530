/**
 * The book's pages as a browser shows them: every formula has a box with a size, nothing is printed or asked
 * for elsewhere, nothing is wider than a telephone, text has its contrast, and each link into the playground
 * leads to the state that it names. Oracle: the addresses in the pages. No tolerance.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { skipped } from '../support/programs.ts'
import { type Browser, findBrowsers, sideways, until } from './browser.ts'
import { build } from './playground/build.ts'
import { FAINT } from './contrast.ts'

const SITE = 'docs/book/site', FOLDER = '.build/browsers-book', BOOK = `${FOLDER}/book`

/** Formulas without a size, or outside of what holds them, by their text. */
const BAD_FORMULAS = `[...document.querySelectorAll('math')].filter((math) => {
  const { width, height } = math.getBoundingClientRect()
  return !(width > 3 && height > 5 && height < 600)
}).map((math) => math.textContent)`

const found = findBrowsers(), isReady = existsSync(`${SITE}/node_modules`)
if (found.length === 0) skipped('the book in a browser, for want of chromium and firefox')
else if (!isReady) skipped('the book in a browser (npm ci --prefix docs/book/site)')
else {
  build(FOLDER)
  const { status, stderr } = spawnSync(process.execPath, [`${SITE}/build.js`, BOOK], { encoding: 'utf8' })
  const names = status === 0 ? readdirSync(BOOK).filter((name) => name.endsWith('.html')) : []
  const url = (name: string): string => `file://${resolve(BOOK)}/${name}`
  test('the pages are built', () => {
    assert.is(status, 0, stderr)
    assert.ok(names.length > 10, names.join())
  })

  for (const { name, start } of found) {
    let browser: Browser
    const links = new Set<string>()
    test(`${name}: every page is complete, quiet, and as wide as the window`, async () => {
      browser = await start()
      let formulas = 0
      for (const page of names) {
        for (const view of [{ width: 1280, dark: true }, { width: 390 }]) {
          await browser.open(url(page), view)
          assert.equal(await sideways(browser), [], page)
          assert.equal(await browser.evaluate(FAINT), [], page)
          assert.equal(await browser.evaluate(BAD_FORMULAS), [], page)
          assert.equal(browser.lines, [], page)
          // The playground is embedded where it is embedded at all.
          const own = [`file://${resolve(FOLDER)}/`, 'blob:', 'data:']
          const elsewhere = browser.requests.filter((each) => !own.some((start) => each.startsWith(start)))
          assert.equal(elsewhere, [], page)
        }
        formulas += await browser.evaluate<number>(`document.querySelectorAll('math').length`)
        assert.ok(await browser.evaluate(`document.fonts.status === 'loaded'`), page)
        const [missing, hrefs] = await browser.evaluate<[string[], string[]]>(`[
          [...document.images].filter(({ naturalWidth }) => naturalWidth === 0).map(({ src }) => src),
          [...document.querySelectorAll('a[href*="playground"]')].map(({ href }) => href)]`)
        assert.equal(missing, [], page)
        for (const href of hrefs) links.add(href)
      }
      assert.ok(formulas > 100, `${formulas} formulas`)
    })

    test(`${name}: each link into the playground leads to the state that it names`, async () => {
      const hashes = [...links].map((href) => /#.*/.exec(href)?.[0] ?? '').filter((hash) => hash !== '')
      assert.ok(hashes.length >= 5, [...links].join())
      for (const hash of hashes) {
        await browser.open(`file://${resolve(FOLDER)}/playground.html${hash}`)
        const [, iteration] = /\bi=(\d+)/.exec(hash) ?? ['', '0']
        await until(browser, `globalThis.playground?.session.records.length >= ${Number(iteration)}
          && !['opening', 'refused'].includes(playground.session.state)`, 90)
        assert.equal(browser.lines, [], hash)
      }
    })

    test(`${name}: closes`, () => browser?.close())
  }
}

test.run()
