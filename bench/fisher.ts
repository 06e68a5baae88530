/** The Fisher product, forward cached: backends against each other, and each against its own matrix product. */
import { cgWorkspace, conjugateGradient } from '../src/math/conjugateGradient.ts'
import { Random } from '../src/math/random.ts'
import { backends } from './backends.ts'
import type { Contestant, Experiment } from './harness.ts'
import { yardstick } from './multiply.ts'
import { createProblem, fisherFlops, label, parameters, problemBytes, type Size, SIZES } from './problem.ts'

export function fisher(): Experiment[] {
  return SIZES.flatMap((size) => {
    const rivals = backends(problemBytes(size)).map((backend) => ({ backend, product: product(backend, size) }))
    return [
      { subject: 'fisher', case: label(size), contestants: rivals.map((rival) => rival.product) },
      ...rivals.map((rival) => ({
        subject: 'fisher', case: `${label(size)}, against the matrix product`,
        contestants: [yardstick(rival.backend), rival.product],
      })),
    ]
  })
}

function product(backend: Parameters<typeof createProblem>[0], size: Size): Contestant {
  const problem = createProblem(backend, size)
  const v = randomVector(parameters(problem)), out = new Float64Array(v.length)
  return { name: backend.name, flops: fisherFlops(size), run: () => { problem.stepper.fisher(out, v); return out[0] } }
}

/** Ten iterations: ten products, and 10 P flops of vector work in each. */
export function cg(): Experiment[] {
  return SIZES.slice(0, 3).flatMap((size) => backends(problemBytes(size)).map((backend) => {
    const problem = createProblem(backend, size)
    const P = parameters(problem)
    const b = randomVector(P), out = new Float64Array(P)
    const workspace = cgWorkspace(P)
    const options = { maxIterations: 10, relativeTolerance: 0 }
    return {
      subject: 'cg', case: `10 iterations, ${label(size)}`,
      contestants: [
        {
          name: `${backend.name}, one Fisher product`, flops: fisherFlops(size),
          run: () => { problem.stepper.fisher(out, b); return out[0] },
        },
        {
          name: backend.name, flops: 10 * (fisherFlops(size) + 10 * P),
          run: () => conjugateGradient(workspace, problem.stepper.fisher, b, options).xAx,
        },
      ],
    }
  }))
}

function randomVector(n: number): Float64Array {
  const random = new Random(2)
  return Float64Array.from({ length: n }, () => random.normal())
}
