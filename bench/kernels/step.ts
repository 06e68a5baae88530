/**
 * The whole policy step: gradient, ten products, line search, certificate.
 * θ is put back after each call, so that every call does the same work.
 */
import { step } from '../../src/trpo/step.ts'
import { backends } from '../harness/backends.ts'
import type { Experiment } from '../harness/measure.ts'
import {
  backwardFlops, createProblem, fisherFlops, forwardFlops, iterationFlops, label, parameters, problemBytes,
  refreshFlops, type Size,
} from '../harness/problem.ts'

export function policyStep(all: readonly Size[]): Experiment[] {
  return all.map((size) => {
    let trials = 0
    const contestants = backends(problemBytes(size)).map((backend) => {
      const problem = createProblem(backend, size, { cgTolerance: 0 })
      const { policy, stepper, actions, advantages } = problem
      const theta = policy.net.parameters.flat
      const before = theta.slice()
      const run = (): number => {
        const certificate = step(stepper, { actions, advantages })
        theta.set(before)
        trials = certificate.backtracks + 1
        return certificate.kl
      }
      run()
      const products = refreshFlops(size) + 10 * (fisherFlops(size) + iterationFlops(parameters(problem)))
      const flops = forwardFlops(size) * (1 + trials) + backwardFlops(size) + products
      return { name: backend.name, flops, run }
    })
    return { kernel: 'step', case: `${label(size)}, ${trials} trial${trials === 1 ? '' : 's'}`, contestants }
  })
}
