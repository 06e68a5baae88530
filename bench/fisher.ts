/**
 * The Fisher product, forward cached: backends against each other, its two ways to J v and Jᵀ u, and each against its
 * backend's own matrix product.
 */
import { cgWorkspace, conjugateGradient } from '../src/math/conjugateGradient.ts'
import { Random } from '../src/math/random.ts'
import { backends } from './backends.ts'
import type { Contestant, Experiment } from './harness.ts'
import { yardstick } from './multiply.ts'
import { byPasses } from '../src/nn/jacobian.ts'
import { createFisher, type Fisher } from '../src/trpo/fisher.ts'
import {
  createProblem, fisherFlops, label, parameters, passesFlops, type Problem, problemBytes, type Size, SIZES,
} from './problem.ts'

export function fisher(): Experiment[] {
  return SIZES.flatMap((size) => {
    const bytes = 2 * problemBytes(size)
    const rivals = backends(bytes).map((backend) => ({ backend, problem: createProblem(backend, size) }))
    const last = rivals[rivals.length - 1]
    return [
      { subject: 'fisher', case: label(size), contestants: rivals.map(({ backend, problem }) => product(backend.name, problem, size)) },
      {
        subject: 'fisher', case: `${label(size)}, the ways to J v and Jᵀ u`,
        // By time: the second does the same with fewer flops.
        contestants: [throughPasses(last.backend.name, last.problem, size), product(last.backend.name, last.problem, size)]
          .map((contestant) => ({ ...contestant, flops: 0 })),
      },
      ...rivals.map(({ backend, problem }) => ({
        subject: 'fisher', case: `${label(size)}, against the matrix product`,
        contestants: [
          yardstick(backend), throughPasses(backend.name, problem, size), product(backend.name, problem, size),
        ],
      })),
    ]
  })
}

/** The product as the step does it, with what it keeps made beforehand. */
function product(name: string, problem: Problem, size: Size): Contestant {
  return contestant(name, problem, problem.stepper.parts.fisher, fisherFlops(size))
}

function throughPasses(name: string, problem: Problem, size: Size): Contestant {
  const { old, shards, options } = problem.stepper
  return contestant(`${name}, by passes`, problem, createFisher(old, shards, options.damping, byPasses(old.net)), passesFlops(size))
}

function contestant(name: string, problem: Problem, fisher: Fisher, flops: number): Contestant {
  const v = randomVector(parameters(problem)), out = new Float64Array(v.length)
  fisher.refresh()
  return { name, flops, run: () => { fisher.apply(out, v); return out[0] } }
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
          run: () => { problem.stepper.parts.fisher.apply(out, b); return out[0] },
        },
        {
          name: backend.name, flops: 10 * (fisherFlops(size) + 10 * P),
          run: () => conjugateGradient(workspace, problem.stepper.parts.fisher.apply, b, options).xAx,
        },
      ],
    }
  }))
}

function randomVector(n: number): Float64Array {
  const random = new Random(2)
  return Float64Array.from({ length: n }, () => random.normal())
}
