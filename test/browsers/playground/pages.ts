/**
 * docs/playground as its users get it, in each browser of this machine: the one file from a disk, and the
 * folder from the server of `npm run playground`.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { start } from '../../support/children.ts'
import { skipped } from '../../support/programs.ts'
import { type Browser, findBrowsers, until, type View } from '../browser.ts'
import { build } from './build.ts'

export interface Playground {
  readonly name: Browser['name']
  /** The one file at `#hash`. */
  open(hash?: string, view?: View): Promise<Browser>
  /** The same page from the server. */
  openServed(hash?: string, view?: View): Promise<Browser>
}

/** The page's session, in expressions. */
export const SESSION = 'playground.session'

/** Build the page into `folder`, and define the tests of each browser; at their end all is closed. */
export function inEachBrowser(folder: string, tests: (playground: Playground) => void): void {
  const found = findBrowsers()
  if (found.length === 0) return skipped('docs/playground in a browser, for want of chromium and firefox')
  build(folder)
  const file = `file://${resolve(folder)}/playground.html`
  for (const { name, start: startBrowser } of found) {
    let browser: Browser | null = null, server: ReturnType<typeof start> | null = null, origin = ''
    const at = async (url: string, view?: View): Promise<Browser> => {
      browser ??= await startBrowser()
      await browser.open(url, view)
      await until(browser, `globalThis.playground && ${SESSION}.state !== 'opening'`)
      return browser
    }
    tests({
      name,
      open: (hash = '', view) => at(`${file}${hash}`, view),
      openServed: async (hash = '', view) => {
        server ??= start('.', 'docs/playground/serve.js', '0', folder)
        origin ||= await server.prints(/http:\S+/)
        return at(`${origin}${hash}`, view)
      },
    })
    test(`${name}: closes`, async () => {
      await browser?.close()
      server?.kill('SIGTERM')
      await server?.ended
    })
  }
}

/** The page has printed nothing, nothing was thrown, and it asked for nothing but its own files. */
export async function expectQuiet(browser: Browser): Promise<void> {
  assert.equal(browser.lines, [])
  const own = (await browser.evaluate<string>('location.href')).split('#')[0].replace(/[^/]*$/, '')
  assert.equal(browser.requests.filter((url) => !url.startsWith(own) && !/^(blob|data):/.test(url)), [])
}

/** Wait until the training rests with at least so many records. */
export async function resting(browser: Browser, records: number): Promise<void> {
  await until(browser, `${SESSION}.records.length >= ${records} && ${SESSION}.state !== 'running'`, 90)
}

/** What an element shows. */
export function textOf(browser: Browser, selector: string): Promise<string> {
  return browser.evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText.trim()`)
}

export function click(browser: Browser, selector: string): Promise<void> {
  return browser.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`)
}

/** The lines of code that the page shows of each phase, as they stand in the sources. */
export function isInSources(file: string, code: string): boolean {
  return readFileSync(file, 'utf8').split(code).length === 2
}
