/**
 * trpo: Trust Region Policy Optimization. Four chapters, math < nn < rl < trpo, each importing only from itself
 * and those before it; docs/tour.md is the reading order.
 */
export { type Iteration, train } from './trpo/train.ts'
export { resolveOptions } from './trpo/options/resolve.ts'
export type {
  GaussNewtonFitOptions, NormalizationOptions, StepOptions, TrainOptions, ValueFitOptions,
} from './trpo/options/options.ts'
export type { Certificate, StepStatus } from './trpo/certificate.ts'
export { createStepper, step, type Stepper } from './trpo/step.ts'
export { createFisher, type Fisher } from './trpo/fisher.ts'
export { presets } from './trpo/options/presets.ts'
export { policyGradient, surrogate } from './trpo/surrogate.ts'
export { createGaussNewtonFitter, fitByGaussNewton } from './trpo/value/gaussNewtonFit.ts'
export { createAdamFitter, fitByAdam } from './trpo/value/adamFit.ts'
export type { ValueFit } from './trpo/value/loss.ts'
export type { Normalization } from './trpo/variants/normalization.ts'
export { type PolicyReport, type VerifyOptions, verifyPolicy } from './verify/policy.ts'
export type { Phase, Phases } from './trpo/phases.ts'
export type { Action, Env, Observation, ResetOptions, ResetResult, StepResult } from './rl/world/env.ts'
export {
  type Box, box, type Discrete, discrete, type MultiBinary, multiBinary, type MultiDiscrete, multiDiscrete,
  type Space,
} from './rl/world/space.ts'
export { act } from './rl/actor.ts'
export { type ActionOptions, createPolicy, initializePolicy, type Policy } from './rl/policy.ts'
export { createPolicyMap, forwardPolicy, type PolicyMap } from './rl/policyMap.ts'
export { createNormalizer, type Normalizer } from './rl/normalizer.ts'
export { createValue, predict, type Value } from './rl/value.ts'
export { evaluate, type EvaluateOptions, type Evaluation } from './rl/evaluate.ts'
export { checkEnv } from './verify/env.ts'
export { collect, createRollout, type Episode, type Rollout } from './rl/rollout.ts'
export { EnvError } from './rl/guard.ts'
export { type Batch, createBatch } from './rl/batch.ts'
export { collectVine, createVine, type Vine, vineAdvantages, type VineOptions } from './rl/vine.ts'
export { maskLengthOf } from './rl/world/mask.ts'
export { generalizedAdvantages, normalize, rewardsToGo } from './rl/advantage.ts'
export { createShards, type Shards } from './nn/shards.ts'
export { transposeWeights } from './nn/mlp.ts'
export type { ActivationName } from './nn/activation.ts'
export type { Distribution, Eta } from './nn/distributions/distribution.ts'
export {
  type CgOptions, type CgResult, type CgStatus, type CgWorkspace, cgWorkspace, conjugateGradient,
  type Operator,
} from './math/conjugateGradient.ts'
export { lineSearch, type LineSearchOptions, type LineSearchResult } from './math/lineSearch.ts'
export type { Backend } from './math/backend.ts'
export type { Check } from './verify/comparison.ts'
export { reference } from './math/reference.ts'
export { createFastest, createSimd } from './math/simd/backend.ts'
export { Random } from './math/random.ts'
export { matrix, type Tensor } from './math/tensor.ts'



