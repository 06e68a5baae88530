/**
 * The whole policy step (gradient, ten products, line search, certificate), and the value fit beside it.
 * θ is put back after each call, so that every one does the same work.
 */
import { step } from '../src/trpo/step.ts'
import { backends } from './backends.ts'
import type { Experiment } from './harness.ts'
import {
  backwardFlops, createProblem, fisherFlops, forwardFlops, label, parameters, problemBytes, refreshFlops, SIZES,
} from './problem.ts'

export function policyStep(): Experiment[] {
  return SIZES.slice(0, 3).map((size) => {
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
      const products = refreshFlops(size) + 10 * (fisherFlops(size) + 10 * parameters(problem))
      const flops = forwardFlops(size) * (1 + trials) + backwardFlops(size) + products
      return { name: backend.name, flops, run }
    })
    return { subject: 'step', case: `${label(size)}, ${trials} trial${trials === 1 ? '' : 's'}`, contestants }
  })
}
