/**
 * How many bytes a training allocates from its backend, so that a backend of fixed size can be made first:
 * the same functions allocate everything once from a backend that only counts.
 * But: tensors that do not fit are allocated outside and computed by the reference: correct, but slower.
 */
import type { Backend } from '../math/backend.ts'
import { type Communicator, solo } from '../math/communicator.ts'
import { Random } from '../math/random.ts'
import { reference } from '../math/reference.ts'
import { bytesOf } from '../math/simd/backend.ts'
import { matrix, zeros } from '../math/tensor.ts'
import { orthogonalWorkspace } from '../nn/initialize.ts'
import { createActor } from '../rl/actor.ts'
import type { Space } from '../rl/world/space.ts'
import { createLearner } from './learner.ts'
import type { TrainOptions } from './options/options.ts'

/** Bytes for what releases its memory: first weights, unless they need more, and evaluations afterwards. */
const SPARE = 1048576

/** Bytes that `train` allocates from its backend, plus `SPARE`, or what first weights need. */
export function trainingBytes(
  options: TrainOptions, observationSpace: Space, actionSpace: Space, ranks: Communicator = solo,
): number {
  let temporary = SPARE
  const lasting = counted((backend) => {
    // Masks are not in a backend's memory.
    const spaces = { observationSpace, actionSpace, maskLength: 0 }
    const { policy, value } = createLearner(backend, options, spaces, new Random(0), ranks)
    createActor(policy, options.envCount / ranks.size)
    for (const { W } of [...policy.net.parameters.layers, ...value.net.parameters.layers]) {
      temporary = Math.max(temporary, counted((other) => { orthogonalWorkspace(other, W) }))
    }
  })
  return lasting + temporary
}

/** Bytes that `create` allocates, counted by a backend in which all tensors share one memory. */
function counted(create: (backend: Backend) => void): number {
  let bytes = 0, shared: Float64Array = new Float64Array(0)
  create({
    ...reference,
    allocate(rows, cols) {
      const count = rows * cols
      bytes += bytesOf(count)
      if (shared.length < count) shared = zeros(1, Math.max(count, 2 * shared.length)).data
      return matrix(shared.subarray(0, count), rows, cols)
    },
  })
  return bytes
}
