/** Learning curves as SVG, median and range over seeds by environment steps: one, or all in one picture. */
import {
  axes, band, curve, level, palette, picture, type Point, text,
} from '../../src/node/show/chart.ts'
import { median } from './table.ts'

export interface Curve {
  readonly title: string
  /** Environment steps of each point. */
  readonly steps: readonly number[]
  /** Return at each point, of each seed. */
  readonly returns: readonly (readonly number[])[]
  readonly threshold: number | null
}

const WIDTH = 480, HEIGHT = 240, LEFT = 56, RIGHT = 468, TOP = 28, BOTTOM = 206
const [LINE, , , , , THRESHOLD] = palette

export function chart(drawn: Curve): string {
  return picture(WIDTH, HEIGHT, drawn.title, [
    text(LEFT, 16, drawn.title, { size: 13 }), ...partsOf(drawn),
    text((LEFT + RIGHT) / 2, HEIGHT - 4, 'environment steps', { anchor: 'middle', faint: true }),
  ])
}

/** Axes, threshold, range and median. */
function partsOf({ steps, returns, threshold }: Curve): string[] {
  const line = (choose: (values: readonly number[]) => number): Point[] =>
    steps.map((step, i) => [step, choose(returns.map((seed) => seed[i]))])
  const low = line((values) => Math.min(...values)), high = line((values) => Math.max(...values))
  const heights = [...low, ...high].map(([, y]) => y)
  if (threshold !== null) heights.push(threshold)
  const { frame, parts } = axes({
    left: LEFT, right: RIGHT, top: TOP, bottom: BOTTOM, xs: [0, steps[steps.length - 1]],
    ys: [Math.min(...heights), Math.max(...heights)],
  })
  return [
    ...parts, threshold === null ? '' : level(frame, threshold, THRESHOLD),
    band(frame, low, high, LINE), curve(frame, line(median), LINE, 1.8),
  ].filter((part) => part !== '')
}

/**
 * Charts in one picture, three per row, without axis titles. To keep it small, points are rounded to
 * integers, and of a level stretch only the ends are kept.
 */
export function overview(names: readonly string[], curves: readonly Curve[]): string {
  const seeds = curves[0].returns.length, rows = Math.ceil(names.length / 3)
  const dashed = curves.some(({ threshold }) => threshold !== null) ? ', dashed line: threshold' : ''
  const title = `Return against environment steps for ${names.length} presets: `
    + `median and range of ${seeds} seeds${dashed}`
  return picture(900, 145 * rows + 10, title, curves.flatMap((each, k) => [
    `<g transform="translate(${300 * (k % 3)} ${145 * Math.floor(k / 3)})scale(.62)">`,
    text(LEFT, 17, names[k], { size: 15 }),
    ...partsOf(each).map((part) =>
      part.replace(/(?<=points=")[^"]*/, thinned).replace(/="(\d+)\.0"/g, '="$1"')),
    '</g>',
  ]))
}

function thinned(points: string): string {
  const rounded = points.split(' ').map((point) => point.split(',').map((x) => Math.round(Number(x))))
  return rounded
    .filter(([, y], i) => i === 0 || rounded[i - 1][1] !== y || rounded[i + 1]?.[1] !== y)
    .map((point) => point.join(',')).join(' ')
}
