import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import * as envs from '../../src/envs/index.ts'
import * as core from '../../src/index.ts'
import * as io from '../../src/io/index.ts'
import { install, pack, remove, run, scratch } from '../support/package.ts'
import { TRAINING, weights } from '../support/sample.ts'

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const tsc = resolve('node_modules/typescript/bin/tsc')

const directory = scratch()
test.after(() => remove(directory))
const project = install(directory, pack(directory))
const home = `${project}/node_modules/trpo`
const files = readdirSync(home, { recursive: true })
const write = (name: string, text: string): void => writeFileSync(`${project}/${name}`, text)
const node = (name: string, ...flags: string[]): { stdout: string; stderr: string } => run(project, 'node', ...flags, name)
const expected = weights()

test('it comes alone: one package, nothing to build, no script that runs at installation', () => {
  assert.equal(readdirSync(`${project}/node_modules`).filter((name) => !name.startsWith('.')), ['trpo'])
  assert.is(manifest.dependencies, undefined)
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) assert.not.ok(name in manifest.scripts)
})

test('every file that the manifest names is there, and its types before its code', () => {
  const entries = Object.entries(manifest.exports as Record<string, string | Record<string, string>>)
  for (const [name, target] of entries) {
    if (typeof target === 'string') assert.ok(existsSync(join(home, target)), name)
    else {
      assert.equal(Object.keys(target), ['types', 'default'], name)
      for (const path of Object.values(target)) assert.ok(existsSync(join(home, path)), path)
    }
  }
  for (const path of [manifest.main, manifest.types, manifest.unpkg, manifest.jsdelivr, manifest.bin.trpo]) {
    assert.ok(existsSync(join(home, path)), path)
  }
})

test('it holds what was built from sources that are there, each with its map, and no test', () => {
  for (const file of files) {
    assert.match(file, /^(dist|src)(\/|$)|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/)
    if (file.endsWith('.js')) assert.ok(files.includes(`${file}.map`), file)
    if (file.endsWith('.js') && !file.endsWith('.min.js')) assert.ok(files.includes(file.replace(/js$/, 'd.ts')), file)
    if (!file.endsWith('.map')) continue
    const { sources } = JSON.parse(readFileSync(join(home, file), 'utf8')) as { sources: string[] }
    assert.ok(sources.length > 0, file)
    for (const source of sources) assert.ok(files.includes(join(dirname(file), source)), `${file}: ${source}`)
  }
  assert.ok(files.filter((file) => file.endsWith('.map')).length > 100)
})

test('ESM imports it, and it trains to the bits of the sources', () => {
  for (const entry of ['trpo', 'trpo/plain']) {
    write('esm.mjs', `import { train } from '${entry}'\nimport { cartPole } from 'trpo/envs'\n${TRAINING}console.log(weights)`)
    assert.equal(node('esm.mjs'), { stdout: `${expected}\n`, stderr: '' }, entry)
  }
})

test('require takes it, without a warning', () => {
  write('cjs.cjs', `const { train } = require('trpo')\nconst { cartPole } = require('trpo/envs')\n${TRAINING}console.log(weights)`)
  assert.equal(node('cjs.cjs'), { stdout: `${expected}\n`, stderr: '' })
})

test('what no entry names cannot be imported', () => {
  write('deep.mjs', `import 'trpo/dist/math/random.js'`)
  assert.throws(() => node('deep.mjs'), 'ERR_PACKAGE_PATH_NOT_EXPORTED')
})

test('as a script it is one global with the names of core, environments and files, and trains to the same bits', () => {
  // A realm of its own: only what the language itself defines.
  const context = createContext({})
  runInContext(readFileSync(join(home, manifest.unpkg), 'utf8'), context)
  assert.equal(runInContext('Object.keys(trpo).sort().join()', context), [core, envs, io].flatMap((entry) => Object.keys(entry)).sort().join())
  assert.is(runInContext(`(() => { const { train, cartPole } = trpo\n${TRAINING}return weights })()`, context), expected)
})

test('TypeScript finds the types of every entry, by Node\'s rules and by a bundler\'s', () => {
  write('use.ts', `
    import { type Certificate, type Iteration, type Policy, train } from 'trpo'
    import { train as trainPlain } from 'trpo/plain'
    import { cartPole, environments } from 'trpo/envs'
    import { decodePolicy, encodePolicy } from 'trpo/io'
    import { clock, main } from 'trpo/node'
    export const iterations: Generator<Iteration, unknown, void> = train(cartPole, { seed: 1, clock })
    export const plain: typeof iterations = trainPlain(cartPole, { seed: 1 })
    export const kl = (certificate: Certificate): number => certificate.kl
    export const copy = (policy: Policy): Policy => decodePolicy(encodePolicy(policy))
    export const code: Promise<number> = main(['envs'], environments)
  `)
  write('misuse.ts', `
    import { train } from 'trpo'
    import { cartPole } from 'trpo/envs'
    train(cartPole, { seed: '1' })
    train(cartPole, { sed: 1 })
    train(cartPole()).next().value.certificate.kll
  `)
  for (const [module, moduleResolution] of [['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
    // The declarations themselves are checked, too: skipLibCheck is off.
    write('tsconfig.json', JSON.stringify({
      compilerOptions: { module, moduleResolution, target: 'es2022', lib: ['es2022'], types: [], strict: true, noEmit: true },
      files: ['use.ts'],
    }))
    run(project, 'node', tsc, '-p', '.')
    write('tsconfig.json', readFileSync(`${project}/tsconfig.json`, 'utf8').replace('use.ts', 'misuse.ts'))
    assert.throws(() => run(project, 'node', tsc, '-p', '.'), ({ message }: Error) =>
      ['(4,', '(5,', '(6,'].every((line) => message.includes(`misuse.ts${line}`)) && !message.includes('Cannot find module'))
  }
})

test('the command is there by its name', () => {
  assert.is(run(project, 'node_modules/.bin/trpo', '--version').stdout, `${manifest.version}\n`)
})

test('trpo/node gives an environment of one\'s own the command line, and leaves the process as it was', () => {
  write('own.mjs', `
    import process from 'node:process'
    import { main } from 'trpo/node'
    import { environments, pointMass } from 'trpo/envs'
    const Maze = { name: 'Maze', make: pointMass, maxEpisodeSteps: 30, solvedReturn: null, summary: 'a world of my own' }
    const small = ['--batch-steps', '64', '--total-steps', '64', '--hidden-sizes', '8', '--value-hidden-sizes', '8', '--eval-episodes', '0']
    const codes = []
    codes.push(await main(['train', 'maze', ...small, '--quiet', '--save', 'maze.safetensors'], { Maze }))
    codes.push(await main(['eval', 'maze.safetensors', '--episodes', '1', '--quiet'], { Maze }))
    codes.push(await main(['envs'], { ...environments, Maze }))
    codes.push(await main(['train', 'CartPole'], { Maze }))
    console.log(codes.join(), process.listenerCount('SIGINT'), process.exitCode)
  `)
  const { stdout, stderr } = node('own.mjs')
  assert.match(stdout, /^\nMaze: trained; [^]*\nMaze: mean return /)
  assert.match(stdout, /^CartPole [^]*^Maze +Box\(4\) +Box\(2\) +30 +-\n +a world of my own$/m)
  assert.match(stdout, /^0,0,0,2 0 undefined$/m)
  assert.is(stderr, 'CartPole: unknown environment (trpo envs lists them)\n')
})

test('jsr.json publishes the same version, and the entries that need no Node', () => {
  const jsr = JSON.parse(readFileSync('jsr.json', 'utf8'))
  assert.is(jsr.version, manifest.version)
  assert.is(jsr.license, manifest.license)
  const portable = Object.keys(manifest.exports).filter((name) => name !== './node' && !name.endsWith('.json'))
  assert.equal(Object.keys(jsr.exports), portable)
  for (const name of portable) {
    const { default: built } = manifest.exports[name]
    assert.is(jsr.exports[name], built.replace('./dist/', './src/').replace(/js$/, 'ts'))
    assert.ok(existsSync(jsr.exports[name]))
  }
})

test.run()
