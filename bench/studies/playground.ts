/**
 * docs/playground in browsers without a window: seconds until something is seen and until CartPole is solved,
 * milliseconds of looking per update, and the page's frames while its worker trains, beside the same page
 * paused. What is longer only while it trains is due to training; all else is the machine's.
 * But: the time between two frames as the page sees it, not when a screen shows them.
 */
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { UsageError } from '../../src/node/cli/failure.ts'
import { type Browser, findBrowsers, until } from '../../test/browsers/browser.ts'
import { build } from '../../test/browsers/playground/build.ts'
import { readFlags } from '../harness/flags.ts'
import { quantile } from '../harness/measure.ts'
import { pasteInto } from '../harness/paste.ts'
import { createTable, milliseconds } from '../harness/table.ts'

const FOLDER = '.build/bench-playground', RUNS = 3
/** Milliseconds of a page that is paused. */
const CONTROL = 10_000
/** Mean deterministic return that counts as solved: CartPole's threshold. */
const SOLVED = 475

/** What is seen in one page; times in milliseconds, the first two since the page was asked for. */
interface Seen {
  readonly first: number
  readonly solved: number | null
  readonly last: number
  readonly iterations: number
  readonly update: readonly number[]
  readonly look: readonly number[]
  /** Between frames, a second after the first update and later. */
  readonly gaps: readonly number[]
  /** What the page's own drawing took of each frame. */
  readonly work: readonly number[]
}

/** Begins to watch the page's frames, from within. */
const WATCH = `(() => {
  const gaps = [], work = [], request = requestAnimationFrame, { session } = playground
  let last = null, begun = null, solved = null
  globalThis.requestAnimationFrame = (draw) => request((time) => {
    const start = performance.now()
    draw(time)
    if (begun !== null && start > begun + 1000) work.push(performance.now() - start)
  })
  const frame = (time) => {
    const { records } = session
    if (begun === null && records.length > 0) begun = time
    const isSolved = records.some(({ deterministicReturn }) => deterministicReturn >= ${SOLVED})
    if (solved === null && isSolved) solved = time
    if (begun !== null && time > begun + 1000) gaps.push(time - last)
    last = time
    request(frame)
  }
  request(frame)
  globalThis.seen = () => ({
    first: begun, solved, last: performance.now(), iterations: session.records.length, gaps, work,
    update: session.records.map(({ milliseconds: { update } }) => update),
    look: session.records.map(({ milliseconds: { look } }) => look),
  })
})()`

async function visit(browser: Browser, url: string, trains: boolean, control: number): Promise<Seen> {
  await browser.open(url)
  await browser.evaluate(WATCH)
  if (trains) {
    await browser.evaluate(`document.querySelector('#quick').click()`)
    await until(browser, `['finished', 'refused'].includes(playground.session.state)`, 300)
  } else {
    await until(browser, 'playground.session.records.length > 0', 60)
    await browser.evaluate('playground.session.pause()')
    await setTimeout(control)
  }
  const seen = await browser.evaluate<Seen>('seen()')
  if (browser.lines.length > 0) throw new Error(browser.lines.join('\n'))
  return seen
}

export async function playground(words: readonly string[]): Promise<number> {
  const { smoke, write } = readFlags(words)
  const found = findBrowsers()
  if (found.length === 0) {
    throw new UsageError('playground: expected chromium or firefox on PATH, got neither')
  }
  const size = build(FOLDER)
  const url = `file://${resolve(FOLDER)}/playground.html${smoke ? '#totalSteps=1536' : ''}`
  const pace = createTable([
    'browser', 'one file, gzip', 'first update', 'CartPole solved', 'all updates', 'training, per update',
    'looking, per update',
  ])
  const smooth: (string | number)[][] = []
  for (const { name, start } of found) {
    const browser = await start()
    const runs: { readonly training: Seen; readonly control: Seen }[] = []
    try {
      for (let run = 0; run < (smoke ? 1 : RUNS); run++) {
        const control = await visit(browser, url, false, smoke ? 1500 : CONTROL)
        runs.push({ control, training: await visit(browser, url, true, 0) })
      }
    } finally {
      await browser.close()
    }
    const training = runs.map((each) => each.training)
    const [{ iterations }] = training
    pace.add([
      `${name} ${browser.version}`, size, seconds(training.map(({ first }) => first)),
      training.some(({ solved }) => solved === null) ? 'not' : seconds(training.map(({ solved }) => solved!)),
      `${iterations} in ${seconds(training.map(({ last }) => last))}`,
      milliseconds(quantile(training.flatMap(({ update }) => update), 0.5)),
      milliseconds(quantile(training.flatMap(({ look }) => look), 0.5)),
    ])
    for (const kind of ['control', 'training'] as const) {
      const title = `${name}, ${kind === 'control' ? 'paused' : kind}`
      smooth.push([title, ...cells(runs.map((each) => each[kind]))])
    }
  }
  const frames = createTable([
    'page', 'frames', 'per second', 'median', '99 %', 'longest', 'over 50 ms', 'longest work of the page',
  ])
  smooth.forEach(frames.add)
  if (write) pasteInto('docs/results/benchmarks.md', 'playground', `${pace.text()}\n\n${frames.text()}`)
  return 0
}

function cells(seen: readonly Seen[]): (string | number)[] {
  const gaps = seen.flatMap((each) => each.gaps), work = seen.flatMap((each) => each.work)
  if (gaps.length === 0 || work.length === 0) return [gaps.length, '', '', '', '', '', '']
  const sum = gaps.reduce((a, b) => a + b, 0), long = gaps.filter((gap) => gap > 50).length
  return [
    gaps.length, (1000 * gaps.length / sum).toFixed(0),
    ...[0.5, 0.99, 1].map((q) => milliseconds(quantile(gaps, q))), long, milliseconds(quantile(work, 1)),
  ]
}

const seconds = (times: readonly number[]): string => `${(quantile(times, 0.5) / 1000).toFixed(1)} s`
