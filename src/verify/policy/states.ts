/**
 * The states on which a policy is checked: what its network reads, [N, inputs], in memory of its backend.
 */
import { argumentError, expectInteger, show } from '../../errors/expect.ts'
import { isArray, isFloat64Array, read } from '../../errors/kinds.ts'
import type { Backend } from '../../math/backend.ts'
import type { Tensor } from '../../math/tensor.ts'
import { createActor, decide } from '../../rl/actor.ts'
import type { Policy } from '../../rl/policy.ts'
import { encode } from '../../rl/world/encoding.ts'
import type { Observation } from '../../rl/world/env.ts'

/**
 * From members of the policy's observation space, or from a tensor [N, inputs]. Throws if they are invalid.
 */
export function statesFrom(policy: Policy, observations: readonly Observation[] | Tensor): Tensor {
  return isArray(observations) ? statesFromObservations(policy, observations as readonly Observation[])
    : statesFromTensor(policy, observations as Tensor)
}

function statesFromObservations(policy: Policy, observations: readonly Observation[]): Tensor {
  const { net: { sizes }, observationSpace } = policy
  if (observations.length === 0) throw new RangeError('observations: expected at least one, got none')
  const actor = createActor(policy, observations.length)
  observations.forEach((observation, i) => {
    const problem = encode(actor.observations.data, i * sizes[0], observationSpace, observation)
    if (problem !== null) throw new RangeError(`observations[${i}]: ${problem}`)
  })
  decide(actor, null)
  return actor.map.tape.inputs
}

function statesFromTensor({ net: { backend, sizes } }: Policy, given: Tensor): Tensor {
  if (!isFloat64Array(read(given, 'data'))) {
    throw argumentError('observations', 'an array of observations or a tensor', given)
  }
  if (given.cols !== sizes[0]) {
    throw new RangeError(`observations: expected ${sizes[0]} columns, got ${given.cols}`)
  }
  expectInteger('observations.rows', given.rows, 1)
  const inputs = backend.allocate(given.rows, given.cols)
  for (let i = 0; i < given.rows; i++) {
    for (let j = 0; j < given.cols; j++) {
      const x = given.data[i * given.rowStride + j * given.colStride]
      if (!Number.isFinite(x)) {
        throw new RangeError(`observations[${i}]: expected [${j}] to be a finite number, got ${show(x)}`)
      }
      inputs.data[i * given.cols + j] = x
    }
  }
  return inputs
}

/** The given rows of `states`. */
export function selectRows({ data, cols }: Tensor, rows: readonly number[], backend: Backend): Tensor {
  const some = backend.allocate(rows.length, cols)
  rows.forEach((row, i) => { for (let j = 0; j < cols; j++) some.data[i * cols + j] = data[row * cols + j] })
  return some
}

/** At most `max` of the states, evenly spread over all. */
export function spreadRows(states: Tensor, max: number, backend: Backend): Tensor {
  const count = Math.min(states.rows, max)
  const rows = Array.from({ length: count }, (_, i) => Math.floor(i * states.rows / count))
  return selectRows(states, rows, backend)
}
