/**
 * Line drawings of the book as SVG text: axes in the figure's own units, curves, dots, words. Colours follow
 * the reader's scheme: blue what is true or taken, red the limit or what is not taken; dashes are the model.
 */

export type Point = readonly [x: number, y: number]
export type Tone = 'ink' | 'mute' | 'true' | 'limit'

/** A rectangle of the plane on a page of `width` pixels. */
export interface Frame {
  readonly width: number
  readonly x: Point
  readonly y: Point
  /** Pixels per unit of y by pixels per unit of x. */
  readonly stretch: number
}

const MARGIN = { left: 54, right: 14, top: 14, bottom: 44 }

const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #1d1f24 }
.ink { stroke: #1d1f24 } .mute { stroke: #8a8d94 } .true { stroke: #1f6f8b } .limit { stroke: #b5452e }
.fill-ink { fill: #1d1f24 } .fill-true { fill: #1f6f8b } .fill-limit { fill: #b5452e }
@media (prefers-color-scheme: dark) {
text { fill: #e8e6e1 } .ink { stroke: #e8e6e1 } .mute { stroke: #6d7078 }
.true { stroke: #5fb3ce } .limit { stroke: #e8866f }
.fill-ink { fill: #e8e6e1 } .fill-true { fill: #5fb3ce } .fill-limit { fill: #e8866f }
}
`

const round = (value: number): string => String(Number(value.toFixed(1)))

export interface Drawing {
  /** A line through the points; `closed` returns to the first. */
  curve(points: readonly Point[], tone: Tone, dashes?: string, closed?: boolean): void
  dot(at: Point, tone: Tone, hollow?: boolean): void
  /** Words that begin at the point, or end there, or are centred on it; moved by pixels. */
  words(text: string, at: Point, anchor?: 'start' | 'end' | 'middle', move?: Point): void
  /** The whole picture; `title` says what it shows. */
  end(title: string): string
}

/** A drawing with axes: ticks at the given numbers, a name for each axis. */
export function draw(
  frame: Frame, xTicks: readonly number[], yTicks: readonly number[], xName: string, yName: string,
): Drawing {
  const { width, x: [left, right], y: [low, high], stretch } = frame
  const unit = (width - MARGIN.left - MARGIN.right) / (right - left)
  const height = Math.round(MARGIN.top + MARGIN.bottom + (high - low) * unit * stretch)
  const px = (x: number): number => MARGIN.left + (x - left) * unit
  const py = (y: number): number => height - MARGIN.bottom - (y - low) * unit * stretch
  const parts: string[] = []
  const line = (d: string, tone: Tone, dashes: string, thickness: number): void => {
    const dash = dashes === '' ? '' : ` stroke-dasharray="${dashes}"`
    parts.push(`<path d="${d}" class="${tone}" fill="none" stroke-width="${thickness}"${dash}/>`)
  }
  const text = (words: string, x: number, y: number, anchor: string, turn: string = ''): void => {
    parts.push(`<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${turn}>${words}</text>`)
  }
  line(`M${round(px(left))} ${round(py(high))}V${round(py(low))}H${round(px(right))}`, 'mute', '', 1)
  for (const tick of xTicks) {
    line(`M${round(px(tick))} ${round(py(low))}v5`, 'mute', '', 1)
    text(String(tick).replace('-', '−'), px(tick), py(low) + 19, 'middle')
  }
  for (const tick of yTicks) {
    line(`M${round(px(left))} ${round(py(tick))}h-5`, 'mute', '', 1)
    text(String(tick).replace('-', '−'), px(left) - 9, py(tick) + 4, 'end')
  }
  text(xName, px((left + right) / 2), height - 8, 'middle')
  const middle = py((low + high) / 2)
  text(yName, 14, middle, 'middle', ` transform="rotate(-90 14 ${round(middle)})"`)

  return {
    curve(points, tone, dashes = '', closed = false) {
      const places = points.map(([x, y]) => `${round(px(x))} ${round(py(y))}`)
      line(`M${places.join('L')}${closed ? 'Z' : ''}`, tone, dashes, 1.6)
    },
    dot([x, y], tone, hollow = false) {
      const look = hollow ? `class="${tone}" fill="none" stroke-width="1.6"` : `class="fill-${tone}"`
      parts.push(`<circle cx="${round(px(x))}" cy="${round(py(y))}" r="3.5" ${look}/>`)
    },
    words(words, [x, y], anchor = 'start', [dx, dy] = [0, 0]) {
      text(words, px(x) + dx, py(y) + dy, anchor)
    },
    end: (title) => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" `
      + `viewBox="0 0 ${width} ${height}" role="img">\n<title>${title}</title>\n<style>${STYLE}</style>\n`
      + `${parts.join('\n')}\n</svg>\n`,
  }
}
