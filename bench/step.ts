/**
 * The whole policy step (gradient, ten products, line search, certificate), against its flops at the matrix
 * product's rate; θ is put back after each, so that every call does the same work.
 */
import { reference } from '../src/math/reference.ts'
import { step } from '../src/trpo/step.ts'
import type { Experiment } from './harness.ts'
import { backwardFlops, createProblem, fisherFlops, forwardFlops, label, parameters, SIZES } from './problem.ts'

export function policyStep(): Experiment[] {
  return SIZES.slice(0, 3).map((size) => {
    const problem = createProblem(reference, size, { cgTolerance: 0 })
    const { policy, stepper, actions, advantages } = problem
    const theta = policy.net.parameters.flat
    const before = theta.slice()
    const run = (): { trials: number; kl: number } => {
      const certificate = step(stepper, actions, advantages, () => {})
      theta.set(before)
      return { trials: certificate.backtracks + 1, kl: certificate.kl }
    }
    const { trials } = run()
    const P = parameters(problem)
    const products = 10 * (fisherFlops(size) + 10 * P)
    const flops = forwardFlops(size) * (1 + trials) + backwardFlops(size) + products
    const out = new Float64Array(P)
    return {
      subject: 'step', case: `${label(size)}, ${trials} trials`,
      contestants: [
        { name: 'one Fisher product', flops: fisherFlops(size), run: () => { stepper.fisher(out, before); return out[0] } },
        { name: 'reference', flops, run: () => run().kl },
      ],
    }
  })
}
