/**
 * How much of a backend's memory a training takes, so that a backend of fixed size can be made before anything is
 * allocated: the same functions allocate once from a backend that only counts.
 * But: tensors that do not fit are allocated elsewhere and worked by the reference: correct, but slower.
 */
import type { Backend } from '../math/backend.ts'
import { Random } from '../math/random.ts'
import { reference } from '../math/reference.ts'
import { matrix } from '../math/tensor.ts'
import { createActor } from '../rl/actor.ts'
import type { Space } from '../rl/world/space.ts'
import { createLearner } from './learner.ts'
import type { TrainOptions } from './options/options.ts'

/** For evaluations after a training, which borrow the memory of their actor. */
const SPARE = 1048576
/** Every tensor begins on a multiple of this many bytes. */
const ALIGNMENT = 64

/** Bytes that `train` allocates from its backend, and a mebibyte for evaluations. */
export function trainingBytes(options: TrainOptions, observationSpace: Space, actionSpace: Space): number {
  return SPARE + bytesOf((backend) => {
    const { policy } = createLearner(backend, options, observationSpace, actionSpace, 0, new Random(0))
    createActor(policy, options.envCount)
  })
}

/** Bytes that `create` allocates from the backend it is given. All tensors share one memory meanwhile. */
function bytesOf(create: (backend: Backend) => void): number {
  let bytes = 0, shared = new Float64Array(0)
  create({
    ...reference,
    allocate(rows, cols) {
      const count = rows * cols
      bytes += Math.ceil(8 * count / ALIGNMENT) * ALIGNMENT
      if (shared.length < count) shared = new Float64Array(2 * count)
      return matrix(shared.subarray(0, count), rows, cols)
    },
  })
  return bytes
}
