/**
 * How many bytes a training allocates from its backend, so that a backend of fixed size can be made first:
 * the same functions allocate everything once from a backend that only counts.
 * But: tensors that do not fit are allocated outside and computed by the reference: correct, but slower.
 */
import type { Backend } from '../math/backend.ts'
import { Random } from '../math/random.ts'
import { reference } from '../math/reference.ts'
import { bytesOf } from '../math/simd/backend.ts'
import { matrix } from '../math/tensor.ts'
import { createActor } from '../rl/actor.ts'
import type { Space } from '../rl/world/space.ts'
import { createLearner } from './learner.ts'
import type { TrainOptions } from './options/options.ts'

/** Bytes for evaluations after a training; they release the memory of their actor. */
const SPARE = 1048576

/** Bytes that `train` allocates from its backend, plus `SPARE`. */
export function trainingBytes(options: TrainOptions, observationSpace: Space, actionSpace: Space): number {
  return SPARE + counted((backend) => {
    // Masks are not in a backend's memory.
    const spaces = { observationSpace, actionSpace, maskLength: 0 }
    const { policy } = createLearner(backend, options, spaces, new Random(0))
    createActor(policy, options.envCount)
  })
}

/** Bytes that `create` allocates, counted by a backend in which all tensors share one memory. */
function counted(create: (backend: Backend) => void): number {
  let bytes = 0, shared = new Float64Array(0)
  create({
    ...reference,
    allocate(rows, cols) {
      const count = rows * cols
      bytes += bytesOf(count)
      if (shared.length < count) shared = new Float64Array(2 * count)
      return matrix(shared.subarray(0, count), rows, cols)
    },
  })
  return bytes
}
