/**
 * docs/examples that run in Node, with the packed and installed package. The oracle is a training by the
 * sources, in this process, without a socket, a thread or an end in between: the same bits, the same lines.
 */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createContext, runInContext } from 'node:vm'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole, pointMass } from '../../src/envs/index.ts'
import { decodePolicy, encodeTraining } from '../../src/io/index.ts'
import { act, clonePolicy, type Policy, presets, train, type TrainOptions } from '../../src/index.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { ask, type Child, start } from '../support/children.ts'
import { install, pack, remove, run, scratch } from '../support/package.ts'
import { skipped } from '../support/programs.ts'
import { bits } from '../support/same.ts'

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

/** What a server prints once it listens. */
const ADDRESS = /^\w+:\/\/127\.0\.0\.1:\d+/m

test('each example is short, and imports the package by its name', () => {
  const folders = readdirSync(examples)
  assert.equal(folders.sort(), [
    'browser', 'bun', 'bundler', 'deno', 'game', 'mpi', 'natural-gradient', 'node', 'own-loop', 'python',
    'quickjs', 'service', 'sparse-system', 'threads', 'websocket',
  ])
  for (const folder of folders) {
    const texts = readdirSync(`${examples}/${folder}`)
      .filter((file) => file !== 'node_modules' && file !== 'package-lock.json')
      .map((file) => readFileSync(`${examples}/${folder}/${file}`, 'utf8'))
    for (const text of texts) assert.ok(text.split('\n').length <= 80, folder)
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
  const service = start(cwd, 'service.js', 'policy.safetensors', '0')
  try {
    const address = await service.prints(ADDRESS)
    const observation = [1, -0.5, 0.25, 0], good = JSON.stringify({ observation })
    const action = Array.from(act(policy, observation) as Float64Array)
    assert.equal(await ask(address, good), { status: 200, answer: { action } })
    const wrong = [
      ['{"observation":[1,2]}', 'observation: expected 4 numbers, got 2'],
      ['{"observation":[1,2,3,null]}', 'finite number'],
      ['{}', 'observation: expected'], ['null', 'observation: expected'],
      ['what', 'JSON'], ['"'.repeat(200_000), 'JSON'],
    ]
    for (const [body, error] of wrong) {
      const { status, answer } = await ask<{ error: string }>(address, body)
      assert.is(status, 400)
      assert.match(answer.error, error)
    }
    assert.is((await ask(address, good)).status, 200, 'it still answers')
  } finally {
    service.kill('SIGKILL')
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

const ws = resolve('test/package/node_modules/ws')
if (!existsSync(ws)) skipped('docs/examples/websocket, for want of ws in test/package (npm ci there)')
else {
  const path = 'policy.safetensors'
  const placed = (): string => {
    cpSync(ws, `${project}/node_modules/ws`, { recursive: true })
    return place('websocket')
  }

  test('websocket: training behind a socket gives the bits of training in the process', async () => {
    const cwd = placed()
    const simulator = start(cwd, 'simulator.js', '0')
    try {
      const address = await simulator.prints(ADDRESS)
      const { stdout } = run(cwd, 'node', 'train.js', address, path, '3072')
      const options = { ...presets.CartPole, seed: 1, totalSteps: 3072 }
      const lines = linesOf(cartPole, options, (steps, mean) => `${steps} ${mean.toFixed(1)}`)
      assert.is(stdout, `${lines.join('\n')}\n`)
      const wanted = [...train(cartPole, options)].at(-1)!.policy
      assert.equal(bits(decodePolicy(readFileSync(`${cwd}/${path}`)).net.parameters.flat),
        bits(wanted.net.parameters.flat))

      const { WebSocket } = await import(`file://${ws}/wrapper.mjs`)
      const socket = new WebSocket(address)
      await new Promise((opened) => socket.on('open', opened))
      for (const text of ['what', '{"call":"toString"}', 'null', '{"call":"step","action":7}']) {
        const answered = new Promise((answer) => socket.once('message', answer))
        socket.send(text)
        assert.match(JSON.parse(String(await answered)).error, /./)
      }
      socket.close()
    } finally {
      simulator.kill('SIGKILL')
    }
  })

  test('websocket: Ctrl-C keeps the last policy; a lost connection is an EnvError', async () => {
    const cwd = placed()
    const simulator = start(cwd, 'simulator.js', '0')
    try {
      const address = await simulator.prints(ADDRESS)
      const first = start(cwd, 'train.js', address, path, '9000000')
      await first.prints(/^1024 .*\n/m)
      first.kill('SIGINT')
      const { code, stderr } = await first.ended
      assert.is(stderr, 'interrupted\n')
      assert.is(code, 130)
      assert.is(decodePolicy(readFileSync(`${cwd}/${path}`)).net.sizes.join(), '4,64,2')

      const second = start(cwd, 'train.js', address, path, '9000000')
      await second.prints(/^1024 .*\n/m)
      simulator.kill('SIGKILL')
      const end = await second.ended
      assert.match(end.stderr, /^environment \d, step \d+: (step|reset)\(\) threw ws:\S+: connection lost\n$/)
      assert.is(end.code, 1)
    } finally {
      simulator.kill('SIGKILL')
    }
  })
}

test('service: it answers while it trains, pauses, and continues to the same bits', async () => {
  const cwd = place('service')
  const options = { ...presets.CartPole, seed: 1, totalSteps: 8192 }
  const policies: Policy[] = []
  let bytes: Uint8Array = new Uint8Array()
  for (const { policy, snapshot } of train(cartPole, options)) {
    policies.push(clonePolicy(policy))
    bytes = encodeTraining(snapshot())
  }
  interface Status { readonly iteration: number; readonly paused: boolean; readonly done?: true }
  const children: Child[] = []
  const begin = async (): Promise<{ service: Child; url: string }> => {
    const service = start(cwd, 'server.js', 'training.safetensors', '0', '8192')
    children.push(service)
    return { service, url: await service.prints(ADDRESS) }
  }
  const until = async (url: string, holds: (status: Status) => boolean): Promise<Status> => {
    for (;;) {
      const { answer } = await ask<Status>(`${url}/status`)
      if (holds(answer)) return answer
      await setTimeout(10)
    }
  }
  const observations = Array.from({ length: 30 }, (_, k) => [0.1 * k - 1.5, 0.3, 0.02 * k - 0.3, 0.2])
  const answers = (url: string): Promise<unknown[]> => Promise.all(observations.map(async (observation) =>
    (await ask(`${url}/act`, JSON.stringify({ observation }))).answer))
  const actions = (policy: Policy): unknown[] => observations.map((observation) =>
    ({ action: act(policy, observation) }))
  try {
    const first = await begin()
    await until(first.url, ({ iteration }) => iteration >= 2)
    assert.equal((await ask(`${first.url}/pause`, '')).answer, { paused: true })
    // The iteration that was under way may still end.
    let { iteration } = await until(first.url, ({ paused }) => paused)
    for (let same = 0; same < 20; same++) {
      await setTimeout(10)
      const { answer } = await ask<Status>(`${first.url}/status`)
      if (answer.iteration !== iteration) same = 0
      iteration = answer.iteration
    }
    assert.ok(iteration < policies.length)
    assert.equal(await answers(first.url), actions(policies[iteration - 1]))
    assert.equal((await ask(`${first.url}/resume`, '')).answer, { paused: false })
    await until(first.url, (status) => status.iteration > iteration)
    for (const [url, body, code, error] of [
      ['/act', '{"observation":[1]}', 400, 'observation: expected 4 numbers, got 1'],
      ['/act', 'null', 400, 'observation: expected'], ['/act', 'what', 400, 'JSON'],
      ['/toString', '', 404, 'expected POST /act'],
    ] as const) {
      const { status, answer } = await ask<{ error: string }>(`${first.url}${url}`, body)
      assert.is(status, code)
      assert.match(answer.error, error)
    }
    await ask(`${first.url}/stop`, '')
    const { code, stderr } = await first.service.ended
    assert.is(stderr, '')
    assert.is(code, 0)

    const second = await begin()
    const from = (await until(second.url, (status) => status.iteration > 0)).iteration
    assert.ok(from > iteration, 'it continues')
    await until(second.url, (status) => status.iteration > from)
    second.service.kill('SIGKILL')
    await second.service.ended

    const third = await begin()
    await until(third.url, ({ done }) => done === true)
    assert.equal(await answers(third.url), actions(policies.at(-1)!))
    assert.is(readFileSync(`${cwd}/training.safetensors`).join(), bytes.join(), 'as uninterrupted')
    third.service.kill('SIGTERM')
    assert.is((await third.service.ended).code, 0)
  } finally {
    for (const child of children) child.kill('SIGKILL')
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
