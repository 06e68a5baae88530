import { existsSync, readFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const readme = readFileSync('README.md', 'utf8')
const blocks = [...readme.matchAll(/```ts\n([^]*?)```\n\n```\n([^]*?)```/g)]

test('the README shows two examples with their output, in 150 lines', () => {
  assert.is(blocks.length, 2)
  assert.ok(readme.split('\n').length <= 150)
})

blocks.forEach(([, code, output], k) => {
  test(`example ${k + 1} of the README prints what is printed below it`, () => {
    const outfile = `.build/readme-${k}.mjs`
    buildSync({
      stdin: { contents: code, resolveDir: '.', loader: 'ts' }, outfile, bundle: true, format: 'esm', platform: 'node',
      alias: { 'trpo/envs': './src/envs/index.ts', trpo: './src/index.ts' }, logLevel: 'warning',
    })
    const { stdout, stderr, status } = spawnSync('node', [outfile], { encoding: 'utf8' })
    assert.is(stderr, '')
    assert.is(status, 0)
    assert.is(stdout, output)
  })
})

test('every file that the README and the book link to exists', () => {
  for (const page of ['README.md', 'docs/tour.md', 'docs/design.md', 'docs/deviations.md', 'docs/kernels.md',
    'docs/benchmarks.md', 'docs/learning.md', 'docs/files.md', 'docs/embedding.md', 'docs/runtimes.md', 'docs/normalization.md']) {
    // Brackets in code are no links.
    const text = readFileSync(page, 'utf8').replace(/```[^]*?```/g, '')
    for (const [, link] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      const path = !page.startsWith('docs/') ? link : link.startsWith('../') ? link.slice(3) : `docs/${link}`
      assert.ok(existsSync(path), `${page}: ${link}`)
    }
  }
})

test.run()
