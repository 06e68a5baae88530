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
  writeFileSync(`${folder}/${name}.json`, JSON.stringify({ extends: '../../src/tsconfig.json', compilerOptions, include: [], files }))
  return spawnSync('node', ['node_modules/typescript/bin/tsc', '-p', `${folder}/${name}.json`], { encoding: 'utf8' }).stdout
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
  const entries = ['index', 'plain', 'script', 'envs/index'].map((entry) => `../../src/${entry}.ts`)
  assert.is(compiled('core', entries), '')
})

test('the name of anything that only some hosts have is a compile error in it', () => {
  const names = ['console', 'process', 'performance', 'setTimeout', 'setInterval', 'queueMicrotask', 'structuredClone', 'crypto',
    'TextEncoder', 'TextDecoder', 'fetch', 'URL', 'Worker', 'WebAssembly', 'document', 'window', 'self', 'navigator',
    'localStorage', 'Buffer', 'require', 'Deno', 'Bun', 'print', 'std']
  writeFileSync(`${folder}/names.ts`, `${names.map((name, i) => `export const x${i}: unknown = ${name}`).join('\n')}\n`)
  writeFileSync(`${folder}/module.ts`, `import 'node:fs'\nimport { readFileSync } from 'node:fs'\nexport const read: unknown = readFileSync\n`)
  const problems = compiled('names', ['./names.ts'])
  names.forEach((name, i) => assert.match(problems, new RegExp(`names\\.ts\\(${i + 1},\\d+\\): error TS\\d+: Cannot find name '${name}'`)))
  const imports = compiled('module', ['./module.ts'])
  for (const line of [1, 2]) assert.match(imports, new RegExp(`module\\.ts\\(${line},\\d+\\): error TS\\d+: Cannot find .*'node:fs'`))
})

test('bundled, it names no host, no clock and no dice, and makes no code of text', () => {
  const code = bundled(EVERYTHING, 'esm')
  const forbidden = /\b(node:|eval\b|Function\s*\(|import\s*\(|import\.meta|require\b|Date\b|Math\s*\.\s*random|console\b|process\b|performance\b|setTimeout|setInterval|crypto\b|fetch\s*\(|document\b|window\b|navigator\b)/g
  assert.equal([...code.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '').matchAll(forbidden)].map(([word]) => word), [])
  for (const line of ["import 'node:fs'", 'eval("1")', 'Function("1")', 'import("x")', 'Date.now()', 'Math.random()']) {
    assert.match(line, new RegExp(forbidden.source))
  }
  // The one thing that is looked for in a host, and may be missing.
  assert.equal([...new Set(code.match(/\bglobalThis\b.*/g))], ['globalThis.WebAssembly;'])
})

test('it trains where the language is all there is, and everything that differs from run to run is a trap', () => {
  const context = createContext({}, { codeGeneration: { strings: false, wasm: true } })
  runInContext(`
    const trap = (name) => () => { throw new Error(name) }
    Math.random = trap('Math.random')
    globalThis.Date = class { constructor() { trap('new Date')() } static now() { trap('Date.now')() } }
    for (const name of ['eval', 'Function', 'Intl', 'WeakRef', 'FinalizationRegistry']) globalThis[name] = trap(name)
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

// No script of a page may be made of text under a content security policy; the strictest forbid WebAssembly, too.
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
