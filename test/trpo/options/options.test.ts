/**
 * Options as they are resolved against a table with a row per option: what it refuses and accepts; messages
 * verbatim.
 * Tolerance: none.
 */
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
const NOT_ARRAYS: readonly unknown[] =
  [null, 64, NaN, '64,64', true, {}, { length: 1, 0: 64 }, Int32Array.of(64)]

/** What an option refuses and accepts. */
interface Row<T> {
  /** Values of a wrong kind, and values of the right kind that are out of range. */
  readonly kinds: readonly unknown[]
  readonly ranges: readonly unknown[]
  /** Ends of the range that belong to it, and every word. */
  readonly ends: readonly T[]
  /** Without which the ends break a rule between options. */
  readonly beside?: Partial<TrainOptions>
}

function number(
  ranges: readonly unknown[], ends: readonly number[], beside?: Partial<TrainOptions>,
): Row<number> {
  return { kinds: NOT_NUMBERS, ranges: [...NOT_FINITE, ...ranges], ends, beside }
}
/** A word of `ends`, and none that is like one. */
const word = <T extends string>(ranges: readonly unknown[], ends: readonly T[]): Row<T> =>
  ({ kinds: NOT_WORDS, ranges: ['', ...ranges], ends })
const layers: Row<readonly number[]> = { kinds: NOT_ARRAYS, ranges: [], ends: [[], [1, 65536]] }
const boolean: Row<boolean> = { kinds: NOT_BOOLEANS, ranges: [], ends: [false, true] }

/** One row per option: a new option needs no other edit of this file. */
const table: { readonly [K in Name]: Row<TrainOptions[K]> } = {
  seed: number([-1, 0.5, 2 ** 53, 1e300], [0, 2 ** 53 - 1]),
  totalSteps: number([0, -1, 1.5, 2 ** 53], [1]),
  batchSteps: number([0, -8, 2048.5, 2 ** 53], [1], { envCount: 1, normalizeAdvantages: false }),
  envCount: number([0, -1, 0.5, 65537], [1, 2048, 65536], { batchSteps: 65536 }),
  hiddenSizes: layers,
  valueHiddenSizes: layers,
  activation: word(['TANH', 'sigmoid', 'toString', '__proto__'], ['tanh', 'relu', 'identity']),
  initialLogStd: number([], [-1e300, 1e300]),
  stateDependentStd: boolean,
  actionBounds: word(['Squash', 'tanh', 'toString'], ['clip', 'squash']),
  actionNoiseHold: number([0, 0.999, -16, 1e7], [1, 1.5, 1e6]),
  discount: number([-0.01, 1.01, -5e-324, 99], [0, 1]),
  gaeLambda: number([-0.01, 1.01, 95], [0, 1]),
  sampling: word(['Vine', 'single_path', 'toString'], ['single-path', 'vine']),
  vineBranches: {
    kinds: [null, true, '2', '', [], [2], {}, 1n, () => 2], ranges: [...NOT_FINITE, 0, 1, -2, 2.5, 2 ** 53],
    ends: [2, 'all'],
  },
  vineHorizon: number([0, -1, 0.5], [1]),
  vineSpacing: number([0, -1, 0.5], [1]),
  normalizeObservations: {
    ...word(['on', 'Plain', 'running', 'constructor'], ['off', 'preserving', 'plain']),
    kinds: [...NOT_WORDS, false],
  },
  observationClip: {
    kinds: NOT_NUMBERS, ranges: [NaN, -Infinity, 0, -0, -10], ends: [5e-324, 1e308, Infinity],
  },
  normalizeAdvantages: boolean,
  maxKl: number([0, -0, -0.01], [5e-324, 1e308]),
  maxKlSchedule: word(['exponential', 'Linear'], ['constant', 'linear', 'cosine']),
  maxKlFinalFraction: number([0, -0.1, 1.001], [5e-324, 1]),
  constraint: word(['mean', 'max'], ['mean-kl', 'max-kl']),
  klReduction: word(['nat', 'Sum'], ['sum', 'mean']),
  maxKlFactor: { kinds: NOT_NUMBERS, ranges: [NaN, -Infinity, 0, 0.999, -1.5], ends: [1, 1e308, Infinity] },
  acceptRatio: number([-0.1, 1.1], [0, 1]),
  entropyCoefficient: number([-0.01, 1e7], [0, 1e6]),
  cgIterations: number([0, -1, 0.5, 10.1], [1]),
  cgTolerance: number([-1e-10, 1.1], [0, 1]),
  damping: number([-0.1, 1e7], [0, 1e6]),
  preconditioner: word(['jacobi', 'diagonal', 'Kronecker', 'toString'], ['none', 'kronecker']),
  stepLength: word(['Damped', 'exact'], ['undamped', 'damped']),
  lineSearch: {
    ...word(['Longest', 'bisection', 'toString'], ['backtracking', 'longest', 'none']),
    kinds: [...NOT_WORDS, false],
  },
  backtrackCoefficient: number([0, 1, -0.8, 1.25], [5e-324, 1 - 2 ** -53]),
  maxBacktracks: number([-1, 0.5, 1001], [0, 1000]),
  fisherFraction: number([0, -0.1, 1.001, 10], [5e-324, 1]),
  valueFit: word(['Adam', 'trust region', 'toString'], ['adam', 'trust-region']),
  valueEpochs: number([-1, 0.5], [0]),
  valueMinibatch: number([0, -128, 1.5], [1]),
  valueLearningRate: number([0, -1e-3], [5e-324, 1e300]),
  normalizeReturns: boolean,
  valueMaxKl: number([0, -0, -0.01], [5e-324, 1e308]),
  valueSteps: number([-1, 0.5], [0]),
  valueCgIterations: number([0, -1, 2.5], [1]),
  valueDamping: number([-0.1, 1e7], [0, 1e6]),
  valueCurvatureFraction: number([0, -0.1, 1.001], [5e-324, 1]),
  conventions: word(['SB3', 'ppo', 'toString'], ['trpo', 'sb3', 'spinningup', 'baselines', 'modular_rl']),
  backend: {
    kinds: [null, 1, true, {}, { multiply: 1 }, [], () => 1], ranges: ['', 'wasm', 'SIMD', 'toString'],
    ends: ['auto', 'simd', 'reference', reference],
  },
  clock: { kinds: [null, 0, 1e12, 'now', true, {}, []], ranges: [], ends: [() => 0] },
}

const names = Object.keys(table) as Name[]
const rows = (of: 'kinds' | 'ranges'): (readonly [Name, unknown])[] =>
  names.flatMap((name) => table[name][of].map((value) => [name, value] as const))
const WRONG_KINDS = rows('kinds')
const OUT_OF_RANGE = rows('ranges')

function refused(given: unknown): Error {
  try {
    resolveOptions(given as Partial<TrainOptions>)
  } catch (error) {
    return error as Error
  }
  throw new Error('expected a refusal, got a resolved record')
}
const shown = (value: unknown): string => typeof value === 'string' ? JSON.stringify(value)
  : typeof value === 'bigint' ? '1n' : String(value)

test('the table has a row for every option, and at least 400 wrong values', () => {
  assert.ok(WRONG_KINDS.length + OUT_OF_RANGE.length >= 400, `${WRONG_KINDS.length} + ${OUT_OF_RANGE.length}`)
  assert.equal([...names].sort(), Object.keys(rules).sort())
  for (const name of names) {
    const { kinds, ranges, ends } = table[name]
    assert.ok(kinds.length + ranges.length >= 7 && ends.length >= 1, name)
  }
})

test('a value of the wrong kind is a TypeError of one line that names the option', () => {
  for (const [name, value] of WRONG_KINDS) {
    const error = refused({ [name]: value })
    const label = `${name}: ${shown(value)}: ${error.message}`
    assert.ok(error instanceof TypeError, label)
    assert.ok(error.message.startsWith(`${name}: expected `) && !error.message.includes('\n'), label)
    assert.match(error.message, /^\w+: expected [^\n]+, got \S/)
    if (typeof value === 'object' || typeof value === 'function') continue
    assert.ok(error.message.endsWith(`, got ${shown(value)}`), label)
  }
})

test('a value out of range is a RangeError of one line that names the option and shows the value', () => {
  for (const [name, value] of OUT_OF_RANGE) {
    const error = refused({ [name]: value })
    const label = `${name}: ${shown(value)}: ${error.message}`
    assert.ok(error instanceof RangeError, label)
    assert.ok(error.message.startsWith(`${name}: expected `) && !error.message.includes('\n'), label)
    assert.ok(error.message.endsWith(`, got ${Object.is(value, -0) ? '-0' : shown(value)}`), label)
  }
})

test('layers are checked unit by unit, holes included', () => {
  for (const name of ['hiddenSizes', 'valueHiddenSizes'] as const) {
    for (const bad of [0, -1, 0.5, NaN, Infinity, '64', null, undefined, 65537]) {
      const error = refused({ [name]: [64, bad] })
      const wanted = `${name}[1]: expected an integer from 1 to 65536, got ${shown(bad)}`
      assert.ok(error.message.startsWith(wanted), error.message)
    }
    const holes: number[] = []
    holes.length = 2
    assert.match(refused({ [name]: holes }).message,
      `${name}[0]: expected an integer from 1 to 65536, got undefined`)
  }
})

test('every end of a range that belongs to it is accepted', () => {
  const accepted = (given: Partial<TrainOptions>): void => {
    const resolved = resolveOptions(given)
    for (const name of Object.keys(given) as Name[]) assert.equal(resolved[name], given[name])
  }
  for (const name of names) {
    const { ends, beside } = table[name]
    for (const value of ends) accepted({ ...beside, [name]: value })
  }
  // Together, at the ends of the rules between them.
  accepted({ batchSteps: 2, envCount: 1 })
  accepted({ batchSteps: 65536, envCount: 65536 })
  accepted({ sampling: 'vine', vineBranches: 'all' })
  accepted({
    sampling: 'vine', batchSteps: 240, envCount: 8, vineBranches: 3, vineHorizon: 9, vineSpacing: 3,
  })
})

test('the defaults are valid, and an option that is undefined has its default', () => {
  const defaults = resolveOptions({})
  assert.equal(Object.keys(defaults), Object.keys(rules))
  for (const name of Object.keys(rules) as Name[]) {
    assert.equal(defaults[name], rules[name].default)
    assert.equal(resolveOptions({ [name]: undefined })[name], rules[name].default)
    rules[name].check(name, rules[name].default)
  }
})

test('resolving changes neither the record given nor a resolved one, and is idempotent', () => {
  const given = Object.freeze({ seed: 3, hiddenSizes: Object.freeze([4]) as readonly number[] })
  const resolved = resolveOptions(given)
  assert.equal(resolveOptions(resolved), resolved)
  assert.equal(Object.keys(given), ['seed', 'hiddenSizes'])
})

test('all problems are in one error, a line each, in the order of the rules', () => {
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
  assert.ok(refused({ seed: 'x', clock: 3 }) instanceof TypeError, 'a TypeError if all lines are')
  const everything = Object.fromEntries((Object.keys(rules) as Name[]).map((name) => [name, null]))
  assert.equal(refused(everything).message.split('\n').map((line) => line.split(':')[0]), Object.keys(rules))
})

test('an unknown name is refused with the nearest known one, upper and lower case alike', () => {
  const near: readonly (readonly [string, Name])[] = [
    ['discont', 'discount'], ['Seed', 'seed'], ['max_kl', 'maxKl'], ['maxKL', 'maxKl'],
    ['totalsteps', 'totalSteps'],
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
  assert.equal(refused(dangerous).message.split('\n').map((line) => line.split(':')[0]),
    ['__proto__', 'toString'])
  assert.is((({}) as { polluted?: unknown }).polluted, undefined)
})

test('a name from another library is answered with the one from here, an unlike one with none', () => {
  const elsewhere: readonly (readonly [string, Name])[] = [
    ['gamma', 'discount'], ['lr', 'valueLearningRate'], ['learning_rate', 'valueLearningRate'],
    ['n_steps', 'batchSteps'], ['n_envs', 'envCount'], ['num_envs', 'envCount'], ['target_kl', 'maxKl'],
    ['ent_coef', 'entropyCoefficient'],
    ['net_arch', 'hiddenSizes'], ['hidden_sizes', 'hiddenSizes'], ['cg_max_steps', 'cgIterations'],
    ['cg_iters', 'cgIterations'], ['gae_lambda', 'gaeLambda'], ['lam', 'gaeLambda'],
    ['damping_coeff', 'damping'],
    ['line_search_max_iter', 'maxBacktracks'], ['n_critic_updates', 'valueEpochs'],
    ['total_timesteps', 'totalSteps'],
    ['max_kl_final', 'maxKlFinalFraction'], ['sub_sampling_factor', 'fisherFraction'],
    ['batch_size', 'valueMinibatch'],
  ]
  for (const [given, name] of elsewhere) {
    assert.is(refused({ [given]: 1 }).message,
      `${given}: expected a known option, perhaps ${name}, got "${given}"`)
  }
  for (const name of Object.values(otherNames)) assert.ok(Object.hasOwn(rules, name), name)
  assert.is(refused({ temperature: 1 }).message, 'temperature: expected a known option, got "temperature"')
})

test('batchSteps must be a multiple of envCount, and at least 2 if advantages are normalized', () => {
  assert.is(refused({ batchSteps: 100 }).message, 'batchSteps: expected a multiple of envCount (8), got 100')
  assert.is(refused({ batchSteps: 4 }).message, 'batchSteps: expected a multiple of envCount (8), got 4')
  assert.is(refused({ batchSteps: 1, envCount: 1 }).message,
    'batchSteps: expected at least 2 with normalizeAdvantages, got 1')
  // Neither rule is asked if one of its options is wrong already.
  assert.is(refused({ batchSteps: NaN }).message.split('\n').length, 1)
  assert.is(refused({ envCount: 0 }).message.split('\n').length, 1)
  assert.is(refused({ batchSteps: 1, envCount: 1, normalizeAdvantages: 'yes' }).message.split('\n').length, 1)
})

test('a vine must fit into batchSteps, with at least one state in each environment', () => {
  const vine = { sampling: 'vine', vineBranches: 3, vineHorizon: 9, vineSpacing: 3 } as const
  const tight = { ...vine, batchSteps: 232, envCount: 8 }
  assert.is(refused(tight).message,
    'batchSteps: expected at least 240 (envCount × (vineSpacing + vineBranches × vineHorizon)), got 232')
  // Not asked without a vine, with all actions (only the environments know their number), or after another
  // problem.
  for (const given of [{ sampling: 'single-path' }, { vineBranches: 'all' }] as const) {
    resolveOptions({ ...tight, ...given })
  }
  assert.is(refused({ ...tight, vineHorizon: NaN }).message.split('\n').length, 1)
})

test('arrays in options are copied: changed afterwards they have no effect, nor on the defaults', () => {
  const hiddenSizes = [3, 4], valueHiddenSizes = [5]
  const options = resolveOptions({ hiddenSizes, valueHiddenSizes })
  hiddenSizes[0] = -1
  valueHiddenSizes.length = 0
  assert.equal([options.hiddenSizes, options.valueHiddenSizes], [[3, 4], [5]])
  ;(resolveOptions({}).hiddenSizes as number[])[0] = -1
  assert.equal(resolveOptions({}).hiddenSizes, [64, 64])
})

test('options are own properties: a prototype that was polluted changes no default and adds no name', () => {
  const polluted = Object.prototype as unknown as Record<string, unknown>
  const before = resolveOptions({}), peer = resolveOptions({ conventions: 'sb3' })
  try {
    Object.assign(polluted, { lineSearch: false, seed: 7, conventions: 'sb3', klReduction: 'mean' })
    assert.equal(resolveOptions({}), before)
    assert.equal(resolveOptions({ conventions: 'sb3' }), peer)
  } finally {
    for (const name of ['lineSearch', 'seed', 'conventions', 'klReduction']) delete polluted[name]
  }
})

test('a name of two million letters is refused at once, in a short message on one line', () => {
  const { message } = refused({ ['x'.repeat(2e6)]: 1 })
  assert.ok(message.length < 300 && !message.includes('\n'), message.slice(0, 400))
  const { message: unseen } = refused({ 'see\u001b[2Kd\u202e': 1 })
  assert.match(unseen, /^see\\u001b\[2Kd\\u202e: expected a known option/)
})

test('options that are no record are refused as a whole', () => {
  const others = [new Map([['seed', 5]]), Promise.resolve({ seed: 5 }), [5], new (class { seed = 5 })()]
  for (const given of [null, 1, 'seed', true, 1n, () => {}, ...others]) {
    const error = refused(given)
    assert.ok(error instanceof TypeError)
    assert.match(error.message, /^options: expected a record, got /)
  }
})

test('conventions gives options that are not given another library\'s values, or else the defaults', () => {
  for (const peer of ['sb3', 'spinningup', 'baselines', 'modular_rl'] as const) {
    const resolved = resolveOptions({ conventions: peer })
    for (const name of Object.keys(rules) as Name[]) {
      const theirs = name in conventions[peer] ? conventions[peer][name] : rules[name].default
      const wanted = name === 'conventions' ? peer : theirs
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
