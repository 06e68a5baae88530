/**
 * metrics.jsonl read and mended, and the series of the curve, against lists written by hand. No tolerance.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createSeries, curvePicture, extend, markEnd } from '../../../src/node/runs/files/curve.ts'
import { mendHistory, readHistory } from '../../../src/node/runs/history.ts'
import { evaluation, iteration } from '../../support/runRecords.ts'

const folder = mkdtempSync('.build/history-')
const file = `${folder}/metrics.jsonl`
test.after(() => rmSync(folder, { recursive: true }))

const start = { type: 'start', iteration: 0, steps: 0, environment: 'ü' }
const end = { type: 'end', iteration: 3, steps: 300, reason: 'SIGINT' }
const write = (...lines: readonly unknown[]): void =>
  writeFileSync(file, lines.map((line) =>
    typeof line === 'string' ? line : `${JSON.stringify(line)}\n`).join(''))
const types = (): string[] => readFileSync(file, 'utf8').trimEnd().split('\n')
  .map((line) => line.startsWith('{"') ? `${JSON.parse(line).type} ${JSON.parse(line).iteration}` : line)

const all = [
  start, iteration(1), iteration(2), evaluation(2), iteration(3), evaluation(3, { closing: true }), end,
]

test('a history has its rows with their evaluations, the closing evaluation and the end', () => {
  write(...all)
  const { rows, closing, end: last, start: first } = readHistory(file)
  assert.equal(rows.map((row) => [row.iteration.iteration, row.evaluation?.mean ?? null]),
    [[1, null], [2, 7], [3, null]])
  assert.is(closing?.iteration, 3)
  assert.equal(last, end)
  assert.equal(first, start)
})

test('mended, it ends with the last record of the iteration, and so does the file', () => {
  for (const [upTo, expected] of [
    [3, ['start 0', 'iteration 1', 'iteration 2', 'evaluation 2', 'iteration 3']],
    [2, ['start 0', 'iteration 1', 'iteration 2', 'evaluation 2']], [1, ['start 0', 'iteration 1']],
  ] as const) {
    write(...all)
    const { rows, closing, end: last } = mendHistory(file, upTo)
    assert.equal(types(), expected)
    assert.equal([rows.length, closing, last], [upTo, null, null])
    assert.equal(mendHistory(file, upTo).rows.length, upTo, 'twice is once')
  }
})

test('a torn last line is removed; a line that is no record is kept and ignored', () => {
  write(start, iteration(1), '{"type":"iteration","iteration":2,', '')
  assert.is(mendHistory(file, 9).rows.length, 1)
  assert.equal(types(), ['start 0', 'iteration 1'])
  for (const line of ['mine', 'null', '{"type":"iteration","iteration":2}', '{"type":"x","iteration":1}']) {
    write(start, iteration(1), `${line}\n`, iteration(2), iteration(3))
    assert.equal(mendHistory(file, 2).rows.map((row) => row.iteration.iteration), [1, 2])
    assert.is(readFileSync(file, 'utf8').split('\n').length, 5)
  }
  write('{"type":"sta')
  assert.is(mendHistory(file, 2).start, null)
  assert.is(readFileSync(file, 'utf8'), '')
})

test('a file that is missing is an empty history for a run that continues, else an error', () => {
  rmSync(file, { recursive: true })
  assert.equal(mendHistory(file, 2), { start: null, rows: [], closing: null, end: null })
  assert.is(existsSync(file), false)
  assert.throws(() => readHistory(file), /expected a file that can be read, got ENOENT/)
})

test('the series of a long run stays short, and loses no peak of KL/δ, refusal or evaluation', () => {
  const series = createSeries()
  for (let k = 1; k <= 5000; k++) {
    const { certificate, ...rest } = iteration(k)
    const peak = k === 1234, refused = k === 2345
    const changed = { ...certificate, kl: peak ? 0.05 : 0.001, scale: refused ? 0 : 1 }
    const evaluated = k === 3456 ? evaluation(k) : null
    const row = { iteration: { ...rest, certificate: changed }, evaluation: evaluated }
    extend(series, row)
    assert.ok(series.points.length < 800)
  }
  const { points } = series
  assert.ok(points.length >= 400, `${points.length}`)
  assert.is(Math.max(...points.map(({ share }) => share)), 5)
  assert.is(points.filter(({ still }) => still).length, 1)
  assert.equal(points.filter((point) => point.evaluation !== null).map((point) => point.evaluation), [7])
  assert.ok(points.every(({ now }) => now === 4), 'the mean of equal numbers')
  markEnd(series, evaluation(5000, { mean: 8 }))
  const svg = curvePicture(series, { name: 'A', seed: 1, solvedReturn: null })
  assert.not.match(svg, /NaN|undefined|threshold/)
  assert.is(svg.match(/<circle /g)?.length, 3, 'two evaluations and a refusal')
})

test('a run of one iteration, and of none that ended an episode, has a picture', () => {
  const series = createSeries()
  const nothing = { meanReturn: null, meanReturnNow: null, episodes: [] }
  extend(series, { iteration: iteration(1, nothing), evaluation: null })
  assert.not.match(curvePicture(series, { name: 'A', seed: 1, solvedReturn: 5 }), /NaN|undefined|Infinity/)
})

test.run()
