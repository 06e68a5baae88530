/**
 * node build.js [FOLDER]: docs/book as static pages in FOLDER, dist/book by default: one per chapter, a style
 * sheet, a font; no script.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pageOf, renderChapter } from './chapter.js'
import { pageWith } from './page.js'

const site = dirname(fileURLToPath(import.meta.url)), book = dirname(site)
const dist = join(book, '../../dist'), out = process.argv[2] ?? join(dist, 'book')
const hasPlayground = existsSync(join(dist, 'playground.html'))

const rank = (name) => name === 'README.md' ? -1 : /^\d/.test(name) ? parseInt(name, 10) : 100
const names = readdirSync(book).filter((name) => name.endsWith('.md')).sort((a, b) => rank(a) - rank(b))
const chapters = names.map((name) => {
  const text = readFileSync(join(book, name), 'utf8')
  try {
    return { page: pageOf(name), ...renderChapter(text, names, hasPlayground) }
  } catch (error) {
    throw new Error(`docs/book/${name}: ${error.message}`, { cause: error })
  }
})

mkdirSync(out, { recursive: true })
// Pages of chapters that are no more.
for (const name of readdirSync(out)) if (name.endsWith('.html')) rmSync(join(out, name))
for (const [k, chapter] of chapters.entries()) {
  writeFileSync(join(out, chapter.page), pageWith(chapter, chapters, chapters[k - 1], chapters[k + 1]))
}
for (const file of ['style.css', 'math.woff2', 'FONT-LICENSE']) cpSync(join(site, file), join(out, file))
if (existsSync(join(book, 'figures'))) {
  cpSync(join(book, 'figures'), join(out, 'figures'), {
    recursive: true, filter: (path) => !/\.[a-z]+$/.test(path) || path.endsWith('.svg'),
  })
}
console.log(`${out}: ${chapters.length} pages${hasPlayground ? '' : ', without dist/playground.html'}`)
