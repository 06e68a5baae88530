/**
 * The table of bundle sizes; `--files PART`: what each source file adds to the bundle with that word in its
 * title, minified.
 */
import process from 'node:process'
import { readFlags, textFlag } from '../harness/flags.ts'
import { pasteInto } from '../harness/paste.ts'
import { filesOf, sizeTable } from './bundles.ts'

export function sizes(words: readonly string[]): number {
  const problems: string[] = []
  let part: string | null = null
  const { write } = readFlags(words, new Map([
    ['--files', textFlag('--files', 'part of a bundle\'s title', problems, (text) => { part = text })],
  ]), problems)
  const text = part === null ? sizeTable() : filesOf(part)
  process.stdout.write(`${text}\n`)
  if (write && part === null) pasteInto('docs/guides/embedding.md', 'sizes', text)
  return 0
}
