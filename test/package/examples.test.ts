/**
 * docs/examples that run in Node, with the packed and installed package. The oracle is a training by the
 * sources, in this process: the same bits, so the same lines.
 */
import { spawn } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole, pointMass } from '../../src/envs/index.ts'
import { decodePolicy } from '../../src/io/index.ts'
import { act, presets, train, type TrainOptions } from '../../src/index.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { env, install, pack, remove, run, scratch } from '../support/package.ts'

const examples = 'docs/examples'
const directory = scratch()
test.after(() => remove(directory))
const project = install(directory, pack(directory))
/** A copy of an example, with the package beside it; its path. */
function place(name: string): string {
  cpSync(`${examples}/${name}`, `${project}/${name}`, { recursive: true })
  return `${project}/${name}`
}

/** What a training reports, one line per iteration: the same bits everywhere, so the same text. */
function linesOf(
  makeEnv: () => Env, options: Partial<TrainOptions>, line: (steps: number, meanReturn: number) => string,
): string[] {
  return [...train(makeEnv, options)].map(({ steps, meanReturn }) => line(steps, meanReturn!))
}

test('each example is short, and imports the package by its name', () => {
  const folders = readdirSync(examples)
  assert.equal(folders.sort(), [
    'browser', 'bun', 'bundler', 'deno', 'natural-gradient', 'node', 'own-loop', 'quickjs', 'sparse-system',
  ])
  for (const folder of folders) {
    const texts = readdirSync(`${examples}/${folder}`)
      .map((file) => readFileSync(`${examples}/${folder}/${file}`, 'utf8'))
    assert.ok(texts.reduce((lines, text) => lines + text.split('\n').length - 1, 0) < 80, folder)
    // From another file of the same example, or from the package.
    for (const text of texts) assert.not.match(text, /from '\.(?!\/\w+\.js')|src\//)
    assert.ok(texts.some((text) => text.includes('trpo')), folder)
  }
})

test('node: a policy is trained and kept; the service answers with actions or errors', async () => {
  const cwd = place('node')
  const { stdout } = run(cwd, 'node', 'train.js', 'policy.safetensors', '24000')
  const options = { ...presets.PointMass, totalSteps: 24_000, seed: 1 }
  const lines = linesOf(pointMass, options, (steps, mean) => `${steps} ${mean.toFixed(2)}`)
  assert.is(stdout, `${lines.join('\n')}\n`)

  const policy = decodePolicy(readFileSync(`${cwd}/policy.safetensors`))
  const child = spawn('node', ['service.js', 'policy.safetensors', '0'], { cwd, env, timeout: 60_000 })
  try {
    child.stdout.setEncoding('utf8')
    const address = await new Promise<string>((done) => child.stdout.on('data', done))
    interface Answer { status: number; answer: { action?: unknown; error?: string } }
    const ask = async (body: string): Promise<Answer> => {
      const response = await fetch(address.trim(), { method: 'POST', body })
      return { status: response.status, answer: JSON.parse(await response.text()) }
    }
    const observation = [1, -0.5, 0.25, 0]
    const action = Array.from(act(policy, observation) as Float64Array)
    assert.equal(await ask(JSON.stringify({ observation })), { status: 200, answer: { action } })
    const wrong = [
      ['{"observation":[1,2]}', 'observation: expected 4 numbers, got 2'],
      ['{"observation":[1,2,3,null]}', 'finite number'],
      ['{}', 'observation: expected'], ['null', 'observation: expected'],
      ['what', 'JSON'], ['"'.repeat(200_000), 'JSON'],
    ]
    for (const [body, error] of wrong) {
      const { status, answer } = await ask(body)
      assert.is(status, 400)
      assert.match(answer.error!, error)
    }
    assert.is((await ask(JSON.stringify({ observation }))).status, 200, 'it still answers')
  } finally {
    child.kill('SIGKILL')
  }
  writeFileSync(`${cwd}/broken.safetensors`, 'no such file')
  assert.throws(() => run(cwd, 'node', 'service.js', 'broken.safetensors', '0'), 'FileError')
})

test('own-loop: the package\'s pieces give a loop that reports what train reports, and another one', () => {
  const lines = run(place('own-loop'), 'node', 'main.js').stdout.trimEnd().split('\n')
  const wanted = [...train(cartPole, { ...presets.CartPole, seed: 1, totalSteps: 10_240 })]
    .map(({ steps, certificate: { kl } }) => `^GAE\\(λ\\) ${steps} [\\d.]+ accepted ${kl.toFixed(5)}$`)
  assert.is(wanted.length, 20)
  for (const { steps } of train(cartPole, { ...presets.CartPole, seed: 1, totalSteps: 10_240 })) {
    wanted.push(`^rewards-to-go ${steps} [\\d.]+ accepted 0\\.\\d{5}$`)
  }
  assert.is(lines.length, 40)
  lines.forEach((line, k) => assert.match(line, new RegExp(wanted[k])))
})

test('natural-gradient: losses fall, and by natural gradient to the end within five steps', () => {
  const { stdout } = run(place('natural-gradient'), 'node', 'main.js')
  const rows = stdout.trimEnd().split('\n').map((line) => line.split(' ').map(Number))
  assert.equal(rows.map(([k]) => k), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  assert.equal(rows[0], [0, 1.098612, 1.098612])
  assert.is(rows[5][1], rows[10][1])
  assert.ok(rows[10][1] < rows[10][2])
})

test('sparse-system: the residual falls until it has converged, for the size that is asked for', () => {
  const cwd = place('sparse-system')
  for (const n of ['63', '31']) {
    const lines = run(cwd, 'node', 'main.js', n).stdout.trimEnd().split('\n')
    assert.match(lines.at(-2)!, /^\d+ converged \d\.\d\de-11 \d\.\d\de-11$/)
    assert.match(lines.at(-1)!, /^u in the middle: 0\.\d{6}$/)
    for (const line of lines.slice(0, -2)) {
      assert.match(line, /^\d+0 max-iterations \d\.\d\de[+-]\d+ \d\.\d\de[+-]\d+$/)
    }
  }
})

test('bundler: the build makes two modules, and the worker trains', () => {
  const cwd = place('bundler')
  const [command, ...words] = JSON.parse(readFileSync(`${cwd}/package.json`, 'utf8')).scripts.build.split(' ')
  run(cwd, resolve(`node_modules/.bin/${command}`), ...words)
  assert.equal(readdirSync(`${cwd}/out`).sort(), ['page.js', 'worker.js'])
  const messages: { file: Uint8Array; steps: number; meanReturn: number; done: boolean }[] = []
  const context = createContext({ postMessage: (message: typeof messages[number]) => messages.push(message) })
  runInContext(readFileSync(`${cwd}/out/worker.js`, 'utf8'), context)
  runInContext('onmessage({ data: { seed: 1, totalSteps: 4096 } })', context)
  assert.equal(messages.map(({ steps, meanReturn, done }) => `${steps} ${meanReturn} ${done}`),
    linesOf(cartPole, { seed: 1, totalSteps: 4096 }, (steps, mean) => `${steps} ${mean} ${steps === 4096}`))
  // Bytes from another realm.
  assert.is(decodePolicy(Uint8Array.from(messages[1].file)).net.sizes.join(), '4,64,64,2')
})

test.run()
