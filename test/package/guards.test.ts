/**
 * What the core never touches: any host, clock or source of chance. The oracle is the compiler without the
 * types of a host, and runtimes in which all of these are missing or a trap.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import { buildSync, type Format } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../support/package.ts'
import { TRAINING, weights } from '../support/sample.ts'

const folder = '.build/guards'
mkdirSync(folder, { recursive: true })

/** What is wrong with a program by src's own rules, with `files` in place of those of src. */
function compiled(name: string, files: readonly string[]): string {
  const compilerOptions = { noEmit: true, rootDir: '../..' }
  const config = `${folder}/${name}.json`
  const options = { extends: '../../src/tsconfig.json', compilerOptions, include: [], files }
  writeFileSync(config, JSON.stringify(options))
  return spawnSync('node', ['node_modules/typescript/bin/tsc', '-p', config], { encoding: 'utf8' }).stdout
}

function bundled(code: string, format: Format): string {
  const { outputFiles } = buildSync({
    stdin: { contents: code, resolveDir: '.', loader: 'ts' },
    bundle: true, write: false, format, globalName: 'trpo', target: 'es2022', logLevel: 'error',
  })
  return outputFiles[0].text
}

const EVERYTHING = `export * from './src/script.ts'`

test('the core compiles without a word about any host', () => {
  const entries = ['index', 'parts', 'plain', 'script', 'envs/index'].map((entry) => `../../src/${entry}.ts`)
  assert.is(compiled('core', entries), '')
})

test('the name of anything that only some hosts have is a compile error in it', () => {
  const names = ['console', 'process', 'performance', 'setTimeout', 'setInterval', 'queueMicrotask',
    'structuredClone', 'crypto', 'TextEncoder', 'TextDecoder', 'fetch', 'URL', 'Worker', 'WebAssembly',
    'document', 'window', 'self', 'navigator', 'localStorage', 'Buffer', 'require', 'Deno', 'Bun', 'print',
    'std']
  const lines = names.map((name, i) => `export const x${i}: unknown = ${name}\n`)
  writeFileSync(`${folder}/names.ts`, lines.join(''))
  writeFileSync(`${folder}/module.ts`, `import 'node:fs'
import { readFileSync } from 'node:fs'
export const read: unknown = readFileSync
`)
  const problems = compiled('names', ['./names.ts'])
  names.forEach((name, i) => {
    const problem = `names\\.ts\\(${i + 1},\\d+\\): error TS\\d+: Cannot find name '${name}'`
    assert.match(problems, new RegExp(problem))
  })
  const imports = compiled('module', ['./module.ts'])
  for (const line of [1, 2]) {
    assert.match(imports, new RegExp(`module\\.ts\\(${line},\\d+\\): error TS\\d+: Cannot find .*'node:fs'`))
  }
})

test('bundled, it names no host, no clock and no dice, and makes no code of text', () => {
  const code = bundled(EVERYTHING, 'esm')
  const words = [
    'node:', String.raw`(?:eval|require|Date|console|process|performance|crypto|document|window|navigator)\b`,
    String.raw`(?:Function|import|fetch)\s*\(`, String.raw`import\.meta`, String.raw`Math\s*\.\s*random`,
    'setTimeout', 'setInterval',
  ]
  const forbidden = new RegExp(String.raw`\b(${words.join('|')})`, 'g')
  const uncommented = code.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
  assert.equal([...uncommented.matchAll(forbidden)].map(([word]) => word), [])
  const bad = ["import 'node:fs'", 'eval("1")', 'Function("1")', 'import("x")', 'Date.now()', 'Math.random()']
  for (const line of bad) {
    assert.match(line, new RegExp(forbidden.source))
  }
  // The one thing that is looked for in a host, and may be missing.
  assert.equal([...new Set(code.match(/\bglobalThis\b.*/g))], ['globalThis.WebAssembly;'])
})

test('it trains with the language alone, and if everything that differs from run to run is a trap', () => {
  const context = createContext({}, { codeGeneration: { strings: false, wasm: true } })
  runInContext(`
    const trap = (name) => () => { throw new Error(name) }
    Math.random = trap('Math.random')
    globalThis.Date = class { constructor() { trap('new Date')() } static now() { trap('Date.now')() } }
    const traps = ['eval', 'Function', 'Intl', 'WeakRef', 'FinalizationRegistry']
    for (const name of traps) globalThis[name] = trap(name)
    for (const prototype of [Object.prototype, Array.prototype]) Object.freeze(prototype)`, context)
  assert.throws(() => runInContext('Math.random()', context), 'Math.random')
  runInContext(bundled(EVERYTHING, 'iife'), context)
  const train = `(() => { const { train, cartPole } = trpo\n${TRAINING}return weights })()`
  assert.is(runInContext(train, context), weights())
})

const sample = `${folder}/sample.mjs`
writeFileSync(sample, bundled(
  `import { cartPole, train } from './src/script.ts'\n${TRAINING}
  globalThis.process.stdout.write(last.policy.net.backend.name + ' ' + weights)`, 'esm'))

// Content security policies forbid scripts made of text; the strictest forbid WebAssembly, too.
for (const [flags, backend] of [
  [[], 'simd'],
  [['--frozen-intrinsics'], 'simd'],
  [['--disallow-code-generation-from-strings'], 'simd'],
  [['--disable-proto=throw'], 'simd'],
  [['--jitless'], 'reference'],
  [['--noexpose_wasm'], 'reference'],
  [['--frozen-intrinsics', '--disallow-code-generation-from-strings', '--noexpose_wasm'], 'reference'],
] as const) {
  test(`node ${flags.join(' ')} trains on ${backend}, to the same bits`, () => {
    assert.is(run('.', 'node', ...flags, sample).stdout, `${backend} ${weights()}`)
  })
}

test.run()
