/**
 * The built pages of docs/book against what a page must be: complete without a script and without the
 * network, every formula set, every link within the book leading to a page and a place. No tolerance.
 * Skipped if docs/book/site has no packages (npm ci --prefix docs/book/site).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { skipped } from '../support/programs.ts'
import { formulasOf, readBook } from './chapters.ts'

const SITE = 'docs/book/site', OUT = '.build/book/site'

test('the lock file names versions and checksums, and no registry', () => {
  const lock = readFileSync(`${SITE}/package-lock.json`, 'utf8')
  assert.match(lock, /"integrity"/)
  assert.not.match(lock, /"resolved"/)
})

if (existsSync(`${SITE}/node_modules`)) testPages()
else skipped('the pages of the book (npm ci --prefix docs/book/site)')

function testPages(): void {
  const { status, stdout, stderr } = spawnSync('node', [`${SITE}/build.js`, OUT], { encoding: 'utf8' })
  const pages = new Map(status !== 0 ? [] : readdirSync(OUT).filter((name) => name.endsWith('.html'))
    .map((name) => [name, readFileSync(`${OUT}/${name}`, 'utf8')]))

  test('every chapter becomes a page, with a way on and a way back', () => {
    assert.is(status, 0, stdout + stderr)
    assert.is(pages.size, readBook().length)
    for (const [name, html] of pages) assert.match(html, / rel="(prev|next)"/, name)
  })

  test('no page has a script, or reads anything that is not beside it', () => {
    for (const [name, html] of pages) {
      assert.not.match(html, /<script|javascript:| on\w+="/i, name)
      for (const [, path] of html.matchAll(/<(?:link|img|source)\b[^>]* (?:src|href)="([^"]*)"/g)) {
        assert.ok(existsSync(`${OUT}/${path}`), `${name}: ${path}`)
      }
    }
    for (const [, path] of readFileSync(`${OUT}/style.css`, 'utf8').matchAll(/url\("?([^")]*)"?\)/g)) {
      assert.ok(existsSync(`${OUT}/${path}`), path)
    }
  })

  test('every formula is MathML, and no dollar and no mark is left', () => {
    for (const { name, prose } of readBook()) {
      const html = pages.get(name === 'README.md' ? 'index.html' : name.replace('.md', '.html'))!
      assert.is(html.split('<math').length - 1, formulasOf(prose).length, name)
      assert.not.match(html.replace(/<code>[^]*?<\/code>/g, ''), /\$|[\uE000\uE001]|temml-error/, name)
    }
  })

  test('every link within the book leads to a page, and to a place on it', () => {
    for (const [name, html] of pages) {
      for (const [, href] of html.matchAll(/<a [^>]*href="([^"]+)"/g)) {
        if (/^(https?:|\.\.\/playground\.html)/.test(href)) continue
        const [page, place] = href.split('#'), target = page === '' ? html : pages.get(page)
        assert.ok(target !== undefined, `${name}: ${href}`)
        if (place !== undefined) assert.ok(target!.includes(` id="${place}"`), `${name}: ${href}`)
      }
    }
  })
}

test.run()
