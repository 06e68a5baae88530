import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { StepStatus } from '../../../src/trpo/step.ts'
import { createTrustRegionRule, type TrustRegion, type TrustRegionOptions } from '../../../src/trpo/variants/trustRegion.ts'
import { train } from '../../../src/trpo/train.ts'
import { cartPole } from '../../../src/envs/cartPole.ts'
import { record } from '../../support/iteration.ts'

const OPTIONS: TrustRegionOptions = { maxKlSchedule: 'constant', finalMaxKl: 0.25, dampingRule: 'fixed' }

const after = (status: StepStatus, gainRatio: number) => ({ ...record({ status }).certificate, gainRatio })

test('δ stays, falls along a line, or along half a cosine, to its final share', () => {
  const delta = (maxKlSchedule: TrustRegionOptions['maxKlSchedule'], progress: number): number => {
    const region: TrustRegion = { maxKl: 0.02, damping: 0.1 }
    createTrustRegionRule(region, { ...OPTIONS, maxKlSchedule })(progress, null)
    return region.maxKl
  }
  for (const [progress, linear, cosine] of [[0, 0.02, 0.02], [0.5, 0.0125, 0.0125], [0.25, 0.01625, 0.005 + 0.015 * (2 + Math.SQRT2) / 4], [1, 0.005, 0.005]]) {
    assert.is(delta('constant', progress), 0.02)
    assert.ok(Math.abs(delta('linear', progress) - linear) < 1e-17)
    assert.ok(Math.abs(delta('cosine', progress) - cosine) < 1e-17)
  }
})

test('λ grows by half where the gain fell short or the search failed, shrinks where it was as promised, and stays between', () => {
  const lambda = (status: StepStatus, gainRatio: number): number => {
    const region: TrustRegion = { maxKl: 1, damping: 0.2 }
    createTrustRegionRule(region, { ...OPTIONS, dampingRule: 'levenberg-marquardt' })(0, after(status, gainRatio))
    return region.damping
  }
  assert.equal([lambda('accepted', 0.2), lambda('accepted', 0.5), lambda('accepted', 0.8)], [0.2 * 1.5, 0.2, 0.2 / 1.5])
  assert.equal([lambda('kl-exceeded', 0), lambda('no-improvement', 0), lambda('zero-gradient', 0)], [0.2 * 1.5, 0.2 * 1.5, 0.2])
  const fixed: TrustRegion = { maxKl: 1, damping: 0.2 }
  createTrustRegionRule(fixed, OPTIONS)(0.5, after('kl-exceeded', 0))
  assert.is(fixed.damping, 0.2)
})

test('λ stays within a thousandth and a thousand times its start', () => {
  const region: TrustRegion = { maxKl: 1, damping: 0.1 }
  const rule = createTrustRegionRule(region, { ...OPTIONS, dampingRule: 'levenberg-marquardt' })
  for (let k = 0; k < 100; k++) rule(0, after('kl-exceeded', 0))
  assert.is(region.damping, 100)
  for (let k = 0; k < 100; k++) rule(0, after('accepted', 1))
  assert.is(region.damping, 0.0001)
})

test('a training follows both: certificates tell δ shrinking to the end and λ moving', () => {
  const told = [...train(cartPole, {
    totalSteps: 4096, batchSteps: 512, hidden: [8], valueHidden: [8], maxKlSchedule: 'linear', finalMaxKl: 0.5,
    dampingRule: 'levenberg-marquardt',
  })].map(({ certificate }) => certificate)
  told.forEach(({ maxKl, kl }, k) => {
    assert.ok(Math.abs(maxKl - 0.01 * (1 - 0.5 * k / 8)) < 1e-16)
    assert.ok(kl <= maxKl)
  })
  told.slice(1).forEach(({ damping }, k) => {
    const { status, gainRatio, damping: before } = told[k]
    const wanted = status !== 'accepted' || gainRatio < 0.25 ? 1.5 * before : gainRatio > 0.75 ? before / 1.5 : before
    assert.is(damping, wanted)
  })
  assert.ok(new Set(told.map(({ damping }) => damping)).size > 1)
})

test.run()
