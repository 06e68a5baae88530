import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { reference } from '../../../src/math/reference.ts'
import { resolveOptions, rules, type TrainOptions } from '../../../src/trpo/options/options.ts'
import { peers } from '../../../src/trpo/options/conventions.ts'

type Name = keyof TrainOptions

/** Values of a wrong kind for any option that is a number; `undefined` alone means "not given". */
const NOT_NUMBERS: readonly unknown[] = ['1', '', 'fast', null, true, [], [1], {}, 1n, () => 1]
const NOT_FINITE: readonly unknown[] = [NaN, Infinity, -Infinity]
/** Kinds that are wrong for a word, a boolean and an array. */
const NOT_WORDS: readonly unknown[] = [null, 1, NaN, true, [], ['tanh'], {}, 1n]
const NOT_BOOLEANS: readonly unknown[] = [null, 0, 1, NaN, 'true', 'false', '', [], {}]
const NOT_ARRAYS: readonly unknown[] = [null, 64, NaN, '64,64', true, {}, { length: 1, 0: 64 }, Int32Array.of(64)]

const kinds: { readonly [K in Name]: readonly unknown[] } = {
  seed: NOT_NUMBERS, totalSteps: NOT_NUMBERS, batchSteps: NOT_NUMBERS, environments: NOT_NUMBERS,
  hidden: NOT_ARRAYS, valueHidden: NOT_ARRAYS, activation: NOT_WORDS, initialLogStd: NOT_NUMBERS,
  noiseSteps: NOT_NUMBERS,
  discount: NOT_NUMBERS, gaeLambda: NOT_NUMBERS, advantages: NOT_WORDS, normalizeAdvantages: NOT_BOOLEANS,
  maxKl: NOT_NUMBERS, cgIterations: NOT_NUMBERS, cgTolerance: NOT_NUMBERS, damping: NOT_NUMBERS,
  stepLength: NOT_WORDS, lineSearch: NOT_BOOLEANS, backtrackCoefficient: NOT_NUMBERS, maxBacktracks: NOT_NUMBERS,
  fisherFraction: NOT_NUMBERS, valueEpochs: NOT_NUMBERS, valueMinibatch: NOT_NUMBERS, valueLearningRate: NOT_NUMBERS,
  preconditioner: NOT_WORDS, warmStart: NOT_BOOLEANS,
  sampling: NOT_WORDS, vineBranches: [null, true, '2', '', [], [2], {}, 1n, () => 2], vineHorizon: NOT_NUMBERS, vineSpacing: NOT_NUMBERS,
  normalizeObservations: [...NOT_WORDS, false], observationClip: NOT_NUMBERS, normalizeReturns: NOT_BOOLEANS,
  like: NOT_WORDS, klUnit: NOT_WORDS, klSlack: NOT_NUMBERS, leastGainRatio: NOT_NUMBERS,
  maxKlSchedule: NOT_WORDS, finalMaxKl: NOT_NUMBERS, constraint: NOT_WORDS, entropyCoefficient: NOT_NUMBERS,
  fisherEstimate: NOT_WORDS, dampingRule: NOT_WORDS, search: NOT_WORDS,
  stateDependentStd: NOT_BOOLEANS, bounds: NOT_WORDS,
  valueFit: NOT_WORDS, valueMaxKl: NOT_NUMBERS, valueSteps: NOT_NUMBERS, valueCgIterations: NOT_NUMBERS,
  valueDamping: NOT_NUMBERS, valueFraction: NOT_NUMBERS,
  backend: [null, 1, true, {}, { multiply: 1 }, [], () => 1],
  clock: [null, 0, 1e12, 'now', true, {}, []],
}

/** Values of the right kind that are out of range. */
const ranges: { readonly [K in Name]: readonly unknown[] } = {
  seed: [...NOT_FINITE, -1, 0.5, 2 ** 53, 1e300],
  totalSteps: [...NOT_FINITE, 0, -1, 1.5, 2 ** 53],
  batchSteps: [...NOT_FINITE, 0, -8, 2048.5, 2 ** 53],
  environments: [...NOT_FINITE, 0, -1, 0.5, 65537],
  hidden: [],
  valueHidden: [],
  activation: ['', 'TANH', 'sigmoid', 'toString', '__proto__'],
  initialLogStd: NOT_FINITE,
  noiseSteps: [...NOT_FINITE, 0, 0.999, -16, 1e7],
  discount: [...NOT_FINITE, -0.01, 1.01, -5e-324, 99],
  gaeLambda: [...NOT_FINITE, -0.01, 1.01, 95],
  advantages: ['', 'GAE', 'td', 'constructor'],
  normalizeAdvantages: [],
  sampling: ['', 'Vine', 'single_path', 'toString'],
  vineBranches: [...NOT_FINITE, 0, 1, -2, 2.5, 2 ** 53],
  vineHorizon: [...NOT_FINITE, 0, -1, 0.5],
  vineSpacing: [...NOT_FINITE, 0, -1, 0.5],
  normalizeObservations: ['', 'on', 'Plain', 'running', 'constructor'],
  observationClip: [...NOT_FINITE, 0, -0, -10],
  normalizeReturns: [],
  maxKlSchedule: ['', 'exponential', 'Linear'],
  finalMaxKl: [...NOT_FINITE, 0, -0.1, 1.001],
  constraint: ['', 'mean', 'max'],
  entropyCoefficient: [...NOT_FINITE, -0.01, 1e7],
  fisherEstimate: ['', 'Exact', 'true'],
  dampingRule: ['', 'adaptive', 'LM'],
  search: ['', 'bisection', 'toString'],
  like: ['', 'SB3', 'ppo', 'toString'],
  klUnit: ['', 'nat', 'State'],
  klSlack: [NaN, -Infinity, 0, 0.999, -1.5],
  leastGainRatio: [...NOT_FINITE, -0.1, 1.1],
  preconditioner: ['', 'jacobi', 'Diagonal', 'toString'],
  warmStart: [],
  stateDependentStd: [],
  bounds: ['', 'Squash', 'tanh', 'toString'],
  maxKl: [...NOT_FINITE, 0, -0, -0.01],
  cgIterations: [...NOT_FINITE, 0, -1, 0.5, 10.1],
  cgTolerance: [...NOT_FINITE, -1e-10, 1.1],
  damping: [...NOT_FINITE, -0.1, 1e7],
  stepLength: ['', 'Damped', 'exact'],
  lineSearch: [],
  backtrackCoefficient: [...NOT_FINITE, 0, 1, -0.8, 1.25],
  maxBacktracks: [...NOT_FINITE, -1, 0.5, 1001],
  fisherFraction: [...NOT_FINITE, 0, -0.1, 1.001, 10],
  valueFit: ['', 'Adam', 'trust region', 'toString'],
  valueMaxKl: [...NOT_FINITE, 0, -0, -0.01],
  valueSteps: [...NOT_FINITE, -1, 0.5],
  valueCgIterations: [...NOT_FINITE, 0, -1, 2.5],
  valueDamping: [...NOT_FINITE, -0.1, 1e7],
  valueFraction: [...NOT_FINITE, 0, -0.1, 1.001],
  valueEpochs: [...NOT_FINITE, -1, 0.5],
  valueMinibatch: [...NOT_FINITE, 0, -128, 1.5],
  valueLearningRate: [...NOT_FINITE, 0, -1e-3],
  backend: ['', 'wasm', 'SIMD', 'toString'],
  clock: [],
}

const rows = (table: { readonly [K in Name]: readonly unknown[] }): [Name, unknown][] =>
  (Object.keys(table) as Name[]).flatMap((name) => table[name].map((value): [Name, unknown] => [name, value]))
const WRONG_KINDS = rows(kinds)
const OUT_OF_RANGE = rows(ranges)

function refused(given: unknown): Error {
  try {
    resolveOptions(given as Partial<TrainOptions>)
  } catch (error) {
    return error as Error
  }
  throw new Error('expected a refusal, got a resolved record')
}
const told = (value: unknown): string => typeof value === 'string' ? JSON.stringify(value)
  : typeof value === 'bigint' ? '1n' : String(value)

test('the table has a row for every option, and at least 150 rows', () => {
  assert.ok(WRONG_KINDS.length + OUT_OF_RANGE.length >= 150, `${WRONG_KINDS.length} + ${OUT_OF_RANGE.length}`)
  assert.equal(Object.keys(kinds).sort(), Object.keys(rules).sort())
  for (const name of Object.keys(rules) as Name[]) assert.ok(kinds[name].length + ranges[name].length >= 7, name)
})

test('a value of the wrong kind is a TypeError of one line that names the option', () => {
  for (const [name, value] of WRONG_KINDS) {
    const error = refused({ [name]: value })
    const label = `${name}: ${told(value)}: ${error.message}`
    assert.ok(error instanceof TypeError, label)
    assert.ok(error.message.startsWith(`${name}: expected `) && !error.message.includes('\n'), label)
    assert.match(error.message, /^\w+: expected [^\n]+, got \S/)
    if (typeof value === 'object' || typeof value === 'function') continue
    assert.ok(error.message.endsWith(`, got ${told(value)}`), label)
  }
})

test('a value out of range is a RangeError of one line that names the option and shows the value', () => {
  for (const [name, value] of OUT_OF_RANGE) {
    const error = refused({ [name]: value })
    const label = `${name}: ${told(value)}: ${error.message}`
    assert.ok(error instanceof RangeError, label)
    assert.ok(error.message.startsWith(`${name}: expected `) && !error.message.includes('\n'), label)
    assert.ok(error.message.endsWith(`, got ${Object.is(value, -0) ? '-0' : told(value)}`), label)
  }
})

test('layers are checked unit by unit, holes included', () => {
  for (const name of ['hidden', 'valueHidden'] as const) {
    for (const bad of [0, -1, 0.5, NaN, Infinity, '64', null, undefined, 65537]) {
      const error = refused({ [name]: [64, bad] })
      assert.ok(error.message.startsWith(`${name}[1]: expected an integer from 1 to 65536, got ${told(bad)}`),
        error.message)
    }
    const holes: number[] = []
    holes.length = 2
    assert.match(refused({ [name]: holes }).message, `${name}[0]: expected an integer from 1 to 65536, got undefined`)
  }
})

test('every end of a range that belongs to it is accepted', () => {
  const ends: readonly Partial<TrainOptions>[] = [
    { seed: 0 }, { seed: 2 ** 53 - 1 }, { totalSteps: 1 }, { batchSteps: 2, environments: 1 }, { environments: 2048 },
    { batchSteps: 65536, environments: 65536 }, { hidden: [] }, { hidden: [1, 65536] }, { valueHidden: [] },
    { initialLogStd: -1e300 }, { noiseSteps: 1 }, { noiseSteps: 1.5 }, { noiseSteps: 1e6 },
    { discount: 0 }, { discount: 1 }, { gaeLambda: 0 }, { gaeLambda: 1 }, { maxKl: 5e-324 },
    { maxKl: 1e308 }, { cgIterations: 1 }, { cgTolerance: 0 }, { cgTolerance: 1 }, { damping: 0 }, { damping: 1e6 },
    { backtrackCoefficient: 5e-324 }, { backtrackCoefficient: 1 - 2 ** -53 }, { maxBacktracks: 0 },
    { maxBacktracks: 1000 },
    { fisherFraction: 5e-324 }, { fisherFraction: 1 }, { valueEpochs: 0 }, { valueMinibatch: 1 },
    { valueLearningRate: 1e300 }, { valueFit: 'adam' }, { valueFit: 'trust-region' }, { valueMaxKl: 5e-324 },
    { valueMaxKl: 1e308 }, { valueSteps: 0 }, { valueCgIterations: 1 }, { valueDamping: 0 }, { valueDamping: 1e6 },
    { valueFraction: 5e-324 }, { valueFraction: 1 }, { activation: 'identity' }, { activation: 'relu' }, { advantages: 'rewards-to-go' },
    { stepLength: 'damped' }, { lineSearch: false }, { backend: 'auto' }, { backend: 'simd' }, { backend: 'reference' },
    { backend: reference }, { normalizeAdvantages: false }, { clock: () => 0 },
    { batchSteps: 1, environments: 1, normalizeAdvantages: false }, { stateDependentStd: true }, { bounds: 'squash' },
    { sampling: 'vine' }, { sampling: 'vine', vineBranches: 'all' }, { vineBranches: 2 }, { vineHorizon: 1 }, { vineSpacing: 1 },
    { sampling: 'vine', batchSteps: 240, environments: 8, vineBranches: 3, vineHorizon: 9, vineSpacing: 3 },
    { normalizeObservations: 'preserving' }, { normalizeObservations: 'plain' }, { observationClip: 5e-324 },
    { observationClip: 1e308 }, { normalizeReturns: true },
  ]
  for (const given of ends) {
    const resolved = resolveOptions(given)
    for (const name of Object.keys(given) as Name[]) assert.is(resolved[name], given[name])
  }
})

test('the defaults are valid, and an option that is undefined has its default', () => {
  const defaults = resolveOptions({})
  assert.equal(Object.keys(defaults), Object.keys(rules))
  for (const name of Object.keys(rules) as Name[]) {
    assert.is(defaults[name], rules[name].default)
    assert.is(resolveOptions({ [name]: undefined })[name], rules[name].default)
    rules[name].check(name, rules[name].default)
  }
})

test('resolving changes neither the record given nor a resolved one, and is idempotent', () => {
  const given = Object.freeze({ seed: 3, hidden: Object.freeze([4]) as readonly number[] })
  const resolved = resolveOptions(given)
  assert.equal(resolveOptions(resolved), resolved)
  assert.equal(Object.keys(given), ['seed', 'hidden'])
})

test('all problems are told in one error, a line each, in the order of the rules', () => {
  const error = refused({ maxKl: -1, seed: 'x', hidden: [0], lambda: 1, clock: 3, environments: 3 })
  assert.equal(error.message.split('\n'), [
    'lambda: expected a known option, perhaps gaeLambda, got "lambda"',
    'seed: expected an integer of at least 0, got "x"',
    'hidden[0]: expected an integer from 1 to 65536, got 0',
    'maxKl: expected a number above 0, got -1',
    'clock: expected a function that returns milliseconds, got 3',
    'batchSteps: expected a multiple of environments (3), got 2048',
  ])
  assert.ok(error instanceof RangeError, 'a RangeError as soon as one line is')
  assert.ok(refused({ seed: 'x', clock: 3 }) instanceof TypeError, 'a TypeError where all lines are')
  const everything = Object.fromEntries((Object.keys(rules) as Name[]).map((name) => [name, null]))
  assert.equal(refused(everything).message.split('\n').map((line) => line.split(':')[0]), Object.keys(rules))
})

test('an unknown name is refused with the nearest known one, upper and lower case alike', () => {
  const near: readonly (readonly [string, Name])[] = [
    ['discont', 'discount'], ['Seed', 'seed'], ['max_kl', 'maxKl'], ['maxKL', 'maxKl'], ['totalsteps', 'totalSteps'],
    ['gae_lambda', 'gaeLambda'], ['cgIters', 'cgIterations'], ['backtrackCoeff', 'backtrackCoefficient'],
    ['normaliseAdvantages', 'normalizeAdvantages'], ['linesearch', 'lineSearch'],
    ['valueLearnRate', 'valueLearningRate'],
  ]
  for (const [given, name] of near) {
    const error = refused({ [given]: 1 })
    assert.is(error.message, `${given}: expected a known option, perhaps ${name}, got "${given}"`)
    assert.ok(error instanceof TypeError)
  }
  const dangerous = JSON.parse('{"__proto__": {"polluted": 1}, "toString": 1}') as object
  assert.equal(refused(dangerous).message.split('\n').map((line) => line.split(':')[0]), ['__proto__', 'toString'])
  assert.is((({}) as { polluted?: unknown }).polluted, undefined)
})

test('batchSteps must be a multiple of environments, and 2 at least where advantages are normalized', () => {
  assert.is(refused({ batchSteps: 100 }).message, 'batchSteps: expected a multiple of environments (8), got 100')
  assert.is(refused({ batchSteps: 4 }).message, 'batchSteps: expected a multiple of environments (8), got 4')
  assert.is(refused({ batchSteps: 1, environments: 1 }).message,
    'batchSteps: expected at least 2 where advantages are normalized, got 1')
  // Neither rule speaks where one of its options is wrong already.
  assert.is(refused({ batchSteps: NaN }).message.split('\n').length, 1)
  assert.is(refused({ environments: 0 }).message.split('\n').length, 1)
  assert.is(refused({ batchSteps: 1, environments: 1, normalizeAdvantages: 'yes' }).message.split('\n').length, 1)
})

test('a vine must fit into batchSteps, one state in each environment at least', () => {
  const tight = { sampling: 'vine', batchSteps: 232, environments: 8, vineBranches: 3, vineHorizon: 9, vineSpacing: 3 } as const
  assert.is(refused(tight).message,
    'batchSteps: expected at least 240 (environments × (vineSpacing + vineBranches × vineHorizon)), got 232')
  // Not asked where there is no vine, where all actions are, whose number only the environments know, or after a fault.
  for (const given of [{ sampling: 'single-path' }, { vineBranches: 'all' }] as const) resolveOptions({ ...tight, ...given })
  assert.is(refused({ ...tight, vineHorizon: NaN }).message.split('\n').length, 1)
  assert.is(refused({ sampling: 'vine', vineBranches: 'all', fisherEstimate: 'empirical' }).message,
    'vineBranches: expected an integer where fisherEstimate is that of drawn actions, got "all"')
})

test('what is no record at all is refused as a whole', () => {
  for (const given of [null, 1, 'seed', true, 1n, () => {}]) {
    const error = refused(given)
    assert.ok(error instanceof TypeError)
    assert.match(error.message, /^options: expected a record, got /)
  }
})

test('options like a peer\'s are the peer\'s, where nothing else is given, and the defaults where it says nothing', () => {
  for (const like of ['sb3', 'spinningup', 'baselines', 'modular_rl'] as const) {
    const resolved = resolveOptions({ like })
    for (const name of Object.keys(rules) as Name[]) {
      const wanted = name === 'like' ? like : name in peers[like] ? peers[like][name] : rules[name].default
      assert.equal(resolved[name], wanted, `${like}: ${name}`)
    }
    const mine = resolveOptions({ like, maxKl: 0.5, seed: 3 })
    assert.equal(mine, { ...resolved, maxKl: 0.5, seed: 3 })
    assert.equal(resolveOptions(mine), mine)
  }
  // sb3_contrib/trpo/trpo.py, constructor; spinup/algos/tf1/trpo/trpo.py, signature.
  const { cgIterations, batchSteps, klUnit, maxBacktracks } = resolveOptions({ like: 'sb3' })
  assert.equal([cgIterations, batchSteps, klUnit, maxBacktracks], [15, 2048, 'dimension', 9])
  assert.is(resolveOptions({ like: 'spinningup' }).valueEpochs, 80)
})

test.run()
