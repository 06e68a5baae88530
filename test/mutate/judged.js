/** Survivors that docs/results/mutation.md has judged to be equivalent, read from its table. */
import { readFileSync } from 'node:fs'

const ROW = /^\| `(src\/\S+)` \| `(.*)` \| `(.*)` \| .+ \|$/gm
const cell = (text) => text.trim().replace(/\s+/g, ' ').replaceAll('|', '\\|')

/** Whether the page judges a mutant: by path, line of code and what becomes of it, so that lines may move. */
export function readJudged(page) {
  const known = new Set([...readFileSync(page, 'utf8').matchAll(ROW)].map(([, ...cells]) => cells.join('\n')))
  return (mutant) => known.has(cells(mutant).join('\n'))
}

/** The line before and after; of a change that goes on below, the part up to it. */
function cells({ path, code, column, before, after }) {
  return [path, cell(code), cell(code.slice(0, column) + after + code.slice(column + before.length))]
}

/** The row of a mutant, for the page; the reason is left to the judge. */
export function rowOf(mutant) {
  const [path, code, changed] = cells(mutant)
  return `| \`${path}\` | \`${code}\` | \`${changed}\` | |`
}
