/**
 * metrics.csv: one row per iteration under the names of `columns`, RFC 4180, numbers with all digits that a
 * double has. A number that is missing is an empty cell.
 * But: a new name of `info` in a later iteration becomes a column at the right, so the file is then written
 * again.
 */
import { columns, infoColumns, type Row, valueOf } from '../columns.ts'

const plainNames: readonly string[] = columns.map(({ name }) => name)

/** The names of columns for these rows, those of `before` first. */
export function tableNames(rows: readonly Row[], before: readonly string[] = plainNames): string[] {
  return [...new Set([...before, ...rows.flatMap(infoColumns)])]
}

/** One line, with its end. */
export function tableLine(row: Row, names: readonly string[]): string {
  return line(names.map((name) => String(valueOf(row, name) ?? '')))
}

/** The whole file. */
export function tableText(rows: readonly Row[], names: readonly string[]): string {
  return line(names) + rows.map((row) => tableLine(row, names)).join('')
}

/** The file with further columns at the right, empty so far: names contain no line breaks once quoted. */
export function widened(text: string, before: readonly string[], names: readonly string[]): string {
  const rest = text.slice(line(before).length)
  return line(names) + rest.replaceAll('\n', `${','.repeat(names.length - before.length)}\n`)
}

function line(cells: readonly string[]): string {
  return `${cells.map(cell).join()}\n`
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""').replace(/[\r\n]+/g, ' ')}"` : text
}
