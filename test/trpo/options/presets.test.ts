/**
 * The presets against the options with which docs/results/learning.md and docs/results/locomotion.md were
 * measured, written out: with a change of one its page is measured again. No tolerance.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environments } from '../../../src/envs/index.ts'
import { presets } from '../../../src/trpo/options/presets.ts'
import { resolveOptions } from '../../../src/trpo/options/resolve.ts'

const MEASURED = {
  CartPole: {
    valueHiddenSizes: [32, 32], hiddenSizes: [64], totalSteps: 40_960, batchSteps: 512, envCount: 4,
    valueEpochs: 10, maxKl: 0.03, maxKlSchedule: 'linear', maxKlFinalFraction: 0.01,
  },
  Pendulum: {
    valueHiddenSizes: [32, 32], hiddenSizes: [64, 64], totalSteps: 200_000, batchSteps: 4000, envCount: 20,
    valueEpochs: 3, gaeLambda: 0.9, normalizeObservations: 'off', initialLogStd: 0.5, damping: 0.01,
    maxKl: 0.02,
    maxKlSchedule: 'linear',
  },
  Acrobot: {
    valueHiddenSizes: [32, 32], hiddenSizes: [32], batchSteps: 2048, envCount: 8, actionNoiseHold: 4,
  },
  MountainCar: {
    valueHiddenSizes: [32, 32], hiddenSizes: [32, 32], totalSteps: 150_000, batchSteps: 1024,
    actionNoiseHold: 16, discount: 0.998, maxKlSchedule: 'linear', damping: 0.01,
  },
  MountainCarContinuous: {
    valueHiddenSizes: [32, 32], hiddenSizes: [16, 16], totalSteps: 50_000, batchSteps: 1024, valueEpochs: 3,
    normalizeObservations: 'off', actionNoiseHold: 16, damping: 0.01,
  },
  PointMass: {
    valueHiddenSizes: [32, 32], hiddenSizes: [], totalSteps: 480_000, batchSteps: 12_000, envCount: 100,
    discount: 0.97, normalizeObservations: 'off', maxKl: 0.03, damping: 0.01,
  },
  locomotion: { totalSteps: 1_000_000, klReduction: 'mean', maxKlSchedule: 'linear', cgIterations: 25 },
}

test('the presets are those that were measured, valid, one per built-in environment and a last', () => {
  assert.equal(presets, MEASURED)
  assert.equal(Object.keys(presets).sort(), [...Object.keys(environments), 'locomotion'].sort())
  for (const preset of Object.values(presets)) resolveOptions(preset)
})

test.run()
