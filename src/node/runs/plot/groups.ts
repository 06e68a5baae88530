/**
 * Runs grouped by configuration: equal except for seed and backend. Each group is named by what it does not
 * share with the others, and drawn as median and range over its runs. Pure.
 */
import type { Point } from '../../show/chart.ts'
import { median } from '../../show/format.ts'
import { type Row, valueOf } from '../columns.ts'
import type { Config } from '../config.ts'
import type { History } from '../history.ts'

export interface PlottedRun { readonly config: Config; readonly history: History }

export interface Group {
  readonly label: string
  /** Runs, and those among them that have the metric at all. */
  readonly runs: number
  readonly curves: readonly (readonly Point[])[]
  readonly median: readonly Point[]
  readonly low: readonly Point[]
  readonly high: readonly Point[]
}

/** In order of first runs. */
export function groupsOf(runs: readonly PlottedRun[], metric: string): Group[] {
  const byKey = new Map<string, PlottedRun[]>()
  for (const run of runs) byKey.set(keyOf(run.config), [...byKey.get(keyOf(run.config)) ?? [], run])
  const members = [...byKey.values()]
  const firsts = members.map(([{ config }]) => config)
  return members.map((own, k): Group => {
    const curves = own.map(({ history }) => curveOf(history, metric)).filter((points) => points.length > 0)
    return { label: labelOf(firsts[k], firsts), runs: own.length, curves, ...spreadOf(curves) }
  })
}

function choicesOf({ environment, options }: Config): Readonly<Record<string, unknown>> {
  const { seed: _seed, backend: _backend, ...choices } = options
  return { environment, ...choices }
}

function keyOf(config: Config): string {
  return JSON.stringify(Object.entries(choicesOf(config)).sort(([a], [b]) => a < b ? -1 : 1))
}

/** The choices in which the configurations differ; of a single one its environment. */
function labelOf(config: Config, all: readonly Config[]): string {
  const choices = choicesOf(config)
  const words = Object.entries(choices)
    .filter(([name, value]) => all.some((other) => String(choicesOf(other)[name]) !== String(value)))
    .map(([name, value]) => name === 'environment' ? String(value) : `${name} ${String(value)}`)
  return words.length === 0 ? config.environment : words.join(', ')
}

/** The metric by environment steps; the closing evaluation counts as one after the last iteration. */
function curveOf({ rows, closing }: History, metric: string): Point[] {
  const last = rows.at(-1)
  const all: readonly Row[] = last === undefined || last.evaluation !== null ? rows
    : [...rows.slice(0, -1), { ...last, evaluation: closing }]
  return all.flatMap((row) => {
    const value = valueOf(row, metric)
    return typeof value === 'number' ? [[row.iteration.steps, value] as const] : []
  })
}

/** Points of a drawn line. */
const GRID = 400

/** Median, minimum and maximum at the steps of all curves, over those that reach so far. */
export function spreadOf(curves: readonly (readonly Point[])[]): Pick<Group, 'median' | 'low' | 'high'> {
  const steps = [...new Set(curves.flatMap((points) => points.map(([x]) => x)))].sort((a, b) => a - b)
  const every = Math.ceil(steps.length / GRID)
  const grid = steps.filter((_, i) => i % every === 0 || i === steps.length - 1)
  const at = grid.map((x) => curves.map((points) => interpolated(points, x))
    .filter((y): y is number => y !== null).sort((a, b) => a - b))
  const line = (choose: (sorted: readonly number[]) => number): Point[] =>
    grid.map((x, i) => [x, choose(at[i])])
  return { median: line((y) => median(y)!), low: line((y) => y[0]), high: line((y) => y[y.length - 1]) }
}

/** The curve's height at x, on a straight line between its points; null outside of them. */
function interpolated(points: readonly Point[], x: number): number | null {
  if (points.length === 0 || x < points[0][0] || x > points[points.length - 1][0]) return null
  let low = 0, high = points.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (points[middle][0] <= x) low = middle
    else high = middle
  }
  const [x0, y0] = points[low], [x1, y1] = points[high]
  if (x === x0) return y0
  return x === x1 || x1 === x0 ? y1 : y0 + (y1 - y0) * (x - x0) / (x1 - x0)
}
