/** Learning curves as SVG, median and range over seeds by environment steps: one, or all in one picture. */
import { median } from './table.ts'

export interface Curve {
  readonly title: string
  /** Environment steps of each point. */
  readonly steps: readonly number[]
  /** Return at each point, of each seed. */
  readonly returns: readonly (readonly number[])[]
  readonly threshold: number | null
}

const WIDTH = 480, HEIGHT = 240, LEFT = 56, RIGHT = 12, TOP = 28, BOTTOM = 34

export function chart({ title, steps, returns, threshold }: Curve): string {
  const low = steps.map((_, i) => Math.min(...returns.map((seed) => seed[i])))
  const high = steps.map((_, i) => Math.max(...returns.map((seed) => seed[i])))
  const middle = steps.map((_, i) => median(returns.map((seed) => seed[i])))
  const yTicks = ticks(Math.min(...low, threshold ?? Infinity), Math.max(...high, threshold ?? -Infinity))
  const xTicks = ticks(0, steps[steps.length - 1]).filter((tick) => tick <= steps[steps.length - 1])
  const bottom = yTicks[0], top = yTicks[yTicks.length - 1], end = steps[steps.length - 1]
  const x = (value: number): string => (LEFT + (WIDTH - LEFT - RIGHT) * value / end).toFixed(1)
  const y = (value: number): string =>
    (HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - bottom) / (top - bottom)).toFixed(1)
  const line = (values: readonly number[]): string =>
    values.map((value, i) => `${x(steps[i])},${y(value)}`).join(' ')
  const back = [...steps.keys()].reverse().map((i) => `${x(steps[i])},${y(low[i])}`).join(' ')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}"`
      + ' font-family="sans-serif" font-size="11">',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="16" font-size="13">${title}</text>`,
    ...yTicks.map((tick) => `<path d="M${LEFT} ${y(tick)}H${WIDTH - RIGHT}" stroke="#ddd"/>`
      + `<text x="${LEFT - 6}" y="${y(tick)}" dy="4" text-anchor="end">${tick}</text>`),
    ...xTicks.map((tick) => `<text x="${x(tick)}" y="${HEIGHT - BOTTOM + 15}" text-anchor="middle">`
      + `${tick === 0 ? '0' : `${tick / 1000}k`}</text>`),
    `<text x="${(WIDTH + LEFT) / 2}" y="${HEIGHT - 4}" text-anchor="middle">environment steps</text>`,
    threshold === null ? ''
      : `<path d="M${LEFT} ${y(threshold)}H${WIDTH - RIGHT}" stroke="#c33" stroke-dasharray="4 3"/>`,
    `<polygon points="${line(high)} ${back}" fill="#36c" fill-opacity="0.18"/>`,
    `<polyline points="${line(middle)}" fill="none" stroke="#36c" stroke-width="1.8"/>`,
    '</svg>', '',
  ].filter((part, i, all) => part !== '' || i === all.length - 1).join('\n')
}

/**
 * Charts in one picture, three per row, without axis titles. To keep it small, points are rounded to
 * integers, and of a level stretch only the ends are kept.
 */
export function overview(names: readonly string[], curves: readonly Curve[]): string {
  const seeds = curves[0].returns.length, rows = Math.ceil(names.length / 3)
  const title = `Return against environment steps for ${names.length} presets: `
    + `median and range of ${seeds} seeds, dashed line: threshold`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 ${145 * rows + 10}"`
      + ' font-family="sans-serif" font-size="13">',
    `<title>${title}</title>`,
    `<rect width="900" height="${145 * rows + 10}" fill="#fff"/>`,
    ...curves.flatMap((curve, k) => [
      `<g transform="translate(${300 * (k % 3)} ${145 * Math.floor(k / 3)})scale(.62)">`,
      `<text x="${LEFT}" y="17" font-size="15">${names[k]}</text>`,
      ...chart(curve).split('\n').slice(3, -2).filter((line) => !line.includes('environment steps'))
        .map((line) => line.replace(/(?<=points=")[^"]*/, thinned).replace(/="(\d+)\.0"/g, '="$1"')),
      '</g>',
    ]),
    '</svg>', '',
  ].join('\n')
}

function thinned(points: string): string {
  const rounded = points.split(' ').map((point) => point.split(',').map((x) => Math.round(Number(x))))
  return rounded
    .filter(([, y], i) => i === 0 || rounded[i - 1][1] !== y || rounded[i + 1]?.[1] !== y)
    .map((point) => point.join(',')).join(' ')
}

/** Some five round numbers around low … high. */
function ticks(low: number, high: number): number[] {
  const rough = Math.max(high - low, 1e-9) / 4
  let unit = 1
  while (unit > rough) unit /= 10
  while (unit * 10 <= rough) unit *= 10
  const step = [1, 2, 5, 10].map((k) => k * unit).find((candidate) => candidate >= rough)!
  const first = Math.floor(low / step + 1e-9), last = Math.max(first + 1, Math.ceil(high / step - 1e-9))
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)))
}
