/**
 * curve.svg: the returns of a run, and below them how much of δ each step spent. Drawn from a series of
 * bounded length: when it is full, neighbours become one point.
 */
import {
  axes, bars, curve, dots, type Frame, legend, level, palette, picture, type Point, text,
} from '../../show/chart.ts'
import { grouped } from '../../show/format.ts'
import { type Row, valueOf } from '../columns.ts'
import type { EvaluationRecord } from '../records.ts'

/** What is drawn of some neighbouring iterations. */
interface Moment {
  readonly steps: number
  /** Mean return of the episodes that ended in them; running mean; mean return of an evaluation. */
  readonly now: number | null
  readonly mean: number | null
  readonly evaluation: number | null
  /** KL/δ, the largest. */
  readonly share: number
  /** Whether θ did not move in one of them. */
  readonly still: boolean
}

/** The series of a run's curve; grows to at most LIMIT points. */
export interface Series { readonly points: Moment[]; perPoint: number; pending: Moment[] }

const LIMIT = 800

export function createSeries(): Series {
  return { points: [], perPoint: 1, pending: [] }
}

export function extend(series: Series, row: Row): void {
  const number = (name: string): number | null => {
    const value = valueOf(row, name)
    return typeof value === 'number' ? value : null
  }
  series.pending.push({
    steps: row.iteration.steps, now: number('meanReturnNow'), mean: number('meanReturn'),
    evaluation: number('evaluationReturn'), share: number('klShare') ?? 0, still: number('accepted') === 0,
  })
  if (series.pending.length < series.perPoint) return
  series.points.push(series.pending.reduce(joined))
  series.pending = []
  if (series.points.length < LIMIT) return
  const pairs = series.points.splice(0)
  for (let i = 0; i < pairs.length; i += 2) series.points.push(joined(pairs[i], pairs[i + 1]))
  series.perPoint *= 2
}

/** Add the closing evaluation to the last point. */
export function markEnd({ points, pending }: Series, { mean }: EvaluationRecord): void {
  const list = pending.length > 0 ? pending : points
  const last = list.pop()
  if (last !== undefined) list.push({ ...last, evaluation: mean })
}

function joined(a: Moment, b: Moment): Moment {
  const now = a.now === null || b.now === null ? b.now ?? a.now : (a.now + b.now) / 2
  return {
    steps: b.steps, now, mean: b.mean ?? a.mean, evaluation: b.evaluation ?? a.evaluation,
    share: Math.max(a.share, b.share), still: a.still || b.still,
  }
}

const WIDTH = 720, LEFT = 60, RIGHT = 704, TOP = 58, MIDDLE = 300, STRIP = 324, BOTTOM = 372, HEIGHT = 412
const [MEAN, EVALUATION, ACCEPTED, , , THRESHOLD] = palette
const NOW = '#9dbbe3'

/** The picture of at least one point. */
export function curvePicture(
  series: Series, { name, seed, solvedReturn }: {
    readonly name: string; readonly seed: number; readonly solvedReturn: number | null
  },
): string {
  const points = [...series.points, ...series.pending.length > 0 ? [series.pending.reduce(joined)] : []]
  const of = (key: 'now' | 'mean' | 'evaluation'): Point[] => points.flatMap((point) =>
    point[key] === null ? [] : [[point.steps, point[key]] as const])
  const now = of('now'), mean = of('mean'), evaluation = of('evaluation')
  const heights = [...now, ...mean, ...evaluation].map(([, y]) => y)
  if (solvedReturn !== null && heights.length > 0) heights.push(solvedReturn)
  const end = points.at(-1)?.steps ?? 1
  const range = (all: readonly number[]): readonly [number, number] => all.length === 0 ? [0, 1]
    : [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))]
  const upper = axes({
    left: LEFT, right: RIGHT, top: TOP, bottom: MIDDLE, xs: [0, end], ys: range(heights),
  }, false)
  const shares = points.map(({ share }) => share)
  const lower = axes({
    left: LEFT, right: RIGHT, top: STRIP, bottom: BOTTOM, xs: [0, end], ys: [0, Math.max(1, ...shares)],
  })
  const title = `${name}, seed ${seed}: return after ${grouped(end)} environment steps`
  return picture(WIDTH, HEIGHT, title, [
    text(LEFT, 20, `${name}, seed ${seed}`, { size: 14 }),
    ...entries(evaluation.length > 0, solvedReturn),
    ...upper.parts,
    solvedReturn === null || heights.length === 0 ? '' : level(upper.frame, solvedReturn, THRESHOLD),
    curve(upper.frame, now, NOW, 1), curve(upper.frame, mean, MEAN, 2),
    curve(upper.frame, evaluation, EVALUATION, 1.5), dots(upper.frame, evaluation, EVALUATION, 2.5),
    ...lower.parts, ...strip(lower.frame, points),
    text((LEFT + RIGHT) / 2, HEIGHT - 8, 'environment steps', { anchor: 'middle', faint: true }),
  ])
}

function entries(evaluated: boolean, solvedReturn: number | null): string[] {
  const all: (readonly [color: string, words: string, dashed?: boolean])[] = [
    [NOW, 'this iteration’s episodes'], [MEAN, 'last 100 episodes'],
    ...evaluated ? [[EVALUATION, 'evaluation'] as const] : [],
    ...solvedReturn === null ? [] : [[THRESHOLD, `threshold ${solvedReturn}`, true] as const],
  ]
  let x = LEFT
  return all.map(([color, words, dashed]) => {
    const entry = legend(x, 42, color, words, dashed)
    x += 44 + 6 * words.length
    return entry
  })
}

function strip(frame: Frame, points: readonly Moment[]): string[] {
  const bar = ({ steps, share }: Moment): Point => [steps, share]
  const still = points.filter((point) => point.still).map(({ steps }): Point => [steps, 0])
  return [
    text(LEFT, STRIP - 6, still.length > 0 ? 'KL/δ of the step; dots: θ did not move' : 'KL/δ of the step',
      { faint: true }),
    bars(frame, points.map(bar), ACCEPTED), level(frame, 1, THRESHOLD), dots(frame, still, THRESHOLD, 2.5),
  ]
}
