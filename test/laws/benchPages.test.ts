/**
 * Every study runs, prints tables with the heads of the page that it may write, and a smoke run leaves that
 * page as it is. What commands put into pages, and what pages expect, are the same.
 * Oracle: the bytes of the pages; the bits of no figure are known here.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { learningPage } from '../../bench/studies/learningPage.ts'
import { benchmarkSubjects, buildBench, unknownHeads } from '../support/benchmarks.ts'

const bench = buildBench('.build/bench-pages')
const PAGES: Readonly<Record<string, string>> = {
  certificates: 'docs/results/certificates.md', ladder: 'docs/results/kernels.md',
  learning: 'docs/results/learning.md', locomotion: 'docs/results/locomotion.md',
  normalization: 'docs/results/normalization.md',
  options: 'docs/options.md', player: 'src/io/export/playerText.ts', units: 'docs/results/units.md',
}
/** Run by bench.test.ts, package/size.test.ts and, since they need a browser, by tests of pages. */
const ELSEWHERE = ['kernels', 'sizes', 'install', 'frames', 'playground', 'pictures']

for (const subject of benchmarkSubjects.filter((name) => !ELSEWHERE.includes(name))) {
  test(`npm run bench -- ${subject} runs, and a smoke run writes nothing`, () => {
    const path = PAGES[subject] ?? 'docs/results/benchmarks.md'
    const page = readFileSync(path, 'utf8')
    const { stdout, stderr, status } = bench(subject, '--smoke')
    assert.is(stderr, '')
    assert.is(status, 0)
    if (['options', 'player'].includes(subject)) assert.is(stdout, '')
    else assert.ok(/^\|-{3}[^]*^\|.*^\|/ms.test(stdout) && !/NaN|undefined/.test(stdout), stdout)
    assert.equal(unknownHeads(stdout, page), [])
    assert.is(readFileSync(path, 'utf8'), page)
  })
}

/** Files below `folders` whose names end so, installed packages aside: one of them is a link to all. */
function filesBelow(folders: readonly string[], ending: RegExp): string[] {
  const words = ['ls-files', '-co', '--exclude-standard', ...folders]
  const { stdout } = spawnSync('git', words, { encoding: 'utf8' })
  return stdout.trim().split('\n').filter((path) => ending.test(path))
}

test('every pair of markers in a page has a command that pastes there, and every command its markers', () => {
  const pasted = filesBelow(['bench', 'test/runtimes'], /\.(ts|mjs)$/).flatMap((path) => {
    const text = readFileSync(path, 'utf8')
    const calls = [...text.matchAll(/\bpasteInto\((?:'(.*?)'|(\w+)), '([\w-]+)'/g)]
    // A call that this pattern does not read would pass unseen.
    const all = text.match(/(?<!function )\bpasteInto\(/g) ?? []
    assert.is(calls.length, all.length, path)
    return calls.map(([, page, constant, name]) =>
      `${page ?? new RegExp(`const ${constant} = '(.*?)'`).exec(text)?.[1]}: ${name}`)
  })
  const marked = ['README.md', ...filesBelow(['docs'], /\.md$/)].flatMap((page) => {
    const text = readFileSync(page, 'utf8')
    const pairs = [...text.matchAll(/^<!-- ([\w-]+) -->$[^]*?^<!-- \/\1 -->$/gm)]
    assert.is(2 * pairs.length, text.match(/<!--/g)?.length ?? 0, `${page}: every marker is one of a pair`)
    return pairs.map(([, name]) => `${page}: ${name}`)
  })
  assert.ok(marked.length > 10)
  assert.equal(pasted.sort(), marked.sort())
})

test('docs/results/learning.md is what its command makes of the numbers in it', () => {
  const page = readFileSync('docs/results/learning.md', 'utf8')
  const cells = (line: string): string[] => line.slice(2, -2).split(' | ')
  const rows = [...page.matchAll(/^\| [A-Z].*$/gm)].map(([line]) => cells(line))
  const exact = [...page.matchAll(/^\| \d.*$/gm)].map(([line]) => cells(line))
  const found = (pattern: RegExp): string => pattern.exec(page.replaceAll('\n', ' '))?.[1] ?? 'not found'
  const date = found(/, (\d{4}-\d\d-\d\d)\. /)
  const made = learningPage({
    names: rows.map(([name]) => name), seeds: Number(found(/ on (\d+) seeds each/)), date, rows,
    machine: found(/writes this page\. (.*?), \d{4}-/),
    exact: {
      rows: exact, optimum: found(/the optimum is (−[\d.]+)\. /),
      exactGap: found(/ within ([\d.]+) % of/), sampledGap: found(/ lie (\d+) % below/),
    },
  })
  assert.ok(rows.length > 5 && exact.length > 2)
  assert.equal(made.split('\n'), page.split('\n'))
})

test('docs/results/locomotion.md has the tables that its command makes of the files of trainings', () => {
  const page = readFileSync('docs/results/locomotion.md', 'utf8').split('\n')
  const rows = bench('locomotion').stdout.trim().split('\n')
  assert.ok(rows.length > 20)
  assert.equal(page.filter((line) => line.startsWith('|')), rows)
})

test.run()
