/** Writes docs/options.md from the options' rows. */
import { writeFileSync } from 'node:fs'
import { optionsPage } from '../../test/support/optionsPage.ts'
import { readFlags } from '../harness/flags.ts'

/** A smoke run makes the page, and leaves the file as it is. */
export function options(words: readonly string[]): number {
  const { smoke } = readFlags(words)
  const page = optionsPage()
  if (!smoke) writeFileSync('docs/options.md', page)
  return 0
}
