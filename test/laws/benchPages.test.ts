import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const PAGE = 'docs/benchmarks.md'
const ENTRIES = [['training', PAGE], ['solver', PAGE], ['search', PAGE], ['learning', PAGE], ['vine', PAGE], ['ladder/main', PAGE], ['normalization', 'docs/normalization.md']]

for (const [entry, at] of ENTRIES) {
  test(`bench/${entry} runs, and a smoke run writes nothing`, () => {
    const outfile = `.build/smoke-${entry.replace('/', '-')}.mjs`
    buildSync({
      entryPoints: [`bench/${entry}.ts`], outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'warning',
    })
    const page = readFileSync(at, 'utf8')
    const { stdout, stderr, status } = spawnSync('node', [outfile, '--smoke'], { encoding: 'utf8' })
    assert.is(stderr, '')
    assert.is(status, 0)
    assert.ok(stdout.split('\n').length > 8 && !/NaN|undefined/.test(stdout), stdout)
    assert.is(readFileSync(at, 'utf8'), page)
  })
}

test.run()
