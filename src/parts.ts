/**
 * The entry `trpo/parts`: the pieces that `train` is made of, for a loop of one's own; and conjugate
 * gradients, line search and Fisher products for uses outside of reinforcement learning.
 * docs/examples/own-loop and docs/examples/natural-gradient put them together.
 * But: few checks; shapes must be as docstrings say, and an argument that `train` refuses may fail late here.
 */
// A training, set up as `train` does it
export { closeEnvs, type ChooseBackend, createTrainer, type Trainer } from './trpo/trainer.ts'
export { createLearner, type Learner, type Spaces } from './trpo/learner.ts'
export { backendFor, plainBackendFor } from './trpo/backendFor.ts'
export type {
  AdamFitOptions, GaussNewtonFitOptions, NormalizationOptions, Peer, SamplingOptions, StepOptions,
  TrainOptions, ValueFitOptions,
} from './trpo/options/options.ts'

// Policy and value
export {
  type ActionOptions, createPolicy, distributionFor, initializePolicy, type Policy,
} from './rl/policy.ts'
export { createPolicyMap, forwardPolicy, type PolicyMap } from './rl/policyMap.ts'
export { actionOf, type Actor, createActor, decide } from './rl/actor.ts'
export type { ActionBounds } from './rl/actionBounds.ts'
export { createValue, initializeValue, predict, predictValues, type Value } from './rl/value.ts'
export { createNormalizer, type Normalizer } from './rl/normalizer.ts'

// Batches: from environments, with advantages
export type { Action, Env, Observation, ResetOptions, ResetResult, StepResult } from './rl/world/env.ts'
export type { ActionOf, Box, Discrete, MultiBinary, MultiDiscrete, Space, SpaceOf } from './rl/world/space.ts'
export { maskLengthOf } from './rl/world/mask.ts'
export { type Batch, createBatch } from './rl/batch.ts'
export { collect, createRollout, type Episode, type Rollout } from './rl/rollout.ts'
export type { Noise } from './rl/heldNoise.ts'
export { collectVine, createVine, type Vine, vineAdvantages, type VineOptions } from './rl/vine/vine.ts'
export type { SavedPoint } from './rl/vine/savedPoint.ts'
export { generalizedAdvantages, normalizeAdvantages, rewardsToGo } from './rl/advantage.ts'
export { type Batches, createBatches, createSampler, type Sampler } from './trpo/variants/sampling.ts'

// The step, the value fit, and the statistics of observations
export { createStepper, step, type StepBatch, type Stepper } from './trpo/step.ts'
export { updateTrustRegion, type TrustRegion } from './trpo/variants/trustRegion.ts'
export type { StepParts } from './trpo/variants/choose.ts'
export type { Preconditioner } from './trpo/variants/preconditioner.ts'
export type { Squares, SquaresTape } from './trpo/variants/squares.ts'
export type { Search, Trial } from './trpo/variants/search.ts'
export type { Subset } from './trpo/variants/subset.ts'
export type { Certificate, StepStatus } from './trpo/certificate.ts'
export type { Lap, Phase } from './trpo/phases.ts'
export { createFitter, type Fitter } from './trpo/value/fitter.ts'
export type { FitBatch, ValueFit } from './trpo/value/loss.ts'
export {
  type Normalization, type Normalized, refreshStatistics, startNormalization, type StepperMaps,
} from './trpo/variants/normalization.ts'
export type { InputChange } from './nn/inputChange.ts'

// Surrogate and Fisher matrix
export { type Objective, policyGradient, surrogate } from './trpo/surrogate.ts'
export { createFisher, type DifferentiableMap, type Fisher, fisherOperator } from './trpo/fisher.ts'
export { createShards, type Shards, sumOverTiles } from './nn/shards.ts'
export { createJacobian, type Jacobian } from './nn/jacobian.ts'

// Networks and distributions
export {
  backward, createMlp, createTape, forward, initializeMlp, type Mlp, tangent, type Tape, type Tile,
  transposeWeights,
} from './nn/mlp.ts'
export { bindParameters, type Layer, parameterCount, type Parameters } from './nn/parameters.ts'
export type { DenseTape } from './nn/dense.ts'
export type { Activation, ActivationName } from './nn/activation.ts'
export { createEta, type Distribution, type Eta } from './nn/distributions/distribution.ts'
export { bernoulli } from './nn/distributions/bernoulli.ts'
export { categorical, multiCategorical } from './nn/distributions/categorical.ts'
export { gaussian } from './nn/distributions/gaussian.ts'
export { stateGaussian } from './nn/distributions/stateGaussian.ts'

// Mathematics
export {
  type CgOptions, type CgResult, type CgStatus, type CgWorkspace, cgWorkspace, conjugateGradient,
  type Operator,
} from './math/conjugateGradient.ts'
export { lineSearch, type LineSearchOptions, type LineSearchResult } from './math/lineSearch.ts'
export { addScaled, combine, dot, norm, sum } from './math/vector.ts'
export { matrix, type Tensor } from './math/tensor.ts'
export { Random } from './math/random.ts'
export type { RunningMoments } from './math/moments.ts'
export { reference } from './math/reference.ts'
export { createFastest, createSimd } from './math/simd/backend.ts'
export type { Backend } from './math/backend.ts'
