/**
 * Directions in η-space: what the checks of a distribution move along.
 */
import type { Backend } from '../../math/backend.ts'
import type { Random } from '../../math/random.ts'
import { createEta, type Distribution, type Eta } from '../../nn/distributions/distribution.ts'

/** What is checked: a distribution at a prepared η of N states. */
export interface Subject {
  readonly backend: Backend
  readonly distribution: Distribution
  readonly eta: Eta
}

/** A direction, and an η that is moved along it. */
export interface EtaDirection {
  /** [N, etaSize] and [sharedSize] */
  readonly rows: Float64Array
  readonly shared: Float64Array
  readonly moved: Eta
}

/**
 * Scores, metrics and curvatures below this, per state and unit of η, count as 0: log π and KL have rounding
 * errors of 1e-16, and a policy that is almost certain of its actions has nothing above them.
 */
export const NEGLIGIBLE = 1e-6

/** Of normal entries. */
export function randomDirections(subject: Subject, count: number, random: Random): EtaDirection[] {
  const { backend, distribution, eta } = subject
  const { etaSize, sharedSize } = distribution
  const N = eta.rows.rows
  const normals = (n: number): Float64Array => Float64Array.from({ length: n }, () => random.normal())
  return Array.from({ length: count }, () => ({
    rows: normals(N * etaSize), shared: normals(sharedSize),
    moved: createEta(
      backend, distribution, backend.allocate(N, etaSize), new Float64Array(sharedSize), eta.mask),
  }))
}

/** direction.moved ← η + t · direction, prepared. */
export function moveAlong(direction: EtaDirection, { distribution, eta }: Subject, t: number): void {
  const { rows, shared, moved } = direction
  for (let p = 0; p < rows.length; p++) moved.rows.data[p] = eta.rows.data[p] + t * rows[p]
  for (let j = 0; j < shared.length; j++) moved.shared[j] = eta.shared[j] + t * shared[j]
  distribution.prepare(moved)
}
