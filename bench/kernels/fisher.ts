/**
 * The Fisher product, forward cached: backends against each other, its two ways to J v and Jᵀ u, and each
 * against its backend's own matrix product; and conjugate gradients against one product.
 */
import { cgWorkspace, conjugateGradient } from '../../src/math/conjugateGradient.ts'
import { Random } from '../../src/math/random.ts'
import type { Fisher } from '../../src/trpo/fisher.ts'
import { backends } from '../harness/backends.ts'
import type { Contestant, Experiment } from '../harness/measure.ts'
import {
  createProblem, fisherFlops, iterationFlops, label, parameters, passesFisher, passesFlops, type Problem,
  problemBytes, type Size,
} from '../harness/problem.ts'
import { yardstick } from './multiply.ts'

export function fisher(all: readonly Size[]): Experiment[] {
  return all.flatMap((size) => {
    const kernel = 'fisher'
    const rivals = backends(problemBytes(size))
      .map((backend) => ({ name: backend.name, backend, problem: createProblem(backend, size) }))
    const last = rivals[rivals.length - 1]
    return [
      {
        kernel, case: label(size),
        contestants: rivals.map(({ name, problem }) => product(name, problem, size)),
      },
      {
        kernel, case: `${label(size)}, the ways to J v and Jᵀ u`,
        // By time: the second does the same with fewer flops.
        contestants: [byPasses(last.name, last.problem, size), product(last.name, last.problem, size)]
          .map((contestant) => ({ ...contestant, flops: 0 })),
      },
      ...rivals.map(({ name, backend, problem }) => ({
        kernel, case: `${label(size)}, against the matrix product`,
        contestants: [yardstick(backend), byPasses(name, problem, size), product(name, problem, size)],
      })),
    ]
  })
}

/** The product as the step does it, with what it keeps made beforehand. */
function product(name: string, problem: Problem, size: Size): Contestant {
  return contestant(name, problem, problem.stepper.parts.fisher, fisherFlops(size))
}

function byPasses(name: string, problem: Problem, size: Size): Contestant {
  return contestant(`${name}, by passes`, problem, passesFisher(problem.stepper), passesFlops(size))
}

function contestant(name: string, problem: Problem, operator: Fisher, flops: number): Contestant {
  const v = randomVector(parameters(problem)), out = new Float64Array(v.length)
  operator.refresh()
  return { name, flops, run: () => { operator.apply(out, v); return out[0] } }
}

/** Ten iterations: ten products, and 10 P flops of vector work in each. */
export function cg(all: readonly Size[]): Experiment[] {
  return all.flatMap((size) => backends(problemBytes(size)).map((backend) => {
    const problem = createProblem(backend, size)
    const P = parameters(problem)
    const b = randomVector(P), out = new Float64Array(P)
    const workspace = cgWorkspace(P)
    const options = { maxIterations: 10, relativeTolerance: 0 }
    const { apply } = problem.stepper.parts.fisher
    return {
      kernel: 'cg', case: `10 iterations, ${label(size)}`,
      contestants: [
        {
          name: `${backend.name}, one Fisher product`, flops: fisherFlops(size),
          run: () => { apply(out, b); return out[0] },
        },
        {
          name: backend.name, flops: 10 * (fisherFlops(size) + iterationFlops(P)),
          run: () => conjugateGradient(workspace, apply, b, options).xAx,
        },
      ],
    }
  }))
}

function randomVector(n: number): Float64Array {
  const random = new Random(2)
  return Float64Array.from({ length: n }, () => random.normal())
}
