/**
 * docs/examples/game in a browser without a window: how long its frames are while a worker learns, and in the
 * same page whose batch is never full, in turn. What is longer only where it learns is due to learning; all
 * else is the machine's.
 * But: the time between two frames as the page sees it, not when a screen shows them.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { buildSync } from 'esbuild'
import { UsageError } from '../../src/node/cli/failure.ts'
import { STRICT } from '../../test/browsers/serve.ts'
import { findProgram } from '../../test/support/programs.ts'
import { visit } from '../../test/support/visit.ts'
import { readFlags } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { createTable, milliseconds } from '../harness/table.ts'

const FOLDER = '.build/bench-frames', PAGE = 'docs/examples/game/page.js'
const RUNS = 3, SECONDS = 30
/** Frames of 60 Hz, with a fifth more. */
const LIMIT = 20

/** Of one page, times in milliseconds. */
interface Frames {
  /** Between two frames, without the first second. */
  readonly gaps: readonly number[]
  /** Those of `gaps` that a wait for an update overlaps. */
  readonly within: readonly number[]
  /** What the page itself spent in each frame. */
  readonly work: readonly number[]
  readonly updates: number
  readonly error: string
}

const script = (seconds: number): string => `
  const gaps = [], within = [], work = [], rows = document.querySelector('#rows')
  let last = null, asked = 0, updates = 0, touched = false, error = ''
  const { postMessage } = Worker.prototype
  Worker.prototype.postMessage = function (...words) {
    asked = performance.now()
    postMessage.apply(this, words)
  }
  addEventListener('error', ({ message }) => { error = message })
  new MutationObserver(() => {
    updates++
    // The frames since the question whose answer was late, and the one that is under way.
    for (let k = gaps.length - 1, end = last; k >= 0 && end > asked; end -= gaps[k--]) within.push(gaps[k])
    touched = true
  }).observe(rows, { childList: true, characterData: true, subtree: true })
  const request = requestAnimationFrame
  globalThis.requestAnimationFrame = (draw) => request((time) => {
    if (last !== null && time > 1000) gaps.push(time - last)
    if (touched && gaps.length > 0) within.push(gaps.at(-1))
    touched = false
    last = time
    const begun = performance.now()
    draw(time)
    work.push(performance.now() - begun)
  })
  setTimeout(() => {
    const body = JSON.stringify({ gaps, within, work, updates, error })
    fetch('/report', { method: 'POST', body })
  }, ${1000 * seconds})
`

/** A batch that is not full when the run ends. */
function withoutLearning(): string {
  const page = readFileSync(PAGE, 'utf8')
  const [before, after, ...more] = page.split('batchSteps: 512, totalSteps: 20_480')
  if (after === undefined || more.length > 0) throw new RangeError(`${PAGE}: expected known options`)
  return `${before}batchSteps: 16_384, totalSteps: 16_384${after}`
}

function build(page: string): void {
  cpSync('docs/examples/game', FOLDER, { recursive: true })
  writeFileSync(`${FOLDER}/page.js`, page)
  buildSync({
    entryPoints: [`${FOLDER}/worker.js`], outdir: `${FOLDER}/out`, alias: { trpo: './src/index.ts' },
    bundle: true, minify: true, format: 'esm', logLevel: 'warning',
  })
}

export async function frames(words: readonly string[]): Promise<number> {
  const { smoke, write } = readFlags(words)
  const chromium = findProgram(['chromium', 'chromium-browser', 'google-chrome'])
  if (chromium === null) throw new UsageError('frames: expected chromium on PATH, got none')
  const table = createTable([
    'page', 'updates', 'frames', 'median', '99 %', 'longest', `over ${LIMIT} ms`, 'longest work of the page',
  ])
  const pages = [['control', withoutLearning()], ['learning', readFileSync(PAGE, 'utf8')]]
  const found = pages.map((): Frames[] => [])
  for (let run = 0; run < (smoke ? 1 : RUNS); run++) {
    for (const [k, [, page]] of pages.entries()) {
      build(page)
      const policy = `${STRICT} 'wasm-unsafe-eval'`
      const seconds = smoke ? 3 : SECONDS
      const text = await visit(chromium, FOLDER, 'index.html', policy, script(seconds))
      const report = JSON.parse(text) as Frames
      if (report.error !== '') throw new Error(report.error)
      found[k].push(report)
    }
  }
  pages.forEach(([name], k) => {
    const all = found[k]
    const work = all.flatMap((each) => each.work)
    const updates = all.reduce((sum, each) => sum + each.updates, 0)
    const gaps = all.flatMap((each) => each.gaps)
    table.add([`${name}, all frames`, updates, ...cells(gaps), milliseconds(max(work))])
  })
  table.add(['learning, frames within updates', '', ...cells(found[1].flatMap(({ within }) => within)), ''])
  if (write) pasteInto('docs/results/benchmarks.md', 'frames', table.text())
  return 0
}

function cells(gaps: readonly number[]): (string | number)[] {
  const sorted = [...gaps].sort((a, b) => a - b)
  if (sorted.length === 0) return [0, '', '', '', '']
  const at = (q: number): string => milliseconds(sorted[Math.floor(q * (sorted.length - 1))])
  const long = gaps.filter((gap) => gap > LIMIT).length
  return [gaps.length, at(0.5), at(0.99), at(1), `${long} (${(100 * long / gaps.length).toFixed(1)} %)`]
}

function max(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0)
}
