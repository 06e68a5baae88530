/**
 * The chapters of docs/book as data: their fences, their mathematics, their prose. A fence's first line says
 * what it is: an excerpt (`ts src/…`), an experiment (`ts run`), an exercise's stub (`ts exercise 6.1`), the
 * output of the experiment before it (`text`) or of a longer one (`text experiments/NAME.ts`), or `sh`.
 */
import { readdirSync, readFileSync } from 'node:fs'

export interface Fence {
  /** All that stands behind the three backticks. */
  readonly info: string
  readonly text: string
  /** Line of the opening backticks, from 1. */
  readonly line: number
}

export interface Chapter {
  /** As in '6-conjugate-gradients.md'. */
  readonly name: string
  readonly path: string
  readonly text: string
  readonly fences: readonly Fence[]
  /** The text with every fence blank; lines keep their numbers. */
  readonly prose: string
}

export const BOOK = 'docs/book'

/** Fences of a page, and the rest of it. */
export function readPage(text: string): Pick<Chapter, 'fences' | 'prose'> {
  const fences: Fence[] = [], prose: string[] = []
  let open: { info: string; line: number; lines: string[] } | null = null
  for (const [i, line] of text.split('\n').entries()) {
    const mark = /^```(.*)$/.exec(line)
    if (open === null && mark === null) prose.push(line)
    else prose.push('')
    if (mark === null) open?.lines.push(line)
    else if (open === null) open = { info: mark[1], line: i + 1, lines: [] }
    else {
      fences.push({ info: open.info, line: open.line, text: open.lines.map((each) => `${each}\n`).join('') })
      open = null
    }
  }
  if (open !== null) throw new Error(`line ${open.line}: the fence does not end`)
  return { fences, prose: prose.join('\n') }
}

/** All pages of the book: README.md and the chapters, in the order of their names. */
export function readBook(): Chapter[] {
  const order = (name: string): number => name === 'README.md' ? -1 : Number.parseInt(name, 10)
  const rank = (name: string): number => Number.isNaN(order(name)) ? 100 : order(name)
  return readdirSync(BOOK).filter((name) => name.endsWith('.md'))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map((name) => {
      const path = `${BOOK}/${name}`, text = readFileSync(path, 'utf8')
      return { name, path, text, ...readPage(text) }
    })
}

/** One formula, without its dollars, and the line that it begins in. */
export interface Formula {
  readonly tex: string
  readonly line: number
  readonly isBlock: boolean
  /** The characters before and behind it; '' at the ends of the text. */
  readonly around: readonly [before: string, behind: string]
}

/** Code spans, which may hold dollars, made blank. */
function withoutCode(prose: string): string {
  return prose.replace(/(`+)[^`](?:[^]*?[^`])?\1(?!`)/g, (code) => code.replace(/[^\n]/g, ' '))
}

const FORMULA = /\$\$([^$]+)\$\$|\$([^$]+)\$/g

/** The formulas of a page's prose. */
export function formulasOf(prose: string): Formula[] {
  const plain = withoutCode(prose)
  return [...plain.matchAll(FORMULA)].map(({ 0: all, 1: block, 2: inline, index }) => ({
    tex: block ?? inline, isBlock: block !== undefined, line: plain.slice(0, index).split('\n').length,
    around: [plain.charAt(index - 1), plain.charAt(index + all.length)],
  }))
}

/** Words of a page's prose: a displayed formula has none, an inline one counts as one, markup as none. */
export function wordsOf(prose: string): number {
  const plain = prose.replace(/\$\$[^$]+\$\$/g, ' ').replace(/\$[^$]+\$/g, 'x')
    .replace(/<[^>]+>/g, ' ').replace(/\]\([^)]*\)/g, ']').replace(/[|*#`[\]_-]/g, ' ')
  return plain.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

/** The lines of `text` without the indentation that they have in common. */
export function dedent(text: string): string[] {
  const lines = text.replace(/\n$/, '').split('\n')
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)![0].length)
  const common = Math.min(...indents)
  return lines.map((line) => line.slice(common))
}

/** Whether the lines of `excerpt` stand in `file` in this order, somewhere, whatever they are indented by. */
export function occurs(excerpt: string, file: string): boolean {
  const wanted = dedent(excerpt), lines = file.split('\n')
  return lines.some((_, at) => {
    const here = lines.slice(at, at + wanted.length)
    return here.length === wanted.length && dedent(here.join('\n')).every((line, k) => line === wanted[k])
  })
}
