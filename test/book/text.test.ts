/**
 * The text of docs/book against its sources and its own promises: excerpts against files, formulas against a
 * list of LaTeX that GitHub and temml know, references against anchors, chapters against their limit of size.
 * Each rule is first tried on lines that it must find and lines that it must not. No tolerance.
 */
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { formulasOf, occurs, readBook, readPage, wordsOf } from './chapters.ts'
import { misplaced, unknownLatex } from './latex.ts'

const book = readBook()

test('every fence is of a known kind', () => {
  const known = new RegExp(String.raw`^(ts run|text|text experiments/[\w-]+\.ts|sh|`
    + String.raw`ts exercise \w+\.\d+|(ts|js) (src|docs|test|bench)/\S+)$`)
  const unknown = book.flatMap(({ path, fences }) =>
    fences.filter(({ info }) => !known.test(info)).map(({ info, line }) => `${path}:${line}: ${info}`))
  assert.equal(unknown, [])
})

test('every excerpt stands in the file that it names', () => {
  const file = 'function f() {\n  if (a) {\n    b()\n  }\n}\n'
  assert.ok(occurs('if (a) {\n  b()\n}\n', file))
  assert.not(occurs('if (a) {\nb()\n}\n', file))
  assert.not(occurs('if (a) {\n  c()\n}\n', file))
  for (const { path, fences } of book) {
    for (const { info, text, line } of fences) {
      const source = /^(?:ts|js) ((?:src|docs|test|bench)\/\S+)$/.exec(info)?.[1]
      if (source === undefined) continue
      assert.ok(existsSync(source), `${path}:${line}: there is no ${source}`)
      assert.ok(occurs(text, readFileSync(source, 'utf8')), `${path}:${line}: not in ${source}`)
    }
  }
})

test('formulas hold LaTeX that GitHub and temml set alike, and stand as GitHub needs them', () => {
  const page = 'Let `$PATH` be $a_t$, ($\\theta \\le 1$) and\n$$\n\\hat g\n$$\n'
  assert.equal(formulasOf(page).map(({ tex, line }) => [tex.trim(), line]),
    [['a_t', 1], ['\\theta \\le 1', 1], ['\\hat g', 2]])
  assert.equal(unknownLatex('\\frac{a}{b} \\mathbb{E}_t'), [])
  assert.equal(unknownLatex('\\left\\{ x \\right\\} \\, \\def\\a{b}'), ['\\{', '\\}', '\\,', '\\def', '\\a'])
  const problems = (text: string): string[] => formulasOf(text).flatMap((formula) => misplaced(formula))
  assert.is(problems('the $x$, ($y$): $z$.').length, 0)
  assert.is(problems('a$x$ $y$b $ z$').length, 3)
  assert.is(problems('$$\na\n+ b\n$$ $$\na +\nb\n$$').length, 1)
  const wrong = book.flatMap(({ path, prose }) => formulasOf(prose).flatMap((formula) =>
    [...unknownLatex(formula.tex), ...misplaced(formula)].map((each) => `${path}:${formula.line}: ${each}`)))
  assert.equal(wrong, [])
})

test('a bar in a formula of a table would end its cell', () => {
  for (const { path, prose } of book) {
    for (const [i, line] of prose.split('\n').entries()) {
      if (!line.startsWith('|')) continue
      for (const { tex } of formulasOf(line)) assert.not.match(tex, /\|/, `${path}:${i + 1}`)
    }
  }
})

test('a chapter has at most 900 words, and the README with its tables 1,200', () => {
  assert.is(wordsOf('Two words $a = b$ and [a link](x.md#y).\n$$ c $$\n'), 6)
  assert.is(wordsOf(readPage('a\n```ts run\nb c\n```\nd').prose), 2)
  for (const { name, prose } of book) {
    assert.ok(wordsOf(prose) <= (name === 'README.md' ? 1200 : 900), `${name}: ${wordsOf(prose)} words`)
  }
})

test('formulas of the usual presentation have numbers in the README, and each is named by a chapter', () => {
  const readme = book.find(({ name }) => name === 'README.md')
  if (readme === undefined) return
  const ids = [...readme.prose.matchAll(/<a id="formula-(\d+)"><\/a>/g)].map(([, id]) => Number(id))
  assert.ok(ids.length >= 14, `${ids.length} formulas`)
  assert.equal(ids, ids.map((_, k) => k + 1))
  const chapters = book.filter((each) => each !== readme)
  for (const id of ids) {
    const row = readme.prose.split('\n').find((line) => line.includes(`id="formula-${id}"`))!
    assert.match(row, /\]\([\dA]+-[\w-]+\.md(#[\w-]+)?\)/, `formula ${id}: its row links no chapter`)
    const link = new RegExp(String.raw`\]\(README\.md#formula-${id}\)`)
    assert.ok(chapters.some(({ prose }) => link.test(prose)), `formula ${id}: no chapter links it`)
  }
})

test('a name that a chapter places in a file is there', () => {
  let places = 0
  for (const { name, prose } of book) {
    const placed = /`(\w+)` in\s+\[[^\]]+\]\(\.\.\/\.\.\/(src\/[\w/]+\.ts)\)/g
    for (const [, word, path] of prose.matchAll(placed)) {
      const text = readFileSync(path, 'utf8')
      assert.match(text, new RegExp(String.raw`\b${word}\b`), `${name}: ${word} in ${path}`)
      places++
    }
  }
  assert.ok(places >= 4, `${places}`)
})

test.run()
