/** The exact return of a linear policy on PointMass: an oracle, and a column of docs/results/learning.md. */
import { pointMassMatrices as world } from '../../src/envs/pointMass.ts'
import type { Policy } from '../../src/rl/policy.ts'
import { add, expectedReturn, type Matrix, multiply, transpose } from './riccati.ts'

/**
 * Exact expected return of a linear policy's mean actions a = K s + b: that of K, and what b adds by itself.
 * A normaliser counts as the affine map that it is within its clip.
 */
export function exactReturn({ net, normalizer }: Policy): number {
  const [{ W, b }] = net.parameters.layers
  const mean = normalizer?.mean ?? new Float64Array(4)
  const scale = normalizer?.scale ?? new Float64Array(4).fill(1)
  const K: Matrix = [0, 1].map((j) => [0, 1, 2, 3].map((i) => W.data[i * 2 + j] / scale[i]))
  const shift: Matrix = [0, 1].map((j) => [b.data[j] - K[j].reduce((sum, k, i) => sum + k * mean[i], 0)])
  const charge = (form: Matrix, x: Matrix): number => multiply(transpose(x), multiply(form, x))[0][0]
  let total = expectedReturn(world, () => K)
  // Starts and noise have mean 0, so the mean path moves by b alone; its cost adds to that of the spread
  // around it.
  let path: Matrix = [[0], [0], [0], [0]]
  for (let t = 0; t < world.horizon; t++) {
    const action = add(multiply(K, path), shift)
    total -= charge(world.Q, path) + charge(world.R, action)
    path = add(multiply(world.A, path), multiply(world.B, action))
  }
  return total
}
