/**
 * The entry `trpo/node`, the only one that uses Node: the command line as a function, for environments of
 * your own; trainings in several threads; files that are never half written; a clock for `options.clock`.
 */
export { clock } from './clock.ts'
export type { EnvironmentRow, Environments } from './environments.ts'
export type { Disk, FileStatus } from './disk/disk.ts'
export { readWhole, writeWhole, type Written } from './files.ts'
export { main } from './main.ts'
export { type ParallelOptions, trainParallel } from './parallel/trainParallel.ts'
// Types of what these take and return
export type { Environment, SimulatorOptions } from '../envs/index.ts'
export type { Backend } from '../math/backend.ts'
export type { Communicator } from '../math/communicator.ts'
export type { CgStatus } from '../math/conjugateGradient.ts'
export type { RunningMoments } from '../math/moments.ts'
export type { Random } from '../math/random.ts'
export type { Tensor } from '../math/tensor.ts'
export type { Activation, ActivationName } from '../nn/activation.ts'
export type { DenseTape } from '../nn/dense.ts'
export type { Distribution, Eta } from '../nn/distributions/distribution.ts'
export type { Mlp, Tape, Tile } from '../nn/mlp.ts'
export type { Layer, Parameters } from '../nn/parameters.ts'
export type { ActionBounds } from '../rl/actionBounds.ts'
export type { Normalizer } from '../rl/normalizer.ts'
export type { StopSignal } from '../rl/play/late.ts'
export type { ActionOptions, Policy } from '../rl/policy.ts'
export type { Episode } from '../rl/rollout.ts'
export type { Value } from '../rl/value.ts'
export type { Action, Env, Observation, ResetOptions, ResetResult, StepResult } from '../rl/world/env.ts'
export type {
  ActionOf, Box, Discrete, MultiBinary, MultiDiscrete, Space, SpaceOf,
} from '../rl/world/space.ts'
export type { Certificate, StepStatus } from '../trpo/certificate.ts'
export type { ObservedTrial, Observer, Probe, Solved } from '../trpo/observer.ts'
export type {
  AdamFitOptions, GaussNewtonFitOptions, NormalizationOptions, Peer, SamplingOptions, StepOptions,
  TrainOptions, ValueFitOptions,
} from '../trpo/options/options.ts'
export type { Phase, Phases } from '../trpo/phases.ts'
export type { AsyncRunOptions, RunOptions } from '../trpo/start/settings.ts'
export type { Snapshot } from '../trpo/start/snapshot.ts'
export type { Iteration } from '../trpo/train.ts'
export type { ValueFit } from '../trpo/value/loss.ts'
export type { Normalization } from '../trpo/variants/normalization.ts'
