/**
 * README and docs: the output below each example against what the example prints, links and anchors against
 * files and headings, pages against limits of size. No tolerance.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const read = (path: string): string => readFileSync(path, 'utf8')
const readme = read('README.md')
/** Examples in TypeScript, each followed by what it prints. */
function examplesOf(text: string): RegExpExecArray[] {
  return [...text.matchAll(/```ts\n([^]*?)```\n\n```\n([^]*?)```/g)]
}

const docs = readdirSync('docs', { recursive: true })
  .map((path) => `docs/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
const pages = ['README.md', 'CHANGELOG.md', ...docs]
/** Pages of measured results, which have no limit of size, and the book, whose chapters have their own. */
const RESULTS = /^docs\/(results|book)\//

test('the README shows two examples with their output, in 150 lines', () => {
  assert.is(examplesOf(readme).length, 2)
  assert.ok(readme.split('\n').length <= 150)
})

for (const page of pages) {
  for (const [k, [, code, output]] of examplesOf(read(page)).entries()) {
    test(`${page}: example ${k + 1} prints what is printed below it`, () => {
      const outfile = `.build/example-${page.replace(/\W+/g, '-')}-${k}.mjs`
      buildSync({
        stdin: { contents: code, resolveDir: '.', loader: 'ts' },
        outfile, bundle: true, format: 'esm', platform: 'node',
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

/** The text without code, where brackets are not links and # does not begin a heading. */
const prose = (text: string): string => text.replace(/^```[^]*?^```/gm, '')

/** The anchors of a page: its headings as GitHub names them, and those that it sets itself. */
function anchorsOf(path: string): Set<string> {
  const text = prose(read(path))
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-'))
  return new Set([...headings, ...[...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id)])
}

interface Link {
  /** As written. */
  readonly link: string
  /** Path from the root. */
  readonly target: string
  readonly anchor: string
}

/** Relative links of a page. */
function linksOf(path: string): Link[] {
  const links = [...prose(read(path)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link)
  return links.filter((link) => !/^[a-z]+:/.test(link)).map((link) => {
    const [file, anchor = ''] = link.split('#')
    return { link, target: file === '' ? path : join(dirname(path), file).replaceAll('\\', '/'), anchor }
  })
}

test('every link of every page leads to a file, and every anchor to a heading', () => {
  assert.ok(pages.length > 12)
  const dead = pages.flatMap((page) => linksOf(page)
    // What follows # in a link to the playground is a state of it (test/book/text.test.ts).
    .filter(({ target, anchor }) => !existsSync(target)
      || target.endsWith('.md') && anchor !== '' && !anchorsOf(target).has(anchor))
    .map(({ link }) => `${page}: ${link}`))
  assert.equal(dead, [])
})

test('links of the README lead to packed files, with at most 12 exceptions; paths in it exist', () => {
  const packed = [...JSON.parse(read('package.json')).files as string[], 'README.md', 'LICENSE']
  const isPacked = (path: string): boolean =>
    packed.some((each) => path === each || path.startsWith(`${each}/`))
  const outside = linksOf('README.md').filter(({ target }) => !isPacked(target))
  assert.ok(outside.length <= 12, outside.map(({ link }) => link).join(' '))
  const named = readme.matchAll(/`((?:bench|docs|src|test)\/[\w./-]+)`/g)
  for (const [, path] of named) assert.ok(existsSync(path), path)
})

test('docs without results have at most 20,000 words, and design.md at most 300 lines', () => {
  // Tables that a command pastes between two comments are results, too.
  const own = (path: string): string => read(path).replace(/<!-- ([\w-]+) -->[^]*?<!-- \/\1 -->/g, '')
  const words = (path: string): number => own(path).split(/\s+/).length
  const total = docs.filter((path) => !RESULTS.test(path)).reduce((sum, path) => sum + words(path), 0)
  assert.ok(total <= 20_000, `${total}`)
  assert.ok(read('docs/design.md').split('\n').length - 1 <= 300)
})

test.run()
