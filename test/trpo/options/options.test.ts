import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { reference } from '../../../src/math/reference.ts'
import { resolveOptions } from '../../../src/trpo/options/resolve.ts'
import { rules } from '../../../src/trpo/options/rules.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'
import { conventions } from '../../../src/trpo/options/conventions.ts'
import { otherNames } from '../../../src/trpo/options/otherNames.ts'

type Name = keyof TrainOptions

/** Values of a wrong kind for any option that is a number; `undefined` alone means "not given". */
const NOT_NUMBERS: readonly unknown[] = ['1', '', 'fast', null, true, [], [1], {}, 1n, () => 1]
const NOT_FINITE: readonly unknown[] = [NaN, Infinity, -Infinity]
/** Kinds that are wrong for a word, a boolean and an array. */
const NOT_WORDS: readonly unknown[] = [null, 1, NaN, true, [], ['tanh'], {}, 1n]
const NOT_BOOLEANS: readonly unknown[] = [null, 0, 1, NaN, 'true', 'false', '', [], {}]
const NOT_ARRAYS: readonly unknown[] = [null, 64, NaN, '64,64', true, {}, { length: 1, 0: 64 }, Int32Array.of(64)]

const kinds: { readonly [K in Name]: readonly unknown[] } = {
  seed: NOT_NUMBERS, totalSteps: NOT_NUMBERS, batchSteps: NOT_NUMBERS, envCount: NOT_NUMBERS,
  hiddenSizes: NOT_ARRAYS, valueHiddenSizes: NOT_ARRAYS, activation: NOT_WORDS, initialLogStd: NOT_NUMBERS,
  actionNoiseHold: NOT_NUMBERS,
  discount: NOT_NUMBERS, gaeLambda: NOT_NUMBERS, normalizeAdvantages: NOT_BOOLEANS,
  maxKl: NOT_NUMBERS, cgIterations: NOT_NUMBERS, cgTolerance: NOT_NUMBERS, damping: NOT_NUMBERS,
  stepLength: NOT_WORDS, lineSearch: [...NOT_WORDS, false], backtrackCoefficient: NOT_NUMBERS, maxBacktracks: NOT_NUMBERS,
  fisherFraction: NOT_NUMBERS, valueEpochs: NOT_NUMBERS, valueMinibatch: NOT_NUMBERS, valueLearningRate: NOT_NUMBERS,
  preconditioner: NOT_WORDS,
  sampling: NOT_WORDS, vineBranches: [null, true, '2', '', [], [2], {}, 1n, () => 2], vineHorizon: NOT_NUMBERS, vineSpacing: NOT_NUMBERS,
  normalizeObservations: [...NOT_WORDS, false], observationClip: NOT_NUMBERS, normalizeReturns: NOT_BOOLEANS,
  conventions: NOT_WORDS, klReduction: NOT_WORDS, maxKlFactor: NOT_NUMBERS, acceptRatio: NOT_NUMBERS,
  maxKlSchedule: NOT_WORDS, maxKlFinalFraction: NOT_NUMBERS, constraint: NOT_WORDS, entropyCoefficient: NOT_NUMBERS,
 
  stateDependentStd: NOT_BOOLEANS, actionBounds: NOT_WORDS,
  valueFit: NOT_WORDS, valueMaxKl: NOT_NUMBERS, valueSteps: NOT_NUMBERS, valueCgIterations: NOT_NUMBERS,
  valueDamping: NOT_NUMBERS, valueCurvatureFraction: NOT_NUMBERS,
  backend: [null, 1, true, {}, { multiply: 1 }, [], () => 1],
  clock: [null, 0, 1e12, 'now', true, {}, []],
}

/** Values of the right kind that are out of range. */
const ranges: { readonly [K in Name]: readonly unknown[] } = {
  seed: [...NOT_FINITE, -1, 0.5, 2 ** 53, 1e300],
  totalSteps: [...NOT_FINITE, 0, -1, 1.5, 2 ** 53],
  batchSteps: [...NOT_FINITE, 0, -8, 2048.5, 2 ** 53],
  envCount: [...NOT_FINITE, 0, -1, 0.5, 65537],
  hiddenSizes: [],
  valueHiddenSizes: [],
  activation: ['', 'TANH', 'sigmoid', 'toString', '__proto__'],
  initialLogStd: NOT_FINITE,
  actionNoiseHold: [...NOT_FINITE, 0, 0.999, -16, 1e7],
  discount: [...NOT_FINITE, -0.01, 1.01, -5e-324, 99],
  gaeLambda: [...NOT_FINITE, -0.01, 1.01, 95],
  normalizeAdvantages: [],
  sampling: ['', 'Vine', 'single_path', 'toString'],
  vineBranches: [...NOT_FINITE, 0, 1, -2, 2.5, 2 ** 53],
  vineHorizon: [...NOT_FINITE, 0, -1, 0.5],
  vineSpacing: [...NOT_FINITE, 0, -1, 0.5],
  normalizeObservations: ['', 'on', 'Plain', 'running', 'constructor'],
  observationClip: [NaN, -Infinity, 0, -0, -10],
  normalizeReturns: [],
  maxKlSchedule: ['', 'exponential', 'Linear'],
  maxKlFinalFraction: [...NOT_FINITE, 0, -0.1, 1.001],
  constraint: ['', 'mean', 'max'],
  entropyCoefficient: [...NOT_FINITE, -0.01, 1e7],
  conventions: ['', 'SB3', 'ppo', 'toString'],
  klReduction: ['', 'nat', 'Sum'],
  maxKlFactor: [NaN, -Infinity, 0, 0.999, -1.5],
  acceptRatio: [...NOT_FINITE, -0.1, 1.1],
  preconditioner: ['', 'jacobi', 'Diagonal', 'toString'],
  stateDependentStd: [],
  actionBounds: ['', 'Squash', 'tanh', 'toString'],
  maxKl: [...NOT_FINITE, 0, -0, -0.01],
  cgIterations: [...NOT_FINITE, 0, -1, 0.5, 10.1],
  cgTolerance: [...NOT_FINITE, -1e-10, 1.1],
  damping: [...NOT_FINITE, -0.1, 1e7],
  stepLength: ['', 'Damped', 'exact'],
  lineSearch: ['', 'Longest', 'bisection', 'toString'],
  backtrackCoefficient: [...NOT_FINITE, 0, 1, -0.8, 1.25],
  maxBacktracks: [...NOT_FINITE, -1, 0.5, 1001],
  fisherFraction: [...NOT_FINITE, 0, -0.1, 1.001, 10],
  valueFit: ['', 'Adam', 'trust region', 'toString'],
  valueMaxKl: [...NOT_FINITE, 0, -0, -0.01],
  valueSteps: [...NOT_FINITE, -1, 0.5],
  valueCgIterations: [...NOT_FINITE, 0, -1, 2.5],
  valueDamping: [...NOT_FINITE, -0.1, 1e7],
  valueCurvatureFraction: [...NOT_FINITE, 0, -0.1, 1.001],
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
  for (const name of ['hiddenSizes', 'valueHiddenSizes'] as const) {
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
    { seed: 0 }, { seed: 2 ** 53 - 1 }, { totalSteps: 1 }, { batchSteps: 2, envCount: 1 }, { envCount: 2048 },
    { batchSteps: 65536, envCount: 65536 }, { hiddenSizes: [] }, { hiddenSizes: [1, 65536] }, { valueHiddenSizes: [] },
    { initialLogStd: -1e300 }, { actionNoiseHold: 1 }, { actionNoiseHold: 1.5 }, { actionNoiseHold: 1e6 },
    { discount: 0 }, { discount: 1 }, { gaeLambda: 0 }, { gaeLambda: 1 }, { maxKl: 5e-324 },
    { maxKl: 1e308 }, { cgIterations: 1 }, { cgTolerance: 0 }, { cgTolerance: 1 }, { damping: 0 }, { damping: 1e6 },
    { backtrackCoefficient: 5e-324 }, { backtrackCoefficient: 1 - 2 ** -53 }, { maxBacktracks: 0 },
    { maxBacktracks: 1000 },
    { fisherFraction: 5e-324 }, { fisherFraction: 1 }, { valueEpochs: 0 }, { valueMinibatch: 1 },
    { valueLearningRate: 1e300 }, { valueFit: 'adam' }, { valueFit: 'trust-region' }, { valueMaxKl: 5e-324 },
    { valueMaxKl: 1e308 }, { valueSteps: 0 }, { valueCgIterations: 1 }, { valueDamping: 0 }, { valueDamping: 1e6 },
    { valueCurvatureFraction: 5e-324 }, { valueCurvatureFraction: 1 }, { activation: 'identity' }, { activation: 'relu' },
    { stepLength: 'damped' }, { lineSearch: 'none' }, { backend: 'auto' }, { backend: 'simd' }, { backend: 'reference' },
    { backend: reference }, { normalizeAdvantages: false }, { clock: () => 0 },
    { batchSteps: 1, envCount: 1, normalizeAdvantages: false }, { stateDependentStd: true }, { actionBounds: 'squash' },
    { sampling: 'vine' }, { sampling: 'vine', vineBranches: 'all' }, { vineBranches: 2 }, { vineHorizon: 1 }, { vineSpacing: 1 },
    { sampling: 'vine', batchSteps: 240, envCount: 8, vineBranches: 3, vineHorizon: 9, vineSpacing: 3 },
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
  const given = Object.freeze({ seed: 3, hiddenSizes: Object.freeze([4]) as readonly number[] })
  const resolved = resolveOptions(given)
  assert.equal(resolveOptions(resolved), resolved)
  assert.equal(Object.keys(given), ['seed', 'hiddenSizes'])
})

test('all problems are told in one error, a line each, in the order of the rules', () => {
  const error = refused({ maxKl: -1, seed: 'x', hiddenSizes: [0], lambda: 1, clock: 3, envCount: 3 })
  assert.equal(error.message.split('\n'), [
    'lambda: expected a known option, perhaps gaeLambda, got "lambda"',
    'seed: expected an integer of at least 0, got "x"',
    'hiddenSizes[0]: expected an integer from 1 to 65536, got 0',
    'maxKl: expected a number above 0, got -1',
    'clock: expected a function that returns milliseconds, got 3',
    'batchSteps: expected a multiple of envCount (3), got 2048',
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

test('a name from another library is answered with the one from here, and one near to nothing with none', () => {
  const elsewhere: readonly (readonly [string, Name])[] = [
    ['gamma', 'discount'], ['lr', 'valueLearningRate'], ['learning_rate', 'valueLearningRate'], ['n_steps', 'batchSteps'],
    ['n_envs', 'envCount'], ['num_envs', 'envCount'], ['target_kl', 'maxKl'], ['ent_coef', 'entropyCoefficient'],
    ['net_arch', 'hiddenSizes'], ['hidden_sizes', 'hiddenSizes'], ['cg_max_steps', 'cgIterations'],
    ['cg_iters', 'cgIterations'], ['gae_lambda', 'gaeLambda'], ['lam', 'gaeLambda'], ['damping_coeff', 'damping'],
    ['line_search_max_iter', 'maxBacktracks'], ['n_critic_updates', 'valueEpochs'], ['total_timesteps', 'totalSteps'],
    ['max_kl_final', 'maxKlFinalFraction'], ['sub_sampling_factor', 'fisherFraction'], ['batch_size', 'valueMinibatch'],
  ]
  for (const [given, name] of elsewhere) {
    assert.is(refused({ [given]: 1 }).message, `${given}: expected a known option, perhaps ${name}, got "${given}"`)
  }
  for (const name of Object.values(otherNames)) assert.ok(Object.hasOwn(rules, name), name)
  assert.is(refused({ temperature: 1 }).message, 'temperature: expected a known option, got "temperature"')
})

test('batchSteps must be a multiple of envCount, and 2 at least where advantages are normalized', () => {
  assert.is(refused({ batchSteps: 100 }).message, 'batchSteps: expected a multiple of envCount (8), got 100')
  assert.is(refused({ batchSteps: 4 }).message, 'batchSteps: expected a multiple of envCount (8), got 4')
  assert.is(refused({ batchSteps: 1, envCount: 1 }).message,
    'batchSteps: expected at least 2 with normalizeAdvantages, got 1')
  // Neither rule speaks where one of its options is wrong already.
  assert.is(refused({ batchSteps: NaN }).message.split('\n').length, 1)
  assert.is(refused({ envCount: 0 }).message.split('\n').length, 1)
  assert.is(refused({ batchSteps: 1, envCount: 1, normalizeAdvantages: 'yes' }).message.split('\n').length, 1)
})

test('a vine must fit into batchSteps, one state in each environment at least', () => {
  const tight = { sampling: 'vine', batchSteps: 232, envCount: 8, vineBranches: 3, vineHorizon: 9, vineSpacing: 3 } as const
  assert.is(refused(tight).message,
    'batchSteps: expected at least 240 (envCount × (vineSpacing + vineBranches × vineHorizon)), got 232')
  // Not asked where there is no vine, where all actions are, whose number only the environments know, or after a fault.
  for (const given of [{ sampling: 'single-path' }, { vineBranches: 'all' }] as const) resolveOptions({ ...tight, ...given })
  assert.is(refused({ ...tight, vineHorizon: NaN }).message.split('\n').length, 1)
})

test('what is no record at all is refused as a whole', () => {
  for (const given of [null, 1, 'seed', true, 1n, () => {}]) {
    const error = refused(given)
    assert.ok(error instanceof TypeError)
    assert.match(error.message, /^options: expected a record, got /)
  }
})

test('options like a peer\'s are the peer\'s, where nothing else is given, and the defaults where it says nothing', () => {
  for (const peer of ['sb3', 'spinningup', 'baselines', 'modular_rl'] as const) {
    const resolved = resolveOptions({ conventions: peer })
    for (const name of Object.keys(rules) as Name[]) {
      const wanted = name === 'conventions' ? peer : name in conventions[peer] ? conventions[peer][name] : rules[name].default
      assert.equal(resolved[name], wanted, `${peer}: ${name}`)
    }
    const mine = resolveOptions({ conventions: peer, maxKl: 0.5, seed: 3 })
    assert.equal(mine, { ...resolved, maxKl: 0.5, seed: 3 })
    assert.equal(resolveOptions(mine), mine)
  }
  // sb3_contrib/trpo/trpo.py, constructor; spinup/algos/tf1/trpo/trpo.py, signature.
  const { cgIterations, batchSteps, klReduction, maxBacktracks } = resolveOptions({ conventions: 'sb3' })
  assert.equal([cgIterations, batchSteps, klReduction, maxBacktracks], [15, 2048, 'mean', 9])
  assert.is(resolveOptions({ conventions: 'spinningup' }).valueEpochs, 80)
})

test.run()
