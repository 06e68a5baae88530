/**
 * Options that suit the built-in environments, by name. What is not said here is the default.
 * One hidden layer of 64 learns most of these small worlds as well as two, with a tenth of the parameters. In the
 * MountainCars nothing is won until the car has rocked itself up by chance, and noise that lasts does that. MountainCar
 * then needs two layers, or it often settles for a swing too many, and velocities on the scale of positions, or one
 * start in a thousand is missed.
 * Its batches can be small where δ falls to a tenth: constant, it loses its way at times.
 * CartPole learns from many small batches, more than twice as soon with speeds on the scale of positions; a δ that
 * falls to a hundredth keeps the pole where a constant one loses it again on a seed or two of forty. Pendulum comes
 * closest to its optimum with torques squashed into their bounds, two layers, and a δ that falls, too.
 */
import type { TrainOptions } from './options.ts'

/** A small value network. */
const value: Partial<TrainOptions> = { valueHiddenSizes: [32, 32] }

/** Longer fits in larger minibatches, and in units of the rewards: with three epochs of 64 Acrobot failed on a seed of ten. */
const slow: Partial<TrainOptions> = { ...value, valueEpochs: 10, valueMinibatch: 256, normalizeReturns: false }

/** Options that suit each built-in environment, by its name in trpo/envs; the rest are the defaults. */
export const presets: Readonly<Record<string, Partial<TrainOptions>>> = {
  CartPole: {
    ...value, hiddenSizes: [64], totalSteps: 40_960, batchSteps: 512, envCount: 4, normalizeObservations: 'preserving',
    maxKl: 0.03, maxKlSchedule: 'linear', maxKlFinalFraction: 0.01, valueEpochs: 10,
  },
  Pendulum: {
    ...value, valueEpochs: 3, hiddenSizes: [64, 64], totalSteps: 200_000, batchSteps: 4000, envCount: 20, gaeLambda: 0.9,
    actionBounds: 'squash', maxKl: 0.02, maxKlSchedule: 'linear', damping: 0.01, initialLogStd: 0.5,
  },
  Acrobot: { ...slow, hiddenSizes: [32], batchSteps: 2048, envCount: 8, actionNoiseHold: 4 },
  MountainCar: {
    ...value, hiddenSizes: [32, 32], totalSteps: 150_000, batchSteps: 1024, actionNoiseHold: 16, discount: 0.998,
    maxKlSchedule: 'linear', damping: 0.01, normalizeObservations: 'preserving',
  },
  MountainCarContinuous: {
    ...value, valueEpochs: 3, hiddenSizes: [16, 16], totalSteps: 50_000, batchSteps: 1024, actionNoiseHold: 16, damping: 0.01,
  },
  PointMass: {
    ...slow, hiddenSizes: [], totalSteps: 480_000, batchSteps: 12_000, envCount: 100, discount: 0.97, maxKl: 0.03,
    damping: 0.01,
  },
}
