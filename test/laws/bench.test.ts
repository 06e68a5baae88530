/**
 * The benchmarks' entry: it lists all subjects and refuses others; kernels are measured, at given sizes, too.
 * Oracle: the literal list of subjects and errors, and the flop model by hand at one size.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../src/envs/index.ts'
import { benchmarkSubjects, buildBench } from '../support/benchmarks.ts'

const home = '.build/bench-entry'
const bench = buildBench(home)

test('without a subject, or with --help, all subjects are listed', () => {
  for (const words of [[], ['--help'], ['-h']]) {
    const { stdout, stderr, status } = bench(...words)
    assert.is(stderr, '')
    assert.is(status, 0)
    assert.equal([...stdout.matchAll(/^ {2}(\w+) +\S/gm)].map(([, name]) => name), benchmarkSubjects)
  }
})

test('every subject is named in bench/README.md', () => {
  const page = readFileSync('bench/README.md', 'utf8')
  for (const name of benchmarkSubjects) assert.match(page, `\`${name}\``)
})

test('a word that is wrong is one error, with a suggestion if one is near, and exit code 2', () => {
  const names = Object.keys(environments)
  const cases: readonly (readonly [readonly string[], string])[] = [
    [['kernel'], '"kernel": unknown subject, perhaps kernels (npm run bench lists them)\n'],
    [['zebra'], '"zebra": unknown subject (npm run bench lists them)\n'],
    [['toString'], '"toString": unknown subject (npm run bench lists them)\n'],
    [['solver', '--smoek'], '--smoek: unknown flag, perhaps --smoke\n'],
    [['solver', 'fast'], '"fast": expected a flag, --smoke or --write\n'],
    [['search', '--smoke', '--write'], '--write: expected a whole run, got --smoke, too\n'],
    [['kernels', '--write', '--filter', 'tanh'],
      '--write: expected all kernels, got --sizes or --filter, too\n'],
    [['ladder', '--write'], '--write: expected nothing, docs/results/kernels.md quotes single columns\n'],
    [['kernels', '--filter', 'nothing at all', '--sizes', '3-2x4', '--smoke'],
      '--filter: expected part of a kernel\'s name or case, got "nothing at all"\n'],
    [['kernels', '--loss', '-1'], '--loss: expected a number of at least 0, got "-1"\n'],
    [['learning', '--only', 'Go', '--seeds', '0'],
      `--only: expected ${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}, got "Go"\n`
      + '--seeds: expected an integer of at least 1, got 0\n'],
  ]
  for (const [words, expected] of cases) {
    const { stderr, status } = bench(...words)
    assert.is(stderr, expected)
    assert.is(status, 2, words.join(' '))
  }
})

test('a smoke run of kernels measures each of them, in JSON, with finite numbers', () => {
  const { stdout, stderr, status } = bench('kernels', '--smoke', '--json')
  assert.is(stderr, '')
  assert.is(status, 0)
  interface Row { readonly kernel: string; readonly median: number; readonly ratio: number }
  const { measurements } = JSON.parse(stdout) as { measurements: Row[] }
  assert.equal([...new Set(measurements.map(({ kernel }) => kernel))],
    ['multiply', 'multiplyVector', 'tanh', 'fisher', 'cg', 'step', 'rollout'])
  for (const { median, ratio } of measurements) {
    assert.ok(median > 0 && ratio > 0 && Number.isFinite(median * ratio))
  }
})

test('--sizes: Fisher products and conjugate gradients at given sizes, with the flop model\'s terms', () => {
  const { stdout, stderr, status } = bench('kernels', '--smoke', '--sizes', '3-8-6-2x50,5-2x9')
  assert.is(stderr, '')
  assert.is(status, 0)
  // 50 states; 4Nnm for the first two layers, 8Nnm for the last; 4Nkm for the one with sensitivities, k = 2.
  const product = 50 * (4 * 3 * 8 + 4 * 8 * 6 + 8 * 6 * 2 + 4 * 2 * 8)
  const kilo = (product / 1000).toPrecision(4)
  assert.match(stdout, `product ${kilo} kFLOP by sensitivities (16 numbers per state`)
  // 3·8 + 8 + 8·6 + 6 + 6·2 + 2 weights and biases, and two log σ.
  assert.match(stdout, 'P = 102 parameters')
  const titles = [...stdout.matchAll(/^(?:fisher|cg): .*$/gm)].map(([title]) => title)
  for (const label of ['3-8-6-2 gaussian, 50 states', '5-2 gaussian, 9 states']) {
    for (const title of [`fisher: ${label}`, `cg: 10 iterations, ${label}`]) {
      assert.ok(titles.includes(title), title)
    }
  }
  assert.is(titles.filter((title) => !/gaussian, (50|9) states/.test(title)).length, 0)
})

test('--sizes: every malformed or too large size is one line', () => {
  const such = 'inputs-hidden-…-outputs x states, all at least 1, such as 17-64-64-6x5000'
  const { stderr, status } = bench('kernels', '--sizes', '17x5,3-4,3-0-2x5,3-4x9e3,20000-20000-2x3')
  assert.is(status, 2)
  assert.equal(stderr.trimEnd().split('\n'), [
    ...['17x5', '3-4', '3-0-2x5', '3-4x9e3'].map((word) => `--sizes: expected ${such}, got "${word}"`),
    '--sizes: expected a problem of at most 4 GiB, got 6.0 GiB for "20000-20000-2x3"',
  ])
  const nothing = bench('kernels', '--sizes')
  assert.is(nothing.stderr, '--sizes: expected sizes such as 17-64-64-6x5000, got nothing\n')
})

test('--compare: exit code 1 if something is slower, 2 for a file that --json did not print', () => {
  const words = ['kernels', '--smoke', '--filter', 'tanh']
  interface Document { readonly measurements: Record<string, number>[] }
  const { measurements } = JSON.parse(bench(...words, '--json').stdout) as Document
  for (const [factor, expected] of [[1e-6, 1], [1e6, 0]]) {
    const scaled = measurements.map(({ median, low, high, ...rest }) =>
      ({ ...rest, median: factor * median, low: factor * low, high: factor * high }))
    writeFileSync(`${home}/before.json`, JSON.stringify({ measurements: scaled }))
    const { status, stderr } = bench(...words, '--compare', `${home}/before.json`)
    assert.is(status, expected)
    assert.is(stderr.split('\n').filter((line) => line.startsWith('slower: tanh, ')).length, 3 * expected)
  }
  const { status, stderr } = bench(...words, '--compare', 'bench/README.md')
  assert.is(status, 2)
  assert.match(stderr, /^--compare: expected a file that --json printed, got bench\/README.md: /)
})

test('a reader that has seen enough is no error', () => {
  const { stdout, stderr } = spawnSync('sh', ['-c', `node ${home}/run.js | head -1`], { encoding: 'utf8' })
  assert.is(stderr, '')
  assert.is(stdout, 'npm run bench -- SUBJECT [flags]\n')
})

test.run()
