/**
 * Changes of observation statistics: π and V before and after by naive networks, KL by its definition; bits
 * against bits.
 * Tolerances: digits that cancel as inputs of size 1000 are shifted, said beside each.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Backend } from '../../../src/math/backend.ts'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { bindParameters } from '../../../src/nn/parameters.ts'
import { generalizedAdvantages } from '../../../src/rl/advantage.ts'
import { type Batch, createBatch } from '../../../src/rl/batch.ts'
import type { Action, Env } from '../../../src/rl/world/env.ts'
import { evaluate } from '../../../src/rl/evaluate.ts'
import { createNormalizer, type Normalizer } from '../../../src/rl/normalizer.ts'
import { act } from '../../../src/rl/actor.ts'
import { createPolicy, initializePolicy } from '../../../src/rl/policy.ts'
import { collect, createRollout, type Rollout } from '../../../src/rl/rollout.ts'
import { EnvError } from '../../../src/rl/play/envError.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../../src/rl/world/space.ts'
import { drawnValue } from '../../support/value.ts'
import { predict } from '../../../src/rl/value.ts'
import {
  type Normalization, refreshStatistics, startNormalization,
} from '../../../src/trpo/variants/normalization.ts'
import { resolveOptions } from '../../../src/trpo/options/resolve.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'
import { createStepper, step, type Stepper } from '../../../src/trpo/step.ts'
import { type Iteration, train } from '../../../src/trpo/train.ts'
import {
  type AdamFitter, changeInputs, createAdamFitter, fitByAdam,
} from '../../../src/trpo/value/adamFit.ts'
import { naiveCategorical, naiveForward, naiveKl } from '../../support/naive.ts'
import { bits } from '../../support/same.ts'
import { wide } from '../../support/spaces.ts'
import { changeGradient, changeSquares, type InputChange } from '../../../src/nn/inputChange.ts'

type Mode = TrainOptions['normalizeObservations']
const MODES = ['plain', 'preserving'] as const
const SPACES: readonly Space[] = [discrete(3), box([-1], [1]), multiDiscrete([3, 2]), multiBinary(2)]

interface World { readonly actionSpace?: Space; readonly scale?: number; readonly outliers?: number }

/**
 * A point on a line and how often it has been reset, far from 0 and in units of its own; now and then an
 * outlier.
 */
function line({ actionSpace = discrete(3), scale = 1, outliers = 0 }: World = {}): Env {
  let random = new Random(0), x = 0, t = 0
  const push = (action: Action): number => (typeof action === 'number' ? action - 1 : action[0])
  const look = (): number[] =>
    [scale * x, scale * (1000 + t), random.uniform() < outliers ? 1e4 * scale : scale * random.normal()]
  return {
    observationSpace: wide(3), actionSpace,
    reset(options) {
      if (options?.seed !== undefined) random = new Random(options.seed)
      x = random.normal()
      t = 0
      return { observation: look() }
    },
    step(action) {
      x += 0.3 * push(action) + 0.1 * random.normal()
      t++
      return { observation: look(), reward: 1 - Math.abs(x), terminated: Math.abs(x) > 3, truncated: t >= 9 }
    },
  }
}

interface Setup {
  readonly rollout: Rollout
  readonly batch: Batch
  readonly stepper: Stepper
  readonly fitter: AdamFitter
  readonly normalizer: Normalizer
  /** Raw observations of the batch, row by row. */
  readonly raw: Float64Array
  /** One iteration, up to the refresh of statistics. */
  iterate(): void
}

/** raw ← the observations of timestep t, of 16: environment by environment, as in a batch. */
function keepRaw(raw: Float64Array, observations: Float64Array, t: number): void {
  for (let e = 0; e < 4; e++) raw.set(observations.subarray(3 * e, 3 * e + 3), 3 * (16 * e + t))
}

/** The parts of a training, wired as `train` does, with the raw observations kept beside. */
function setup(world: World, backend: Backend = reference, clip = 10): Setup {
  const envs = Array.from({ length: 4 }, () => line(world)), { observationSpace, actionSpace } = envs[0]
  const options = { ...resolveOptions({}), valueEpochs: 2, valueMinibatch: 20, maxKl: 0.05 }
  const random = new Random(2)
  const normalizer = createNormalizer(observationSpace, clip)!
  const policy = createPolicy(backend, observationSpace, actionSpace, [6], 'tanh', { normalizer })
  initializePolicy(policy, 0, random.fork('policy'))
  const value = drawnValue(backend, 3, [5, 4], 'tanh', random.fork('value'), normalizer)
  const batch = createBatch(backend, 16, 4, 3, policy.distribution.actionSize)
  const stepper = createStepper(policy, batch.observations, options, random.fork('fisher'))
  const fitter = createAdamFitter(value, 64, options)
  const raw = new Float64Array(64 * 3)
  let at = 0
  const rollout = createRollout(envs, policy, random)
  const { observations } = rollout.actor
  // The first environment is stepped first: then the actor holds the observations of all.
  const [first, ...others] = envs
  const watchedFirst: Env = {
    ...first,
    step(action: never) {
      keepRaw(raw, observations.data, at++)
      return first.step(action)
    },
  }
  const watched = { ...rollout, envs: [watchedFirst, ...others] }
  return {
    rollout, batch, stepper, fitter, normalizer, raw,
    iterate() {
      at = 0
      collect(watched, batch)
      startNormalization(rollout, [batch])
      predict(batch.values, value, batch.observations, 64)
      predict(batch.finalValues, value, batch.finalObservations, batch.finalCount)
      generalizedAdvantages(batch, 0.9, 0.9)
      assert.is(step(stepper, batch).status, 'accepted')
      assert.is(fitByAdam(fitter, batch, random).status, 'fitted')
    },
  }
}

const move = (parts: Setup, mode: Mode): Normalization => {
  const fitter = { changeInputs: (change: InputChange) => changeInputs(parts.fitter, change) }
  const { rollout, batch, stepper } = parts
  const options = { normalizeObservations: mode }
  return refreshStatistics({ options, rollout, batches: { batch }, stepper, fitter })!
}

/** η(s), log σ and V(s) at raw states of three numbers each, by the naive network. */
function outputsAt(
  { stepper: { policy }, fitter: { value }, normalizer: { mean, scale, clip } }: Setup, states: Float64Array,
): number[][] {
  return Array.from({ length: states.length / 3 }, (_, i) => {
    const x = Array.from(states.subarray(3 * i, 3 * i + 3), (s, j) =>
      Math.max(-clip, Math.min(clip, (s - mean[j]) / scale[j])))
    return [policy.net, value.net].flatMap(({ sizes, parameters: { flat } }) =>
      naiveForward({ sizes, activation: 'tanh' }, flat, x))
  })
}

/** By how many deviations the farthest of a state's numbers lies from the mean. */
function reach({ mean, scale }: Normalizer, at: Float64Array): number[] {
  const far = at.map((x, p) => Math.abs((x - mean[p % 3]) / scale[p % 3]))
  return Array.from({ length: at.length / 3 }, (_, i) => Math.max(...far.subarray(3 * i, 3 * i + 3)))
}

function states(random: Random): Float64Array {
  return Float64Array.from({ length: 600 }, (_, p) =>
    [2 * random.normal(), 1000 + 9 * random.uniform(), 2 * random.normal()][p % 3])
}

const farthest = (a: number[][], b: number[][]): number =>
  Math.max(...a.flatMap((row, i) => row.map((x, j) => Math.abs(x - b[i][j]))))

test('preserving: π and V at states never seen are the same functions after each of many changes', () => {
  for (const actionSpace of SPACES) {
    const parts = setup({ actionSpace }, reference, 1e300)
    const random = new Random(5)
    let moved = 0
    for (let turn = 0; turn < 20; turn++) {
      parts.iterate()
      const scale = parts.normalizer.scale.slice()
      const at = states(random), before = outputsAt(parts, at)
      const { kl, clipped } = move(parts, 'preserving')
      // Outputs of size 1 to 10 through some 20 terms each; an input of 1000 ± 3 has lost 9 bits before it is
      // shifted.
      const gap = farthest(outputsAt(parts, at), before)
      assert.ok(gap < 1e-11, `${turn}: ${gap}`)
      // KL is a difference of logarithms of probabilities, each rounded.
      assert.ok(kl >= 0 && kl < 1e-15, `${kl}`)
      assert.is(clipped, 0)
      moved = Math.max(moved, ...parts.normalizer.scale.map((sigma, j) => Math.abs(sigma / scale[j] - 1)))
    }
    assert.ok(moved > 0.01, `${moved}: the statistics did move`)
  }
})

test('plain: no weight moves, π and V do, and the KL is that of the naive network over the batch', () => {
  const parts = setup({})
  for (let turn = 0; turn < 8; turn++) {
    parts.iterate()
    const { stepper: { policy }, fitter, raw } = parts
    const weights = (): string =>
      bits(policy.net.parameters.flat, fitter.value.net.parameters.flat, fitter.adam.m.data,
        fitter.adam.v.data)
    const before = outputsAt(parts, raw), fixed = weights()
    // As after a step whose trials all failed.
    parts.stepper.candidate.net.parameters.flat.fill(0.3)
    const { kl } = move(parts, 'plain')
    const after = outputsAt(parts, raw)
    assert.is(weights(), fixed)
    const kls = before.map((row, i) => naiveKl(naiveCategorical([3]), row.slice(0, 3), after[i].slice(0, 3)))
    const wanted = kls.reduce((sum, x) => sum + x / 64, 0)
    // Σ p log p/q of numbers of size 1 that nearly cancel.
    assert.ok(Math.abs(kl - wanted) < 1e-14, `${kl} ${wanted}`)
    // The first statistics are those of the first batch, so nothing changes.
    if (turn === 0) assert.is(kl, 0)
    else assert.ok(kl > 1e-9 && farthest(after, before) > 1e-5, `${turn}: ${kl}`)
  }
})

test('the first statistics change nothing of π, and the batch they come from is normalised by them', () => {
  for (const actionSpace of SPACES) {
    const { rollout, batch, stepper, normalizer, raw } = setup({ actionSpace })
    const { net } = stepper.policy
    for (const state of [[0, 0, 0], [1e6, -5, 3]]) {
      const outputs = naiveForward({ sizes: net.sizes, activation: 'tanh' }, net.parameters.flat, state)
      for (const value of outputs) assert.is(Math.abs(value), 0)
    }
    let at = 0
    rollout.envs.forEach((env, e) => {
      const { step } = env
      env.step = (action) => {
        if (e === 0) keepRaw(raw, rollout.actor.observations.data, at++)
        return step(action)
      }
    })
    collect(rollout, batch)
    assert.equal(batch.observations.data, raw, 'until then it is read as it came')
    const finals = batch.finalObservations.data.slice(0, 3 * batch.finalCount)
    startNormalization(rollout, [batch])
    const reads = (x: Float64Array): Float64Array =>
      x.map((value, p) => (value - normalizer.mean[p % 3]) / normalizer.scale[p % 3])
    assert.equal(batch.observations.data, reads(raw))
    assert.equal(batch.finalObservations.data.slice(0, 3 * batch.finalCount), reads(finals))
    for (let j = 0; j < 3; j++) {
      let mean = 0, square = 0
      for (let i = 0; i < 64; i++) mean += batch.observations.data[3 * i + j] / 64
      for (let i = 0; i < 64; i++) square += (batch.observations.data[3 * i + j] - mean) ** 2 / 64
      // 64 roundings of numbers of size 1000 with deviations of 3.
      assert.ok(Math.abs(mean) < 1e-11 && Math.abs(square - 1) < 1e-11, `${mean} ${square}`)
    }
    const { count } = normalizer.statistics
    startNormalization(rollout, [batch])
    assert.is(normalizer.statistics.count, count, 'a second call does nothing')
  }
})

test('clipped numbers are counted, and preserving then holds for states without any', () => {
  const parts = setup({ outliers: 0.02 }, reference, 3)
  const random = new Random(6)
  let some = 0, kept = 0
  for (let turn = 0; turn < 10; turn++) {
    parts.iterate()
    const { mean, scale } = parts.normalizer
    const clipped = parts.raw.filter((x, p) => Math.abs((x - mean[p % 3]) / scale[p % 3]) >= 3).length
    some += clipped
    const at = states(random), before = outputsAt(parts, at), reached = reach(parts.normalizer, at)
    assert.is(move(parts, 'preserving').clipped, clipped / 192)
    const after = outputsAt(parts, at), reaches = reach(parts.normalizer, at)
    const whole = before.map((_, i) => reached[i] < 3 && reaches[i] < 3)
    kept += whole.filter(Boolean).length
    // An outlier's deviation is hundreds of times that of the other numbers: as many more digits cancel.
    before.forEach((row, i) => assert.ok(!whole[i] || farthest([row], [after[i]]) < 1e-9))
  }
  assert.ok(some > 0 && kept > 1000, `${some} ${kept}`)
})

test('Adam\'s memory of V\'s first layer goes into the new coordinates', () => {
  const parts = setup({})
  parts.iterate()
  move(parts, 'preserving')
  parts.iterate()
  const { fitter: { value, adam }, normalizer } = parts
  const [m, v] = [adam.m.data.slice(), adam.v.data.slice()]
  const mean = normalizer.mean.slice(), scale = normalizer.scale.slice()
  move(parts, 'preserving')
  const change = {
    ratio: scale.map((sigma, j) => normalizer.scale[j] / sigma),
    shift: mean.map((mu, j) => (normalizer.mean[j] - mu) / scale[j]),
  }
  changeGradient(bindParameters(m, value.net.sizes, 0).layers[0], change)
  changeSquares(bindParameters(v, value.net.sizes, 0).layers[0], change)
  assert.equal([bits(adam.m.data), bits(adam.v.data)], [bits(m), bits(v)])
})

test('the KL of a policy of NaN is reported as a finite number, as losses beyond the doubles are', () => {
  const parts = setup({})
  parts.iterate()
  parts.stepper.policy.net.parameters.flat.fill(NaN)
  assert.is(move(parts, 'plain').kl, Number.MAX_VALUE)
})

const SMALL: Partial<TrainOptions> = {
  seed: 1, totalSteps: 384, batchSteps: 64, envCount: 4, hiddenSizes: [6], valueHiddenSizes: [5],
  valueMinibatch: 20, valueEpochs: 3,
}
function recordOf({ policy, value, phases: _phases, snapshot: _snapshot, ...rest }: Iteration): unknown {
  const { normalizer } = policy
  return {
    ...rest, theta: bits(policy.net.parameters.flat), phi: bits(value.net.parameters.flat),
    statistics: normalizer === null
      ? null : [bits(normalizer.mean), bits(normalizer.scale), normalizer.statistics.count],
  }
}
const run = (options: Partial<TrainOptions>, world: World = {}): unknown[] =>
  Array.from(train(() => line(world), { ...SMALL, ...options }), recordOf)

test('both modes, every action space: the same bits on each backend, and if the host acts in between', () => {
  for (const actionSpace of SPACES) {
    for (const normalizeObservations of MODES) {
      const options = { normalizeObservations, normalizeReturns: true, fisherFraction: 0.5 }
      const wanted = run({ ...options, backend: 'reference' }, { actionSpace })
      assert.equal(run({ ...options, backend: 'simd' }, { actionSpace }), wanted)
      const found: unknown[] = []
      for (const record of train(() => line({ actionSpace }), { ...SMALL, ...options })) {
        found.push(recordOf(record))
        evaluate(record.policy, () => line({ actionSpace }), { episodes: 2 })
        act(record.policy, [1, 1000, 3], new Random(3))
      }
      assert.equal(found, wanted)
    }
  }
})

test('observations times 2^k leave every bit of θ and φ, in both modes: units do not matter', () => {
  for (const normalizeObservations of MODES) {
    const weights = (scale: number): unknown[] => run({ normalizeObservations }, { scale }).map((record) => {
      const { statistics: _statistics, ...rest } = record as Record<string, unknown>
      return rest
    })
    const wanted = weights(1)
    for (const k of [-30, 9, 60]) assert.equal(weights(2 ** k), wanted)
    assert.not.equal(weights(3), wanted)
  }
})

test('without normalisation its record is null; spaces other than a Box train as without', () => {
  const off = { ...SMALL, normalizeObservations: 'off' } as const
  for (const record of train(() => line(), off)) assert.is(record.normalization, null)
  for (const normalizeObservations of MODES) {
    for (const { normalization, policy, value } of train(() => line(), { ...SMALL, normalizeObservations })) {
      assert.ok(normalization !== null && normalization.kl >= 0 && normalization.clipped >= 0)
      assert.ok(policy.normalizer !== null && policy.normalizer === value.normalizer)
    }
  }
  const corridor = (): Env => {
    let at = 0
    return {
      observationSpace: discrete(5), actionSpace: discrete(2),
      reset() { at = 2; return { observation: at } },
      step(action) {
        at += action === 1 ? 1 : -1
        return {
          observation: at, reward: at === 4 ? 1 : 0, terminated: at === 0 || at === 4, truncated: false,
        }
      },
    }
  }
  const runs = (['off', ...MODES] as const).map((normalizeObservations) =>
    Array.from(train(corridor, { ...SMALL, normalizeObservations }), recordOf))
  assert.equal(runs[1], runs[0])
  assert.equal(runs[2], runs[0])
  assert.is((runs[0][0] as Iteration).normalization, null)
})

test('NaN is refused before it is counted, and batches of two steps are statistics enough', () => {
  for (const normalizeObservations of MODES) {
    let steps = 0
    let normalizer: Normalizer | null = null
    const broken = (): Env => {
      const env = line()
      return {
        ...env,
        step: (action) => ({ ...env.step(action), ...steps++ === 150 ? { observation: [0, NaN, 0] } : {} }),
      }
    }
    assert.throws(() => {
      for (const { policy } of train(broken, { ...SMALL, normalizeObservations })) {
        normalizer = policy.normalizer
      }
    }, (error: unknown) => error instanceof EnvError)
    const { mean, scale, statistics } = normalizer! as Normalizer
    assert.ok([mean, scale, statistics.mean, statistics.squares].every((x) => x.every(Number.isFinite)))
    assert.is(statistics.count, 128)

    for (const { certificate, normalization } of train(() => line(),
      { ...SMALL, normalizeObservations, batchSteps: 2, envCount: 1, totalSteps: 80 })) {
      assert.ok(certificate.status !== 'not-finite' && Number.isFinite(normalization!.kl))
    }
  }
})

test('both modes learn, from observations that are far from 0', () => {
  for (const normalizeObservations of MODES) {
    const records = [...train(() => line(), {
      ...SMALL, batchSteps: 512, totalSteps: 512 * 30, normalizeObservations,
    })]
    // An episode of 9 steps is worth some 2 at random, and above 5 if the point is held near 0.
    assert.ok(records[29].meanReturn! > records[0].meanReturn! + 2,
      `${records[0].meanReturn} ${records[29].meanReturn}`)
  }
})

test('the time of new statistics counts as rollout', () => {
  let now = 0
  const options = { ...SMALL, normalizeObservations: 'plain', clock: () => ++now } as const
  for (const { phases } of train(() => line(), options)) {
    assert.equal(phases, { rollout: 2, advantage: 1, gradient: 1, fisher: 1, lineSearch: 1, valueFit: 1 })
  }
})

test.run()
