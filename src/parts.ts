/**
 * The entry `trpo/parts`: the pieces that `train` is made of, for a loop of one's own; and conjugate
 * gradients, line search and Fisher products for uses outside of reinforcement learning.
 * docs/examples/own-loop and docs/examples/natural-gradient put them together.
 * Arguments are checked as a whole, kinds and sizes (trpo/doors); inside, the same functions run unchecked.
 * But: numbers in arrays are not looked at; NaN among them gives NaN, or a status that says so.
 */
// A training, set up as `train` does it
export {
  backendFor, closeEnvs, createLearner, createTrainer, plainBackendFor, startFromBatch, startValue,
} from './trpo/doors/trainings.ts'
export type { ChooseBackend, Trainer } from './trpo/trainer.ts'
export type { Learner, Spaces } from './trpo/learner.ts'
export type {
  AdamFitOptions, GaussNewtonFitOptions, NormalizationOptions, Peer, SamplingOptions, StepOptions,
  TrainOptions, ValueFitOptions,
} from './trpo/options/options.ts'

// Policy and value
export {
  actionOf, createActor, createPolicy, createPolicyMap, createValue, decide, distributionFor, forwardPolicy,
  initializePolicy, initializeValue, maskLengthOf, predict, predictValues,
} from './trpo/doors/policies.ts'
export type { ActionOptions, Policy } from './rl/policy.ts'
export type { PolicyMap } from './rl/policyMap.ts'
export type { Actor } from './rl/actor.ts'
export type { ActionBounds } from './rl/actionBounds.ts'
export type { Value } from './rl/value.ts'
export { createNormalizer, type Normalizer } from './rl/normalizer.ts'

// Batches: from environments, with advantages
export type {
  Action, AsyncEnv, Env, Observation, ResetOptions, ResetResult, StepResult,
} from './rl/world/env.ts'
export type { ActionOf, Box, Discrete, MultiBinary, MultiDiscrete, Space, SpaceOf } from './rl/world/space.ts'
export {
  collect, collectVine, createBatch, createBatches, createRollout, createSampler, createVine,
  generalizedAdvantages, normalizeAdvantages, rewardsToGo, vineAdvantages,
} from './trpo/doors/batches.ts'
export type { Batch } from './rl/batch.ts'
export type { Episode, Rollout } from './rl/rollout.ts'
export type { Noise } from './rl/heldNoise.ts'
export type { InfoSums } from './rl/play/info.ts'
export type { Late, Waiting } from './rl/play/late.ts'
export type { Vine, VineOptions } from './rl/vine/vine.ts'
export type { SavedPoint } from './rl/vine/savedPoint.ts'
export type { Batches, Sampler } from './trpo/variants/sampling.ts'

// The step, the value fit, and the statistics of observations
export {
  createFisher, createFitter, createStepper, policyGradient, probe, refreshStatistics, startNormalization,
  step, surrogate, updateTrustRegion,
} from './trpo/doors/steps.ts'
export type { StepBatch, Stepper } from './trpo/step.ts'
export type { ObservedTrial, Observer, Probe, Solved } from './trpo/observer.ts'
export type { TrustRegion } from './trpo/variants/trustRegion.ts'
export type { StepParts } from './trpo/variants/choose.ts'
export type {
  Grams, Kronecker, KroneckerLayer, KroneckerStatus, LayerGrams,
} from './trpo/variants/kronecker.ts'
export type { Search, Trial } from './trpo/variants/search.ts'
export type { Rounding, TrialErrors } from './trpo/rounding.ts'
export type { OutputError } from './nn/outputError.ts'
export type { Subset } from './trpo/variants/subset.ts'
export type { Certificate, StepStatus } from './trpo/certificate.ts'
export type { Lap, Phase } from './trpo/phases.ts'
export type { Fitter } from './trpo/value/fitter.ts'
export type { FitBatch, ValueFit } from './trpo/value/loss.ts'
export type { Normalization, Normalized, StepperMaps } from './trpo/variants/normalization.ts'
export type { InputChange } from './nn/inputChange.ts'

// Surrogate and Fisher matrix
export type { Objective } from './trpo/surrogate.ts'
export type { DifferentiableMap, Fisher } from './trpo/fisher.ts'
export type { Shards } from './nn/shards.ts'
export type { Jacobian } from './nn/jacobian.ts'
export { SHARDS } from './math/vector.ts'

// Networks and distributions
export {
  backward, bernoulli, bindParameters, categorical, createEta, createJacobian, createMlp, createShards,
  createTape, forward, gaussian, initializeMlp, multiCategorical, parameterCount, stateGaussian, sumOverTiles,
  tangent, transposeWeights,
} from './trpo/doors/networks.ts'
export type { Mlp, Tape, Tile } from './nn/mlp.ts'
export type { Layer, Parameters } from './nn/parameters.ts'
export type { DenseTape } from './nn/dense.ts'
export type { Activation, ActivationName } from './nn/activation.ts'
export type { Distribution, Eta } from './nn/distributions/distribution.ts'

// Mathematics
export {
  addScaled, addTree, cgWorkspace, combine, conjugateGradient, dot, fisherOperator, lineSearch, norm, sum,
} from './trpo/doors/mathematics.ts'
export type { CgOptions, CgResult, CgStatus, CgWorkspace, Operator } from './math/conjugateGradient.ts'
export type { LineSearchOptions, LineSearchResult } from './math/lineSearch.ts'
export { matrix, type Tensor } from './math/tensor.ts'
export { Random } from './math/random.ts'
export type { RunningMoments } from './math/moments.ts'
export type { Cell } from './math/cells.ts'
export { type Communicator, solo } from './math/communicator.ts'
export { reference } from './math/reference.ts'
export { createFastest, createSimd } from './math/simd/backend.ts'
export type { Backend } from './math/backend.ts'
