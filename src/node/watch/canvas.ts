/**
 * Pictures of dots in a terminal: Braille patterns, U+2800 to U+28FF, have 2 × 4 dots per character, so that
 * dots are about as far apart across as down. Pure.
 * But: no colours, and no dot is ever taken back.
 */

/** [rows × columns] characters, each as the bits of its dots. */
export interface Canvas { readonly columns: number; readonly rows: number; readonly cells: Uint8Array }

/** Dots per character, across and down. */
export const ACROSS = 2, DOWN = 4

/** Bit of the dot in column 0 or 1, from the top: Unicode numbers them as six dots and two later ones. */
const BITS: readonly (readonly number[])[] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

export function createCanvas(columns: number, rows: number): Canvas {
  return { columns, rows, cells: new Uint8Array(columns * rows) }
}

/** Set the dot at x from the left and y from the top, to the nearest integer; none if it is outside. */
export function setDot({ columns, rows, cells }: Canvas, x: number, y: number): void {
  const i = Math.round(x), j = Math.round(y)
  if (!(i >= 0 && i < ACROSS * columns && j >= 0 && j < DOWN * rows)) return
  cells[Math.floor(j / DOWN) * columns + Math.floor(i / ACROSS)] |= BITS[i % ACROSS][j % DOWN]
}

/** More dots than any terminal has: a line that leads far away is not followed. */
const LONGEST = 10_000

/** Dots from one point to another, both included. */
export function drawLine(canvas: Canvas, x0: number, y0: number, x1: number, y1: number): void {
  const steps = Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)))
  if (!(steps <= LONGEST)) return
  for (let k = 0; k <= steps; k++) {
    const t = steps === 0 ? 0 : k / steps
    setDot(canvas, x0 + t * (x1 - x0), y0 + t * (y1 - y0))
  }
}

/** All dots within `radius` of a point, and that point. */
export function fillDisc(canvas: Canvas, x: number, y: number, radius: number): void {
  setDot(canvas, x, y)
  const last = DOWN * canvas.rows - 1, right = ACROSS * canvas.columns - 1
  for (let j = Math.max(0, Math.ceil(y - radius)); j <= Math.min(last, y + radius); j++) {
    const half = Math.sqrt(Math.max(0, radius * radius - (j - y) * (j - y)))
    for (let i = Math.max(0, Math.ceil(x - half)); i <= Math.min(right, x + half); i++) setDot(canvas, i, j)
  }
}

/** One string per row, without spaces at its end; characters without dots are spaces. */
export function linesOf({ columns, rows, cells }: Canvas): string[] {
  return Array.from({ length: rows }, (_, row) => {
    const line = cells.subarray(row * columns, (row + 1) * columns)
    const characters = Array.from(line, (bits) => bits === 0 ? ' ' : String.fromCharCode(0x2800 + bits))
    return characters.join('').trimEnd()
  })
}
