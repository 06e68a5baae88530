/** The matrix itself, without the runtimes: what it makes of rows, and what it does where one is missing or wrong. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execPath } from 'node:process'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { start } from './run.ts'
import { runtimes } from './runtimes.ts'
import { fault, firstHash, line, markdown, type Outcome, publishedHash, type Row, summary, tally } from './table.ts'

const HASH = '0123456789abcdef', OTHER = '0123456789abcdee'

function rowOf(runtime: string, outcome: Outcome, backend: Row['backend'] = 'simd'): Row {
  return { runtime, version: '1.2', engine: 'V8', how: 'module', backend, outcome }
}
const found = (simd: string, reference: string, builtins = 'x'): Outcome =>
  ({ backend: 'simd', hashes: { simd, reference }, builtins, seconds: 1.234 })

const sound = rowOf('this node', found(HASH, HASH))
const fallen: Outcome = { backend: 'reference', hashes: { reference: HASH }, builtins: 'y', seconds: 0 }
const missing = rowOf('deno', { missing: 'npm' })
const crashed = rowOf('bun', { failed: 'ended with 139\nbad luck' })

test('a hash that differs is a fault, on either backend', () => {
  assert.is(fault(sound, HASH), null)
  assert.match(fault(rowOf('a', found(OTHER, HASH)), HASH)!, /^simd leaves 0123456789abcdee where 0123456789abcdef/)
  assert.match(fault(rowOf('a', found(HASH, OTHER)), HASH)!, /^reference leaves/)
  assert.match(fault(rowOf('a', { backend: 'simd', hashes: { reference: HASH }, builtins: '', seconds: 1 }), HASH)!, /no hash of simd/)
})

test('a backend that auto should not have chosen is a fault, unless the version decides', () => {
  assert.is(fault(rowOf('a', fallen), HASH), 'auto chose reference where simd is expected')
  assert.is(fault(rowOf('a', found(HASH, HASH), 'reference'), HASH), 'auto chose simd where reference is expected')
  assert.is(fault(rowOf('a', fallen, 'reference'), HASH), null)
  assert.is(fault(rowOf('a', fallen, 'any'), HASH), null)
})

test('rows are held against the first that has a hash; what is missing counts for itself', () => {
  assert.is(firstHash([missing, crashed, sound]), HASH)
  assert.is(firstHash([missing]), null)
  assert.equal(tally([sound, rowOf('a', found(OTHER, OTHER)), missing, crashed, sound]), { passed: 2, failed: 2, missing: 1 })
})

test('a row is a line: ok, FAIL with the reason below, or missing', () => {
  const rows = [sound, rowOf('node 22', found(OTHER, OTHER, 'z')), rowOf('workerd', fallen, 'reference'), missing, crashed]
  const lines = rows.map((row) => line(row, rows).split('\n').map((each) => each.replace(/ +/g, ' ')))
  assert.equal(lines, [
    [`ok this node 1.2 V8 module simd ${HASH} 1.23 A`],
    [`FAIL node 1.2 V8 module simd ${OTHER} 1.23 B`, ` simd leaves ${OTHER} where ${HASH} is expected`],
    [`ok workerd 1.2 V8 module reference ${HASH} — C`],
    ['— deno 1.2 V8 module missing (npm)'],
    ['FAIL bun 1.2 V8 module failed', ' ended with 139', ' bad luck'],
  ])
  const table = markdown(rows).split('\n')
  assert.is(table.length, 2 + rows.length)
  for (const each of table) assert.is(each.split('|').length, 9)
  assert.is(publishedHash(`# Page\n\n${table.join('\n')}\n`), HASH)
  assert.is(publishedHash('# Page\n'), null)
  const older = { ...rowOf('node 18', found(HASH, HASH)), version: '1.1' }
  assert.is(summary([...rows, older]).split('\n').pop(), `| V8 | node 1.1, 1.2 · workerd 1.2 | simd, reference | 3 | ${HASH} |`)
})

test('a program ends with its code, with a signal where it hangs, or not at all', async () => {
  const run = (...script: readonly string[]) => start(execPath, ['-e', ...script], { WORD: 'heard' }, 3).ended
  assert.equal(await run('console.log(process.env.WORD); process.exitCode = 3'), { code: 3, output: 'heard\n' })
  assert.equal(await run('setInterval(() => {}, 1000)'), { code: 'SIGKILL', output: 'no end after 3 s\n' })
  assert.is((await start('./no-such-program', []).ended).code, 'not started')
})

test('what the runtimes are looked for in is what their package fetches, and its lock file names no server', () => {
  const { optionalDependencies } = JSON.parse(readFileSync('test/runtimes/package.json', 'utf8')) as
    { optionalDependencies: Record<string, string> }
  const wanted = runtimes.flatMap(({ candidates }) => candidates)
    .flatMap((path) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [])
    // QuickJS is no program and runs anywhere.
    .filter((name) => !name.startsWith('@jitl/'))
  assert.equal([...new Set(wanted)].sort(), Object.keys(optionalDependencies).sort())
  for (const version of Object.values(optionalDependencies)) assert.match(version, /^(npm:[\w-]+@)?\d+\.\d+\.\d+$/)
  assert.not.match(readFileSync('test/runtimes/package-lock.json', 'utf8'), /"resolved"/)
})

/** The command, with `directory` as all of PATH. */
function matrix(directory: string, ...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(execPath, ['.build/runtimes-smoke.mjs', ...words], { encoding: 'utf8', env: { PATH: directory } })
}

test('the matrix runs the probe here; a missing runtime is a line, a wrong one fails', () => {
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
echo out of luck
exit 7
`)
  spawnSync('/bin/chmod', ['+x', `${directory}/js140`], { encoding: 'utf8' })
  const wrong = matrix(directory, 'js shell')
  assert.match(wrong.stdout, /^FAIL js shell 1\.40 .*\n +simd leaves 0123456789abcdef where [0-9a-f]{16} is expected$/m)
  assert.match(wrong.stdout, /^FAIL js shell 1\.40 .* script .* failed\n +ended with 7\n +out of luck$/m)
  assert.match(wrong.stdout, /\n1 passed, \d failed, \d missing\n$/)
  assert.is(wrong.status, 1)
  rmSync(directory, { recursive: true })
})

test('words that it does not know are refused', () => {
  for (const words of [['--fast'], ['--at-least'], ['--at-least', '0'], ['--write', 'deno']]) {
    const { status, stderr, stdout } = matrix('', ...words)
    assert.match(stderr, /^--[\w-]+: expected/)
    assert.is(stdout, '')
    assert.is(status, 2)
  }
})

test.run()
