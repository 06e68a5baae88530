/** `npm run sizes`: the table of bundle sizes; with --write also into docs/embedding.md. */
import process from 'node:process'
import { sizeTable } from './bundles.ts'
import { pasteInto } from './paste.ts'

const table = sizeTable()
process.stdout.write(`${table}\n`)
if (process.argv.includes('--write')) pasteInto('docs/embedding.md', 'sizes', table)
