/**
 * Hyper-parameters and conventions of other implementations, as options: to take over a configuration, or to
 * compare under the same conventions. Read from the sources at the commits that docs/deviations.md names.
 * But: what has no counterpart here remains ours. That page lists each difference with its consequence.
 */
import type { Peer, TrainOptions } from './options.ts'

/** Common to all four: CG runs its full number of iterations, and the step length includes the damping. */
const common: Partial<TrainOptions> = {
  hiddenSizes: [64, 64], valueHiddenSizes: [64, 64], activation: 'tanh', normalizeAdvantages: true,
  discount: 0.99, maxKl: 0.01, cgIterations: 10, cgTolerance: 0, stepLength: 'damped', maxBacktracks: 9,
  normalizeReturns: false, normalizeObservations: 'off', actionBounds: 'clip',
}

export const conventions: Readonly<Record<Peer, Readonly<Partial<TrainOptions>>>> = {
  /** sb3_contrib.TRPO: one environment; KL and Fisher matrix are averaged over action dimensions. */
  sb3: {
    ...common, batchSteps: 2048, envCount: 1, gaeLambda: 0.95, klReduction: 'mean', cgIterations: 15,
    damping: 0.1, backtrackCoefficient: 0.8, valueEpochs: 10, valueMinibatch: 128, valueLearningRate: 1e-3,
  },
  /** spinup.trpo_tf1. */
  spinningup: {
    ...common, batchSteps: 4000, envCount: 1, gaeLambda: 0.97, damping: 0.1, backtrackCoefficient: 0.8,
    initialLogStd: -0.5, valueEpochs: 80, valueMinibatch: 4000, valueLearningRate: 1e-3,
  },
  /** baselines.trpo_mpi, defaults for MuJoCo: KL up to 1.5 δ, a fifth of the states in Fisher products. */
  baselines: {
    ...common, hiddenSizes: [32, 32], valueHiddenSizes: [32, 32], batchSteps: 1024, envCount: 1,
    gaeLambda: 0.98, damping: 0.1, backtrackCoefficient: 0.5, maxKlFactor: 1.5, fisherFraction: 0.2,
    valueEpochs: 5, valueMinibatch: 64, valueLearningRate: 1e-3,
  },
  /**
   * TRPO of modular_rl, its settings for classic control: KL is not tested, and a step must gain a tenth of
   * what the slope predicts. Its V is fitted by L-BFGS; here by Adam, as in SB3-contrib.
   */
  modular_rl: {
    ...common, batchSteps: 5000, envCount: 1, discount: 0.995, gaeLambda: 0.97, damping: 0.1,
    backtrackCoefficient: 0.5, maxKlFactor: Infinity, acceptRatio: 0.1,
    valueEpochs: 10, valueMinibatch: 128, valueLearningRate: 1e-3,
  },
}
