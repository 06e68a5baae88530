/**
 * Steps and trainings with masks: certificates against naive distributions of the allowed actions; bits
 * against bits.
 * Tolerances: means of sixty numbers below 10.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { EnvError } from '../../src/rl/play/envError.ts'
import { reference } from '../../src/math/reference.ts'
import { createBatch } from '../../src/rl/batch.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { maskLengthOf } from '../../src/rl/world/mask.ts'
import { createPolicy, initializePolicy } from '../../src/rl/policy.ts'
import { collect, createRollout } from '../../src/rl/rollout.ts'
import { multiBinary } from '../../src/rl/world/space.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { createStepper, step } from '../../src/trpo/step.ts'
import { train } from '../../src/trpo/train.ts'
import { normals } from '../support/dense.ts'
import { market } from '../support/market.ts'
import { expectation, naiveCategorical, naiveEta, naiveKl } from '../support/naive.ts'
import { failures, Worst } from '../support/worst.ts'

const ROWS: readonly (readonly number[])[] = [[4], [2, 3]]

test('with masks the certificate is that of the policy on allowed actions: entropy, KL, surrogates', () => {
  const worst = new Worst()
  for (const rows of ROWS) {
    for (const fisherFraction of [1, 0.5]) {
      const env = market(rows), random = new Random(11)
      const policy = createPolicy(reference, env.observationSpace, env.actionSpace, [5], 'tanh')
      initializePolicy(policy, 0, random)
      const theta = policy.net.parameters.flat
      for (let p = 0; p < theta.length; p++) theta[p] += 0.5 * random.normal()
      const n = maskLengthOf([env]), N = 60
      const batch = createBatch(reference, N, 1, n, policy.distribution.actionSize, n)
      collect(createRollout([env], policy, random), batch)
      const stepper =
        createStepper(policy, batch.observations, resolveOptions({ fisherFraction }), random, batch.masks)
      const advantages = normals(N, random)
      const old = theta.slice()
      const certificate = step(stepper, { actions: batch.actions, advantages })
      const { status, entropy, kl, surrogateBefore, surrogateAfter } = certificate
      assert.is(status, 'accepted')
      const net = { sizes: policy.net.sizes, activation: 'tanh' } as const
      const states = Array.from({ length: N }, (_, i) => {
        const naive = naiveCategorical(rows, [...batch.masks!.subarray(i * n, (i + 1) * n)])
        const input = batch.observations.data.subarray(i * n, (i + 1) * n)
        const size = batch.actions.cols, action = batch.actions.data.subarray(i * size, (i + 1) * size)
        const before = naiveEta(net, naive, old, input), after = naiveEta(net, naive, theta, input)
        const log = (eta: number[]): number => naive.logProbability(eta, action)
        return {
          entropy: -expectation(naive, before, (a) => naive.logProbability(before, a)),
          kl: naiveKl(naive, before, after),
          gain: Math.exp(log(after) - log(before)) * advantages[i],
        }
      })
      const mean = (f: (state: typeof states[number], i: number) => number): number =>
        states.map(f).reduce((a, b) => a + b) / N
      // Means of sixty numbers below 10.
      worst.absolute('entropy', [entropy], [mean((state) => state.entropy)], 1e-13)
      worst.absolute('KL', [kl], [mean((state) => state.kl)], 1e-13)
      worst.absolute('L before', [surrogateBefore], [mean((_, i) => advantages[i])], 1e-13)
      worst.absolute('L after', [surrogateAfter], [mean((state) => state.gain)], 1e-13)
    }
  }
  assert.equal(failures(worst.report()), [])
})

const SMALL: Partial<TrainOptions> = {
  seed: 1, totalSteps: 800, batchSteps: 160, envCount: 4, hiddenSizes: [6], valueHiddenSizes: [5],
  valueEpochs: 2, discount: 0,
}

test('masked trainings leave the same bits on both backends, with a subset and a preconditioner too', () => {
  for (const rows of ROWS) {
    for (const extra of [{}, { fisherFraction: 0.3 }, { preconditioner: 'kronecker' }] as const) {
      const run = (backend: 'simd' | 'reference'): unknown[] => {
        const training = train(() => market(rows), { ...SMALL, ...extra, backend })
        return Array.from(training, ({ certificate, policy, value }) =>
          ({ certificate, theta: [...policy.net.parameters.flat], phi: [...value.net.parameters.flat] }))
      }
      const wanted = run('reference')
      assert.is(wanted.length, 5)
      assert.equal(run('simd'), wanted)
    }
  }
})

test('a mask that allows everything gives the bits of a training without one', () => {
  const open = (mask: boolean): Env => {
    const env = market([4])
    const { step, reset, observationSpace, actionSpace } = env
    const all = { ...env, actionMask: () => [1, 1, 1, 1] }
    // Closed stalls would throw: in place of one, the first open stall is taken.
    all.step = (action) => {
      const open = Array.from(env.actionMask!())
      return step(open[(action as number) - 3] === 1 ? action : 3 + open.indexOf(1))
    }
    return mask ? all : { step: all.step, reset, observationSpace, actionSpace }
  }
  const run = (mask: boolean): unknown[] => {
    const training = train(() => open(mask), { ...SMALL, fisherFraction: 0.5 })
    return Array.from(training, ({ certificate, policy }) =>
      ({ certificate, theta: [...policy.net.parameters.flat] }))
  }
  assert.equal(run(true), run(false))
})

test('an environment that masks what cannot be masked is refused before anything is trained', () => {
  const odd = (): Env => ({ ...market([4]), actionSpace: multiBinary(4), actionMask: () => [1, 1, 1, 1] })
  const reason = 'expected none where actions are multiBinary, got function actionMask'
  assert.throws(() => train(odd, SMALL).next(),
    (e: Error) => e instanceof EnvError && e.message === `environment 0.actionMask: ${reason}`)
})

test.run()
