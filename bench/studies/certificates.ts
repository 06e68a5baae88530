/**
 * Certificates against the exact truth: steps on random updates, from the ordinary to the extreme, and every
 * accepted one judged in at least 67 decimal digits. Then the smallest problem in which rounding can be
 * larger than σ. Looked for: a KL above its limit, a gain of at most 0, a θ that moved without saying so.
 * `--count N` updates, `--seed S` of their stream; `--only K` judges number K alone, and prints it.
 * Nothing is timed; each update depends on seed and number alone.
 */
import process from 'node:process'
import type { Backend } from '../../src/math/backend.ts'
import { Random } from '../../src/math/random.ts'
import { integerFlag } from '../../src/node/cli/words.ts'
import { drawUpdate, type Judgement, judgeUpdate, smallestUpdate } from '../../test/support/randomUpdate.ts'
import { backends } from '../harness/backends.ts'
import { readFlags } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { createTable } from '../harness/table.ts'

const COUNT = 100_000, SMALLEST = 300
const LOG_STD = [-60, 5] as const
/** Upper limits of the bands of log σ. */
const BANDS = [-50, -40, -36, -32, -28, -20, -10, 0, Infinity]
const SMALLEST_LOG_STDS = [0, -5, -10, -15, -20, -24, -28, -32, -34, -36, -38, -40, -60]
/** Faults that are printed. */
const SHOWN = 20

/** What is counted of the updates in one row. */
interface Counts {
  updates: number
  judged: number
  above: number
  /** The largest KL / limit − 1; −1 if there is none. */
  worst: number
  notRisen: number
}

const noCounts = (): Counts => ({ updates: 0, judged: 0, above: 0, worst: -1, notRisen: 0 })

function count(row: Counts, { judged, klExcess, gainSign }: Judgement): void {
  row.updates++
  if (!judged) return
  row.judged++
  if (!(klExcess <= 0)) row.above++
  row.worst = Math.max(row.worst, klExcess)
  if (gainSign <= 0) row.notRisen++
}

export function certificates(words: readonly string[]): number {
  const problems: string[] = []
  let given: number | null = null, seed = 1, only: number | null = null
  const { smoke, write } = readFlags(words, new Map([
    ['--count', integerFlag('--count', 1, problems, (value) => { given = value })],
    ['--seed', integerFlag('--seed', 0, problems, (value) => { seed = value })],
    ['--only', integerFlag('--only', 0, problems, (value) => { only = value })],
  ]), problems)
  const memory = backends(1 << 22)
  if (only !== null) {
    process.stdout.write(`${JSON.stringify(judge(memory, seed, only), null, 1)}\n`)
    return 0
  }
  const updates = given ?? (smoke ? 60 : COUNT)
  const texts = [...random(memory, seed, updates), smallest(memory, seed, smoke ? 3 : SMALLEST)]
  if (write) pasteInto('docs/results/certificates.md', 'certificates', texts.join('\n\n'))
  return 0
}

/** Update number k of a seed, on one backend after the other. */
function judge(memory: readonly Backend[], seed: number, k: number): Judgement {
  const backend = memory[k % memory.length], stream = new Random(seed).fork(`update ${k}`)
  return backend.temporarily(() => judgeUpdate(drawUpdate(backend, stream, LOG_STD), stream))
}

/** Two tables of the random updates: by status, and by band of log σ. */
function random(memory: readonly Backend[], seed: number, updates: number): string[] {
  const statuses = new Map<string, Counts>(), bands = new Map<string, Counts>()
  const row = (rows: Map<string, Counts>, name: string): Counts => {
    const found = rows.get(name) ?? noCounts()
    rows.set(name, found)
    return found
  }
  for (const name of bandNames()) row(bands, name)
  let faulty = 0
  for (let k = 0; k < updates; k++) {
    const judgement = judge(memory, seed, k), { certificate: { status }, family, logStd, faults } = judgement
    count(row(statuses, status), judgement)
    count(row(bands, logStd === null ? family : bandOf(logStd)), judgement)
    if (faults.length > 0 && ++faulty <= SHOWN) {
      process.stdout.write(`update ${k}, ${family}, ${status}: ${faults.join('; ')}\n`)
    }
  }
  process.stdout.write(`${updates} updates of seed ${seed}, ${faulty} with a fault\n\n`)
  const byStatus = createTable(['status', 'updates', 'judged', 'KL truly above its limit', 'gain truly ≤ 0'])
  for (const [name, { updates, judged, above, notRisen }] of [...statuses].sort()) {
    byStatus.add([`\`${name}\``, updates, judged, above, notRisen])
  }
  process.stdout.write('\n')
  const byBand = createTable([
    'log (σ / \\|μ\\|), or log σ if \\|μ\\| < 1', 'updates', 'accepted', 'KL truly above its limit',
    'worst KL / limit', 'gain truly ≤ 0',
  ])
  for (const [name, { updates, judged, above, worst, notRisen }] of bands) {
    byBand.add([name, updates, judged, above, ratio(worst), notRisen])
  }
  process.stdout.write('\n')
  return [`${updates} updates of seed ${seed}, ${faulty} with a fault.`, byStatus.text(), byBand.text()]
}

/** The table of the smallest problem. */
function smallest(memory: readonly Backend[], seed: number, each: number): string {
  const table = createTable([
    'log σ', 'accepted', 'KL truly above δ', 'worst KL / δ', 'gain truly ≤ 0', 'refused',
  ])
  for (const logStd of SMALLEST_LOG_STDS) {
    const counts = noCounts()
    for (let k = 0; k < each; k++) {
      const backend = memory[k % memory.length], stream = new Random(seed).fork(`smallest ${logStd} ${k}`)
      backend.temporarily(() =>
        count(counts, judgeUpdate(smallestUpdate(backend, stream, logStd), stream)))
    }
    const { updates, judged, above, worst, notRisen } = counts
    table.add([String(logStd).replace('-', '−'), judged, above, ratio(worst), notRisen, updates - judged])
  }
  return table.text()
}

function bandOf(logStd: number): string {
  return bandNames()[BANDS.findIndex((high) => logStd < high)]
}

function bandNames(): string[] {
  const shown = (x: number): string => String(x).replace('-', '−')
  return BANDS.map((high, b) => b === 0 ? `below ${shown(high)}`
    : high === Infinity ? `${shown(BANDS[b - 1])} and above` : `${shown(BANDS[b - 1])} to ${shown(high)}`)
}

/** KL / limit from KL / limit − 1, with as many digits as show on which side of 1 it is. */
function ratio(excess: number): string {
  if (excess === -1) return ''
  if (!(excess > 0)) return Math.min(1 + excess, 0.9999).toFixed(4)
  if (excess < 0.01) return `1 + ${excess.toExponential(0)}`
  return excess < 1000 ? (1 + excess).toPrecision(3) : excess.toExponential(0)
}
