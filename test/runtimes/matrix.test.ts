/**
 * The matrix itself: how it judges and prints rows, and what it does if a runtime is missing or wrong.
 * Compared: its verdicts, lines and tables with those written here; its output and exit code with text
 * expected of it when the only runtime on PATH is a shell script that prints an invented hash.
 * Tolerance: none; hashes and texts are equal or not.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execPath } from 'node:process'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { start } from './run.ts'
import { runtimes } from './runtimes.ts'
import {
  expectedHash, line, markdown, type Outcome, publishedHash, type Row, rowProblem, summary, tally,
} from './table.ts'

const HASH = '0123456789abcdef', OTHER = '0123456789abcdee'

function rowOf(runtime: string, outcome: Outcome, backend: Row['backend'] = 'simd'): Row {
  return { runtime, version: '1.2', engine: 'V8', how: 'module', backend, outcome }
}
const found = (simd: string, reference: string, builtins = 'x'): Outcome =>
  ({ backend: 'simd', hashes: { simd, reference }, builtins, seconds: 1.234 })

const passing = rowOf('this node', found(HASH, HASH))
const fallback: Outcome = { backend: 'reference', hashes: { reference: HASH }, builtins: 'y', seconds: 0 }
const missing = rowOf('deno', { missing: 'npm' })
const crashed = rowOf('bun', { failed: 'ended with 139\nsegmentation fault' })

test('a row fails if a hash differs, on either backend', () => {
  assert.is(rowProblem(passing, HASH), null)
  assert.is(rowProblem(rowOf('a', found(OTHER, HASH)), HASH), `simd: expected ${HASH}, got ${OTHER}`)
  assert.is(rowProblem(rowOf('a', found(HASH, OTHER)), HASH), `reference: expected ${HASH}, got ${OTHER}`)
  const without: Outcome = { backend: 'simd', hashes: { reference: HASH }, builtins: '', seconds: 1 }
  assert.is(rowProblem(rowOf('a', without), HASH), 'simd: expected a hash, got nothing')
})

test('a row fails if auto chose another backend than expected; any allows both', () => {
  assert.is(rowProblem(rowOf('a', fallback), HASH), 'auto: expected simd, got reference')
  const unexpected = rowOf('a', found(HASH, HASH), 'reference')
  assert.is(rowProblem(unexpected, HASH), 'auto: expected reference, got simd')
  assert.is(rowProblem(rowOf('a', fallback, 'reference'), HASH), null)
  assert.is(rowProblem(rowOf('a', fallback, 'any'), HASH), null)
})

test('the first row with a hash is the one to equal; missing rows neither pass nor fail', () => {
  assert.is(expectedHash([missing, crashed, passing]), HASH)
  assert.is(expectedHash([missing]), null)
  const rows = [passing, rowOf('a', found(OTHER, OTHER)), missing, crashed, passing]
  assert.equal(tally(rows), { passed: 2, failed: 2, missing: 1 })
})

test('a row is printed as ok, as FAIL with the reason below it, or as missing', () => {
  const wrong = rowOf('node 22', found(OTHER, OTHER, 'z'))
  const rows = [passing, wrong, rowOf('workerd', fallback, 'reference'), missing, crashed]
  const lines = rows.map((row) => line(row, rows).split('\n').map((each) => each.replace(/ +/g, ' ')))
  assert.equal(lines, [
    [`ok this node 1.2 V8 module simd ${HASH} 1.23 A`],
    [`FAIL node 1.2 V8 module simd ${OTHER} 1.23 B`, ` simd: expected ${HASH}, got ${OTHER}`],
    [`ok workerd 1.2 V8 module reference ${HASH} — C`],
    ['— deno 1.2 V8 module missing (npm)'],
    ['FAIL bun 1.2 V8 module failed', ' ended with 139', ' segmentation fault'],
  ])
  const table = markdown(rows).split('\n')
  assert.is(table.length, 2 + rows.length)
  for (const each of table) assert.is(each.split('|').length, 9)
  assert.is(publishedHash(`# Page\n\n${table.join('\n')}\n`), HASH)
  assert.is(publishedHash('# Page\n'), null)
  const older = { ...rowOf('node 18', found(HASH, HASH)), version: '1.1' }
  const lastLine = summary([...rows, older]).split('\n').pop()
  assert.is(lastLine, `| V8 | node 1.1, 1.2 · workerd 1.2 | simd, reference | 3 | ${HASH} |`)
})

test('a program ends with its exit code, is stopped if it hangs, or cannot be started', async () => {
  const run = (...script: readonly string[]) => start(execPath, ['-e', ...script], { WORD: 'value' }, 3).ended
  const ended = await run('console.log(process.env.WORD); process.exitCode = 3')
  assert.equal(ended, { code: 3, output: 'value\n' })
  const hanging = await run('setInterval(() => {}, 1000)')
  assert.equal(hanging, { code: 'SIGKILL', output: 'still running after 3 s\n' })
  assert.is((await start('./no-such-program', []).ended).code, 'not started')
})

test('the runtimes use exactly the packages in package.json, and the lock file names no server', () => {
  const { optionalDependencies } = JSON.parse(readFileSync('test/runtimes/package.json', 'utf8')) as
    { optionalDependencies: Record<string, string> }
  const wanted = runtimes.flatMap(({ candidates }) => candidates)
    .flatMap((path) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [])
    // QuickJS is an ordinary dependency: as WebAssembly it runs on every platform.
    .filter((name) => !name.startsWith('@jitl/'))
  assert.equal([...new Set(wanted)].sort(), Object.keys(optionalDependencies).sort())
  for (const version of Object.values(optionalDependencies)) {
    assert.match(version, /^(npm:[\w-]+@)?\d+\.\d+\.\d+$/)
  }
  assert.not.match(readFileSync('test/runtimes/package-lock.json', 'utf8'), /"resolved"/)
})

interface Finished { readonly status: number | null; readonly stdout: string; readonly stderr: string }

/** Runs the command with PATH set to `directory` alone. */
function matrix(directory: string, ...words: readonly string[]): Finished {
  const args = ['.build/runtimes-smoke.mjs', ...words]
  return spawnSync(execPath, args, { encoding: 'utf8', env: { PATH: directory } })
}

test('the matrix runs the probe in this Node; a missing runtime is reported, a wrong one fails', () => {
  buildSync({
    entryPoints: ['test/runtimes/main.ts'], outfile: '.build/runtimes-smoke.mjs', bundle: true, format: 'esm',
    platform: 'node', external: ['esbuild'], logLevel: 'warning',
  })
  const directory = mkdtempSync('.build/path-')
  const none = matrix(directory, 'js shell')
  assert.is(none.stderr, '')
  assert.match(none.stdout, /^ok {3}this node .* simd /m)
  assert.match(none.stdout, /^— {4}js shell .* missing \(Debian: libmozjs-102-dev\)$/m)
  assert.match(none.stdout, /\n1 passed, 0 failed, 3 missing\n$/)
  assert.is(none.status, 0)

  const few = matrix(directory, '--at-least', '2', 'js shell')
  assert.match(few.stdout, /\nexpected at least 2 rows with the same hash, got 1\n/)
  assert.is(few.status, 1)

  writeFileSync(`${directory}/js140`, `#!/bin/sh
[ "$1" = --version ] && echo 1.40
[ "$1" = -m ] && echo '{"backend":"simd","hashes":{"simd":"${HASH}"},"builtins":"","seconds":1}' && exit
echo out of memory
exit 7
`)
  spawnSync('/bin/chmod', ['+x', `${directory}/js140`], { encoding: 'utf8' })
  const wrong = matrix(directory, 'js shell')
  assert.match(wrong.stdout, /^FAIL js shell 1\.40 .*\n +simd: expected [0-9a-f]{16}, got 0123456789abcdef$/m)
  assert.match(wrong.stdout, /^FAIL js shell 1\.40 .* script .* failed\n +ended with 7\n +out of memory$/m)
  assert.match(wrong.stdout, /\n1 passed, \d failed, \d missing\n$/)
  assert.is(wrong.status, 1)
  rmSync(directory, { recursive: true })
})

test('unknown flags and invalid values are refused', () => {
  for (const words of [['--fast'], ['--at-least'], ['--at-least', '0'], ['--write', 'deno']]) {
    const { status, stderr, stdout } = matrix('', ...words)
    assert.match(stderr, /^--[\w-]+: expected/)
    assert.is(stdout, '')
    assert.is(status, 2)
  }
})

test.run()
