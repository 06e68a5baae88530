/**
 * docs/examples/own-loop, a loop written with the pieces of trpo/parts, and a loop on `createTrainer`. The
 * oracle is `train` itself: every weight of π and V after every iteration, to the bit.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole, pendulum, pointMass } from '../../src/envs/index.ts'
import { type Env, presets, resolveOptions, train, type TrainOptions } from '../../src/index.ts'
import {
  backendFor, closeEnvs, createTrainer, normalizeAdvantages, predictValues, refreshStatistics, rewardsToGo,
  startFromBatch, step, sum, updateTrustRegion,
} from '../../src/parts.ts'
import { importExample } from '../support/examples.ts'
import { bits } from '../support/same.ts'

const { ownLoop } = await importExample('own-loop/ownLoop.js')

interface Moment { readonly theta: string; readonly phi: string; readonly rest: string }

/** What an iteration's record says, copied: networks go on changing. */
const moment = ({ steps, episodes, certificate, valueFit, policy, value }: any): Moment => ({
  theta: bits(policy.net.parameters.flat), phi: bits(value.net.parameters.flat),
  rest: JSON.stringify({ steps, episodes, certificate, valueFit }),
})

const small: Partial<TrainOptions> = { envCount: 4, hiddenSizes: [8, 8], valueHiddenSizes: [8] }
const cases: readonly (readonly [string, () => Env, Partial<TrainOptions>])[] = [
  ['the preset of CartPole, with normalised observations', cartPole,
    { ...presets.CartPole, seed: 1, totalSteps: 20 * 512 }],
  ['defaults', cartPole, { ...small, seed: 2, batchSteps: 256, totalSteps: 20 * 256 }],
  ['a Gaussian, plain normalisation, held noise, a part of the states in F', pendulum,
    {
      ...small, seed: 3, batchSteps: 400, totalSteps: 20 * 400, normalizeObservations: 'plain',
      actionNoiseHold: 3, fisherFraction: 0.3,
    }],
  ['V by Gauss–Newton, a schedule, raw advantages', pointMass,
    {
      ...small, seed: 4, batchSteps: 240, totalSteps: 20 * 240, valueFit: 'trust-region',
      maxKlSchedule: 'cosine', normalizeAdvantages: false,
    }],
]

for (const [title, makeEnv, options] of cases) {
  test(`own-loop gives the bits of train in twenty iterations: ${title}`, () => {
    const theirs = train(makeEnv, options)
    let iterations = 0
    for (const record of ownLoop(makeEnv, options)) {
      const { value } = theirs.next()
      assert.equal(moment(record), moment(value), `iteration ${++iterations}`)
    }
    assert.is(iterations, 20)
    assert.ok(theirs.next().done)
  })
}

test('own-loop with rewards-to-go is train with gaeLambda 1, to the rounding of two recursions', () => {
  // Both sum some hundred rewards; what differs by 1e-14 goes through conjugate gradients once.
  const options = { ...small, seed: 5, batchSteps: 256, totalSteps: 256 }
  const [ours] = ownLoop(cartPole, options, rewardsToGo)
  const [theirs] = train(cartPole, { ...options, gaeLambda: 1 })
  assert.ok(Math.abs(ours.certificate.kl / theirs.certificate.kl - 1) < 1e-9)
  assert.is.not(ours.certificate.kl, [...train(cartPole, options)][0].certificate.kl)
})

/** Environments that count how often they were closed. */
function counted(): { readonly makeEnv: () => Env<number>; readonly closed: () => number } {
  let closed = 0
  return { makeEnv: () => ({ ...cartPole(), close: () => { closed++ } }), closed: () => closed }
}

test('own-loop closes its environments at its end, when it is left early, and when it throws', () => {
  const options = { ...small, batchSteps: 64, totalSteps: 64 }
  for (const leave of [
    (loop: Generator) => [...loop],
    (loop: Generator) => {
      loop.next()
      loop.return(undefined)
    },
    (loop: Generator) => {
      loop.next()
      assert.throws(() => loop.throw(new Error('enough')), 'enough')
    },
  ]) {
    const { makeEnv, closed } = counted()
    leave(ownLoop(makeEnv, options))
    assert.is(closed(), 4)
  }
})

test('a loop on createTrainer gives the bits of train, with a vine; closeEnvs closes what it made', () => {
  const given = { ...small, seed: 6, batchSteps: 256, totalSteps: 4 * 256, sampling: 'vine' as const }
  const options = resolveOptions(given), theirs = train(cartPole, given)
  const { makeEnv, closed } = counted()
  const trainer = createTrainer(makeEnv, options, backendFor)
  const { policy, value, rollout, sampler, batches, stepper, fitter, minibatches, scratch } = trainer
  const { all, batch, paths } = batches
  for (let steps = 0; steps < options.totalSteps;) {
    updateTrustRegion(stepper.region, options, steps / options.totalSteps)
    const episodes = sampler.collect()
    if (steps === 0) startFromBatch(trainer)
    steps = sum(rollout.steps)
    for (const each of all) predictValues(value, each)
    sampler.estimateAdvantages()
    normalizeAdvantages(batch, scratch)
    const certificate = step(stepper, batch), valueFit = fitter.fit(paths, minibatches)
    refreshStatistics(trainer)
    const record = { steps, episodes, certificate, valueFit, policy, value }
    assert.equal(moment(record), moment(theirs.next().value))
  }
  closeEnvs(trainer)
  assert.is(closed(), 4)
  assert.ok(theirs.next().done)
})

test.run()
