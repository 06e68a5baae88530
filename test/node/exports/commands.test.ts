/**
 * `trpo export` and `trpo info` in processes: files against what trpo/io writes for the same policy, text
 * against lines written by hand. No tolerance: equal to the byte.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { pendulum } from '../../../src/envs/index.ts'
import {
  decodePolicy, encodeJson, encodeOnnx, encodePolicy, encodeScript, encodeTraining,
  encodeValue, foldNormalizer,
} from '../../../src/io/index.ts'
import { hashWeights } from '../../../src/nn/hash.ts'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { exportHelp, infoHelp } from '../../../src/node/exports/help.ts'
import { recordOf } from '../../../src/node/exports/record.ts'
import { report } from '../../../src/node/exports/info.ts'
import { plain } from '../../../src/node/show/terminal.ts'
import { act } from '../../../src/rl/actor.ts'
import { createNormalizer } from '../../../src/rl/normalizer.ts'
import type { Policy } from '../../../src/rl/policy.ts'
import { box, discrete, multiDiscrete } from '../../../src/rl/world/space.ts'
import { train } from '../../../src/trpo/train.ts'
import { env, program as build } from '../../support/commandLine.ts'
import { drawnPolicy } from '../../support/policy.ts'
import { drawnValue } from '../../support/value.ts'

const program = resolve(build('exports'))
const folder = mkdtempSync('.build/exports-')
test.after(() => rmSync(folder, { recursive: true }))

interface Done { readonly status: number | null; readonly stdout: string; readonly stderr: string }
function trpo(...words: string[]): Done {
  return spawnSync('node', [program, ...words], { encoding: 'utf8', cwd: folder, env, timeout: 20_000 })
}

function normalized(): Policy {
  const space = box([-1, -Infinity], [1, Infinity]), normalizer = createNormalizer(space, 10)!
  normalizer.statistics.count = 12
  normalizer.mean.set([1, 2])
  normalizer.scale.set([3, 4])
  return drawnPolicy(space, box([-2, 0], [2, 1]), { normalizer, logStd: -1 })
}
const policy = normalized(), extra = { environment: 'Pendulum', note: 'é' }
const write = (name: string, bytes: Uint8Array): void => writeFileSync(`${folder}/${name}`, bytes)
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(`${folder}/${name}`))
write('p.safetensors', encodePolicy(policy, extra))
write('v.safetensors', encodeValue(drawnValue(reference, 2, [3], 'relu', new Random(2))))

test('each format is what trpo/io writes, beside the policy, with the text of its file', async () => {
  const folded = 'folded into policy.layers.0, without its limit of 10'
  const cases: readonly (readonly [string[], string, Uint8Array | string, string])[] = [
    [['--format', 'onnx'], 'p.onnx', encodeOnnx(policy, {}, extra), 'ONNX, float64'],
    [['--out', 'f.onnx', '--float32'], 'f.onnx', encodeOnnx(policy, { float32: true }, extra),
      'ONNX, float32'],
    [['--format', 'js'], 'p.js', encodeScript(policy, extra), 'a module without imports'],
    [['--out', 'p.MJS'], 'p.MJS', encodeScript(policy, extra), 'a module without imports'],
    [['--format=json'], 'p.json', encodeJson(policy, extra), 'JSON'],
    [['--format', 'safetensors', '--drop-clip'], 'p.folded.safetensors',
      encodePolicy(foldNormalizer(policy, { dropClip: true }), { ...extra, normalizer: folded }),
      'normaliser folded, without its limit of 10'],
  ]
  for (const [words, name, expected, what] of cases) {
    const { status, stdout, stderr } = trpo('export', 'p.safetensors', ...words)
    assert.is(stderr, '')
    const got = read(name)
    assert.is(stdout, `${name}: ${what}, ${String(got.length).replace(/\B(?=\d{3}$)/, ',')} bytes\n`)
    if (typeof expected === 'string') assert.is(readFileSync(`${folder}/${name}`, 'utf8'), expected)
    else assert.equal(got, expected)
    assert.is(status, 0)
  }
  const script = await import(resolve(`${folder}/p.js`))
  assert.equal(script.act([0.5, 3]), act(policy, [0.5, 3]))
  assert.is(script.about['extra.note'], 'é')
})

test('--mask is for actions that can be masked', () => {
  const choice = drawnPolicy(box([-1], [1]), multiDiscrete([2, 3]))
  write('c.safetensors', encodePolicy(choice))
  assert.is(trpo('export', 'c.safetensors', '--out', 'c.onnx', '--mask').status, 0)
  assert.equal(read('c.onnx'), encodeOnnx(choice, { mask: true }))
})

test('what cannot be exported is one clear line, exit code 2, and no file', () => {
  writeFileSync(`${folder}/taken.js`, 'mine')
  write('taken.safetensors', encodePolicy(policy))
  const p = 'p.safetensors', formats = 'onnx, js, json or safetensors'
  const table: readonly (readonly [string[], string])[] = [
    [[], 'file: expected a policy file, got nothing'],
    [[p], `--format: expected ${formats}, got nothing`],
    [[p, '--format', 'tflite'], `--format: expected ${formats}, got "tflite"`],
    [[p, '--format'], `--format: expected ${formats}, got nothing`],
    [[p, '--out', 'x.txt'], `--format: expected ${formats}, got nothing`],
    [[p, 'q', '--format', 'js'], '"q": unexpected word; the file is already "p.safetensors"'],
    [[p, '--format', 'js', '--float32'], '--float32: expected --format onnx, got js'],
    [[p, '--format', 'js', '--mask'], '--mask: expected --format onnx, got js'],
    [[p, '--format', 'js', '--drop-clip'], '--drop-clip: expected --format safetensors, got js'],
    [[p, '--formt', 'js'], '--formt: unknown flag, perhaps --format'],
    [[p, '--out', 'x.safetensors'], 'p.safetensors: policy.normalizer.clip: expected no limit, which '
      + 'weights cannot hold, or --drop-clip, got 10'],
    [[p, '--out', 'x.onnx', '--mask'],
      'p.safetensors: --mask: expected false where actions are box, got true'],
    [[p, '--out', `../${folder.split('/').pop()}/${p}`, '--drop-clip'],
      '--out: expected another file than p.safetensors, got the same'],
    [['taken.safetensors', '--format', 'js'],
      'taken.js: expected no file of this name, got one; --out FILE replaces it'],
    [['v.safetensors', '--format', 'js'], 'v.safetensors: format: expected "trpo policy", got "trpo value"'],
    [['none', '--format', 'js'],
      'none: expected a file that can be read, got ENOENT: no such file or directory'],
  ]
  for (const [words, expected] of table) {
    const { status, stdout, stderr } = trpo('export', ...words)
    assert.is(stderr, `${expected}\n`)
    assert.is(stdout, '')
    assert.is(status, 2)
  }
  assert.is(readFileSync(`${folder}/taken.js`, 'utf8'), 'mine')
  assert.not.ok(['x.txt', 'x.safetensors', 'x.onnx'].some((name) => existsSync(`${folder}/${name}`)))
  assert.is(trpo('export', 'taken.safetensors', '--out', 'taken.js').status, 0)
})

test('info says what a policy and a value function are', () => {
  const { status, stdout, stderr } = trpo('info', 'p.safetensors')
  assert.is(stderr, '')
  assert.is(status, 0)
  const crc = /crc32 ([0-9a-f]{8})/.exec(stdout)![1], bytes = read('p.safetensors').length
  // Parameters, four bounds of two, μ, σ, statistics, the limit and the count.
  const numbers = 24 + 8 + 8 + 2
  const size = `${String(bytes).replace(/\B(?=\d{3}$)/, ',')} bytes`
  assert.is(stdout, `p.safetensors: a policy
  observation Box(2): -1 … 1, -∞ … ∞
  action      Box(2): -2 … 2, 0 … 1
  drawn from  gaussian, σ 0.3679, 0.3679, squashed into bounds
  network     2 → 4 → 2, tanh, 24 parameters
  weights     hash ${hashWeights(decodePolicy(read('p.safetensors')))}
  normaliser  of 12 states, clipped at ±10
  environment Pendulum
  text        note: é
  writer      trpo 0.1.0
  file        ${size}, 15 tensors of ${numbers} numbers in all, crc32 ${crc}, undamaged
`)
  const value = trpo('info', 'v.safetensors').stdout
  assert.match(value, /^v\.safetensors: a value function\n {2}network +2 → 3 → 1, relu, 13 parameters\n/)
  assert.match(value, /\n {2}weights +hash [0-9a-f]{16}\n/)
  const spaces = drawnPolicy(discrete(3, 5), discrete(2), { units: 3 })
  write('d.safetensors', encodePolicy(spaces))
  const discretes = trpo('info', 'd.safetensors').stdout
  assert.match(discretes, /^d\.safetensors: a policy\n {2}observation Discrete\(3\): 5 … 7\n/)
})

test('info --json is one record, in which an infinite bound is null', () => {
  const { stdout } = trpo('info', 'p.safetensors', '--json')
  assert.is(stdout.indexOf('\n'), stdout.length - 1)
  const record = JSON.parse(stdout)
  assert.equal(record.spaces.observation, { kind: 'box', low: [-1, null], high: [1, null] })
  assert.equal(record.network, {
    sizes: [2, 4, 2], activation: 'tanh', parameters: 24,
    hash: hashWeights(decodePolicy(read('p.safetensors'))), normalizer: { states: 12, clip: 10 },
  })
  assert.equal(record.extra, extra)
  assert.is(JSON.parse(trpo('info', 'v.safetensors', '--json').stdout).policy, null)
})

test('info says how far a training is', () => {
  const options = { hiddenSizes: [3], valueHiddenSizes: [], batchSteps: 64, totalSteps: 128, seed: 5 }
  const [first] = train(pendulum, options)
  const bytes = encodeTraining(first.snapshot(), { environment: 'Pendulum' })
  write('t.safetensors', bytes)
  assert.match(trpo('info', 't.safetensors').stdout, new RegExp(`^t.safetensors: a training
  observation Box\\(3\\): -1 … 1, -1 … 1, -8 … 8
  action      Box\\(1\\): -2 … 2
  progress    64 of 128 steps, 1 iteration
  return      no finished episode
  hidden      policy 3, value none, tanh
  seed        5
  environment Pendulum
  writer      trpo [\\d.]+
  file        [\\d,]+ bytes, \\d+ tensors of [\\d,]+ numbers in all, crc32 \\w{8}, undamaged
$`))
  const { training } = JSON.parse(trpo('info', 't.safetensors', '--json').stdout)
  assert.equal([training.steps, training.options.seed, training.recent], [64, 5, null])
})

test('damage and other files are errors', () => {
  const bytes = read('p.safetensors')
  const damaged = bytes.slice()
  damaged[damaged.length - 1] ^= 1
  write('damaged.safetensors', damaged)
  const table: readonly (readonly [string[], RegExp])[] = [
    [[], /^file: expected a file of trpo, got nothing\n$/],
    [['a', 'b'], /^"b": unexpected word; the file is already "a"\n$/],
    [['damaged.safetensors'], /^damaged\.safetensors: crc32: expected "\w{8}", got "\w{8}": the file is dam/],
    [[program], /: header: expected at most \d+ bytes, got \d+\n$/],
    [[resolve('test/fixtures/io/other.safetensors')],
      /^.*: format: expected "trpo policy" \| "trpo value" \| "trpo training", got undefined\n$/],
  ]
  for (const [words, expected] of table) {
    const { status, stdout, stderr } = trpo('info', ...words)
    assert.match(stderr, expected)
    assert.is(stdout, '')
    assert.is(status, 2)
  }
})

test('no line is wider than the terminal, and no text of a file reaches it as it is', () => {
  const bound = (x: number): number[] => new Array(40).fill(x)
  const wide = drawnPolicy(box(bound(-1.23456789), bound(1e9)), discrete(2))
  const note = `${'word '.repeat(90)}\x1b[31m\nfile        0 bytes`
  const record = recordOf(encodePolicy(wide, { note, command: 'trpo train X '.repeat(20), '\x1b': '' }))
  const lines = report('a file.safetensors', record, 80, plain).trimEnd().split('\n')
  assert.equal(lines.filter((line) => line.length > 79), [])
  assert.not.match(lines.join(''), /\x1b/)
  assert.is(lines.filter((line) => line.startsWith('  file  ')).length, 1)
  for (const help of [exportHelp, infoHelp]) assert.ok(help.split('\n').every((line) => line.length <= 80))
  for (const name of ['export', 'info']) assert.is(trpo(name, '--help').stdout, trpo('help', name).stdout)
})

test('what was exported can be read again', () => {
  assert.is(trpo('info', 'p.folded.safetensors').status, 0)
  const back = decodePolicy(read('p.folded.safetensors'))
  assert.is(back.normalizer, null)
  const [near, same] = [back, policy].map((each) => act(each, [0.5, 3]) as Float64Array)
  near.forEach((x, j) => assert.ok(Math.abs(x - same[j]) < 1e-14))
})

test.run()
