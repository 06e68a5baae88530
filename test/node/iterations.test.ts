/**
 * `trpo train --iterations` and the hashes that commands print, against the library's generator: its record
 * of the same number, hashed with BigInts. No tolerance.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole } from '../../src/envs/index.ts'
import { presets } from '../../src/trpo/options/presets.ts'
import { train } from '../../src/trpo/train.ts'
import { finish, program as build } from '../support/commandLine.ts'

const program = build('iterations')
const folder = mkdtempSync('.build/iterations-')
test.after(() => rmSync(folder, { recursive: true }))

/** FNV-1a, 64 bits, over the bytes of the doubles, the lowest first. */
function fnv(numbers: Float64Array): string {
  let h = 0xcbf29ce484222325n
  const view = new DataView(new ArrayBuffer(8))
  for (const x of numbers) {
    view.setFloat64(0, x, true)
    for (let i = 0; i < 8; i++) h = BigInt.asUintN(64, (h ^ BigInt(view.getUint8(i))) * 0x100000001b3n)
  }
  return h.toString(16).padStart(16, '0')
}

/**
 * After each of the first five iterations of seed 3. Its δ falls over 80 iterations, however many are made.
 */
const hashes: string[] = []
for (const { iteration, policy } of train(cartPole, { ...presets.CartPole, seed: 3 })) {
  hashes.push(fnv(policy.net.parameters.flat))
  if (iteration === 5) break
}

const words = ['train', 'CartPole', '--seed', '3', '--quiet', '--eval-episodes', '0']
const hashIn = (text: string): string | undefined => /\n {2}weights +hash ([0-9a-f]{16})\n/.exec(text)?.[1]

test('a run ends after --iterations, with the weights that the library has then', () => {
  const { code, stdout } = finish(program, ...words, '--no-run-dir', '--iterations', '3')
  assert.is(code, 0)
  assert.is(hashIn(stdout), hashes[2])
  assert.match(stdout, /\n {2}trained +1,536 steps, 3 iterations/)
  assert.match(stdout, /repeat +trpo train CartPole --seed 3 --iterations 3 --eval-episodes 0\n$/)
})

test('such a run is continued up to a later iteration, to the same weights, which info prints', () => {
  const place = `${folder}/run`, file = `${place}/policy.safetensors`
  assert.is(finish(program, ...words, '--run-dir', place, '--iterations', '2').code, 0)
  const resume = (iterations: string): string =>
    finish(program, 'train', '--resume', place, '--quiet', '--iterations', iterations).stdout
  assert.is(resume('2'), `${place}: complete; a higher --iterations than 2 continues it\n`)
  assert.is(hashIn(resume('5')), hashes[4])
  assert.is(hashIn(finish(program, 'info', file).stdout), hashes[4])
  assert.is(JSON.parse(finish(program, 'info', file, '--json').stdout).network.hash, hashes[4])
})

test('every run of a sweep ends there', () => {
  const { code, stdout } = finish(program, 'train', 'CartPole', '--seeds', '3,4', '--iterations', '1',
    '--eval-episodes', '0', '--no-run-dir', '--json')
  assert.is(code, 0)
  const records = stdout.trimEnd().split('\n').map((line) => JSON.parse(line))
  // They run side by side, and either may end first.
  const runs = records.filter(({ type }) => type === 'run').sort((a, b) => a.seed - b.seed)
  assert.equal(runs.map(({ seed, state, steps }) => [seed, state, steps]),
    [[3, 'complete', 512], [4, 'complete', 512]])
})

test.run()
