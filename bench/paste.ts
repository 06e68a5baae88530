/** Puts what a benchmark printed into a page, between `<!-- name -->` and `<!-- /name -->`, with date and machine. */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import process from 'node:process'

export function machine(): string {
  return `node ${process.version}, ${cpus()[0].model.trim()}, ${process.platform} ${process.arch}`
}

export function pasteInto(page: string, name: string, text: string): void {
  const before = readFileSync(page, 'utf8')
  const open = `<!-- ${name} -->`, close = `<!-- /${name} -->`
  const from = before.indexOf(open), to = before.indexOf(close)
  if (from < 0 || to < from) throw new RangeError(`${page}: expected ${open} before ${close}`)
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(page, `${before.slice(0, from)}${open}\n${machine()}, ${date}\n\n${text}\n${before.slice(to)}`)
}
