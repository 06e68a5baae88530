/**
 * A losing rung: conjugate gradients that start at the last iteration's direction x₀ instead of 0,
 *
 *   x = x₀ + d,   A d = b − A x₀,
 *
 * which needs a product for the start. The tolerance stays relative to ‖b‖.
 * *Measured* (`npm run bench -- solver`): more products than from 0 in every row. Batch and θ change too much
 * between iterations for the last direction to be worth one.
 */
import {
  type CgOptions, type CgWorkspace, conjugateGradient, type Operator,
} from '../../../src/math/conjugateGradient.ts'
import { addScaled, norm } from '../../../src/math/vector.ts'

/**
 * Solve A x = b into `workspace.x`, from `start` [n]; returns the number of products, the start's included.
 */
export function solveFrom(
  start: Float64Array, workspace: CgWorkspace, A: Operator, b: Float64Array, options: CgOptions,
): number {
  const rest = new Float64Array(b.length)
  A(rest, start)
  for (let i = 0; i < b.length; i++) rest[i] = b[i] - rest[i]
  const size = norm(rest)
  // A start that is exact leaves nothing to solve: b − A x₀ = 0, d = 0.
  const relativeTolerance = size > 0 ? options.relativeTolerance * norm(b) / size : 0
  const { iterations } = conjugateGradient(workspace, A, rest, { ...options, relativeTolerance })
  addScaled(workspace.x, 1, start)
  return 1 + iterations
}
