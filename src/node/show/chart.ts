/**
 * Pieces of a chart as SVG text: axes with round numbers, lines, bands. Colours are attributes; if a viewer
 * knows that its background is dark, a style sheet replaces those of paper and ink.
 * But: text is not measured; who places a legend counts its characters.
 */

/** Where a chart lies in the picture, in pixels, and which numbers its edges are. */
export interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly xs: readonly [low: number, high: number]
  readonly ys: readonly [low: number, high: number]
}

export type Point = readonly [x: number, y: number]

/** Colours that differ on white and on black, also for the colour-blind. */
export const palette: readonly string[] =
  ['#2f74c8', '#d9730d', '#2a9d5c', '#b0479b', '#9a7b1f', '#c43c3c', '#1f9aa8', '#777d86']

const PAPER = '#ffffff', INK = '#22262b', FAINT = '#6b7280', GRID = '#dddfe3'
const DARK = '@media (prefers-color-scheme:dark){.paper{fill:#14171c}.ink{fill:#e8eaed}.faint{fill:#9aa3ad}'
  + '.grid{stroke:#343a43}}'

/** The whole picture. `title` is read out by screen readers. */
export function picture(width: number, height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${
      height}" font-family="sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title>`, `<style>${DARK}</style>`,
    `<rect class="paper" width="${width}" height="${height}" fill="${PAPER}"/>`,
    ...parts.filter((part) => part !== ''), '</svg>', '',
  ].join('\n')
}

/** Axes whose vertical range is widened to round numbers. */
export function axes(
  frame: Frame, steps: boolean = true,
): { readonly frame: Frame; readonly parts: string[] } {
  const yTicks = ticks(frame.ys[0], frame.ys[1], (frame.bottom - frame.top) / 50)
  const whole: Frame = { ...frame, ys: [yTicks[0], yTicks[yTicks.length - 1]] }
  const { left, right, bottom, xs } = whole
  const xTicks = ticks(xs[0], xs[1], (right - left) / 110).filter((tick) => tick >= xs[0] && tick <= xs[1])
  return {
    frame: whole,
    parts: [
      ...yTicks.map((tick) => {
        const y = pixelY(whole, tick)
        return `<path class="grid" d="M${left} ${y}H${right}" stroke="${GRID}"/>${
          text(left - 6, Number(y) + 4, numeral(tick), { anchor: 'end', faint: true })}`
      }),
      ...xTicks.map((tick) => steps
        ? text(Number(pixelX(whole, tick)), bottom + 16, numeral(tick), { anchor: 'middle', faint: true })
        : ''),
    ],
  }
}

/** A line through points; a single one is a dot. */
export function curve(frame: Frame, points: readonly Point[], color: string, width: number): string {
  if (points.length === 0) return ''
  if (points.length === 1) return dots(frame, points, color, width)
  const path = pixels(frame, points)
  return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="${width}"`
    + ' stroke-linejoin="round"/>'
}

export function dots(frame: Frame, points: readonly Point[], color: string, radius: number): string {
  return points.map(([x, y]) =>
    `<circle cx="${pixelX(frame, x)}" cy="${pixelY(frame, y)}" r="${radius}" fill="${color}"/>`).join('')
}

/** The area between two lines over the same x. */
export function band(
  frame: Frame, low: readonly Point[], high: readonly Point[], color: string,
): string {
  if (low.length < 2) return ''
  const around = pixels(frame, [...high, ...[...low].reverse()])
  return `<polygon points="${around}" fill="${color}" fill-opacity="0.18"/>`
}

/** A dashed line at a height, with words above its right end. */
export function level(frame: Frame, y: number, color: string, words: string = ''): string {
  const { left, right } = frame
  const line = `<path d="M${left} ${pixelY(frame, y)}H${right}" stroke="${color}" stroke-dasharray="5 4"/>`
  return words === '' ? line
    : line + text(right, Number(pixelY(frame, y)) - 4, words, { anchor: 'end', faint: true })
}

/** Rectangles from 0 up to each point. */
export function bars(frame: Frame, points: readonly Point[], color: string): string {
  const room = (frame.right - frame.left) / Math.max(1, points.length) - 1
  const wide = Math.max(1, Math.min(6, room)).toFixed(1)
  const path = points.map(([x, y]) => `M${pixelX(frame, x)} ${pixelY(frame, 0)}V${pixelY(frame, y)}`).join('')
  return path === '' ? '' : `<path d="${path}" stroke="${color}" stroke-width="${wide}"/>`
}

export interface Lettering {
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly size?: number
  readonly faint?: boolean
}

export function text(x: number, y: number, words: string, lettering: Lettering = {}): string {
  const { anchor = 'start', size, faint = false } = lettering
  const more = (anchor === 'start' ? '' : ` text-anchor="${anchor}"`)
    + (size === undefined ? '' : ` font-size="${size}"`)
  const [name, color] = faint ? ['faint', FAINT] : ['ink', INK]
  return `<text class="${name}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${color}"${more}>${
    escaped(words)}</text>`
}

/** A sample of a line's colour, with its name at the right. */
export function legend(x: number, y: number, color: string, words: string, dashed: boolean = false): string {
  return `<path d="M${x} ${y - 4}h18" stroke="${color}" stroke-width="${dashed ? 1 : 3}"${
    dashed ? ' stroke-dasharray="5 4"' : ''}/>${text(x + 24, y, words)}`
}

/** Round numbers around low … high, some `count` intervals. */
export function ticks(low: number, high: number, count: number = 4): number[] {
  const rough = Math.max(high - low, 1e-9 * Math.max(1, Math.abs(high))) / Math.max(1, count)
  let unit = 1
  while (unit > rough) unit /= 10
  while (unit * 10 <= rough) unit *= 10
  const step = [1, 2, 5, 10].map((k) => k * unit).find((candidate) => candidate >= rough) ?? unit
  const first = Math.floor(low / step + 1e-9), last = Math.max(first + 1, Math.ceil(high / step - 1e-9))
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)))
}

/** 0.05, 250, 50k, 1.5M */
export function numeral(x: number): string {
  const size = Math.abs(x)
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return x.toExponential()
  if (size >= 1e6) return `${Number((x / 1e6).toPrecision(9))}M`
  return size >= 1e4 ? `${Number((x / 1e3).toPrecision(9))}k` : String(x)
}

function pixels(frame: Frame, points: readonly Point[]): string {
  return points.map(([x, y]) => `${pixelX(frame, x)},${pixelY(frame, y)}`).join(' ')
}

function pixelX({ left, right, xs: [low, high] }: Frame, x: number): string {
  return (left + (right - left) * (high > low ? (x - low) / (high - low) : 0.5)).toFixed(1)
}

function pixelY({ top, bottom, ys: [low, high] }: Frame, y: number): string {
  return (bottom - (bottom - top) * (high > low ? (y - low) / (high - low) : 0.5)).toFixed(1)
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
