/**
 * The sentences against records that a training makes and that are made for each status: every number in them
 * is one of the certificate, rounded, and verdict and tone follow from the status. And the panel of two
 * parameters against closed forms: F = diag(1/σ², 2), KL of Gaussians, the natural step spends δ by the
 * model. Tolerance 1e-9 where a closed form is evaluated in the same doubles.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { phases } from '../../../docs/playground/phases.ts'
import type { IterationRecord } from '../../../docs/playground/protocol.ts'
import {
  DELTA, ellipse, GOAL, klBetween, localAt, MU, pathFrom, type Place, placeAt, rewardAt, SIGMA,
} from '../../../docs/playground/page/panels/places.ts'
import { accountOf, moved, phaseText, sentenceOf } from '../../../docs/playground/page/panels/sentence.ts'
import { cartPole } from '../../../src/envs/index.ts'
import type { Certificate, StepStatus } from '../../../src/trpo/certificate.ts'
import type { ObservedTrial } from '../../../src/trpo/observer.ts'
import { train } from '../../../src/trpo/train.ts'

/** Three iterations as records; what a sentence does not use is left out. */
function records(options: object): IterationRecord[] {
  const trials: ObservedTrial[] = [], residuals: number[] = []
  const observer =
    { trial: (trial: ObservedTrial) => { trials.push(trial) },
      solving: (_: number, r: number) => { residuals.push(r) } }
  const made: IterationRecord[] = []
  for (const each of train(cartPole, { seed: 1, batchSteps: 512, totalSteps: 1536, ...options, observer })) {
    made.push({ ...each, trials: trials.splice(0), residuals: residuals.splice(0),
      deterministicReturn: 41.5 } as unknown as IterationRecord)
  }
  return made
}

const usual = records({}), free = records({ lineSearch: 'none', damping: 0, maxKl: 0.2, cgTolerance: 0 })

test('an accepted step is said with its KL, δ, gain and backtracks', () => {
  for (const record of usual) {
    const { certificate: { status, kl, maxKl, backtracks } } = record, text = sentenceOf(record)
    assert.is(status, 'accepted')
    assert.match(text, `Update ${record.iteration}, accepted`)
    assert.match(text, backtracks === 0 ? 'at once' : `after ${backtracks} backtrack`)
    const [, said, limit] = /KL ([\d.]+) ≤ δ ([\d.]+)/.exec(text)!
    assert.ok(Math.abs(Number(said) - kl) <= 0.005 * kl && Math.abs(Number(limit) - maxKl) <= 0.005 * maxKl)
    assert.match(text, '41.5 without noise')
  }
})

test('a step without a search is said to be good only within δ, and how many times δ it spent', () => {
  const beyond = free.filter(({ certificate: { kl, maxKl } }) => kl > maxKl)
  assert.ok(beyond.length > 0, 'some are beyond δ')
  for (const record of free) {
    const { kl, maxKl } = record.certificate, { tone, rest } = accountOf(record)
    if (kl > maxKl) assert.is(tone, 'bad')
    const times = Number(/is ([\d.]+) times δ/.exec(rest)![1])
    assert.ok(Math.abs(times - kl / maxKl) <= 0.06 * kl / maxKl)
  }
})

const statuses: readonly StepStatus[] = [
  'accepted', 'accepted-above-max-kl', 'unconditional', 'zero-gradient', 'non-positive-curvature',
    'not-finite',
  'kl-exceeded', 'no-improvement', 'unresolved',
]

test('every status has a sentence; those that leave θ have the other tone', () => {
  const texts = statuses.map((status, k) => {
    const isMoved = k < 3, certificate: Certificate =
      { ...usual[0].certificate, status, scale: isMoved ? 0.8 : 0 }
    const record = { ...usual[0], certificate }
    assert.is(moved(record), isMoved)
    if (!isMoved) assert.is(accountOf(record).tone, 'bad')
    return sentenceOf(record)
  })
  assert.is(new Set(texts).size, statuses.length)
  for (const text of texts) assert.not.match(text, /undefined|NaN|null/)
})

test('every phase has a text without holes, and a panel', () => {
  for (const [index] of phases.entries()) {
    const { text, panel } = phaseText(index, usual[0])
    assert.ok(text.length > 30 && /^(world|plane|cg|along|returns)$/.test(panel))
    assert.not.match(text, /undefined|NaN|null/)
  }
})

test('the two-parameter panel has F = diag(1/σ², 2), and natural steps that spend δ by the model', () => {
  for (const [mu, sigma] of [[-1, 0.9], [0.5, 0.1], [2.5, 1.7]]) {
    const place: Place = [mu, Math.log(sigma)], { fisher, gradient, natural, plain } = localAt(place)
    assert.ok(Math.abs(fisher[0] * sigma * sigma - 1) < 1e-9 && Math.abs(fisher[3] - 2) < 1e-9)
    assert.ok(fisher[1] === 0 && fisher[2] === 0)
    const spent = 0.5 * (natural[0] ** 2 / sigma ** 2 + 2 * natural[1] ** 2)
    assert.ok(Math.abs(spent / DELTA - 1) < 1e-9)
    assert.ok(Math.abs(natural[0] * gradient[1] / 2 - natural[1] * gradient[0] * sigma ** 2) < 1e-9, 'F⁻¹g')
    assert.ok(Math.abs(Math.hypot(...plain) / Math.hypot(...natural) - 1) < 1e-9)
    for (const [m, s] of ellipse(place, fisher)) {
      assert.ok(Math.abs(0.5 * ((m - mu) / sigma) ** 2 + (s - place[1]) ** 2 - DELTA) < 1e-9)
    }
  }
})

test('KL between places is that of Gaussians, and the path raises the reward within δ', () => {
  const closed = ([m0, s0]: Place, [m1, s1]: Place): number =>
    s1 - s0 + (Math.exp(2 * s0) + (m0 - m1) ** 2) / (2 * Math.exp(2 * s1)) - 0.5
  const a: Place = [-0.6, -0.1], b: Place = [0.2, -0.6]
  assert.ok(Math.abs(klBetween(a, b) - closed(a, b)) < 1e-9)
  const path = pathFrom(a)
  assert.ok(path.length > 5)
  for (let k = 1; k < path.length; k++) {
    assert.ok(closed(path[k - 1], path[k]) <= DELTA + 1e-9 && rewardAt(path[k]) > rewardAt(path[k - 1]))
  }
  assert.ok(Math.abs(path[path.length - 1][0] - GOAL) < 0.5)
})

test('the point stays inside its picture', () => {
  assert.equal(placeAt(99, 1e-9), [MU[1], Math.log(SIGMA[0])])
  assert.equal(placeAt(1, 0.5), [1, Math.log(0.5)])
})

test.run()
