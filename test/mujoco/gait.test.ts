/**
 * bench/mujoco/gait.js on a policy that was hardly trained: the file is small, needs no script, and repeats:
 * its last frame leads into its first as frames lead into each other. Oracles: the file's text, read by
 * patterns, and the sizes of the model's capsules. Tolerance: that of rounding to 0.1.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { train } from '../../src/index.ts'
import { encodePolicy } from '../../src/io/index.ts'
import { start } from '../support/children.ts'
import { remove, scratch } from '../support/package.ts'
import { skipped } from '../support/programs.ts'
import { bundle, FOLDER, isInstalled, loadBench } from './bench.ts'

if (!isInstalled) skipped('gaits of bench/mujoco, for want of @mujoco/mujoco (npm ci there)')
else {
  const { table } = await loadBench(), directory = scratch(), program = '.build/mujoco-gait.mjs'
  test.after(() => remove(directory))
  await bundle({ entryPoints: [`${FOLDER}/gait.js`] }, program)
  const policyOf = (task: string): string => {
    const [{ policy }] = train(table[task].make, { totalSteps: 1000, batchSteps: 1000, seed: 1 })
    const file = `${directory}/${task}.safetensors`
    writeFileSync(file, encodePolicy(policy))
    return file
  }
  const gait = (...words: string[]) => start('.', program, ...words).ended

  test('a cheetah that never falls becomes a picture that repeats', async () => {
    const out = `${directory}/gait.svg`
    const { code, stdout, stderr } = await gait(policyOf('HalfCheetah'), 'HalfCheetah', out)
    assert.equal([code, stderr], [0, ''])
    assert.match(stdout, /gait\.svg: [1-3]\.\d\d s at -?\d+\.\d\d m\/s, \d+\.\d kB/)
    const svg = readFileSync(out, 'utf8')
    assert.ok(svg.length < 60_000, `${svg.length} bytes`)
    assert.not.match(svg, /<script|\bon\w+=|href="(?!#)|url\((?!#)|@import/)
    assert.match(svg, /<title id="t">HalfCheetah-v5 as trained by trpo, .*<\/title>/)
    assert.match(svg, /prefers-color-scheme:dark.*prefers-reduced-motion/s)
    const widths = [...svg.matchAll(/stroke-width="([\d.]+)"/g)].map(([, width]) => Number(width))
    assert.equal(widths, Array(8).fill(9.2), 'eight capsules of radius 0.046')
    for (let i = 0; i < 8; i++) {
      const [, rule] = RegExp(String.raw`@keyframes c${i}\{(.*)\}`).exec(svg)!
      const pattern = /([\d.]+)%\{transform:translate\(([-\d.]+)px,([-\d.]+)px\)rotate\(([-\d.]+)/g
      const frames = [...rule.matchAll(pattern)].map((match) => match.slice(1).map(Number))
      assert.ok(frames.length > 35, `${frames.length} frames`)
      assert.equal([frames[0][0], frames.at(-1)![0]], [0, 100])
      assert.equal(frames.at(-1)!.slice(1), frames[0].slice(1), 'the end is the start')
      const moves = frames.slice(1).map(([, x, y], k) => Math.hypot(x - frames[k][1], y - frames[k][2]))
      const largest = Math.max(...moves.slice(0, -8)), seam = Math.max(...moves.slice(-8))
      assert.ok(seam < 2 * largest + 0.3, `limb ${i}: ${seam} in the blend, ${largest} before`)
      const turns = frames.slice(1).map((frame, k) => Math.abs(frame[3] - frames[k][3]))
      assert.ok(Math.max(...turns) < 90, `limb ${i} turns by ${Math.max(...turns)}`)
    }
  })

  test('a hopper that falls at once, other tasks and other files are refused in one line', async () => {
    const file = policyOf('Hopper')
    for (const [words, said] of [
      [[file, 'Hopper', 'x.svg'], /^policy: expected one that runs for more than 2\.6 s, got [\d.]+ s\n$/],
      [[file, 'Ant', 'x.svg'], /^task: expected Hopper, .*, got Ant\n$/],
      [[file, 'Hopper'], /^arguments: expected POLICY TASK OUT, got 2 words\n$/],
      [['package.json', 'Hopper', 'x.svg'], /^header: expected at most \d+ bytes, got \d+\n$/],
      [[file, 'HalfCheetah', 'x.svg'], /^observation: expected 11 numbers, got 17\n$/],
    ] as const) {
      const { code, stdout, stderr } = await gait(...words)
      assert.equal([code, stdout], [1, ''], stderr)
      assert.match(stderr, said)
    }
  })
}

test.run()
