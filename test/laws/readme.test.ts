/**
 * README and docs as a reader meets them: examples print what stands below them, links and anchors lead somewhere, and
 * pages keep to their size. The oracle is the program's own output, the files on disk, and counts of lines and words.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const WIDTH = 110
const read = (path: string): string => readFileSync(path, 'utf8')
const readme = read('README.md')
/** TypeScript, and what it prints. */
const examplesOf = (text: string): RegExpExecArray[] => [...text.matchAll(/```ts\n([^]*?)```\n\n```\n([^]*?)```/g)]

const docs = readdirSync('docs', { recursive: true })
  .map((path) => `docs/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
const pages = ['README.md', 'CHANGELOG.md', ...docs]
/** Pages of measured results, where tables count and words do not. */
const isResults = (path: string): boolean => /^docs\/(results\/)?(benchmarks|kernels|learning|runtimes)\.md$/.test(path)
/** Made by a command, and held by another law. */
const GENERATED = 'docs/options.md'

test('the README shows two examples with their output, in 150 lines', () => {
  assert.is(examplesOf(readme).length, 2)
  assert.ok(readme.split('\n').length <= 150)
})

for (const page of pages) {
  for (const [k, [, code, output]] of examplesOf(read(page)).entries()) {
    test(`${page}: example ${k + 1} prints what is printed below it`, () => {
      const outfile = `.build/example-${page.replace(/\W+/g, '-')}-${k}.mjs`
      buildSync({
        stdin: { contents: code, resolveDir: '.', loader: 'ts' }, outfile, bundle: true, format: 'esm', platform: 'node',
        alias: { 'trpo/envs': './src/envs/index.ts', 'trpo/io': './src/io/index.ts', trpo: './src/index.ts' },
        logLevel: 'warning',
      })
      const { stdout, stderr, status } = spawnSync('node', [outfile], { encoding: 'utf8' })
      assert.is(stderr, '')
      assert.is(status, 0)
      assert.is(stdout, output)
    })
  }
}

/** Without code, in which brackets are no links and # begins no heading. */
const prose = (text: string): string => text.replace(/^```[^]*?^```/gm, '')

/** The anchors of a page: its headings as GitHub names them, and those that it sets itself. */
function anchorsOf(path: string): Set<string> {
  const text = prose(read(path))
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-'))
  return new Set([...headings, ...[...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id)])
}

/** Relative links of a page, as path from the root and anchor. */
function linksOf(path: string): { readonly link: string; readonly target: string; readonly anchor: string }[] {
  return [...prose(read(path)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file, anchor = ''] = link.split('#')
      return { link, target: file === '' ? path : join(dirname(path), file).replaceAll('\\', '/'), anchor }
    })
}

test('every link of every page leads to a file, and every anchor to a heading', () => {
  assert.ok(pages.length > 12)
  const dead = pages.flatMap((page) => linksOf(page)
    .filter(({ target, anchor }) => !existsSync(target) || anchor !== '' && !anchorsOf(target).has(anchor))
    .map(({ link }) => `${page}: ${link}`))
  assert.equal(dead, [])
})

test('links of the README lead to what npm packs, apart from a few; paths that it names exist', () => {
  const packed = [...JSON.parse(read('package.json')).files as string[], 'README.md', 'LICENSE']
  const outside = linksOf('README.md').filter(({ target }) => !packed.some((each) => target === each || target.startsWith(`${each}/`)))
  assert.ok(outside.length <= 12, outside.map(({ link }) => link).join(' '))
  for (const [, path] of readme.matchAll(/`((?:bench|docs|src|test)\/[\w./-]+)`/g)) assert.ok(existsSync(path), path)
})

test(`lines of prose have at most ${WIDTH} characters`, () => {
  const long = pages.filter((page) => page !== GENERATED && !page.startsWith('docs/examples/')).flatMap((page) =>
    prose(read(page)).split('\n')
      .filter((line) => [...line].length > WIDTH && !/^\s*\||^ {4}|^!\[/.test(line))
      .map((line) => `${page}: ${line}`))
  assert.equal(long, [])
})

test('docs apart from results have at most 20,000 words, and design.md at most 300 lines', () => {
  // Tables that a command pastes between two comments are results, too.
  const words = (path: string): number => read(path).replace(/<!-- ([\w-]+) -->[^]*?<!-- \/\1 -->/g, '').split(/\s+/).length
  const total = docs.filter((path) => !isResults(path)).reduce((sum, path) => sum + words(path), 0)
  assert.ok(total <= 20_000, `${total}`)
  assert.ok(read('docs/design.md').split('\n').length - 1 <= 300)
})

test('plain English: none of the words that need a second reading', () => {
  const dialect = /\b(told|whoever|lest|shall|but for|at fault|amounts to|where there is none)\b/i
  const found = pages.flatMap((page) => read(page).split('\n').filter((line) => dialect.test(line)).map((line) => `${page}: ${line}`))
  assert.equal(found, [])
})

test.run()
