/**
 * Options that suit the built-in environments, by name, with reasons. What is not given here is the default.
 * Small networks suffice for these small worlds.
 */
import type { TrainOptions } from './options.ts'

/** A small value network. */
const value: Partial<TrainOptions> = { valueHiddenSizes: [32, 32] }

/**
 * Longer fits of V, in larger minibatches and in the units of the rewards: with three epochs of minibatches
 * of 64, Acrobot failed on one seed of ten.
 */
const longFit: Partial<TrainOptions> = {
  ...value, valueEpochs: 10, valueMinibatch: 256, normalizeReturns: false,
}

/** Options that suit each built-in environment, by its name in trpo/envs; the rest are the defaults. */
export const presets: Readonly<Record<string, Partial<TrainOptions>>> = {
  /**
   * Many small batches. Normalised inputs bring velocities to the scale of positions: it learns more than
   * twice as fast. δ falls to a hundredth: if constant, the pole is lost again on one or two seeds of forty.
   */
  CartPole: {
    ...value, hiddenSizes: [64], totalSteps: 40_960, batchSteps: 512, envCount: 4, valueEpochs: 10,
    normalizeObservations: 'preserving', maxKl: 0.03, maxKlSchedule: 'linear', maxKlFinalFraction: 0.01,
  },
  /** Torques squashed into their bounds, two layers and a falling δ come closest to the optimum. */
  Pendulum: {
    ...value, hiddenSizes: [64, 64], totalSteps: 200_000, batchSteps: 4000, envCount: 20, valueEpochs: 3,
    gaeLambda: 0.9, actionBounds: 'squash', initialLogStd: 0.5, damping: 0.01,
    maxKl: 0.02, maxKlSchedule: 'linear',
  },
  /** A long fit of V; see `longFit`. */
  Acrobot: { ...longFit, hiddenSizes: [32], batchSteps: 2048, envCount: 8, actionNoiseHold: 4 },
  /**
   * Noise that lasts: nothing is won until the car has rocked itself up by chance. Two layers: with one the
   * car often needs an extra swing. Normalised inputs bring velocities to the scale of positions: without
   * them it fails from one start in a thousand. δ falls to a tenth, so that small batches suffice: with a
   * constant δ training sometimes goes astray.
   */
  MountainCar: {
    ...value, hiddenSizes: [32, 32], totalSteps: 150_000, batchSteps: 1024, actionNoiseHold: 16,
    discount: 0.998, maxKlSchedule: 'linear', damping: 0.01, normalizeObservations: 'preserving',
  },
  /** Noise that lasts, for the same reason as in MountainCar. */
  MountainCarContinuous: {
    ...value, hiddenSizes: [16, 16], totalSteps: 50_000, batchSteps: 1024, valueEpochs: 3,
    actionNoiseHold: 16, damping: 0.01,
  },
  /** A linear policy, and a long fit of V; see `longFit`. */
  PointMass: {
    ...longFit, hiddenSizes: [], totalSteps: 480_000, batchSteps: 12_000, envCount: 100, discount: 0.97,
    maxKl: 0.03, damping: 0.01,
  },
}
