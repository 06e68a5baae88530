/**
 * Words of `trpo train` and `trpo eval`, compared with options set in code and with errors written by hand;
 * help with the options' rules. No tolerance: no line of help is as long as the terminal is wide.
 */
import { spawnSync } from 'node:child_process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Environment, environments } from '../../../src/envs/index.ts'
import { resolveOptions } from '../../../src/trpo/options/resolve.ts'
import { rules, texts } from '../../../src/trpo/options/rules.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'
import {
  parseTrainArguments, repeatCommand, resolveTraining, type Training,
} from '../../../src/node/cli/trainArguments.ts'
import { parseEvalArguments } from '../../../src/node/cli/evalArguments.ts'
import {
  describe, environmentTable, expectEnvironments, findEnvironment,
} from '../../../src/node/environments.ts'
import { failure, UsageError } from '../../../src/node/cli/failure.ts'
import {
  expectation, flagNames, flagOf, isSwitch, writeFlag, writeValue,
} from '../../../src/node/cli/flags.ts'
import { evalHelp, mainHelp, trainHelp, watchHelp } from '../../../src/node/cli/help.ts'
import { topics } from '../../../src/node/cli/topics.ts'
import { inWordsOf, shellWord } from '../../../src/node/cli/program.ts'
import { plain } from '../../../src/node/show/terminal.ts'

/** A value other than the default for each option, valid beside the defaults of all others. */
const OTHER: Readonly<Partial<TrainOptions>> = {
  seed: 7, totalSteps: 5000, batchSteps: 512, envCount: 4, hiddenSizes: [32, 16, 8], valueHiddenSizes: [],
  activation: 'relu', initialLogStd: -0.5, actionNoiseHold: 2.5, discount: 0.9, gaeLambda: 1,
  normalizeAdvantages: false, maxKl: 1e-7, cgIterations: 3, cgTolerance: 0, damping: 0.01,
  stepLength: 'damped', lineSearch: 'none', backtrackCoefficient: 0.5, maxBacktracks: 0, fisherFraction: 0.25,
  valueEpochs: 0, valueMinibatch: 32, valueLearningRate: 0.003, valueFit: 'trust-region', valueMaxKl: 0.05,
  valueSteps: 3, valueCgIterations: 4, valueDamping: 0.01, valueCurvatureFraction: 0.3,
  backend: 'reference', preconditioner: 'kronecker',
  sampling: 'vine', vineBranches: 3, vineHorizon: 7, vineSpacing: 2,
  normalizeObservations: 'plain', observationClip: 5, normalizeReturns: false,
  maxKlSchedule: 'cosine', maxKlFinalFraction: 0.5, constraint: 'max-kl', entropyCoefficient: 0.001,
  conventions: 'sb3', klReduction: 'mean', maxKlFactor: 1.5, acceptRatio: 0.1,
  stateDependentStd: true, actionBounds: 'clip',
}

const split = (text: string): string[] => text.split(' ')
const training = (words: string): Training =>
  resolveTraining(parseTrainArguments(split(words)), () => 0, environments)
function problems(words: string): string[] {
  try {
    training(words)
  } catch (error) {
    if (error instanceof UsageError) return error.message.split('\n')
    throw error
  }
  return []
}

test('every option but the clock has a flag', () => {
  assert.equal([...flagNames, 'clock'].sort(), Object.keys(rules).sort())
  assert.equal(Object.keys(OTHER).sort(), [...flagNames].sort())
})

for (const name of flagNames) {
  test(`${flagOf(name)} sets ${name}, with a space and with =`, () => {
    const written = writeFlag(name, OTHER[name])
    // Another library's conventions take the place of the preset.
    const changed = name === 'conventions' ? { conventions: 'sb3' as const }
      : { ...training('CartPole').options, [name]: OTHER[name] }
    const wanted = resolveOptions(changed)
    assert.equal(training(`CartPole ${written}`).options, wanted)
    assert.equal(training(`CartPole ${written.replace(' ', '=')}`).options, wanted)
    assert.equal(training(`${written} CartPole`).options, wanted, 'before the environment')
    assert.is.not(JSON.stringify(OTHER[name]), JSON.stringify(rules[name].default))
  })
}

test('a switch can be set and unset, and the last word decides', () => {
  assert.is(training('CartPole --no-normalize-returns --normalize-returns').options.normalizeReturns, true)
  assert.is(training('CartPole --normalize-returns --no-normalize-returns').options.normalizeReturns, false)
  assert.is(training('CartPole --seed 1 --seed 2').options.seed, 2)
})

test('flags of the output are read, and are off by default', () => {
  const { json, quiet, phases, color, help, evalEpisodes } = parseTrainArguments(['CartPole'])
  assert.equal({ json, quiet, phases, color, help, evalEpisodes },
    { json: false, quiet: false, phases: false, color: true, help: false, evalEpisodes: 100 })
  const words = 'CartPole --json --quiet --phases --no-color --help --eval-episodes 0'
  const all = parseTrainArguments(split(words))
  assert.equal([all.json, all.quiet, all.phases, all.help], [true, true, true, true])
  assert.equal([all.color, all.evalEpisodes], [false, 0])
  assert.is(parseTrainArguments(['-h']).help, true)
  assert.is(parseTrainArguments(split('CartPole')).save, undefined)
  for (const words of ['CartPole --save a.safetensors', '--save=a.safetensors CartPole']) {
    const { environment, save } = parseTrainArguments(split(words))
    assert.equal([environment, save], ['CartPole', 'a.safetensors'])
  }
  assert.is(training('CartPole').options.clock, undefined)
  assert.is(training('CartPole --phases').options.clock?.(), 0)
})

test('an error names flag, value, expectation and the nearest name', () => {
  const table: readonly (readonly [string, ...string[]])[] = [
    ['CartPole --max-kll 0.1', '--max-kll: unknown flag, perhaps --max-kl'],
    ['CartPole --maxKl=0.1', '--maxKl: unknown flag, perhaps --max-kl'],
    ['CartPole --gamma 0.9', '--gamma: unknown flag, perhaps --discount'],
    ['CartPole --n_steps=64', '--n_steps: unknown flag, perhaps --batch-steps'],
    ['CartPole --lr 1', '--lr: unknown flag, perhaps --value-learning-rate'],
    ['--learning-rate 0.1 CartPole', '--learning-rate: unknown flag, perhaps --value-learning-rate'],
    [`CartPole --${'x'.repeat(100_000)}`, `"--${'x'.repeat(38)}…": unknown flag`],
    ['CartPole --no-seed', '--no-seed: unknown flag, perhaps --seed'],
    ['CartPole --zzzzzzzzzzzz', '--zzzzzzzzzzzz: unknown flag'],
    ['CartPole --jsn', '--jsn: unknown flag, perhaps --json'],
    ['CartPole -x', '-x: unknown flag, perhaps -h'],
    ['CartPole --seed', '--seed: expected an integer of at least 0, got nothing'],
    ['CartPole --seed --json', '--seed: expected an integer of at least 0, got nothing'],
    ['CartPole --seed=', '--seed: expected an integer of at least 0, got ""'],
    ['CartPole --seed 0x10', '--seed: expected an integer of at least 0, got "0x10"'],
    ['CartPole --seed 1.5', '--seed: expected an integer of at least 0, got 1.5'],
    ['CartPole --max-kl -1', '--max-kl: expected a number above 0, got -1'],
    ['CartPole --max-kl NaN', '--max-kl: expected a number above 0, got "NaN"'],
    ['CartPole --max-kl 1e999', '--max-kl: expected a number above 0, got Infinity'],
    ['CartPole --hidden-sizes 64,', '--hidden-sizes[1]: expected an integer from 1 to 65536, got ""'],
    ['CartPole --activation Tanh', '--activation: expected "tanh" | "relu" | "identity", got "Tanh"'],
    ['CartPole --json=1', '--json: expected no value, got "1"'],
    ['CartPole --eval-episodes -3', '--eval-episodes: expected an integer of at least 0, got -3'],
    ['CartPole --eval-episodes', '--eval-episodes: expected an integer of at least 0, got nothing'],
    ['CartPole --save', '--save: expected a file, got nothing'],
    ['CartPole --save --json', '--save: expected a file, got nothing'],
    ['CartPole --save=', '--save: expected a file, got nothing'],
    ['CartPole Acrobot', '"Acrobot": unexpected word; the environment is already "CartPole"'],
    ['Cartpol', 'Cartpol: unknown environment, perhaps CartPole (trpo envs lists them)'],
    ['constructor', 'constructor: unknown environment (trpo envs lists them)'],
    ['Pendulum --batch-steps 100 --env-count 3',
      '--batch-steps: expected a multiple of --env-count (3), got 100'],
  ]
  for (const [words, ...expected] of table) assert.equal(problems(words), expected, words)
  assert.match(problems('--seed 1')[0], /^environment: expected one of CartPole, .*, got nothing$/)
})

test('several problems are reported together, and the value of a misspelt flag is no environment', () => {
  assert.equal(problems('Cartpol --max-kll 0.1 --discount 2 --seed -1'), [
    'Cartpol: unknown environment, perhaps CartPole (trpo envs lists them)',
    '--max-kll: unknown flag, perhaps --max-kl',
    '--seed: expected an integer of at least 0, got -1',
    '--discount: expected a number from 0 to 1, got 2',
  ])
})

test('a vine of all actions is refused if the environment has no list of its actions', () => {
  const words = '--sampling vine --vine-branches all'
  assert.is(training(`CartPole ${words}`).options.vineBranches, 'all')
  const refusal = '--vine-branches: expected an integer where actions are box, got "all"'
  assert.equal(problems(`Pendulum ${words}`), [refusal])
})

test('environments are found in any case and with a version', () => {
  for (const name of ['CartPole', 'cartpole', 'CARTPOLE', 'CartPole-v1', 'cartpole-V0']) {
    const found = findEnvironment(name, environments)
    assert.is(typeof found === 'string' ? found : found.name, 'CartPole')
  }
})

test('the command that repeats a run is read back as the same options', () => {
  const flags = flagNames.map((name) => writeFlag(name, OTHER[name]))
  const asked = training(['CartPole', ...flags, '--eval-episodes 3'].join(' '))
  const command = repeatCommand(asked, null)
  assert.ok(command.startsWith('trpo train CartPole --seed 7 '), command)
  const again = resolveTraining(parseTrainArguments(split(command).slice(2)), () => 0, environments)
  assert.equal(again.options, asked.options)
  assert.is(again.given.evalEpisodes, 3)
  assert.is(repeatCommand(training('cartpole-v1'), null), 'trpo train CartPole --seed 0')
  const some = { iteration: 3, steps: 1536 }, all = { iteration: 80, steps: 40_960 }
  assert.is(repeatCommand(training('CartPole'), some), 'trpo train CartPole --seed 0 --iterations 3',
    'interrupted')
  assert.is(repeatCommand(training('CartPole --iterations 3'), null),
    'trpo train CartPole --seed 0 --iterations 3')
  assert.is(repeatCommand(training('CartPole --iterations 90'), all), 'trpo train CartPole --seed 0')
})

test('the command begins with the program, and a word with a space or a quote is quoted', () => {
  const command = repeatCommand(training('CartPole'), null, 'node my.js')
  assert.is(command, 'node my.js train CartPole --seed 0')
  const words = ['CartPole', 'a b', "it's", '$HOME', '`id`', '"', '\\', '*', '~', 'a;b', '', '€', 'x=1,2']
  const { stdout } = spawnSync('sh', ['-c', `printf '%s\\n' ${words.map(shellWord).join(' ')}`],
    { encoding: 'utf8' })
  assert.equal(stdout.split('\n').slice(0, -1), words, 'the oracle is a shell')
  assert.is(shellWord('CartPole'), 'CartPole')
  assert.is(inWordsOf('node my.js', '(trpo envs lists them) trpo: x, trpo/node, trpo train CartPole'),
    '(node my.js envs lists them) trpo: x, trpo/node, node my.js train CartPole')
})

test('an environment is found by its key or, if that is another one, by its name', () => {
  const worlds = { key: { ...environments.CartPole, name: 'My World' } }
  for (const name of ['key', 'KEY', 'My World']) assert.is(findEnvironment(name, worlds), worlds.key)
  for (const name of ['Maze-v2', 'grid/maze', 'a.js', 'CartPole']) {
    assert.is(findEnvironment(name, { [name]: environments.CartPole }), environments.CartPole)
  }
  assert.is(findEnvironment('x.mjs', worlds), 'x.mjs: expected a name that trpo envs lists, got a file; '
    + 'only a word of the command may name code')
})

test('a table is completed with what only people read, and a row that is wrong is named', () => {
  const make = environments.CartPole.make
  const { Maze } = expectEnvironments({ Maze: { make } as unknown as Environment })
  assert.equal(Maze, { make, name: 'Maze', solvedReturn: null, summary: '' })
  const table: readonly (readonly [unknown, string])[] = [
    [make, ': expected a record with name and make, got function cartPole'],
    [null, ': expected a record with name and make, got null'],
    [{}, '.make: expected a function that returns an environment, got undefined'],
    [{ make, name: 5 }, '.name: expected a string, got 5'],
    [{ make, summary: [] }, '.summary: expected a string, got Array of length 0'],
    [{ make, solvedReturn: NaN }, '.solvedReturn: expected a finite number or null, got NaN'],
    [{ make, maxEpisodeSteps: 0 }, '.maxEpisodeSteps: expected an integer of at least 1, got 0'],
    [{ make, maxEpisodeSteps: null }, '.maxEpisodeSteps: expected an integer of at least 1, got null'],
    [{ make, preset: null }, '.preset: expected a record of options, got null'],
    [{ make, preset: [1] }, '.preset: expected a record of options, got Array of length 1'],
    [{ make, preset: { maxKl: 0, gamma: 1 } }, '.preset.gamma: expected a known option, perhaps discount, '
      + 'got "gamma"\nenvironments.Maze.preset.maxKl: expected a number above 0, got 0'],
  ]
  for (const [row, message] of table) {
    const wrong = (error: unknown): boolean => failure(error).code === 3
      && (error as Error).message === `environments.Maze${message}`
    assert.throws(() => expectEnvironments({ Maze: row as Environment }), wrong, message)
  }
})

test('the preset of a row takes the place of the one by name; flags and conventions precede it', () => {
  const row = { ...environments.CartPole, preset: { maxKl: 0.02, batchSteps: 4096 } }
  const table = expectEnvironments({ CartPole: row })
  const read = (words: string): Training =>
    resolveTraining(parseTrainArguments(split(words)), () => 0, table)
  assert.equal(read('CartPole').options, resolveOptions(row.preset))
  assert.equal(read('CartPole --max-kl 0.5').options, resolveOptions({ ...row.preset, maxKl: 0.5 }))
  assert.equal(read('CartPole --conventions sb3').options, resolveOptions({ conventions: 'sb3' }))
  assert.is(repeatCommand(read('CartPole'), null), 'trpo train CartPole --seed 0')
  assert.is(repeatCommand(read('CartPole --max-kl 0.01'), null), 'trpo train CartPole --seed 0 --max-kl 0.01')
})

test('a space is described shortly, whatever its size', () => {
  assert.is(describe({ kind: 'multiDiscrete', nvec: [3, 2] }), 'MultiDiscrete(3,2)')
  assert.is(describe({ kind: 'multiDiscrete', nvec: new Array(1e5).fill(3) }),
    'MultiDiscrete(3,3,3,3,3,3,3,3,… 100000 in all)')
})

test('words after -- are no flags', () => {
  const { file, environment, problems } = parseEvalArguments(['--', '-x.st', '--json'])
  assert.equal([file, environment, problems], ['-x.st', '--json', []])
})

test('eval takes a file, an environment or none, and flags for its episodes', () => {
  const { problems, ...bare } = parseEvalArguments(['a.safetensors'])
  assert.equal(problems, [])
  assert.equal(bare, {
    file: 'a.safetensors', environment: undefined, episodes: 100, seed: 0, deterministic: true,
    json: false, quiet: false, color: true, help: false,
  })
  const words = 'a CartPole --episodes 3 --seed=7 --stochastic --json --quiet --no-color'
  const full = parseEvalArguments(split(words))
  assert.equal(full, {
    file: 'a', environment: 'CartPole', episodes: 3, seed: 7, deterministic: false,
    json: true, quiet: true, color: false, help: false, problems: [],
  })
  assert.is(parseEvalArguments(split('a --stochastic --deterministic')).deterministic, true)
  assert.is(parseEvalArguments(['-h']).help, true)
})

test('problems of the words after eval are reported together', () => {
  const table: readonly (readonly [string, ...string[]])[] = [
    ['--json', 'file: expected a policy file, got nothing'],
    ['a b c', '"c": unexpected word; the environment is already "b"'],
    ['a --episodes 0', '--episodes: expected an integer of at least 1, got 0'],
    ['a --episodes', '--episodes: expected an integer of at least 1, got nothing'],
    ['a --seed 1.5 --episods 3', '--seed: expected an integer of at least 0, got 1.5',
      '--episods: unknown flag, perhaps --episodes'],
    ['a --stochastic=1', '--stochastic: expected no value, got "1"'],
  ]
  for (const [words, ...expected] of table) {
    assert.equal(parseEvalArguments(split(words)).problems, expected, words)
  }
})

/** The help of a flag, its lines joined. */
function entryOf(flag: string): string {
  const lines = trainHelp('all').split('\n')
  const [first, ...more] = lines.flatMap((text, i) => text.trim().split(/\s/)[0] === flag ? [i] : [])
  assert.ok(first !== undefined && more.length === 0, flag)
  let end = first + 1
  while (lines[end].startsWith('    ')) end++
  return lines.slice(first, end).map((line) => line.trim()).join(' ')
}

test('help lists every flag once, with its default and range', () => {
  for (const name of flagNames) {
    const entry = entryOf(isSwitch(name) ? writeFlag(name, !rules[name].default) : flagOf(name))
    assert.ok(entry.includes(texts[name][0]), entry)
    if (!isSwitch(name)) {
      assert.ok(entry.startsWith(`${flagOf(name)} ${writeValue(rules[name].default)} `), entry)
      assert.ok(expectation(name).length > 5, name)
      assert.ok(entry.endsWith(expectation(name)), entry)
    }
  }
  assert.match(trainHelp('all'), /--cg-tolerance +0.01 /)
  assert.match(trainHelp(), /--hidden-sizes +64,64 /)
  for (const flag of ['save', 'eval-episodes', 'json', 'quiet', 'seeds', 'jobs']) {
    for (const page of [trainHelp(), trainHelp('all')]) assert.match(page, new RegExp(`\\n  --${flag} `))
  }
  for (const flag of ['episodes', 'seed', 'stochastic', 'json']) {
    assert.match(evalHelp(), new RegExp(`\\n  --${flag} `))
  }
  assert.match(watchHelp(), /\n {2}--fps 30 /)
  for (const page of [mainHelp(), trainHelp(), trainHelp('all'), evalHelp(), watchHelp()]) {
    for (const code of ['0', '1', '2', '3', '129, 130, 143']) {
      assert.match(page, new RegExp(`^  ${code}  `, 'm'))
    }
  }
})

/** Flags that a page lists. */
function flagsIn(page: string): string[] {
  return [...page.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, flag]) => flag)
}

test('the first page of help is short, every flag has one topic, and a wrong topic is named', () => {
  assert.ok(trainHelp().split('\n').length < 70)
  const names = ['output', 'run', 'sweep', ...Object.keys(topics)]
  const byTopic = names.flatMap((name) => flagsIn(trainHelp(name)))
  assert.equal([...byTopic].sort(), flagsIn(trainHelp('all')).sort(), 'each in one')
  const all = new Set(byTopic)
  for (const flag of flagsIn(trainHelp())) assert.ok(all.has(flag), flag)
  for (const name of names) assert.match(trainHelp(), new RegExp(`trpo train --help ${name} `))
  assert.throws(() => trainHelp('stpe'), (error: Error) => failure(error).code === 2
    && error.message.startsWith('stpe: unknown topic of help, perhaps step (all, output, '))
  assert.is(parseTrainArguments(['--help', 'step']).topic, 'step')
  assert.is(parseTrainArguments(['CartPole', '-h']).topic, null)
  assert.is(parseTrainArguments(['--help', '--json']).topic, null)
})

const pages = async (columns: number): Promise<string[]> => {
  const reader = { program: 'node my/own/script.js', columns }
  return [mainHelp(reader), trainHelp(null, reader), trainHelp('all', reader), evalHelp(reader),
    watchHelp(reader), await environmentTable(environments, plain, columns)]
}

for (const columns of [80, 60, 45]) {
  test(`help and the table of environments fit in ${columns} columns, and break at words`, async () => {
    const wide = await pages(Infinity)
    for (const [k, page] of (await pages(columns)).entries()) {
      for (const line of page.split('\n')) assert.ok([...line].length < columns, line)
      const words = (text: string): string => text.split(/\s+/).filter((word) => word !== '').join(' ')
      if (k < 5) assert.is(words(page), words(wide[k]))
      assert.not.match(page, / $/m)
    }
  })
}

test('the flags of runs: a folder, none, or one to continue; evaluations and saves at intervals', () => {
  const given = (words: string) => parseTrainArguments(split(words))
  assert.is(given('CartPole').runDir, undefined)
  assert.is(given('CartPole --run-dir x').runDir, 'x')
  assert.is(given('CartPole --run-dir x --no-run-dir').runDir, null)
  const { resume, environment, evalEvery, saveEvery, force } =
    given('--resume runs/x --eval-every 5 --save-every 0 --force')
  assert.equal([resume, environment, evalEvery, saveEvery, force], ['runs/x', undefined, 5, 0, true])
  assert.equal([given('A').evalEvery, given('A').saveEvery, given('A').force], [0, 60, false])
  assert.equal(problems('CartPole --run-dir --resume='),
    ['--run-dir: expected a folder, got nothing', '--resume: expected a folder, got nothing'])
  assert.equal(problems('CartPole --eval-every 2 --eval-episodes 0'),
    ['--eval-episodes: expected at least 1 with --eval-every, got 0'])
  assert.match(repeatCommand(training('CartPole --eval-every 3'), null), / --eval-every 3$/)
})

test.run()
