/**
 * What a test does with a browser, in either: open a page, compute in it, press a key, take a picture, close.
 * The browser also keeps what the page has printed and what it has asked for.
 */
import { setTimeout } from 'node:timers/promises'
import { findProgram } from '../support/programs.ts'
import { startChromium } from './chromium.ts'
import { startFirefox } from './firefox.ts'

export interface View {
  /** Of the page, in CSS pixels, of which each is one of the picture. Default 1280 × 800. */
  readonly width?: number
  readonly height?: number
  /** The colour scheme that a person prefers. Default light. */
  readonly dark?: boolean
  /** Whether a person wants no animation. Default false. */
  readonly reducedMotion?: boolean
}

export interface Browser {
  readonly name: 'chromium' | 'firefox'
  readonly version: string
  /** A new document, also if only the part after # differs. Resolves when it has loaded. */
  open(url: string, view?: View): Promise<void>
  /** The value of an expression, as JSON; of a promise, what it resolves with. What it throws is thrown. */
  evaluate<T>(expression: string): Promise<T>
  /** A key goes down and up: 'a', ' ', 'ArrowRight', 'Shift+Tab'. */
  key(name: string): Promise<void>
  /** A PNG of what is seen of the page. */
  screenshot(): Promise<Uint8Array>
  close(): Promise<void>
  /** Since `open`: console lines, uncaught errors and the browser's own complaints, of workers, too. */
  readonly lines: readonly string[]
  /** Since `open`: addresses asked for, the page's own first. */
  readonly requests: readonly string[]
}

export interface Found {
  readonly name: Browser['name']
  start(): Promise<Browser>
}

/** The browsers of this machine. */
export function findBrowsers(): readonly Found[] {
  const chromium = findProgram(['chromium', 'chromium-browser', 'google-chrome'])
  const firefox = findProgram(['firefox-esr', 'firefox'])
  return [
    ...chromium === null ? [] : [{ name: 'chromium' as const, start: () => startChromium(chromium) }],
    ...firefox === null ? [] : [{ name: 'firefox' as const, start: () => startFirefox(firefox) }],
  ]
}

/** Wait until an expression is true in the page. Throws after so many seconds. */
export async function until(browser: Browser, expression: string, seconds: number = 30): Promise<void> {
  for (const end = Date.now() + 1000 * seconds; !await browser.evaluate(`Boolean(${expression})`);) {
    if (Date.now() > end) {
      const lines = browser.lines.slice(0, 20).join('\n')
      throw new Error(`${browser.name}: not within ${seconds} s: ${expression}\n${lines}`)
    }
    await setTimeout(30)
  }
}

/** Elements that make the page wider than the window, by name, widest first; none if it has no such part. */
export function sideways(browser: Browser): Promise<readonly string[]> {
  return browser.evaluate(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    const wide = [...document.querySelectorAll('*')]
      .map((each) => [each.getBoundingClientRect().right, each]).filter(([right]) => right > clientWidth)
    return wide.sort(([a], [b]) => b - a).map(([right, { localName, id, className }]) =>
      localName + (id && '#' + id) + (className && '.' + className) + ' to ' + right)
  })()`)
}
