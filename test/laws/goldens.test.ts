/**
 * The command `npm run goldens` on good and falsified fixtures: its exit status and what it prints.
 * Tolerance: that of the goldens; a number off by 1e-9 must fail.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const outfile = '.build/goldens-command.mjs'
buildSync({
  entryPoints: ['test/goldens.ts'], outfile, bundle: true, format: 'esm', platform: 'node',
  logLevel: 'warning',
})
const run = (...words: string[]): ReturnType<typeof spawnSync> =>
  spawnSync('node', [outfile, ...words], { encoding: 'utf8' })

/** Run on a directory that holds `files` under other names than they were made with. */
function runOn(files: Readonly<Record<string, string>>): ReturnType<typeof spawnSync> {
  const directory = mkdtempSync('.build/goldens-')
  try {
    mkdirSync(`${directory}/policy`)
    mkdirSync(`${directory}/env`)
    for (const [name, text] of Object.entries(files)) writeFileSync(`${directory}/${name}`, text)
    return run(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const policy = readFileSync('test/fixtures/policy/mdisc-8-tanh-b9.json', 'utf8')

test('a directory of goldens passes, and the worst error of each quantity is printed', () => {
  const { status, stdout } = run('test/fixtures')
  assert.is(status, 0)
  assert.match(stdout,
    /ok {3}policy\/gauss-64x64-tanh-b64\.json\n {4}old output +\d\.\de-\d+ of 1\.0e-13 {2}\(64 compared\)/)
  assert.match(stdout, /ok {3}env\/Acrobot-v1\.json/)
  assert.match(stdout, /22 files, 0 failed\n$/)
})

test('files of any name are checked, and a number that is off fails the run', () => {
  assert.is(runOn({ 'policy/some case.json': policy }).status, 0)
  const golden = JSON.parse(policy) as { expected: { vFv: number[] } }
  golden.expected.vFv[0] *= 1 + 1e-9
  const { status, stdout } = runOn({ 'policy/off.json': JSON.stringify(golden) })
  assert.is(status, 1)
  assert.match(stdout, /FAIL policy\/off\.json/)
  assert.match(stdout, / ! vFv\[0\] /)
})

test('a file that cannot be read fails by name; a directory without any is refused', () => {
  const { status, stdout } = runOn({ 'env/torn.json': '{"env": "CartPole-v1", "episodes": [' })
  assert.is(status, 1)
  assert.match(stdout, /FAIL env\/torn\.json: /)
  assert.is(runOn({}).status, 2)
  assert.is(run().status, 2)
  assert.is(run('no/such/directory').status, 2)
})

test.run()
