/**
 * docs/examples for runtimes other than Node and browsers, if they are installed. The oracle is a training in
 * this process: the same bits, so the same lines.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole, pointMass } from '../../src/envs/index.ts'
import { decodePolicy } from '../../src/io/index.ts'
import { evaluate, presets, train } from '../../src/index.ts'
import { install, pack, remove, run, scratch } from '../support/package.ts'
import { findProgram, skipped } from '../support/programs.ts'

const directory = scratch()
test.after(() => remove(directory))
const project = install(directory, pack(directory))
/** A copy of an example, with the package beside it; its path. */
function place(name: string): string {
  cpSync(`docs/examples/${name}`, `${project}/${name}`, { recursive: true })
  return `${project}/${name}`
}

/** What docs/examples/quickjs prints. */
function pointMassLines(): string {
  const options = {
    seed: 1, totalSteps: 9000, batchSteps: 3000, envCount: 100, hiddenSizes: [], valueHiddenSizes: [16],
    maxKl: 0.03, damping: 0.01,
  }
  const lines: string[] = []
  for (const { steps, meanReturn, certificate, policy } of train(pointMass, options)) {
    lines.push(`${steps} ${meanReturn!.toFixed(2)} ${certificate.status} ${certificate.kl.toFixed(5)}`)
    if (steps === 9000) lines.push(evaluate(policy, pointMass, { episodes: 10 }).mean.toFixed(2))
  }
  return `${lines.join('\n')}\n`
}

test('the script for QuickJS asks for nothing but print', () => {
  let printed = ''
  const context = createContext({ print: (line: string) => { printed += `${line}\n` } })
  for (const file of ['../node_modules/trpo/dist/trpo.min.js', 'main.js']) {
    runInContext(readFileSync(`${place('quickjs')}/${file}`, 'utf8'), context)
  }
  assert.is(printed, pointMassLines())
})

const deno = findProgram(['deno'], '@deno/*/deno')
if (deno === null) skipped('docs/examples/deno, for want of deno')
else {
  test('deno: an environment of one\'s own is type-checked and solved, with no permission', () => {
    const cwd = place('deno')
    // As `deno install` leaves it, without a network: the package is there.
    writeFileSync(`${project}/package.json`, JSON.stringify({ dependencies: { trpo: '*' } }))
    const flags = ['--no-prompt', '--cached-only', '--node-modules-dir=manual', '--check']
    const { stdout } = run(cwd, deno, 'run', ...flags, 'main.ts')
    const lines = stdout.trimEnd().split('\n')
    assert.is(lines.length, 9)
    assert.is(lines[8], '-10; the maximum is -10')
  })
}

if (deno === null) skipped('what JSR asks of the sources, for want of deno')
else {
  test('JSR takes the sources: they type-check beside a browser\'s types', () => {
    const sources = `${directory}/jsr`
    for (const name of ['jsr.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'src']) {
      cpSync(name, `${sources}/${name}`, { recursive: true })
    }
    const { stderr } = run(sources, deno, 'publish', '--dry-run', '--allow-dirty')
    assert.match(stderr, 'Dry run complete')
    const published = [...stderr.matchAll(/jsr\/(\S+) \(/g)].map(([, file]) => file)
    assert.ok(published.includes('src/index.ts'))
    assert.equal(published.filter((file) => /^src\/(node\/|script)/.test(file)), [])
  })
}

const bun = findProgram(['bun'], '@oven/*/bin/bun')
if (bun === null) skipped('docs/examples/bun, for want of bun')
else {
  test('bun: a policy is trained, kept in a file, taken back and tried', () => {
    const cwd = place('bun')
    // The same bits everywhere, so the same text.
    const lines = [...train(cartPole, { ...presets.CartPole, seed: 1, totalSteps: 20_480 })]
      .filter(({ steps }) => steps % 4096 === 0)
      .map(({ steps, meanReturn }) => `${steps} ${meanReturn!.toFixed(1)}`)
    const { stdout } = run(cwd, bun, 'run', 'main.ts')
    const { mean, std } = evaluate(decodePolicy(readFileSync(`${cwd}/cartPole.safetensors`)), cartPole)
    assert.is(stdout, `${[...lines, `${mean} ± ${std.toFixed(1)}`].join('\n')}\n`)
  })
}

/** QuickJS as a program, or in WebAssembly: a script and what to do with `print`. */
const qjs = findProgram(['qjs'])
const emscripten = resolve('test/runtimes/node_modules/quickjs-emscripten-core')
if (qjs === null && !existsSync(emscripten)) skipped('docs/examples/quickjs, for want of qjs')
else {
  test('quickjs: it trains without WebAssembly, clock or timers, to the bits of the others', () => {
    const cwd = place('quickjs')
    const library = '../node_modules/trpo/dist/trpo.min.js'
    writeFileSync(`${cwd}/embedded.mjs`, `
      import { createRequire } from 'node:module'
      import { readFileSync } from 'node:fs'
      const require = createRequire('${resolve('test/runtimes')}/')
      const { newQuickJSWASMModuleFromVariant } = require('quickjs-emscripten-core')
      const variant = require('@jitl/quickjs-wasmfile-release-sync')
      const context = (await newQuickJSWASMModuleFromVariant(variant.default ?? variant)).newContext()
      context.newFunction('print', (line) => console.log(context.getString(line)))
        .consume((print) => context.setProp(context.global, 'print', print))
      for (const file of ['${library}', 'main.js']) {
        context.unwrapResult(context.evalCode(readFileSync(file, 'utf8'), file)).dispose()
      }`)
    const words = qjs === null ? ['node', 'embedded.mjs'] : [qjs, '--include', library, 'main.js']
    const { stdout } = run(cwd, words[0], ...words.slice(1))
    assert.is(stdout, pointMassLines())
  })
}

test.run()
