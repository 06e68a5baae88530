/**
 * How much of a backend's memory a training takes, so that a backend of fixed size can be made before anything is
 * allocated. An upper bound: what lies beyond would still be right, but slow.
 */
import type { Backend } from '../math/backend.ts'
import { reference } from '../math/reference.ts'
import { createFastest, createSimd } from '../math/simd/backend.ts'
import { sensitivitiesAState } from '../nn/jacobian.ts'
import { parameterCount } from '../nn/parameters.ts'
import { distributionFor } from '../rl/policy.ts'
import { encodedSize, type Space } from '../rl/world/space.ts'
import type { TrainOptions } from './options/options.ts'

/** The backend that `options` ask for, with room for the training that they describe. */
export function chooseBackend(options: TrainOptions, observationSpace: Space, actionSpace: Space): Backend {
  const { backend } = options
  if (typeof backend !== 'string') return backend
  if (backend === 'reference') return reference
  const bytes = trainingBytes(options, observationSpace, actionSpace)
  if (backend === 'auto') return createFastest(bytes)
  const simd = createSimd(bytes)
  if (simd === null) throw new RangeError('backend: expected a runtime with WebAssembly SIMD for "simd", got one without')
  return simd
}

/** The same without a word of WebAssembly, for bundles that leave it out. */
export function choosePlain({ backend }: TrainOptions): Backend {
  if (typeof backend !== 'string') return backend
  if (backend !== 'simd') return reference
  throw new RangeError('backend: expected "auto", "reference" or a backend where SIMD is left out, got "simd"')
}

/** Bytes that `train` allocates from its backend, at most, with a mebibyte to spare for evaluations. */
export function trainingBytes(options: TrainOptions, observationSpace: Space, actionSpace: Space): number {
  const { batchSteps: N, environments: E, hidden, valueHidden, valueMinibatch } = options
  const { inputs: outputs, shared, cached, actionSize } = distributionFor(actionSpace, options.stateDependentStd)
  const inputs = encodedSize(observationSpace)
  const units = sumOf(hidden), valueUnits = sumOf(valueHidden)
  const P = parameterCount([inputs, ...hidden, outputs], shared)
  const valueP = parameterCount([inputs, ...valueHidden, 1], 0)
  // Batch and the policy's two maps on it; as much again for a subset; the actor; the value's tapes; a tile of each.
  const sensitivities = sensitivitiesAState([inputs, ...hidden, outputs])
  const onStates = N * (inputs + actionSize + units + 3 * outputs + 2 * cached + sensitivities)
  const subset = options.fisherFraction < 1 ? N * (inputs + actionSize + units + 2 * outputs + cached + sensitivities) : 0
  const acting = E * (inputs + units + outputs + cached + actionSize)
  const fitted = inputs + valueUnits + 3
  const fitting = options.valueFit === 'adam'
    ? 2 * valueMinibatch * fitted : N * (2 * fitted + sensitivitiesAState([inputs, ...valueHidden, 1]))
  const tiles = 96 * ((8 + (sensitivities > 0 ? outputs : 0)) * units + 5 * valueUnits + 2 * inputs + 8)
  // θ, its candidate, transposes and directions; Adam's m, v and gradient; up to 16 shards, twice.
  const parameters = 40 * (P + valueP)
  // Each of some hundreds of tensors begins on 64 bytes.
  return 8 * (onStates + subset + acting + fitting + tiles + parameters) + 1048576 + 65536
}

function sumOf(units: readonly number[]): number {
  return units.reduce((total, n) => total + n, 0)
}
