/**
 * What was tried before the presets were chosen: options beside a million steps and a δ that falls linearly,
 * and the seeds of each task. Seeds below 10 are of former presets.
 */
export const tried = [
  [{ maxKl: 0.02 }, { HalfCheetah: '10' }],
  [{ maxKl: 0.02, actionBounds: 'clip' }, { Hopper: '10-11', Walker2d: '10' }],
  [{ maxKl: 0.02, batchSteps: 4096 }, { Hopper: '10' }],
  [{ maxKl: 0.02, discount: 0.995 }, { Walker2d: '0-10' }],
  [{ maxKl: 0.02, discount: 0.995, actionBounds: 'clip' }, { Walker2d: '10' }],
  [{ maxKl: 0.02, discount: 0.995, batchSteps: 1024 }, { Hopper: '0-12' }],
  [{ maxKl: 0.02, discount: 0.995, cgIterations: 25 }, { Hopper: '10', Walker2d: '10' }],
  [{ maxKl: 0.02, discount: 0.995, maxKlSchedule: 'constant' }, { Hopper: '10', Walker2d: '10' }],
  [
    { maxKl: 0.02, discount: 0.995, valueEpochs: 20, valueLearningRate: 0.001, valueMinibatch: 128 },
    { Walker2d: '10' },
  ],
  [{ maxKl: 0.02, discount: 0.998 }, { Hopper: '10' }],
  [{ maxKl: 0.02, discount: 0.9999 }, { Swimmer: '0-10' }],
  [{ maxKl: 0.02, discount: 0.9999, actionNoiseHold: 4 }, { Swimmer: '10' }],
  [
    { maxKl: 0.02, klReduction: 'mean', discount: 0.993, cgIterations: 25, actionNoiseHold: 2 },
    { Walker2d: '11' },
  ],
  [
    {
      maxKl: 0.02, klReduction: 'mean', discount: 0.993, initialLogStd: -0.5,
      batchSteps: 4096, cgIterations: 25, actionNoiseHold: 2,
    },
    { Walker2d: '12' },
  ],
  [
    { maxKl: 0.02, klReduction: 'mean', discount: 0.995, cgIterations: 25, actionNoiseHold: 2 },
    { Hopper: '11' },
  ],
  [{ maxKl: 0.02, valueFit: 'trust-region' }, { Hopper: '10' }],
  [{ maxKl: 0.06 }, { HalfCheetah: '10' }],
  [{ maxKl: 0.06, cgIterations: 25, damping: 0.6 }, { Walker2d: '10-12' }],
  [{ maxKl: 0.06, cgIterations: 25, damping: 0.6, actionBounds: 'clip' }, { Walker2d: '10' }],
  [{ maxKl: 0.06, damping: 0.6 }, { Walker2d: '11' }],
  [{ maxKl: 0.06, discount: 0.995, initialLogStd: -1 }, { HalfCheetah: '0-10' }],
  [{ maxKl: 0.06, initialLogStd: -1 }, { HalfCheetah: '10-11', Hopper: '10', Walker2d: '10' }],
  [{ maxKl: 0.06, initialLogStd: -1, actionBounds: 'clip' }, { HalfCheetah: '10' }],
  [{ klReduction: 'mean', cgIterations: 25 }, { Hopper: '10-12' }],
  [{ klReduction: 'mean', cgIterations: 25, actionNoiseHold: 2 }, { Walker2d: '10-12' }],
  [{ klReduction: 'mean', cgIterations: 25, maxKlFinalFraction: 0.01 }, { Hopper: '10' }],
  [
    { klReduction: 'mean', discount: 0.993, cgIterations: 25, actionNoiseHold: 2 },
    { Walker2d: '0-7', Hopper: '10-12' },
  ],
  [
    {
      klReduction: 'mean', discount: 0.993, initialLogStd: -0.5,
      batchSteps: 1024, cgIterations: 25, actionNoiseHold: 2,
    },
    { Walker2d: '12' },
  ],
  [
    { klReduction: 'mean', discount: 0.993, initialLogStd: -0.5, cgIterations: 25, actionNoiseHold: 2 },
    { Walker2d: '10-13' },
  ],
  [
    {
      klReduction: 'mean', discount: 0.993, initialLogStd: -0.5,
      cgIterations: 25, actionNoiseHold: 2, stateDependentStd: true,
    },
    { Walker2d: '12' },
  ],
  [
    {
      klReduction: 'mean', discount: 0.993, initialLogStd: -0.5,
      cgIterations: 25, actionNoiseHold: 2, valueEpochs: 10,
    },
    { Walker2d: '12' },
  ],
  [
    {
      klReduction: 'mean', discount: 0.993, initialLogStd: -0.5,
      cgIterations: 25, actionNoiseHold: 2, valueHiddenSizes: [128, 128],
    },
    { Walker2d: '10-13' },
  ],
  [
    {
      klReduction: 'mean', discount: 0.993, initialLogStd: -0.5,
      cgIterations: 25, damping: 0.3, actionNoiseHold: 2,
    },
    { Walker2d: '12' },
  ],
  [
    { klReduction: 'mean', discount: 0.993, initialLogStd: -1, cgIterations: 25, actionNoiseHold: 2 },
    { Walker2d: '10' },
  ],
  [{ klReduction: 'mean', discount: 0.995 }, { Hopper: '11-12' }],
  [{ klReduction: 'mean', discount: 0.995, batchSteps: 1024 }, { Hopper: '11-12' }],
  [{ klReduction: 'mean', discount: 0.995, cgIterations: 25 }, { Hopper: '10-12' }],
  [
    { klReduction: 'mean', discount: 0.995, cgIterations: 25, actionNoiseHold: 2 },
    { Hopper: '10-12', Walker2d: '10-12' },
  ],
  [
    {
      klReduction: 'mean', discount: 0.995, cgIterations: 25,
      actionNoiseHold: 2, valueHiddenSizes: [128, 128],
    },
    { Hopper: '11' },
  ],
  [{ klReduction: 'mean', discount: 0.995, cgIterations: 25, actionNoiseHold: 3 }, { Hopper: '10' }],
  [
    { klReduction: 'mean', discount: 0.995, cgIterations: 25, damping: 0.3, actionNoiseHold: 2 },
    { Hopper: '10-12' },
  ],
  [
    { klReduction: 'mean', discount: 0.995, cgIterations: 25, maxKlFinalFraction: 0.02, actionNoiseHold: 2 },
    { Hopper: '11' },
  ],
  [{ klReduction: 'mean', discount: 0.995, gaeLambda: 0.9, cgIterations: 25 }, { Hopper: '10' }],
  [
    { klReduction: 'mean', discount: 0.995, gaeLambda: 0.97, cgIterations: 25, actionNoiseHold: 2 },
    { Hopper: '11-12' },
  ],
  [{ klReduction: 'mean', discount: 0.995, initialLogStd: -0.5, cgIterations: 25 }, { Hopper: '11' }],
  [
    { klReduction: 'mean', discount: 0.995, initialLogStd: -0.5, cgIterations: 25, actionNoiseHold: 2 },
    { Walker2d: '11' },
  ],
  [
    { klReduction: 'mean', discount: 0.995, initialLogStd: -1, cgIterations: 25, actionNoiseHold: 2 },
    { HalfCheetah: '10' },
  ],
  [{ klReduction: 'mean', discount: 0.9999, damping: 0.3, actionNoiseHold: 2 }, { Swimmer: '10' }],
  [{ klReduction: 'mean', gaeLambda: 0.97, cgIterations: 25 }, { Hopper: '10-12', Walker2d: '10-12' }],
  [
    {
      klReduction: 'mean', initialLogStd: -0.5, cgIterations: 25,
      actionNoiseHold: 2, valueHiddenSizes: [128, 128],
    },
    { Walker2d: '10-13' },
  ],
  [{ klReduction: 'mean', initialLogStd: -1, cgIterations: 25 }, { HalfCheetah: '10-11', Ant: '10' }],
  [
    {
      klReduction: 'mean', initialLogStd: -1, cgIterations: 25,
      actionNoiseHold: 2, valueHiddenSizes: [128, 128],
    },
    { Walker2d: '10-13' },
  ],
  [
    { klReduction: 'mean', initialLogStd: -1, cgIterations: 5, preconditioner: 'kronecker' },
    { HalfCheetah: '11' },
  ],
  [{ klReduction: 'mean', initialLogStd: -1, preconditioner: 'kronecker' }, { HalfCheetah: '10' }],
]
