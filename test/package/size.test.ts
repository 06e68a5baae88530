/**
 * Bytes that an embedder's bundle takes, against budgets, and which sources are in it; the tables of the
 * documentation. Oracle: esbuild, whose bundles are measured, and npm; the budgets are decisions.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bundle, bundles, playground, sizesOf } from '../../bench/package/bundles.ts'
import { type BenchRun, buildBench, unknownHeads } from '../support/benchmarks.ts'

const weighed = bundles
  .map((each) => ({ ...each, ...bundle(each) }))
  .map((each) => ({ ...each, sizes: sizesOf(each.bytes) }))
const named = (part: string): typeof weighed[number] => weighed.find(({ title }) => title.includes(part))!

for (const { title, budget, sizes } of weighed) {
  test(`${title}: at most ${budget} bytes after gzip -9`, () => {
    assert.ok(sizes.gzip <= budget, `${sizes.gzip} bytes`)
    // A budget far above the measured size limits nothing.
    assert.ok(sizes.gzip >= 0.8 * budget || sizes.gzip < 1000, `${sizes.gzip} bytes of ${budget}`)
  })
}

test('the playground is one file within its budgets, with gzip and with brotli', () => {
  const words = ['docs/playground/build.js', '.build/size']
  const { status, stderr } = spawnSync('node', words, { encoding: 'utf8' })
  assert.equal([status, stderr], [0, ''])
  const { gzip, brotli } = sizesOf(new Uint8Array(readFileSync('.build/size/playground.html')))
  assert.ok(gzip <= playground.gzip && gzip >= 0.8 * playground.gzip, `${gzip} bytes`)
  assert.ok(brotli <= playground.brotli, `${brotli} bytes`)
})

test('one function takes along what it needs and nothing else', () => {
  const { sources } = named('conjugateGradient')
  const own = ['src/math/conjugateGradient.ts', 'src/math/vector.ts', 'src/trpo/doors/mathematics.ts']
  // What the door of conjugateGradient checks, and no other function of its file.
  assert.equal(sources.filter((path) => !path.startsWith('src/errors/')).sort(), own)
})

test('a policy that acts brings no training, and no WebAssembly', () => {
  const { sources } = named('decodePolicy')
  assert.equal(sources.filter((path) => /trpo\/|simd|envs\//.test(path.replace('src/', ''))), [])
})

test('trpo/plain leaves out the assembler and every kernel, and trpo is the same beside them', () => {
  const plain = named('plain').sources, whole = named('`train`, `cartPole`').sources
  assert.equal(plain.filter((path) => path.includes('/simd/')), [])
  assert.equal(whole.filter((path) => !plain.includes(path)).sort(),
    [...readdirSync('src/math/simd').map((file) => `src/math/simd/${file}`), 'src/trpo/memory.ts'].sort())
})

test('no bundle holds an environment that was not asked for', () => {
  const worlds = (part: string): string[] =>
    named(part).sources.filter((path) => path.startsWith('src/envs/')).sort()
  assert.equal(worlds('`train`, `cartPole`'), ['src/envs/cartPole.ts', 'src/envs/simulator.ts'])
  assert.equal(worlds('conjugateGradient'), [])
})

test('sizes in the documentation are within 5 % of those measured', () => {
  let rows = 0
  for (const page of ['README.md', 'docs/guides/embedding.md'].filter((path) => existsSync(path))) {
    const line = /^\| (.+?) \| ([\d.]+) kB \| ([\d.]+) kB \| ([\d.]+) kB \|/gm
    for (const [, title, ...printed] of readFileSync(page, 'utf8').matchAll(line)) {
      const row = weighed.find((each) => each.title === title)
      if (row === undefined) continue
      rows++
      const { minified, gzip, brotli } = row.sizes
      for (const [i, measured] of [minified, gzip, brotli].entries()) {
        // Half a unit of the last printed digit, and 5 %.
        const off = Math.abs(1000 * Number(printed[i]) - measured)
        const both = `${printed[i]} kB printed, ${measured} bytes measured (npm run bench -- sizes)`
        assert.ok(off <= 50 + 0.05 * measured, `${page}: ${title}: ${both}`)
      }
    }
  }
  assert.ok(rows >= bundles.length, `${rows} rows`)
})

const bench = buildBench('.build/bench-package')
for (const subject of ['sizes', 'install']) {
  test(`npm run bench -- ${subject} prints a table, and writes nothing without --write`, () => {
    const page = readFileSync('docs/guides/embedding.md', 'utf8')
    const { stdout, stderr } = bench(subject, '--smoke')
    assert.is(stderr, '')
    assert.match(stdout, subject === 'sizes' ? /^\| everything: .* kB \|$/m
      : /^\| 1 \| \d+ \| \d+ kB \| \d+ kB \| [\d.]+ s \[.*\] \| [\d.]+ \|$/m)
    assert.equal(unknownHeads(stdout, page), [])
    assert.is(readFileSync('docs/guides/embedding.md', 'utf8'), page)
    if (subject === 'install') {
      const [measured, printed] = [stdout, page].map(installation)
      measured.forEach((x, i) => assert.ok(Math.abs(printed[i] - x) <= 0.05 * x,
        `${printed} printed, ${measured} measured: npm run bench -- install --write`))
    }
  })
}

/** Packages, files, and kB of the download and on disk; seconds depend on the machine. */
function installation(text: string): number[] {
  const row = /^\| (\d+) \| (\d+) \| (\d+) kB \| (\d+) kB \| [\d.]+ s/m.exec(text)
  return row!.slice(1).map(Number)
}

test('npm run bench -- sizes --files lists what each source adds to one bundle', () => {
  const filesOf = (part: string): BenchRun => bench('sizes', '--files', part)
  assert.match(filesOf('conjugateGradient').stdout, /^ +[├└].* src\/math\/conjugateGradient\.ts/m)
  assert.match(filesOf('none').stderr, /^--files: expected part of `conjugateGradient` alone \| .*"none"\n$/)
})

test.run()
