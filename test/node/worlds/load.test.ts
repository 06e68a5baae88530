/**
 * Environments out of modules of the user, by `trpo train` and `trpo eval` in processes: compared with the
 * same world in a table of a script, to the byte, and with errors written by hand. TypeScript in those
 * runtimes of test/runtimes that are installed. No tolerance.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { looksLikeFile, modulePathOf } from '../../../src/node/worlds/modulePath.ts'
import { type Ended, finish, program, run, script } from '../../support/commandLine.ts'
import { findProgram, skipped } from '../../support/programs.ts'

const folder = '.build/modules'
const trpo = program('modules')

/** A corridor of eight places, in JavaScript that is TypeScript, too. */
const CORRIDOR = `
  let place = 0, t = 0
  return {
    observationSpace: { kind: 'discrete', n: 8, start: 0 }, actionSpace: { kind: 'discrete', n: 2, start: 0 },
    reset() { place = t = 0; return { observation: place } },
    step(action) {
      place = Math.max(0, place + (action === 1 ? 1 : -1))
      return { observation: place, reward: -1, terminated: place === 7, truncated: ++t === 100 }
    },
  }`
const row = "{ name: 'Long way', make: corridor, solvedReturn: -8, maxEpisodeSteps: 50, summary: 'a way' }"
const files: Readonly<Record<string, string>> = {
  'corridor.mjs': `export default function corridor() {${CORRIDOR}}`,
  'one.js': `export function corridor() {${CORRIDOR}}`,
  'old.cjs': `module.exports = function corridor() {${CORRIDOR}}`,
  'a#b.mjs': `export default function corridor() {${CORRIDOR}}`,
  'class.mjs': `export default class { constructor() {${CORRIDOR}} }`,
  'record.mjs': `import corridor from './corridor.mjs'\nexport default ${row}`,
  'table.mjs': `import corridor from './corridor.mjs'\nexport default { first: ${row}, second: corridor }\n`
    + 'export const third = corridor',
  'typed.ts': `type Action = 0 | 1\nexport default function corridor() {\n  const n: number = 8\n${CORRIDOR
    .replace('n: 8', 'n').replace('step(action)', 'step(action: Action)')}\n}`,
  'sync.mjs': "import corridor from './corridor.mjs'\nexport default { make: corridor, maxEpisodeSteps: 30 }",
  'later.mjs': `import corridor from './corridor.mjs'
    const later = (answer) => new Promise((resolve) => setImmediate(resolve, answer))
    const made = (step) => {
      const env = corridor()
      return { ...env, reset: () => later(env.reset()), step: step ?? ((action) => later(env.step(action))) }
    }
    export default { make: () => later(made()), maxEpisodeSteps: 30 }
    export const never = () => made(() => new Promise(() => {}))`,
  'throws.mjs': "\nthrow new Error('no GPU\\x1b[2J')",
  'syntax.mjs': 'let = ;',
  'imports.mjs': "import 'no-such-package'\nexport default 1",
  'number.mjs': 'export default 5',
  'makesNumber.mjs': 'export default () => 5',
  'makeThrows.mjs': "export default () => { throw new Error('no display') }",
  'env.mjs': `function f() {${CORRIDOR}}\nexport default f()`,
  'wrongRow.mjs': "export default { make: () => {}, solvedReturn: '8' }",
  'many.mjs': 'export const a = 1, b = 2',
  'nothing.mjs': 'const a = 1',
  'empty.mjs': 'export default {}',
  'world.py': 'pass',
}
test.before(() => {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(`${folder}/${name}`, text)
})
test.after(() => rmSync(folder, { recursive: true }))

const words = [
  '--hidden-sizes', '8', '--total-steps', '2048', '--batch-steps', '512', '--eval-episodes', '5',
  '--no-run-dir',
]
const train = (word: string): Ended => finish(trpo, 'train', word, ...words)
const timeless = (text: string): string => text.replace(/ in \d.* steps\/s\n/, '\n')

test('a module trains as the same world does in the table of a script', () => {
  const own = script('moduleTable', `
    import process from 'node:process'
    import { main } from './src/node/index.ts'
    function corridor() {${CORRIDOR}}
    process.exitCode = await main(process.argv.slice(2), { corridor: { make: corridor } })`)
  const table = finish(own, 'train', 'corridor', ...words, '--save', `${folder}/a.st`)
  const module = finish(trpo, 'train', `${folder}/corridor.mjs`, ...words, '--save', `${folder}/b.st`)
  assert.equal([table.code, module.code], [0, 0], module.stderr)
  assert.ok(module.stderr.startsWith(`running the code of ${folder}/corridor.mjs\n`))
  const policyOf = (file: string): Uint8Array => readFileSync(`${folder}/${file}`).subarray(-512)
  assert.equal(policyOf('a.st'), policyOf('b.st'))
  const untilRepeat = ({ stdout }: Ended): string => timeless(stdout).split('  saved')[0]
  assert.is(untilRepeat(module), untilRepeat(table))
  assert.match(module.stdout, /repeat +trpo train \.build\/modules\/corridor\.mjs --seed 0 /)
})

test('an export is a function, a class, a record or a table; by default the only one', () => {
  const [expected] = train(`${folder}/corridor.mjs`).stdout.split('  repeat')
  const steps = (text: string): string => timeless(text.slice(text.indexOf('  trained')))
  for (const [word, name] of [
    ['one.js', 'corridor'], ['one.js#corridor', 'corridor'], ['old.cjs', 'old'], ['class.mjs', 'class'],
    ['a#b.mjs', 'a#b'], ['table.mjs#second', 'second'], ['table.mjs#third', 'third'],
    ['corridor.mjs#default', 'corridor'],
  ]) {
    const { code, stdout, stderr } = train(`./${folder}/${word}`)
    assert.is(code, 0, stderr)
    assert.ok(stdout.startsWith(`\n${name}: trained; `), stdout)
    assert.is(steps(stdout.split('  repeat')[0]), steps(expected), word)
  }
  for (const word of ['record.mjs', 'table.mjs#first']) {
    assert.match(train(`${folder}/${word}`).stderr, /\ntrpo .*: Long way, solved at a mean return of -8\n/)
  }
  for (const word of [resolve(`${folder}/corridor.mjs`), `file://${resolve(folder)}/corridor.mjs`]) {
    assert.is(train(word).code, 0, word)
  }
})

test('eval of a policy needs the path, since a file cannot name code', () => {
  const file = `${folder}/policy`
  finish(trpo, 'train', `${folder}/record.mjs`, ...words, '--quiet', '--save', file)
  assert.match(finish(trpo, 'eval', file).stderr,
    /policy: Long way: unknown environment \(.*\); one of your own is given as a word .* as a path\n$/)
  const { code, stdout } = finish(trpo, 'eval', file, `${folder}/record.mjs`, '--episodes', '5', '--json')
  assert.is(code, 0)
  assert.is(JSON.parse(stdout).environment, 'Long way')
})

test('what is wrong is one line, and the exit code says whether code or command is wrong', () => {
  const unloadable = 'expected a module that can be loaded, got the error'
  const table: readonly (readonly [string, number, string])[] = [
    ['throws.mjs', 3, `throws.mjs: ${unloadable} no GPU\\u001b[2J (file://`],
    ['syntax.mjs', 3, `syntax.mjs: ${unloadable} `],
    ['imports.mjs', 3, `imports.mjs: ${unloadable} Cannot find package '`],
    ['number.mjs', 3, 'number.mjs: expected a function that makes an environment, got 5\n'],
    ['env.mjs', 3, 'env.mjs: expected a function that makes an environment, got an environment, which '],
    ['makesNumber.mjs', 3, 'environment 0: makeEnv(): expected an environment, got 5\n'],
    ['makeThrows.mjs', 3, 'environment 0: makeEnv() threw no display\n'],
    ['wrongRow.mjs', 3, 'wrongRow.mjs: solvedReturn: expected a finite number or null, got "8"\n'],
    ['table.mjs', 2, 'table.mjs: expected a default export that is one environment, got first, second; '
      + 'choose one, as in table.mjs#first\n'],
    ['table.mjs#frist', 2,
      'table.mjs: expected an export called frist, got third, first, second, perhaps first\n'],
    ['table.mjs#', 2, 'table.mjs: expected the name of an export after #, got nothing\n'],
    ['many.mjs', 2, 'many.mjs: expected a default export, got a, b; choose one, as in many.mjs#a\n'],
    ['nothing.mjs', 2, 'nothing.mjs: expected a default export, got none\n'],
    ['empty.mjs', 2, 'empty.mjs: expected a default export that is one environment, got none\n'],
    ['none.mjs', 2, 'none.mjs: expected a file that can be read, got none\n'],
    ['world.py', 2,
      'world.py: expected JavaScript or TypeScript (.js, .mjs, .cjs, .ts, .mts, .cts), got .py\n'],
  ]
  for (const [word, code, expected] of table) {
    const result = finish(trpo, 'train', `${folder}/${word}`, ...words, '--quiet')
    const text = result.stderr.replaceAll(`${folder}/`, '')
    assert.ok(text.startsWith(expected), text)
    assert.is(text.trimEnd().split('\n').length, 1, text)
    assert.equal([result.code, result.stdout], [code, ''], word)
  }
})

test('an environment that answers later trains, and is evaluated and watched, as one that does not', () => {
  const [sync, later] = ['sync.mjs', 'later.mjs'].map((name) => {
    const file = `${folder}/${name}.st`, flags = [...words, '--quiet', '--save', file]
    assert.is(finish(trpo, 'train', `${folder}/${name}`, ...flags).code, 0, name)
    const seen = [finish(trpo, 'eval', file, `${folder}/${name}`, '--json').stdout,
      finish(trpo, 'watch', file, `${folder}/${name}`).stdout]
    return [readFileSync(file).subarray(-512), ...seen]
      .map((each) => typeof each === 'string' ? each.replaceAll('later', 'sync') : each)
  })
  assert.equal(later, sync)
  const never = finish(trpo, 'train', `${folder}/later.mjs#never`, ...words, '--quiet')
  assert.equal([never.code, never.stderr],
    [3, 'environment: expected an answer, got a promise that nothing is left to keep\n'])
})

test('a vine in a world that cannot save its state is refused beforehand', () => {
  const { code, stderr } = finish(trpo, 'train', `${folder}/corridor.mjs`, '--sampling', 'vine', '--quiet')
  assert.equal([code, stderr], [2, '--sampling: expected "single-path" for an environment without getState '
    + 'and setState, got "vine"\n'])
})

test('a wrong flag is reported before any code runs', () => {
  const { code, stderr } = finish(trpo, 'train', `${folder}/throws.mjs`, '--max-kll', '1')
  assert.equal([code, stderr], [2, '--max-kll: unknown flag, perhaps --max-kl\n'])
})

test('a word is a file by its separators or its ending, and never by its name alone', () => {
  for (const word of ['./maze', 'maze.js', 'maze.mts#x', 'C:\\maze', 'a/b', 'maze.TS', 'x.py']) {
    assert.ok(looksLikeFile(word), word)
  }
  for (const word of ['maze', 'CartPole-v1', 'maze#x', 'js', 'a.b']) assert.not.ok(looksLikeFile(word), word)
  const { url, name } = modulePathOf('test/run.js#x')
  assert.equal([url, name], [`file://${resolve('test/run.js')}`, 'x'])
  const same = modulePathOf(`${url}#x`), whole = modulePathOf(url)
  assert.equal([same.url, same.name, whole.url, whole.name], [url, 'x', url, null])
})

const packages = 'test/runtimes/node_modules'
const runtimes: readonly (readonly [string, string | null, readonly string[]])[] = [
  ['Node 20', findProgram([], 'node20/*/node'), []], ['Node 24', findProgram([], 'node24/*/node'), []],
  ['Deno', findProgram([], '@deno/*/deno'), ['run', '-A']], ['Bun', findProgram([], '@oven/*/bin/bun'), []],
]
for (const [name, path, before] of runtimes) {
  if (path === null) {
    skipped(`TypeScript in ${name}, which is not in ${packages}`)
    continue
  }
  test(`TypeScript in ${name}: trained, or one sentence that says what to do`, () => {
    const { code, stdout, stderr } = run(path, ...before, trpo, 'train', `${folder}/typed.ts`, ...words)
    if (name === 'Node 20') {
      assert.is(code, 2)
      assert.match(stderr, /typed\.ts: expected JavaScript, since Node 20\..* does not run TypeScript; /)
    } else {
      assert.is(code, 0, stderr)
      const steps = (text: string): string =>
        timeless(text.slice(text.indexOf('  trained'), text.indexOf('  repeat')))
      assert.is(steps(stdout), steps(train(`${folder}/corridor.mjs`).stdout))
    }
  })
}

test.run()
