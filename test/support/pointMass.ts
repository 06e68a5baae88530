/** The exact return of a linear policy on PointMass: an oracle, and a column of docs/results/learning.md. */
import { pointMassMatrices as world } from '../../src/envs/pointMass.ts'
import type { Policy } from '../../src/rl/policy.ts'
import { add, expectedReturn, type Matrix, multiply, transpose } from './riccati.ts'

/**
 * Exact expected return of a linear policy's mean actions a = K s + b: that of K, and what b adds by itself.
 */
export function exactReturn({ net }: Policy): number {
  const [{ W, b }] = net.parameters.layers
  const K: Matrix = [0, 1].map((j) => [0, 1, 2, 3].map((i) => W.data[i * 2 + j]))
  const shift: Matrix = [0, 1].map((j) => [b.data[j]])
  const charge = (form: Matrix, x: Matrix): number => multiply(transpose(x), multiply(form, x))[0][0]
  let total = expectedReturn(world, () => K)
  // Starts and noise have mean 0, so the mean path moves by b alone; its cost adds to that of the spread
  // around it.
  let mean: Matrix = [[0], [0], [0], [0]]
  for (let t = 0; t < world.horizon; t++) {
    const action = add(multiply(K, mean), shift)
    total -= charge(world.Q, mean) + charge(world.R, action)
    mean = add(multiply(world.A, mean), multiply(world.B, action))
  }
  return total
}
