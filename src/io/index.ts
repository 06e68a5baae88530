/**
 * trpo/io: policies, value functions and trainings as files. Bytes in, bytes out; the caller stores them.
 */
export { decodePolicy, encodePolicy } from './policyFile.ts'
export { decodeValue, encodeValue } from './valueFile.ts'
export { decodeTraining, encodeTraining } from './trainingFile.ts'
export {
  decodeSafetensors, encodeSafetensors, type Metadata, type StoredTensor, type Tensors,
} from './safetensors.ts'
export { encodeJson } from './export/json.ts'
export { type FoldOptions, foldNormalizer } from './export/fold.ts'
export { encodeScript } from './export/script.ts'
export { encodeOnnx, type OnnxOptions } from './export/onnx.ts'
export { hashWeights } from '../nn/hash.ts'
export { FileError } from './fileError.ts'
export type { Extra } from './contents.ts'
// Types of what is stored
export type { Backend } from '../math/backend.ts'
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
export type { ActionOptions, Policy } from '../rl/policy.ts'
export type { Episode } from '../rl/rollout.ts'
export type { Value } from '../rl/value.ts'
export type { Box, Discrete, MultiBinary, MultiDiscrete, Space } from '../rl/world/space.ts'
export type {
  AdamFitOptions, GaussNewtonFitOptions, NormalizationOptions, Peer, SamplingOptions, StepOptions,
  TrainOptions, ValueFitOptions,
} from '../trpo/options/options.ts'
export type { Snapshot } from '../trpo/start/snapshot.ts'
