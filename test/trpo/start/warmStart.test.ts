/**
 * Trainings that start from given networks, against those networks: the first iteration acts and predicts as
 * they do. Exact. And copies of policies, which keep their bits.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../../src/envs/index.ts'
import { decodePolicy, encodePolicy } from '../../../src/io/policyFile.ts'
import { decodeValue, encodeValue } from '../../../src/io/valueFile.ts'
import { Random } from '../../../src/math/random.ts'
import { createFastest } from '../../../src/math/simd/backend.ts'
import { act } from '../../../src/rl/actor.ts'
import { clonePolicy } from '../../../src/rl/clone.ts'
import { evaluate } from '../../../src/rl/evaluate.ts'
import type { Env } from '../../../src/rl/world/env.ts'
import type { TrainOptions } from '../../../src/trpo/options/options.ts'
import { type Iteration, train } from '../../../src/trpo/train.ts'
import { recordOf } from '../../support/recordOf.ts'
import { bits } from '../../support/same.ts'

const SMALL: Partial<TrainOptions> = {
  seed: 4, batchSteps: 120, totalSteps: 480, envCount: 3, hiddenSizes: [8], valueHiddenSizes: [4, 3],
  valueEpochs: 2,
}
const { make } = environments.Pendulum
const world = (): Env => make()

/** The last iteration of a training. */
function trained(options: Partial<TrainOptions> = {}): Iteration {
  let last: Iteration | undefined
  for (const record of train(world, { ...SMALL, ...options })) last = record
  return last!
}

test('a training goes on from given networks: same options, and no step, leave their bits', () => {
  for (const way of [
    {}, { normalizeObservations: 'off' }, { normalizeObservations: 'plain', activation: 'relu' },
    { actionBounds: 'clip', stateDependentStd: true, observationClip: 5 },
  ] as const satisfies readonly Partial<TrainOptions>[]) {
    const { policy, value } = trained(way)
    // Through files, as a user would. δ is so small that θ stays, and V is not fitted.
    const given = { policy: decodePolicy(encodePolicy(policy)), value: decodeValue(encodeValue(value)) }
    const still = { seed: 9, batchSteps: 120, totalSteps: 120, envCount: 3, maxKl: 1e-300, valueEpochs: 0 }
    const { normalizeObservations } = way as Partial<TrainOptions>
    const [first] = train(world, { ...still, ...given, normalizeObservations })
    assert.not.ok(first.certificate.scale > 0)
    assert.is(first.policy.net.activation.name, policy.net.activation.name)
    assert.equal(first.policy.net.sizes, policy.net.sizes)
    assert.equal(first.value.net.sizes, value.net.sizes)
    assert.is(first.policy.actionBounds, policy.actionBounds)
    assert.is(first.policy.normalizer?.clip, policy.normalizer?.clip)
    if (policy.normalizer === null) {
      assert.equal(bits(first.policy.net.parameters.flat), bits(policy.net.parameters.flat))
      assert.equal(bits(first.value.net.parameters.flat), bits(value.net.parameters.flat))
    } else {
      // The statistics went on: they count the states of both trainings.
      assert.is(first.policy.normalizer!.statistics.count, policy.normalizer.statistics.count + 120)
    }
  }
})

test('the first batch of a warm start is drawn from the policy given, and its V is the one given', () => {
  const { policy, value } = trained({ normalizeObservations: 'off' })
  // A second training with the same seeds acts alike if and only if its policy does.
  const seen: number[] = []
  const watched = (): Env => {
    const env = make()
    return { ...env, step: (action) => { seen.push((action as Float64Array)[0]); return env.step(action) } }
  }
  const options = { ...SMALL, totalSteps: 120, envCount: 1, seed: 21, hiddenSizes: [8] }
  const [{ valueFit }] = train(watched, { ...options, policy, value, normalizeObservations: 'off' })
  const env = make(), random = new Random(21).fork('action/0')
  let { observation } = env.reset({ seed: new Random(21).fork('environment/0').integer(2147483648) })
  for (let t = 0; t < 120; t++) {
    const action = act(policy, observation, random) as Float64Array
    assert.is(action[0], seen[t])
    const result = env.step(action)
    observation = result.terminated || result.truncated ? env.reset().observation : result.observation
  }
  // A V that is 0, or a constant, explains nothing.
  assert.ok(Math.abs(valueFit.explainedVariance!) > 1e-6)
})

test('a policy given alone starts with a new V, a value function given alone with a new policy', () => {
  const { policy, value } = trained()
  const [onlyPolicy] = train(world, { ...SMALL, policy, seed: 9 })
  const [onlyValue] = train(world, { ...SMALL, value, seed: 9 })
  assert.is(onlyPolicy.policy.normalizer!.statistics.count, policy.normalizer!.statistics.count + 120)
  assert.is(onlyValue.policy.normalizer!.statistics.count, value.normalizer!.statistics.count + 120)
  assert.is(onlyPolicy.value.normalizer, onlyPolicy.policy.normalizer)
})

test('the given networks are copied: training changes neither', () => {
  const { policy, value } = trained()
  const before = [encodePolicy(policy), encodeValue(value)]
  for (const _ of train(world, { ...SMALL, policy, value })) {}
  assert.equal([encodePolicy(policy), encodeValue(value)], before)
})

test('what does not fit is one error that names it', () => {
  const { policy, value } = trained(), plain = trained({ normalizeObservations: 'off' })
  const fails = (options: object, message: RegExp): void => {
    assert.throws(() => train(world, options).next(), message)
  }
  fails({ policy, hiddenSizes: [3], activation: 'relu' },
    /^hiddenSizes: expected \[8\], as the policy given has, got \[3\]\nactivation: expected "tanh", /)
  fails({ policy, value, valueHiddenSizes: [4] },
    /^valueHiddenSizes: expected \[4, 3\], as the value function given/)
  fails({ policy, normalizeObservations: 'off' },
    /^normalizeObservations: expected "preserving" \| "plain", since there is a normaliser, got "off"$/)
  fails({ policy: plain.policy, normalizeObservations: 'plain' },
    /^normalizeObservations: expected "off", as the policy given has no normaliser, got "plain"$/)
  fails({ policy, value: plain.value }, /^value: expected the normaliser of the policy given, got another$/)
  fails({ policy: 3 }, /^policy: expected a policy, got 3$/)
  fails({ value: {} }, /^value: expected a value function/)
  const other = environments.CartPole.make
  assert.throws(() => train(other as () => Env, { policy }).next(),
    /^policy\.observationSpace: expected Box\(\[-4\.8.*as the environments have, got Box\(\[-1,-1,-8\]/)
  assert.throws(() => train(other as () => Env, { value: plain.value }).next(),
    /^value: expected a network of 4 inputs for the observations, got 3$/)
})

test('a clone keeps the bits of a policy that is trained on, and acts alike on any backend', () => {
  const kept: { clone: Iteration['policy']; file: Uint8Array }[] = []
  for (const { policy } of train(world, SMALL)) {
    for (const clone of [clonePolicy(policy), clonePolicy(policy, createFastest(1 << 20))]) {
      kept.push({ clone, file: encodePolicy(policy) })
      const options = { episodes: 2, maxSteps: 50 }
      assert.equal(evaluate(clone, world, options), evaluate(policy, world, options))
    }
  }
  for (const { clone, file } of kept) assert.equal(encodePolicy(clone), file)
  assert.throws(() => clonePolicy(1 as never), /^policy: expected a policy, got 1$/)
})

test('options that may not differ are named when a training is resumed', () => {
  const last = trained()
  const resume = last.snapshot()
  const fails = (options: object, message: RegExp): void => {
    assert.throws(() => train(world, { resume, ...options }).next(), message)
  }
  fails({ maxKl: 0.02, hiddenSizes: [4] },
    /^hiddenSizes: expected \[8\], as in the training that is resumed, got \[4\]\nmaxKl: expected 0\.01, /)
  fails({ policy: last.policy }, /^policy: expected none with resume/)
  fails({ resume: { ...resume, format: 2 } }, /^resume\.format: expected 1, got 2$/)
  fails({ resume: { ...resume, state: { ...resume.state, policy: new Float64Array(3) } } },
    /^policy: expected length \d+, got 3$/)
  const { 'adam.m': _, ...less } = resume.state
  fails({ resume: { ...resume, state: less } }, /^resume\.state: expected "adam\.m", got none by that name$/)
  fails({ resume: { ...resume, state: { ...resume.state, more: new Float64Array(1) } } },
    /^resume\.state: expected no "more", got one$/)
  const order = resume.state['adam.order'].slice().fill(0)
  fails({ resume: { ...resume, state: { ...resume.state, 'adam.order': order } } },
    /^adam\.order\[1\]: expected each index once, got 0$/)
  assert.throws(() => train(environments.CartPole.make as () => Env, { resume }).next(),
    /^makeEnv\(\)\.observationSpace: expected Box\(.*, as in the snapshot, got Box\(/)
  // What is left out is as it was; what may differ, may.
  const given = { resume, totalSteps: 600, maxKl: 0.01, backend: 'reference' } as const
  const more = Array.from(train(world, given), recordOf)
  const whole = Array.from(train(world, { ...SMALL, totalSteps: 600 }), recordOf)
  assert.equal(more, whole.slice(4))
})

test('a snapshot is of its own iteration, and of no other', () => {
  const training = train(world, SMALL)
  const first = training.next().value as Iteration
  first.snapshot()
  training.next()
  assert.throws(() => first.snapshot(), /^snapshot: expected a call before the next iteration begins/)
})

test('without getState an environment begins a new episode, with a seed of its own, and it is said', () => {
  const seeds: (number | undefined)[] = []
  const forgetful = (): Env => {
    const { getState: _get, setState: _set, ...env } = make()
    return { ...env, reset: (options) => { seeds.push(options?.seed); return env.reset(options) } }
  }
  const training = train(forgetful, SMALL)
  training.next()
  const record = training.next().value as Iteration
  const before = seeds.length
  const [third, fourth] = train(forgetful, { resume: record.snapshot() })
  assert.is(third.iteration, 3)
  assert.equal(third.remarks, [0, 1, 2].map((e) =>
    `environment ${e}: begins a new episode, since its state could not be saved (getState, setState)`))
  assert.equal(fourth.remarks, [])
  const fresh = seeds.slice(before, before + 3)
  assert.is(new Set([...seeds.slice(0, 3), ...fresh]).size, 6)
})

test.run()
