/**
 * Every study runs, prints a table, and a smoke run leaves the page that it may write as it is.
 * Oracle: the bytes of the page, before and after; the bits of no figure are known here.
 */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { benchmarkSubjects, buildBench } from '../support/benchmarks.ts'

const bench = buildBench('.build/bench-pages')
const PAGES: Readonly<Record<string, string>> = {
  ladder: 'docs/results/kernels.md', learning: 'docs/results/learning.md',
  normalization: 'docs/results/normalization.md',
  options: 'docs/options.md',
}
/** Run by bench.test.ts and by package/size.test.ts. */
const ELSEWHERE = ['kernels', 'sizes', 'install']

for (const subject of benchmarkSubjects.filter((name) => !ELSEWHERE.includes(name))) {
  test(`npm run bench -- ${subject} runs, and a smoke run writes nothing`, () => {
    const path = PAGES[subject] ?? 'docs/results/benchmarks.md'
    const page = readFileSync(path, 'utf8')
    const { stdout, stderr, status } = bench(subject, '--smoke')
    assert.is(stderr, '')
    assert.is(status, 0)
    if (subject === 'options') assert.is(stdout, '')
    else assert.ok(/^\|-{3}[^]*^\|.*^\|/ms.test(stdout) && !/NaN|undefined/.test(stdout), stdout)
    assert.is(readFileSync(path, 'utf8'), page)
  })
}

test.run()
