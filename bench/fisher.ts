/** The Fisher product, forward cached, against the matrix product of the same run; conjugate gradients in products. */
import { cgWorkspace, conjugateGradient } from '../src/math/conjugateGradient.ts'
import { Random } from '../src/math/random.ts'
import { reference } from '../src/math/reference.ts'
import type { Contestant, Experiment } from './harness.ts'
import { createProblem, fisherFlops, label, parameters, SIZES } from './problem.ts'

export function fisher(): Experiment[] {
  return SIZES.map((size) => {
    const problem = createProblem(reference, size)
    const v = randomVector(parameters(problem)), out = new Float64Array(v.length)
    return {
      subject: 'fisher', case: label(size),
      contestants: [
        matrixProduct(),
        { name: 'reference', flops: fisherFlops(size), run: () => { problem.stepper.fisher(out, v); return out[0] } },
      ],
    }
  })
}

/** Ten iterations: ten products, and 10 P flops of vector work in each. */
export function cg(): Experiment[] {
  return SIZES.slice(0, 3).map((size) => {
    const problem = createProblem(reference, size)
    const P = parameters(problem)
    const b = randomVector(P), out = new Float64Array(P)
    const workspace = cgWorkspace(P)
    const options = { maxIterations: 10, relativeTolerance: 0 }
    return {
      subject: 'cg', case: `10 iterations, ${label(size)}`,
      contestants: [
        { name: 'one Fisher product', flops: fisherFlops(size), run: () => { problem.stepper.fisher(out, b); return out[0] } },
        {
          name: 'reference', flops: 10 * (fisherFlops(size) + 10 * P),
          run: () => conjugateGradient(workspace, problem.stepper.fisher, b, options).xAx,
        },
      ],
    }
  })
}

/** The product that dominates: the yardstick of the same run. */
function matrixProduct(): Contestant {
  const random = new Random(1)
  const A = reference.allocate(2000, 64), B = reference.allocate(64, 64), C = reference.allocate(2000, 64)
  for (const { data } of [A, B]) for (let p = 0; p < data.length; p++) data[p] = random.normal()
  return {
    name: 'matrix product 2000×64 · 64×64', flops: 2 * 2000 * 64 * 64,
    run: () => { reference.multiply(C, A, B); return C.data[0] },
  }
}

function randomVector(n: number): Float64Array {
  const random = new Random(2)
  return Float64Array.from({ length: n }, () => random.normal())
}
