/**
 * `npm run sizes`: the table of bundle sizes, with --write also into docs/embedding.md;
 * `npm run sizes -- --files plain`: what each source file adds to the bundle with that word in its title, minified.
 */
import process from 'node:process'
import { filesOf, sizeTable } from './bundles.ts'
import { pasteInto } from './paste.ts'

const words = process.argv.slice(2)
if (words[0] === '--files') process.stdout.write(`${filesOf(words[1] ?? '')}\n`)
else {
  const table = sizeTable()
  process.stdout.write(`${table}\n`)
  if (words.includes('--write')) pasteInto('docs/embedding.md', 'sizes', table)
}
