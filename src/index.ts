/**
 * trpo: Trust Region Policy Optimization. Four chapters, math < nn < rl < trpo, each importing only from itself
 * and those before it; docs/tour.md is the reading order.
 */
export { train, type Iteration } from './trpo/train.ts'
export { resolveOptions, type TrainOptions } from './trpo/options/options.ts'
export { type Certificate, createStepper, step, type StepOptions, type Stepper, type StepStatus } from './trpo/step.ts'
export { createFisher, type Fisher } from './trpo/fisher.ts'
export { presets } from './trpo/options/presets.ts'
export { policyGradient, surrogate } from './trpo/surrogate.ts'
export { createTrustRegionFitter, fitInTrustRegion, type TrustRegionFitOptions } from './trpo/value/gaussNewtonFit.ts'
export { createValueFitter, fitValue, type ValueFit, type ValueFitOptions } from './trpo/value/adamFit.ts'
export type { Normalization, NormalizationOptions } from './trpo/variants/normalization.ts'
export { type PolicyReport, type VerifyOptions, verifyPolicy } from './verify/policy.ts'
export type { Phase, Phases } from './trpo/phases.ts'

export type { Action, Env, Observation, ResetOptions, ResetResult, StepResult } from './rl/world/env.ts'
export {
  type Box, box, type Discrete, discrete, type MultiBinary, multiBinary, type MultiDiscrete, multiDiscrete, type Space,
} from './rl/world/space.ts'
export {
  act, type ActionOptions, createPolicy, createPolicyMap, forwardPolicy, initializePolicy, type Policy, type PolicyMap,
} from './rl/policy.ts'
export { createNormalizer, type Normalizer } from './rl/normalizer.ts'
export { createValue, predict, type Value } from './rl/value.ts'
export { evaluate, type EvaluateOptions, type Evaluation } from './rl/evaluate.ts'
export { checkEnv } from './verify/env.ts'
export { collect, createRollout, EnvError, type Episode, type Rollout } from './rl/rollout.ts'
export { type Batch, createBatch } from './rl/batch.ts'
export { collectVine, createVine, type Vine, vineAdvantages, type VineOptions } from './rl/vine.ts'
export { maskLengthOf } from './rl/world/mask.ts'
export { generalizedAdvantages, normalize, rewardsToGo } from './rl/advantage.ts'

export { createShards, type Shards } from './nn/shards.ts'
export { transposeWeights } from './nn/mlp.ts'
export type { ActivationName } from './nn/activation.ts'
export type { Distribution, Eta } from './nn/distributions/distribution.ts'

export { type CgOptions, type CgResult, type CgStatus, type CgWorkspace, cgWorkspace, conjugateGradient, type Operator } from './math/conjugateGradient.ts'
export { lineSearch, type LineSearchOptions, type LineSearchResult } from './math/lineSearch.ts'
export type { Backend } from './math/backend.ts'
export type { Check } from './verify/comparison.ts'
export { reference } from './math/reference.ts'
export { createFastest, createSimd } from './math/simd/backend.ts'
export { Random } from './math/random.ts'
export { matrix, type Tensor } from './math/tensor.ts'
