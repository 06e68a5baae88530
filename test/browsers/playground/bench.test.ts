/**
 * The benchmarks that open the playground run, in smoke runs that write nothing. Oracle: the heads of the
 * page's tables, and the bytes of what they may write; no figure is tested.
 */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { buildBench, unknownHeads } from '../../support/benchmarks.ts'
import { skipped } from '../../support/programs.ts'
import { findBrowsers } from '../browser.ts'
import { FOLDER } from './pictures.ts'

const PAGE = 'docs/results/benchmarks.md', PICTURE = `${FOLDER}/desktop.png`

const names = findBrowsers().map(({ name }) => name)
if (!names.includes('chromium')) skipped('benchmarks of the playground, for want of chromium')
else {
  const bench = buildBench('.build/bench-browsers')
  test('npm run bench -- playground measures each browser, paused and training', () => {
    const { stdout, stderr, status } = bench('playground', '--smoke')
    assert.is(stderr, '')
    assert.is(status, 0)
    assert.equal(unknownHeads(stdout, readFileSync(PAGE, 'utf8')), [])
    for (const name of names) assert.match(stdout, new RegExp(`^\\| ${name}, paused \\| [1-9]\\d* \\|`, 'm'))
  })

  test('npm run bench -- pictures takes a picture, and leaves the stored one', () => {
    const before = readFileSync(PICTURE).join()
    const { stdout, stderr, status } = bench('pictures', '--smoke')
    assert.is(stderr, '')
    assert.is(status, 0)
    assert.match(stdout, /^\| desktop \| 1280 × 940 \| [\d.]+ \| [\d.]+ % \|$/m)
    assert.ok(readFileSync(PICTURE).join() === before)
  })
}

test.run()
