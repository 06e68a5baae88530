/**
 * Observed trainings against unobserved ones, to the bit; and what an observer sees against the certificate,
 * the quadratic model and finite differences of what it probes.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../src/envs/index.ts'
import { Random } from '../../src/math/random.ts'
import { dot, norm } from '../../src/math/vector.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import type { ObservedTrial, Observer, Solved } from '../../src/trpo/observer.ts'
import { train } from '../../src/trpo/train.ts'
import { recordOf } from '../support/recordOf.ts'

const SMALL: Partial<TrainOptions> = {
  seed: 2, batchSteps: 120, totalSteps: 1200, envCount: 3, hiddenSizes: [8], valueHiddenSizes: [4],
  valueEpochs: 2,
}
const { make } = environments.Pendulum

/** Probes where and when it likes: in every callback, along x and along random directions. */
function restless(random: Random): Observer {
  let last: Solved | null = null
  const probe = (): void => {
    if (last === null || random.uniform() < 0.4) return
    const along = Float64Array.from(last.x, () => random.normal())
    last.probe(random.normal() * last.beta, random.uniform() < 0.5 ? undefined : along)
  }
  return {
    solving: probe,
    solved(solved) { last = solved; probe(); probe() },
    trial: probe,
  }
}

test('a training that is observed and probed at random keeps its bits', () => {
  for (const options of [
    {}, { lineSearch: 'longest' }, { lineSearch: 'none' }, { fisherFraction: 0.5, entropyCoefficient: 0.01 },
    { constraint: 'max-kl', preconditioner: 'kronecker' },
    { normalizeObservations: 'off', stepLength: 'damped' },
    { conventions: 'sb3', batchSteps: 120 },
  ] as const satisfies readonly Partial<TrainOptions>[]) {
    const all = { ...SMALL, ...options, ...'conventions' in options ? { envCount: 1 } : {} }
    const wanted = Array.from(train(() => make(), all), recordOf)
    const observer = restless(new Random(7))
    assert.equal(Array.from(train(() => make(), { ...all, observer }), recordOf), wanted)
  }
})

test('what an observer sees is what the certificate reports', () => {
  const residuals: number[] = [], trials: ObservedTrial[] = []
  let solved: Solved | null = null
  const observer: Observer = {
    solving(k, residual) {
      assert.is(k, residuals.length)
      residuals.push(residual)
    },
    solved(now) { solved = { ...now, x: now.x.slice(), gradient: now.gradient.slice() } },
    trial(trial) { trials.push(trial) },
  }
  let steps = 0
  for (const { certificate } of train(() => make(), { ...SMALL, observer })) {
    steps++
    const { beta, xFx, maxKl, x, gradient, surrogate } = solved!
    assert.is(residuals[0], 1)
    assert.is(residuals.length, certificate.cgIterations + 1)
    assert.is(residuals[residuals.length - 1], certificate.cgResidual)
    assert.equal([beta, xFx, maxKl, surrogate],
      [certificate.beta, certificate.xFx, certificate.maxKl, certificate.surrogateBefore])
    assert.is(norm(gradient), certificate.gradientNorm)
    assert.is(trials.length, certificate.backtracks + 1)
    const last = trials[trials.length - 1]
    assert.is(last.accepted, certificate.scale > 0)
    if (last.accepted) {
      assert.equal([last.scale, last.kl, last.klMax, last.surrogate],
        [certificate.scale, certificate.kl, certificate.klMax, certificate.surrogateAfter])
    }
    assert.ok(dot(gradient, x) > 0)
    residuals.length = trials.length = 0
    solved = null
  }
  assert.is(steps, 10)
})

test('a probe near 0 follows the quadratic model: KL ≈ ½ t² xᵀF x and L ≈ L₀ + t gᵀx', () => {
  let probed = 0
  const observer: Observer = {
    solved({ gradient, x, beta, xFx, surrogate, probe }) {
      const slope = dot(gradient, x)
      // The next terms are smaller by the share t of the step; 1e-3 leaves three digits, rounding nine.
      const t = 1e-3 * beta
      const near = probe(t), negative = Float64Array.from(x, (each) => -each)
      assert.ok(Math.abs(near.kl / (0.5 * t * t * xFx) - 1) < 0.02, `${near.kl} ${0.5 * t * t * xFx}`)
      assert.ok(Math.abs((near.surrogate - surrogate) / (t * slope) - 1) < 0.02)
      assert.ok(probe(t, negative).surrogate < surrogate)
      assert.equal(probe(0), { kl: 0, klMax: 0, surrogate })
      assert.throws(() => probe(NaN), /^length: expected a finite number, got NaN$/)
      assert.throws(() => probe(1, new Float64Array(2)), /^direction: expected length \d+, got 2$/)
      probed++
    },
  }
  // Normalised observations and all states in F: xᵀF x is exact there.
  assert.is([...train(() => make(), { ...SMALL, cgTolerance: 1e-8, cgIterations: 30, observer })].length, 10)
  assert.is(probed, 10)
})

test('an observer is checked at the door, and its error ends the training', () => {
  assert.throws(() => train(() => make(), { observer: 3 as never }),
    /^observer: expected a record of functions/)
  assert.throws(() => train(() => make(), { observer: { solve: () => {} } as never }),
    /^observer: expected only solving, solved, trial, got "solve"$/)
  assert.throws(() => train(() => make(), { observer: { trial: 1 as never } }),
    /^observer.trial: expected a function/)
  const broken: Observer = { trial: () => { throw new Error('no canvas') } }
  assert.throws(() => train(() => make(), { ...SMALL, observer: broken }).next(), /^no canvas$/)
})

test.run()
