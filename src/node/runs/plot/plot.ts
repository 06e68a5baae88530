/**
 * `trpo plot RUN…`: one picture of several runs, as median and range over the seeds of each configuration.
 * The picture goes to a file, a summary to stdout.
 */
import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import process from 'node:process'
import { show } from '../../../errors/expect.ts'
import { likely, perhaps } from '../../../errors/nearest.ts'
import { UsageError } from '../../cli/failure.ts'
import type { Host } from '../../cli/host.ts'
import { inWordsOf } from '../../cli/program.ts'
import { fileFlag, type Flag, readWords, switchFlag } from '../../cli/words.ts'
import { expectWritable, writeWhole } from '../../files.ts'
import { axes, band, curve, legend, level, palette, picture, text } from '../../show/chart.ts'
import { decimal, grouped, plural, wrap } from '../../show/format.ts'
import { fieldList } from '../../show/summary.ts'
import { terminal } from '../../show/terminal.ts'
import { shown, shownPath } from '../../show/text.ts'
import { columns, infoColumns, valueOf } from '../columns.ts'
import { readConfig } from '../config.ts'
import { METRICS, runFoldersIn } from '../folder.ts'
import { readHistory } from '../history.ts'
import { type Group, groupsOf, type PlottedRun } from './groups.ts'

const METRIC = 'meanReturn', OUT = 'plot.svg'
/** Metrics that an environment's threshold is for. */
const RETURNS: readonly string[] = ['meanReturn', 'meanReturnNow', 'evaluationReturn']

export const plotHelp: string = `trpo plot RUN… [flags]

Draws the runs in these folders, or in folders within them, over environment
steps: per configuration the median, and the range from lowest to highest, of
all its seeds that got so far. The picture is written to a file; a summary goes
to stdout.

  --metric ${METRIC}          a numeric column of metrics.csv
  --out ${OUT}               the file
  --no-color                   no colour, as with NO_COLOR=1
  --help, -h                   print this page
`

/** Returns the exit code. */
export function plotCommand(words: readonly string[], { program }: Host): number {
  const problems: string[] = [], paths: string[] = []
  let metric = METRIC, out = OUT, help = false, color = true
  const flags = new Map<string, Flag>([
    ['--metric', { takesValue: true, set: (word) => { metric = word ?? '' } }],
    ['--out', fileFlag('--out', problems, (path) => { out = path })],
    ['--no-color', switchFlag(() => { color = false })],
    ['--help', switchFlag(() => { help = true })],
    ['-h', switchFlag(() => { help = true })],
  ])
  readWords(words, flags, problems, (word) => { paths.push(word) })
  if (help) {
    process.stdout.write(inWordsOf(program, plotHelp))
    return 0
  }
  if (paths.length === 0) problems.push('run: expected at least one run folder, got nothing')
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
  const folders = [...new Set(paths.flatMap((path) => runFoldersIn(path)))]
  const runs = folders.map((folder): PlottedRun =>
    ({ config: readConfig(folder), history: readHistory(join(folder, METRICS)) }))
  expectMetric(metric, runs)
  const groups = groupsOf(runs, metric)
  if (groups.every(({ curves }) => curves.length === 0)) {
    throw new UsageError(`--metric: expected one that these runs have, got ${show(metric)}`)
  }
  expectWritable(out)
  writeWhole(out, Uint8Array.from(Buffer.from(plotPicture(groups, metric, thresholdOf(runs, metric)))))
  const { columns: width, paint } = terminal(process.stdout, process.env, color)
  const headline = `${shownPath(out)}: ${metric} of ${plural(runs.length, 'run')} in `
    + plural(groups.length, 'configuration')
  const fields = groups.map((group) => [`${grouped(group.runs)} ×`, summaryOf(group)] as const)
  const head = wrap(headline, width() - 1).join('\n')
  process.stdout.write(`${paint.strong(head)}\n${fieldList(fields, width(), paint)}`)
  return 0
}

function summaryOf({ label, median, low, high }: Group): string {
  const last = median.at(-1)
  if (last === undefined) return `${shown(label)}: none has it`
  const x = (value: number): string => decimal(value, 2, 12)
  return `${shown(label)}: ${x(last[1])} (${x(low.at(-1)![1])} to ${x(high.at(-1)![1])}) at step ${
    grouped(last[0])}`
}

function expectMetric(metric: string, runs: readonly PlottedRun[]): void {
  const info = runs.flatMap(({ history: { rows } }) => rows.flatMap(infoColumns))
  const names = [...columns.map(({ name }) => name), ...new Set(info)]
  const isNumeric = runs.some(({ history: { rows } }) =>
    rows.some((row) => typeof valueOf(row, metric) === 'number'))
  if (names.includes(metric) && (isNumeric || metric.startsWith('evaluation'))) return
  const words = names.includes(metric) ? 'expected a column of numbers' : 'expected a column of metrics.csv'
  const suggestion = names.includes(metric) ? '' : perhaps(likely(metric, names))
  throw new UsageError(`--metric: ${words}, got ${show(metric)}${suggestion}`)
}

/** The one threshold of all runs; null if they differ, or the metric is no return. */
function thresholdOf(runs: readonly PlottedRun[], metric: string): number | null {
  const [{ config: { solvedReturn } }] = runs
  return RETURNS.includes(metric) && runs.every(({ config }) => config.solvedReturn === solvedReturn)
    ? solvedReturn : null
}

const THRESHOLD = palette[5]
const WIDTH = 720, LEFT = 60, RIGHT = 704, LINE = 18, PLOT = 300
/** Characters of a legend's line. */
const LEGEND = 100

/** The picture of groups, of which at least one has a curve. */
export function plotPicture(groups: readonly Group[], metric: string, threshold: number | null): string {
  const top = 44 + LINE * groups.length, bottom = top + PLOT
  const points = groups.flatMap(({ low, high }) => [...low, ...high])
  const extent = (values: readonly number[]): readonly [number, number] =>
    [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
  const ys = extent([...points.map(([, y]) => y), ...threshold === null ? [] : [threshold]])
  const { frame, parts } = axes({
    left: LEFT, right: RIGHT, top, bottom, xs: [0, Math.max(...extent(points.map(([x]) => x)))], ys,
  })
  const meaning = columns.find(({ name }) => name === metric)?.meaning ?? ''
  const title = meaning === '' ? metric : `${metric}: ${meaning}`
  const color = (k: number): string => palette[k % palette.length]
  const entry = ({ label, curves }: Group, k: number): string => {
    const words = `${label} (${plural(curves.length, 'run')})`
    const short = words.length > LEGEND ? `${words.slice(0, LEGEND - 1)}…` : words
    return legend(LEFT, 42 + LINE * k, color(k), short)
  }
  return picture(WIDTH, bottom + 40, `${title}, median and range over seeds, by environment steps`, [
    text(LEFT, 20, title, { size: 14 }), ...groups.map(entry), ...parts,
    threshold === null ? '' : level(frame, threshold, THRESHOLD, `threshold ${threshold}`),
    ...groups.map(({ low, high }, k) => band(frame, low, high, color(k))),
    ...groups.map(({ median }, k) => curve(frame, median, color(k), 2)),
    text((LEFT + RIGHT) / 2, bottom + 34, 'environment steps', { anchor: 'middle', faint: true }),
  ])
}
