/**
 * Puts what a benchmark printed into a page, between `<!-- name -->` and `<!-- /name -->`, with date and
 * machine.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { machine } from './machine.ts'

export function pasteInto(page: string, name: string, text: string): void {
  const before = readFileSync(page, 'utf8')
  const open = `<!-- ${name} -->`, close = `<!-- /${name} -->`
  const from = before.indexOf(open), to = before.indexOf(close)
  if (from < 0 || to < from) throw new RangeError(`${page}: expected ${open} before ${close}`)
  const date = new Date().toISOString().slice(0, 10)
  const pasted = `${open}\n${machine()}, ${date}\n\n${text}\n`
  writeFileSync(page, `${before.slice(0, from)}${pasted}${before.slice(to)}`)
}
