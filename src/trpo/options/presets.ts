/**
 * Options that suit the built-in environments, by name, and bodies that move, with reasons. What is not given
 * here is the default. Small networks suffice for the small worlds.
 */
import type { TrainOptions } from './options.ts'

/** A small value network. */
const value: Partial<TrainOptions> = { valueHiddenSizes: [32, 32] }

/**
 * Options that suit each built-in environment, by its name in trpo/envs, and `locomotion`, for bodies that
 * run, hop or swim; the rest are the defaults.
 */
export const presets: Readonly<Record<string, Partial<TrainOptions>>> = {
  /**
   * Many small batches. δ falls to a hundredth: if constant, the pole is lost again on one or two seeds of
   * forty.
   */
  CartPole: {
    ...value, hiddenSizes: [64], totalSteps: 40_960, batchSteps: 512, envCount: 4, valueEpochs: 10,
    maxKl: 0.03, maxKlSchedule: 'linear', maxKlFinalFraction: 0.01,
  },
  /** Two layers and a falling δ come closest to the optimum. Inputs are of similar size as they are. */
  Pendulum: {
    ...value, hiddenSizes: [64, 64], totalSteps: 200_000, batchSteps: 4000, envCount: 20, valueEpochs: 3,
    gaeLambda: 0.9, normalizeObservations: 'off', initialLogStd: 0.5, damping: 0.01,
    maxKl: 0.02, maxKlSchedule: 'linear',
  },
  /** Noise that lasts swings the links up sooner. */
  Acrobot: { ...value, hiddenSizes: [32], batchSteps: 2048, envCount: 8, actionNoiseHold: 4 },
  /**
   * Noise that lasts: nothing is won until the car has rocked itself up by chance. Two layers: with one the
   * car often needs an extra swing. δ falls to a tenth, so that small batches suffice: with a constant δ
   * training sometimes goes astray.
   */
  MountainCar: {
    ...value, hiddenSizes: [32, 32], totalSteps: 150_000, batchSteps: 1024, actionNoiseHold: 16,
    discount: 0.998, maxKlSchedule: 'linear', damping: 0.01,
  },
  /**
   * Noise that lasts, for the same reason as in MountainCar. Raw inputs: normalised ones take twice as many
   * steps.
   */
  MountainCarContinuous: {
    ...value, hiddenSizes: [16, 16], totalSteps: 50_000, batchSteps: 1024, valueEpochs: 3,
    normalizeObservations: 'off', actionNoiseHold: 16, damping: 0.01,
  },
  /** A policy linear in the state; many episodes per batch, since they are noisy. */
  PointMass: {
    ...value, hiddenSizes: [], totalSteps: 480_000, batchSteps: 12_000, envCount: 100, discount: 0.97,
    normalizeObservations: 'off', maxKl: 0.03, damping: 0.01,
  },
  /**
   * Chosen on MuJoCo's tasks (docs/results/locomotion.md). δ and λ are per dimension of the action, which for
   * a body with six motors makes both six times as large: Walker2d and HalfCheetah learn more than by a δ of
   * 0.02 or 0.06 at λ = 0.1, Hopper as much. By ten products Walker2d fell, by 25 it walked. δ falls, wide at
   * first, since a million steps are few.
   */
  locomotion: { totalSteps: 1_000_000, klReduction: 'mean', maxKlSchedule: 'linear', cgIterations: 25 },
}
