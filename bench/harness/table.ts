/**
 * A Markdown table that grows on stdout row by row, since a study takes minutes, and is pasted whole at the
 * end.
 */
import process from 'node:process'

export interface Table {
  /** Print a row. */
  add(cells: readonly (string | number)[]): void
  /** All rows so far, as Markdown. */
  text(): string
}

export function createTable(header: readonly string[]): Table {
  const rows: string[] = []
  const add = (cells: readonly (string | number)[]): void => {
    rows.push(`| ${cells.join(' | ')} |`)
    process.stdout.write(`${rows[rows.length - 1]}\n`)
  }
  add(header)
  rows.push(`|${'---|'.repeat(header.length)}`)
  process.stdout.write(`${rows[1]}\n`)
  return { add, text: () => rows.join('\n') }
}

/** As a cell shows it. */
export const milliseconds = (x: number): string => `${x.toFixed(1)} ms`

export function mean(values: readonly number[]): number {
  return values.reduce((total, x) => total + x, 0) / values.length
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
