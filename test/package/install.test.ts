/**
 * The package as it is packed and installed: files, entries, types and the command. The oracle is what
 * package.json says, the compiler, and a training by the sources with the same weights to the bit.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import * as envs from '../../src/envs/index.ts'
import * as core from '../../src/index.ts'
import * as io from '../../src/io/index.ts'
import * as parts from '../../src/parts.ts'
import { install, pack, remove, type Run, run, scratch } from '../support/package.ts'
import { skipped } from '../support/programs.ts'
import { TRAINING, weights } from '../support/sample.ts'

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const tsc = resolve('node_modules/typescript/bin/tsc')

const directory = scratch()
test.after(() => remove(directory))
const project = install(directory, pack(directory))
const home = `${project}/node_modules/trpo`
const files = readdirSync(home, { recursive: true })
const write = (name: string, text: string): void => writeFileSync(`${project}/${name}`, text)
const node = (name: string, ...flags: string[]): Run => run(project, 'node', ...flags, name)
const expected = weights()

test('it comes alone: one package, nothing to build, no script that runs at installation', () => {
  assert.equal(readdirSync(`${project}/node_modules`).filter((name) => !name.startsWith('.')), ['trpo'])
  assert.is(manifest.dependencies, undefined)
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
    assert.not.ok(name in manifest.scripts)
  }
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
    assert.match(file, /^(dist|src|docs)(\/|$)|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/)
    assert.not.match(file, 'node_modules')
    // Pages and examples are as written; the bundle of benchmarks is of sources that stay in the repository.
    if (file.startsWith('docs/') || file === 'dist/bench.js') continue
    if (file.endsWith('.js')) assert.ok(files.includes(`${file}.map`), file)
    if (/(?<!\.min)\.js$/.test(file)) assert.ok(files.includes(file.replace(/js$/, 'd.ts')), file)
    if (file.endsWith('.cjs')) assert.ok(files.includes(file.replace(/cjs$/, 'd.cts')), file)
    if (!file.endsWith('.map')) continue
    const { sources } = JSON.parse(readFileSync(join(home, file), 'utf8')) as { sources: string[] }
    assert.ok(sources.length > 0, file)
    for (const source of sources) assert.ok(files.includes(join(dirname(file), source)), `${file}: ${source}`)
  }
  assert.ok(files.filter((file) => file.endsWith('.map')).length > 100)
})

test('ESM imports it, and it trains to the bits of the sources', () => {
  for (const entry of ['trpo', 'trpo/plain']) {
    write('esm.mjs', `
      import { train } from '${entry}'
      import { cartPole } from 'trpo/envs'
      ${TRAINING}console.log(weights)`)
    assert.equal(node('esm.mjs'), { stdout: `${expected}\n`, stderr: '' }, entry)
  }
})

test('require takes it, without a warning', () => {
  write('cjs.cjs', `
    const { train } = require('trpo')
    const { cartPole } = require('trpo/envs')
    ${TRAINING}console.log(weights)`)
  assert.equal(node('cjs.cjs'), { stdout: `${expected}\n`, stderr: '' })
})

test('what no entry names cannot be imported', () => {
  write('deep.mjs', `import 'trpo/dist/math/random.js'`)
  assert.throws(() => node('deep.mjs'), 'ERR_PACKAGE_PATH_NOT_EXPORTED')
})

test('as a script it is one global with the names of all entries, and trains to the same bits', () => {
  // A realm of its own: only what the language itself defines.
  const context = createContext({})
  runInContext(readFileSync(join(home, manifest.unpkg), 'utf8'), context)
  const names = new Set([core, parts, envs, io].flatMap((entry) => Object.keys(entry)))
  assert.is(runInContext('Object.keys(trpo).sort().join()', context), [...names].sort().join())
  const training = `(() => { const { train, cartPole } = trpo\n${TRAINING}return weights })()`
  assert.is(runInContext(training, context), expected)
})

test('trpo/script is the same as a CommonJS module, also if no ES module can be required', () => {
  const names = new Set([core, parts, envs, io].flatMap((entry) => Object.keys(entry)))
  write('script.cjs', `
    const trpo = require('trpo/script'), { train, cartPole } = trpo
    ${TRAINING}console.log(weights)
    console.log(Object.keys(trpo).sort().join())`)
  const printed = `${expected}\n${[...names].sort().join()}\n`
  assert.equal(node('script.cjs'), { stdout: printed, stderr: '' })
  assert.equal(node('script.cjs', '--no-experimental-require-module'), { stdout: printed, stderr: '' })
  write('script.mjs', `import { train, cartPole } from 'trpo/script'
    ${TRAINING}console.log(weights)`)
  assert.equal(node('script.mjs'), { stdout: `${expected}\n`, stderr: '' })
})

const jest = resolve('test/package/node_modules/jest/bin/jest.js')
if (!existsSync(jest)) skipped('trpo in jest, which test/package does not have (npm ci there)')
else {
  test('jest, which requires no ES module, takes the script build under the names of the entries', () => {
    const folder = `${project}/jest`
    mkdirSync(folder)
    const guide = readFileSync('docs/guides/embedding.md', 'utf8')
    const [, mapper] = /^(moduleNameMapper: .*)$/m.exec(guide)!
    writeFileSync(`${folder}/package.json`, '{ "private": true }')
    writeFileSync(`${folder}/jest.config.js`, `module.exports = { ${mapper} }`)
    writeFileSync(`${folder}/trpo.test.js`, `
      const { train } = require('trpo'), { createActor } = require('trpo/parts')
      const { cartPole } = require('trpo/envs'), { encodePolicy } = require('trpo/io')
      test('it trains', () => {
        ${TRAINING}
        expect(weights).toBe('${expected}')
        expect([createActor, encodePolicy].map((each) => typeof each)).toEqual(['function', 'function'])
      })`)
    assert.match(run(folder, 'node', jest).stderr, /^Tests: +1 passed, 1 total$/m)
    // Without the line of the guide it is the error that the guide is about.
    writeFileSync(`${folder}/jest.config.js`, 'module.exports = {}')
    assert.throws(() => run(folder, 'node', jest), /ES Module/)
  })
}

test('declarations name each other as .js, which every compiler finds, and all of them are there', () => {
  let seen = 0
  for (const file of files.filter((file) => /\.d\.c?ts$/.test(file))) {
    const text = readFileSync(join(home, file), 'utf8')
    for (const [, name] of text.matchAll(/(?:\bfrom |\bimport\(|^import )['"](\.[^'"]*)['"]/gm)) {
      seen++
      assert.match(name, /\.js$/, file)
      const target = join(dirname(file), name.replace(/js$/, 'd.ts'))
      assert.ok(files.includes(target), `${file}: ${name}`)
    }
  }
  assert.ok(seen > 200, `${seen} names`)
})

/** Exactly the same type; assignable either way would not do, since `any` is. */
const SAME = `
    type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
    const same = <A, B>(yes: Same<A, B>): boolean => yes
`

test('TypeScript finds the types of every entry, by Node\'s rules and by a bundler\'s', () => {
  write('use.ts', `
    import {
      type Action, act, box, checkEnv, type Certificate, discrete, type Env, evaluate, type Iteration,
      type Mlp, type Policy, train,
    } from 'trpo'
    import {
      actionOf, backendFor, createActor, createPolicy, createTrainer, type Fitter, reference,
    } from 'trpo/parts'
    import { train as trainPlain } from 'trpo/plain'
    import {
      acrobot, cartPole, environments, mountainCar, mountainCarContinuous, pendulum, pointMass,
    } from 'trpo/envs'
    import { decodePolicy, encodePolicy } from 'trpo/io'
    import { clock, main } from 'trpo/node'
    import { train as trainScript } from 'trpo/script'
    ${SAME}
    export const iterations: Generator<Iteration, unknown, void> = train(cartPole, { seed: 1, clock })
    export const plain: typeof iterations = trainPlain(cartPole, { seed: 1 })
    export const script: typeof iterations = trainScript(cartPole, { seed: 1 })
    export const kl = (certificate: Certificate): number => certificate.kl
    export const copy = (policy: Policy): Policy => decodePolicy(encodePolicy(policy))
    export const code: Promise<number> = main(['envs'], environments)

    // An action is of the type that the environment takes, with no cast: built-in environments
    for (const make of [cartPole, acrobot, mountainCar]) {
      const env = make()
      const { observation } = env.reset()
      for (const { policy } of train(make)) {
        const action = act(policy, observation)
        same<typeof action, number>(true)
        env.step(action)
      }
    }
    for (const make of [pendulum, pointMass, mountainCarContinuous]) {
      const env = make()
      const { observation } = env.reset()
      for (const { policy } of trainPlain(make)) {
        const action = act(policy, observation)
        same<typeof action, Float64Array>(true)
        env.step(action)
      }
    }
    // one's own, with a type or without
    export const corridor = (): Env<number> => ({
      observationSpace: box([0], [1]), actionSpace: discrete(2), reset: () => ({ observation: [0] }),
      step: (action) => ({ observation: [action], reward: 1, terminated: true, truncated: false }),
    })
    export const throttle = () => ({
      observationSpace: box([0], [1]), actionSpace: box([0], [1]), reset: () => ({ observation: [0] }),
      step: (action: Float64Array) =>
        ({ observation: action, reward: 1, terminated: true, truncated: false }),
    })
    for (const { policy } of train(corridor)) corridor().step(act(policy, [0]) + 1)
    for (const { policy } of train(throttle)) throttle().step(act(policy, [0]).slice())
    // one of a table, or from a file: either kind
    for (const { policy } of train(environments.CartPole.make)) {
      const action = act(policy, 0)
      same<typeof action, Action>(true)
      environments.CartPole.make().step(action)
    }
    // and the pieces
    const own = createPolicy(reference, box([0], [1]), discrete(2), [], 'tanh')
    const actor = createActor(own, 1), drawn = actionOf(actor, 0)
    same<typeof drawn, number>(true)
    const options = [...train(cartPole)].length as never
    const trainer = createTrainer(pendulum, options, backendFor), torque = act(trainer.policy, [0, 0, 0])
    same<typeof torque, Float64Array>(true)
    export const fitter: Fitter = trainer.fitter, net: Mlp = trainer.policy.net

    for (const env of [cartPole(), pendulum(), corridor(), throttle()]) checkEnv(env)
    evaluate(own, corridor)
    evaluate(trainer.policy, pendulum)
    evaluate(decodePolicy(new Uint8Array()), cartPole)
    evaluate(decodePolicy(new Uint8Array()), environments.Pendulum.make)
  `)
  const misuses = [
    "train(cartPole, { seed: '1' })", 'train(cartPole, { sed: 1 })',
    'train(cartPole()).next().value.certificate.kll',
    'for (const { policy } of train(cartPole)) pendulum().step(act(policy, []))',
    'for (const { policy } of train(pendulum)) cartPole().step(act(policy, []))',
    'for (const { policy } of train(cartPole)) { const a = act(policy, []); same<typeof a, any>(true) }',
    "import { createStepper } from 'trpo'",
  ]
  write('misuse.ts', [
    "import { act, train } from 'trpo'; import { cartPole, pendulum } from 'trpo/envs'", ...misuses, SAME,
  ].join('\n'))
  const compilerOptions = { target: 'es2022', lib: ['es2022'], types: [], strict: true, noEmit: true }
  for (const [module, moduleResolution] of [['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
    // The declarations themselves are checked, too: skipLibCheck is off.
    write('tsconfig.json', JSON.stringify({
      compilerOptions: { ...compilerOptions, module, moduleResolution }, files: ['use.ts'],
    }))
    run(project, 'node', tsc, '-p', '.')
    write('tsconfig.json', readFileSync(`${project}/tsconfig.json`, 'utf8').replace('use.ts', 'misuse.ts'))
    assert.throws(() => run(project, 'node', tsc, '-p', '.'), ({ message }: Error) => {
      const lines = new Set([...message.matchAll(/misuse\.ts\((\d+),/g)].map(([, line]) => Number(line)))
      return [...lines].join() === misuses.map((_, i) => i + 2).join() && !message.includes('find module')
    })
  }
})

const oldest = resolve('test/package/node_modules/typescript-4.7/bin/tsc')
if (!existsSync(oldest)) skipped('TypeScript 4.7, which test/package does not have (npm ci there)')
else {
  test('TypeScript 4.7, the minimum that the guides name, takes the declarations of every entry', () => {
    assert.match(readFileSync('docs/guides/embedding.md', 'utf8'), /TypeScript\s+from\s+4\.7\s+on/)
    const text = readFileSync(`${project}/use.ts`, 'utf8').replace(/^.*[sS]cript\b.*$/gm, '')
    write('oldest.mts', text)
    for (const resolution of ['node16', 'nodenext']) {
      const compilerOptions = {
        target: 'es2022', lib: ['es2022'], types: [], strict: true, noEmit: true,
        module: resolution, moduleResolution: resolution,
      }
      write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['oldest.mts'] }))
      run(project, 'node', oldest, '-p', '.')
    }
  })
}

test('the command is there by its name', () => {
  assert.is(run(project, 'node_modules/.bin/trpo', '--version').stdout, `${manifest.version}\n`)
})

test('trpo bench measures kernels, also at given sizes, and a malformed size is one clear error', () => {
  const bench = (...flags: string[]): ReturnType<typeof run> =>
    run(project, 'node_modules/.bin/trpo', 'bench', ...flags)
  const { stdout, stderr } = bench('--smoke', '--sizes', '3-5-2x40,4-2x7')
  assert.is(stderr, '')
  assert.match(stdout, /^node v.*\na smoke run.*\nmedian .*\n\n3-5-2 gaussian, 40 states\n  product .*\n/)
  assert.match(stdout, /^  P = 34 parameters: .*\n\n4-2 /m)
  assert.match(stdout, /^cg: 10 iterations, 4-2 gaussian, 7 states\n  reference, one Fisher product .*\n/m)
  assert.match(stdout, /^  reference .* × /m)
  assert.throws(() => bench('--sizes', '3-5-2', '--write'),
    /ended with 2\n--sizes: expected inputs-hidden-…-outputs x states.*, got "3-5-2"\n$/)
})

test('trpo/node gives one\'s own environment the command line, and leaves the process as it was', () => {
  write('own.mjs', `
    import process from 'node:process'
    import { main } from 'trpo/node'
    import { environments, pointMass } from 'trpo/envs'
    const summary = 'a world of my own'
    const Maze = { name: 'Maze', make: pointMass, maxEpisodeSteps: 30, solvedReturn: null, summary }
    const small = [
      '--batch-steps', '64', '--total-steps', '64', '--hidden-sizes', '8', '--value-hidden-sizes', '8',
      '--eval-episodes', '0',
    ]
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
  const portable = Object.keys(manifest.exports).filter((name) => !/^\.\/(node|script)$|\.json$/.test(name))
  assert.equal(Object.keys(jsr.exports), portable)
  for (const name of portable) {
    const { default: built } = manifest.exports[name]
    assert.is(jsr.exports[name], built.replace('./dist/', './src/').replace(/js$/, 'ts'))
    assert.ok(existsSync(jsr.exports[name]))
  }
})

test.run()
