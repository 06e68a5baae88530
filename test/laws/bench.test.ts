import { spawnSync } from 'node:child_process'
import { buildSync } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

test('every benchmark runs: a smoke run measures each subject, in JSON, with finite numbers', () => {
  const outfile = '.build/bench-smoke.mjs'
  buildSync({ entryPoints: ['bench/main.ts'], outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'warning' })
  const { stdout, stderr, status } = spawnSync('node', [outfile, '--smoke', '--json'], { encoding: 'utf8' })
  assert.is(stderr, '')
  assert.is(status, 0)
  const { measurements } = JSON.parse(stdout) as { measurements: { subject: string; median: number; ratio: number }[] }
  assert.equal([...new Set(measurements.map(({ subject }) => subject))],
    ['multiply', 'multiplyVector', 'tanh', 'fisher', 'cg', 'step', 'rollout'])
  for (const { median, ratio } of measurements) assert.ok(median > 0 && ratio > 0 && Number.isFinite(median * ratio))
  const wrong = spawnSync('node', [outfile, '--fast'], { encoding: 'utf8' })
  assert.is(wrong.status, 2)
  assert.match(wrong.stderr, /^--fast: expected/)
})

test.run()
