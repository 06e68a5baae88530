/**
 * δ by its schedule against the formulas of a line and of half a cosine, in closed form; a difference of one
 * rounding.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cartPole } from '../../../src/envs/cartPole.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../../src/rl/world/space.ts'
import type { StepOptions } from '../../../src/trpo/options/options.ts'
import { resolveOptions } from '../../../src/trpo/options/resolve.ts'
import { train } from '../../../src/trpo/train.ts'
import { createTrustRegion, updateTrustRegion } from '../../../src/trpo/variants/trustRegion.ts'

test('δ stays, falls along a line, or along half a cosine, to its final fraction', () => {
  const delta = (maxKlSchedule: StepOptions['maxKlSchedule'], progress: number): number => {
    const options = resolveOptions({ maxKl: 0.02, maxKlSchedule, maxKlFinalFraction: 0.25 })
    const region = createTrustRegion(options, discrete(2))
    updateTrustRegion(region, options, progress)
    return region.maxKl
  }
  const quarter = 0.005 + 0.015 * (2 + Math.SQRT2) / 4
  for (const [progress, linear, cosine] of [
    [0, 0.02, 0.02], [0.5, 0.0125, 0.0125], [0.25, 0.01625, quarter], [1, 0.005, 0.005],
  ]) {
    assert.is(delta('constant', progress), 0.02)
    assert.ok(Math.abs(delta('linear', progress) - linear) < 1e-17)
    assert.ok(Math.abs(delta('cosine', progress) - cosine) < 1e-17)
  }
})

test('a mean over dimensions makes δ and λ as many times larger as an action has', () => {
  const dimensions = (space: Space): number => {
    const region =
      createTrustRegion(resolveOptions({ maxKl: 0.5, damping: 0.25, klReduction: 'mean' }), space)
    assert.is(region.damping, region.maxKl / 2)
    return region.maxKl / 0.5
  }
  const spaces = [box([0, 0, 0], [1, 1, 1]), multiBinary(4), discrete(5), multiDiscrete([2, 3])]
  assert.equal(spaces.map(dimensions), [3, 4, 1, 1])
})

test('a training follows its schedule, and certificates report δ', () => {
  const certificates = [...train(cartPole, {
    totalSteps: 4096, batchSteps: 512, hiddenSizes: [8], valueHiddenSizes: [8], maxKlSchedule: 'linear',
    maxKlFinalFraction: 0.5,
  })].map(({ certificate }) => certificate)
  certificates.forEach(({ maxKl, kl, damping }, k) => {
    assert.ok(Math.abs(maxKl - 0.01 * (1 - 0.5 * k / 8)) < 1e-16)
    assert.ok(kl <= maxKl)
    assert.is(damping, 0.1)
  })
})

test.run()
