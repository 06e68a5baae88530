import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bundle, bundles, sizesOf } from '../../bench/bundles.ts'
import { run } from '../support/package.ts'

const weighed = bundles.map((each) => ({ ...each, ...bundle(each) })).map((each) => ({ ...each, sizes: sizesOf(each.bytes) }))
const named = (part: string): typeof weighed[number] => weighed.find(({ title }) => title.includes(part))!

for (const { title, budget, sizes } of weighed) {
  test(`${title}: at most ${budget} bytes after gzip -9`, () => {
    assert.ok(sizes.gzip <= budget, `${sizes.gzip} bytes`)
    // A budget far above what is measured holds nothing.
    assert.ok(sizes.gzip >= 0.8 * budget || sizes.gzip < 1000, `${sizes.gzip} bytes of ${budget}`)
  })
}

test('one function takes along what it needs and nothing else', () => {
  assert.equal([...named('conjugateGradient').sources].sort(), ['src/math/conjugateGradient.ts', 'src/math/vector.ts'])
})

test('a policy that acts brings no training, and no WebAssembly', () => {
  assert.equal(named('decodePolicy').sources.filter((path) => /trpo\/|simd|envs\//.test(path.replace('src/', ''))), [])
})

test('trpo/plain leaves out the assembler and every kernel, and trpo is the same beside them', () => {
  const plain = named('plain').sources, whole = named('`train`, `cartPole`').sources
  assert.equal(plain.filter((path) => path.includes('/simd/')), [])
  assert.equal(whole.filter((path) => !plain.includes(path)).sort(),
    [...readdirSync('src/math/simd').map((file) => `src/math/simd/${file}`), 'src/trpo/memory.ts'].sort())
})

test('no bundle holds an environment that was not asked for', () => {
  const worlds = (part: string): string[] => named(part).sources.filter((path) => path.startsWith('src/envs/')).sort()
  assert.equal(worlds('`train`, `cartPole`'), ['src/envs/cartPole.ts', 'src/envs/simulator.ts'])
  assert.equal(worlds('conjugateGradient'), [])
})

test('sizes told in the documentation are within 5 % of those measured', () => {
  let rows = 0
  for (const page of ['README.md', 'docs/embedding.md'].filter((path) => existsSync(path))) {
    for (const [, title, ...told] of readFileSync(page, 'utf8').matchAll(/^\| (.+?) \| ([\d.]+) kB \| ([\d.]+) kB \| ([\d.]+) kB \|/gm)) {
      const row = weighed.find((each) => each.title === title)
      if (row === undefined) continue
      rows++
      const { minified, gzip, brotli } = row.sizes
      for (const [i, measured] of [minified, gzip, brotli].entries()) {
        // Half a unit of the last digit told, and 5 %.
        const off = Math.abs(1000 * Number(told[i]) - measured)
        assert.ok(off <= 50 + 0.05 * measured, `${page}: ${title}: ${told[i]} kB told, ${measured} bytes measured (npm run sizes)`)
      }
    }
  }
  assert.ok(rows >= bundles.length, `${rows} rows`)
})

for (const entry of ['sizes', 'install']) {
  test(`bench/${entry} prints a table, and writes nothing unless told to`, () => {
    const outfile = `.build/smoke-${entry}.mjs`
    buildSync({
      entryPoints: [`bench/${entry}.ts`], outfile, bundle: true, format: 'esm', platform: 'node', external: ['esbuild'], logLevel: 'warning',
    })
    const page = readFileSync('docs/embedding.md', 'utf8')
    const { stdout, stderr } = run('.', 'node', outfile, '--smoke')
    assert.is(stderr, '')
    assert.match(stdout, entry === 'sizes' ? /^\| everything: .* kB \|$/m : /^\| 1 \| \d+ \| \d+ kB \| \d+ kB \| [\d.]+ s \[.*\] \| [\d.]+ \|$/m)
    assert.is(readFileSync('docs/embedding.md', 'utf8'), page)
  })
}

test.run()
