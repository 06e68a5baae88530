/**
 * What the pieces of trpo/parts, the environments and the files refuse, against messages written out by hand;
 * and what they accept, against the same functions unchecked. No tolerance.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import * as envs from '../../../src/envs/index.ts'
import {
  act, box, createSimd, discrete, evaluate, Random, reference, resolveOptions,
} from '../../../src/index.ts'
import * as io from '../../../src/io/index.ts'
import { conjugateGradient } from '../../../src/math/conjugateGradient.ts'
import * as parts from '../../../src/parts.ts'

const wrong = (call: unknown): ((...given: unknown[]) => unknown) => call as (...given: unknown[]) => unknown
const unit = box([-1], [1])
const policy = (): parts.Policy => parts.createPolicy(reference, unit, unit, [3], 'tanh')
const vector = (...x: number[]): Float64Array => Float64Array.from(x)

/** Calls and their messages. */
const refusals: readonly (readonly [call: () => unknown, message: RegExp])[] = [
  // Names of options that are not known, and records that are no plain ones.
  [() => wrong(parts.createPolicy)(reference, unit, unit, [], 'tanh', { bound: 'squash' }),
    /^options: expected a known option, got "bound"$/],
  [() => wrong(parts.createPolicy)(reference, unit, unit, [], 'tanh', { actionBound: 'squash' }),
    /^options: expected a known option, perhaps actionBounds, got "actionBound"$/],
  [() => wrong(envs.cartPole)({ maxSteps: 10 }), /^options: expected only maxEpisodeSteps, got "maxSteps"$/],
  [() => wrong(envs.pointMass)(null), /^options: expected a record, got null$/],
  [() => wrong(envs.acrobot)(new Map()), /^options: expected a record, got Map$/],
  [() => wrong(envs.pendulum().reset)({ sed: 5 }),
    /^reset: expected only seed, options, perhaps seed, got "sed"$/],
  [() => wrong(evaluate)(policy(), envs.pointMass, 10), /^options: expected a record, got 10$/],
  [() => wrong(io.encodePolicy)(policy(), new Map([['note', 'x']])),
    /^extra: expected a record of strings, got Map$/],
  [() => wrong(io.encodePolicy)(policy(), { note: 5 }), /^extra.note: expected a string, got 5$/],
  [() => wrong(io.encodeSafetensors)({ x: 1 }), /^tensors: expected a Map, got Object$/],
  [() => wrong(io.encodeSafetensors)(new Map(), { note: 'x' }), /^metadata: expected a Map, got Object$/],
  [() => wrong(io.decodePolicy)(io.encodePolicy(policy()), {}), /^backend: expected a backend, got Object$/],
  // Conjugate gradients.
  [() => wrong(parts.conjugateGradient)(parts.cgWorkspace(2), () => {}, vector(1, 2)),
    /^options: expected a record, got undefined$/],
  [() => wrong(parts.conjugateGradient)(parts.cgWorkspace(2), () => {}, vector(1, 2),
    { maxIterations: 5, tolerance: 1e-3 }), /^options: expected only maxIterations, .*, got "tolerance"$/],
  [() => wrong(parts.conjugateGradient)(parts.cgWorkspace(2), () => {}, vector(1, 2), { maxIterations: 5 }),
    /^options.relativeTolerance: expected a number from 0 to .*, got undefined$/],
  [() => wrong(parts.conjugateGradient)(parts.cgWorkspace(2), () => {}, vector(1, 2),
    { maxIterations: 5, relativeTolerance: 0, visit: 1 }), /^options.visit: expected a function, got 1$/],
  [() => wrong(parts.conjugateGradient)(parts.cgWorkspace(3), () => {}, vector(1, 2), {}),
    /^workspace.x: expected 2 numbers, got 3$/],
  [() => wrong(parts.conjugateGradient)(parts.cgWorkspace(2), () => {}, [1, 2], {}),
    /^b: expected a Float64Array, got Array of length 2$/],
  [() => parts.lineSearch(() => false, { backtrackCoefficient: 0.5, maxBacktracks: Infinity }),
    /^options.maxBacktracks: expected an integer from 0 to 1000000, got Infinity$/],
  // Sizes that NaN, negative and fractional numbers passed.
  [() => parts.matrix(vector(1), NaN, 1), /^rows: expected an integer of at least 0, got NaN$/],
  [() => parts.matrix(vector(1), -1, -1), /^rows: expected an integer of at least 0, got -1$/],
  [() => parts.matrix(vector(1), 2, 3), /^data: expected at least 6 numbers, got 1$/],
  [() => parts.cgWorkspace(2.5), /^n: expected an integer from 0 .*, got 2.5$/],
  [() => parts.createBatch(reference, NaN, 1, 1, 1), /^steps: expected an integer of at least 1, got NaN$/],
  [() => parts.createBatch(reference, 2 ** 31, 8, 8, 1),
    /^steps: expected a batch that fits into memory, got /],
  [() => parts.createValue(reference, -1, [], 'tanh'), /^inputs: expected an integer of at least 1, got -1$/],
  [() => wrong(parts.createValue)(reference, 1, [], 'constructor'),
    /^activation: expected "tanh" .*"constructor"$/],
  [() => parts.predict(vector(0), parts.createValue(reference, 1, [], 'tanh'), parts.matrix(vector(1), 1, 1),
    Infinity), /^count: expected an integer from 0 to 1, got Infinity$/],
  [() => createSimd(NaN), /^bytes: expected a number of at least 0, got NaN$/],
  // Arguments in the wrong place, or missing.
  [() => wrong(act)(), /^policy: expected a policy, got undefined$/],
  [() => wrong(parts.createNormalizer)('box', 10), /^space: expected a space, got "box"$/],
  [() => wrong(parts.maskLengthOf)(5), /^envs: expected an array of environments, got 5$/],
  [() => wrong(parts.createRollout)([envs.cartPole()], policy(), 7), /^random.normal: expected a function/],
  [() => parts.createFitter(parts.createValue(reference, 1, [], 'tanh'), 8,
    { ...resolveOptions({}), valueEpochs: Infinity }), /^valueEpochs: expected an integer .*, got Infinity$/],
  [() => wrong(parts.dot)(vector(1, 2), vector(1)), /^y: expected 2 numbers, got 1$/],
  [() => wrong(new Random(1).shuffle.bind(new Random(1)))(null), /^items: expected an Int32Array, got null$/],
]

for (const [k, [call, message]] of refusals.entries()) {
  test(`refusal ${k}: ${message.source}`, () => {
    assert.throws(call, message)
    assert.throws(call, (e: Error) => ['TypeError', 'RangeError'].includes(e.name))
  })
}

test('a policy whose parts do not fit each other is refused at every door', () => {
  const other = parts.createPolicy(reference, box([0, 0], [1, 1]), discrete(3), [3], 'tanh')
  for (const [misfit, message] of [
    [{ ...policy(), net: other.net }, /^policy: expected a network of 1 inputs for its observations, got 2$/],
    [{ ...policy(), distribution: other.distribution },
      /^policy: expected a network with 3 outputs |^policy.distribution: expected "gaussian"/],
    [{ ...policy(), normalizer: parts.createNormalizer(box([0, 0], [1, 1]), 10) },
      /^normalizer: expected mean of length 1, got 2$/],
  ] as const) {
    for (const door of [
      () => act(misfit as parts.Policy, [0.5]), () => evaluate(misfit as parts.Policy, envs.pointMass),
      () => parts.createActor(misfit as parts.Policy, 1), () => io.encodePolicy(misfit as parts.Policy),
      () => parts.initializePolicy(misfit as parts.Policy, 0, new Random(1)),
    ]) assert.throws(door, message)
  }
})

test('what is accepted is computed as without checks', () => {
  const A = (out: Float64Array, v: Float64Array): void => { out.set([4 * v[0] + v[1], v[0] + 3 * v[1]]) }
  const options = { maxIterations: 10, relativeTolerance: 1e-12 }
  const checked = parts.cgWorkspace(2), plain = parts.cgWorkspace(2)
  assert.equal(parts.conjugateGradient(checked, A, vector(1, 2), options),
    conjugateGradient(plain, A, vector(1, 2), options))
  assert.equal(checked, plain)
  const visits: [number, number][] = [], visit = (k: number, r: number): void => { visits.push([k, r]) }
  const { iterations, relativeResidual } =
    parts.conjugateGradient(checked, A, vector(1, 2), { ...options, visit })
  assert.equal([visits[0], visits.at(-1)], [[0, 1], [iterations, relativeResidual]])
  const scales: number[] = []
  parts.lineSearch((scale) => scales.push(scale) === 3, { backtrackCoefficient: 0.5, maxBacktracks: 5 })
  assert.equal(scales, [1, 0.5, 0.25])
})

test.run()
