/** Value functions with drawn weights, for tests of what is done with them. */
import type { Backend } from '../../src/math/backend.ts'
import type { Random } from '../../src/math/random.ts'
import type { ActivationName } from '../../src/nn/activation.ts'
import { initializeMlp } from '../../src/nn/mlp.ts'
import type { Normalizer } from '../../src/rl/normalizer.ts'
import { createValue, type Value } from '../../src/rl/value.ts'

/** φ. */
export function phiOf(value: Value): Float64Array {
  return value.net.parameters.flat
}

/** V with orthogonal weights, of gain 1 in the last layer. */
export function drawnValue(
  backend: Backend, inputs: number, hidden: readonly number[], activation: ActivationName, random: Random,
  normalizer: Normalizer | null = null,
): Value {
  const value = createValue(backend, inputs, hidden, activation, normalizer)
  initializeMlp(value.net, 1, random)
  return value
}
