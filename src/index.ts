/**
 * The entry `trpo`: Trust Region Policy Optimization. Train, evaluate, act, check policies and environments.
 * The pieces for a loop of one's own are in `trpo/parts`. Chapters: errors < math < nn < rl < trpo < verify,
 * each importing only from itself and those before it; docs/tour.md is the reading order.
 */
export { type Iteration, train, trainAsync } from './trpo/train.ts'
export { type Agent, type AgentOptions, type AgentSpaces, createAgent } from './trpo/agent.ts'
export type { Outcome, Slot } from './rl/play/slot.ts'
export type { AsyncRunOptions, RunOptions } from './trpo/start/settings.ts'
export type { StopSignal } from './rl/play/late.ts'
export type { Snapshot } from './trpo/start/snapshot.ts'
export type { ObservedTrial, Observer, Probe, Solved } from './trpo/observer.ts'
export { resolveOptions } from './trpo/options/resolve.ts'
export { presets } from './trpo/options/presets.ts'
export type {
  AdamFitOptions, GaussNewtonFitOptions, NormalizationOptions, Peer, SamplingOptions, StepOptions,
  TrainOptions, ValueFitOptions,
} from './trpo/options/options.ts'
export type { Certificate, StepStatus } from './trpo/certificate.ts'
export type { ValueFit } from './trpo/value/loss.ts'
export type { Normalization } from './trpo/variants/normalization.ts'
export type { Phase, Phases } from './trpo/phases.ts'

export { evaluate, evaluateAsync, type EvaluateOptions } from './rl/evaluate.ts'
export type { Evaluation } from './rl/play/episodes.ts'
export { clonePolicy } from './rl/clone.ts'
export type { MakeAsyncEnv } from './rl/play/environments.ts'
export { timeLimit } from './rl/play/timeLimit.ts'
export { act } from './rl/actor.ts'
export type { ActionOptions, Policy } from './rl/policy.ts'
export type { ActionBounds } from './rl/actionBounds.ts'
export type { Normalizer } from './rl/normalizer.ts'
export type { Value } from './rl/value.ts'
export type { Episode } from './rl/rollout.ts'
export { EnvError } from './rl/play/envError.ts'
export type {
  Action, AsyncEnv, Env, Observation, ResetOptions, ResetResult, StepResult,
} from './rl/world/env.ts'
export {
  type ActionOf, type Box, box, type Discrete, discrete, type MultiBinary, multiBinary, type MultiDiscrete,
  multiDiscrete, type Space, type SpaceOf,
} from './rl/world/space.ts'

export { checkEnv, checkEnvAsync, type CheckOptions, type EnvProblems } from './verify/env/checkEnv.ts'
export { type PolicyReport, type VerifyOptions, verifyPolicy } from './verify/policy/verifyPolicy.ts'
export type { Check } from './verify/comparison.ts'

export { Random } from './math/random.ts'
export { reference } from './math/reference.ts'
export { createFastest, createSimd } from './math/simd/backend.ts'
export type { Backend } from './math/backend.ts'
export type { Communicator } from './math/communicator.ts'
export type { CgStatus } from './math/conjugateGradient.ts'
export type { RunningMoments } from './math/moments.ts'
export type { Tensor } from './math/tensor.ts'
export type { Activation, ActivationName } from './nn/activation.ts'
export type { DenseTape } from './nn/dense.ts'
export type { Distribution, Eta } from './nn/distributions/distribution.ts'
export type { Mlp, Tape, Tile } from './nn/mlp.ts'
export type { Layer, Parameters } from './nn/parameters.ts'
