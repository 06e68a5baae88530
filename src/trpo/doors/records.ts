/**
 * Whether records are environments and batches, with parts of sizes that fit each other.
 */
import { argumentError } from '../../errors/expect.ts'
import {
  anyFunction, arrayOf, type Check, expectShape, float64, integer, nullOr, type Shape, typed,
} from '../../errors/shape.ts'
import { expectTensor } from '../../math/tensor.ts'
import { aTensor } from '../../nn/shapes.ts'
import type { Batch } from '../../rl/batch.ts'
import { expectSpace } from '../../rl/world/space.ts'

const optional: Check = (name, value) => {
  if (value !== undefined) anyFunction(name, value)
}
const env = (): Shape => ({
  observationSpace: expectSpace, actionSpace: expectSpace, reset: anyFunction, step: anyFunction,
  actionMask: optional, getState: optional, setState: optional, close: optional,
})

/** Throws unless `value` is an array of at least one environment. */
export function expectEnvs(name: string, value: unknown): void {
  arrayOf((each, held) => expectShape(each, held, 'an environment', env()), 'environments')(name, value)
  if ((value as readonly unknown[]).length === 0) {
    throw argumentError(name, 'at least one environment', value, 'object')
  }
}

const bytes = typed('Uint8Array')
const batch = (): Shape => ({
  steps: integer(0), envs: integer(1), observations: aTensor, actions: aTensor, masks: nullOr(bytes),
  rewards: float64(), terminated: bytes, truncated: bytes, finalObservations: aTensor, finalCount: integer(0),
  finalRow: typed('Int32Array'), values: float64(), finalValues: float64(), advantages: float64(),
  returns: float64(),
})

/** Throws unless `value` is a batch; of so many inputs, numbers per action and environments, if given. */
export function expectBatch(
  name: string, value: unknown, inputs: number | null = null, actionSize: number | null = null,
  envs: number | null = null,
): void {
  expectShape(name, value, 'a batch', batch())
  const each = value as Batch
  if (envs !== null) integer(envs, envs)(`${name}.envs`, each.envs)
  const N = each.steps * each.envs, finals = N + each.envs
  expectTensor(`${name}.observations`, each.observations, N, inputs)
  expectTensor(`${name}.actions`, each.actions, N, actionSize)
  expectTensor(`${name}.finalObservations`, each.finalObservations, finals, each.observations.cols)
  integer(0, finals)(`${name}.finalCount`, each.finalCount)
  for (const field of ['rewards', 'values', 'advantages', 'returns'] as const) {
    float64(N)(`${name}.${field}`, each[field])
  }
  float64(finals)(`${name}.finalValues`, each.finalValues)
  for (const field of ['terminated', 'truncated'] as const) {
    typed('Uint8Array', N)(`${name}.${field}`, each[field])
  }
  typed('Int32Array', N)(`${name}.finalRow`, each.finalRow)
}
