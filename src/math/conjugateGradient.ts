/**
 * Conjugate gradients: solve A x = b knowing only v ↦ A v, with A symmetric positive definite.
 *
 *   α = rᵀz / pᵀAp,  x += α p,  r −= α Ap,  z = M⁻¹ r,  p = z + (rᵀz / previous rᵀz) p
 *
 * Hestenes & Stiefel 1952, with their p; z is Golub & Van Loan's (Shewchuk 1994 writes d for p, q for Ap).
 * Memory: five n-vectors, x, r, p, Ap and z; z is used only with a preconditioner.
 * But: no restarts and no reorthogonalisation; a trust-region step stops after about ten iterations.
 */
import { addScaled, combine, dot } from './vector.ts'

/** out ← A v. `out` and `v` do not overlap; `v` is not changed. A stays the same during one solve. */
export type Operator = (out: Float64Array, v: Float64Array) => void

/** Owned by the caller and reusable for every solve of the same size; `x` holds the solution.  [n] each. */
export interface CgWorkspace {
  readonly x: Float64Array
  readonly r: Float64Array
  readonly p: Float64Array
  readonly Ap: Float64Array
  readonly z: Float64Array
}

/** When to stop, and a preconditioner. */
export interface CgOptions {
  /** Maximum number of products A v, at least 0. */
  readonly maxIterations: number
  /** Stop once ‖b − A x‖ ≤ tolerance · ‖b‖. At least 0. */
  readonly relativeTolerance: number
  /** out ← M⁻¹ v, where M approximates A and is symmetric positive definite. Default: none. */
  readonly preconditioner?: Operator | undefined
  /** Called before the first product and after each with ‖r‖ / ‖b‖; it may read `x`. Default: none. */
  readonly visit?: ((iterations: number, relativeResidual: number) => void) | undefined
}

/**
 * - `converged`: the tolerance is met; also for b = 0, with x = 0 and no product.
 * - `max-iterations`: x is the result of that many iterations.
 * - `non-positive-curvature`: pᵀAp ≤ 0 or rᵀz ≤ 0, so A or M is not positive definite; x is from before.
 * - `not-finite`: A v, M⁻¹ v or a scalar became NaN or infinite; x is finite, from the iteration before or 0.
 */
export type CgStatus = 'converged' | 'max-iterations' | 'non-positive-curvature' | 'not-finite'

/** How the solve ended; x is in the workspace. */
export interface CgResult {
  readonly status: CgStatus
  /** Completed iterations, from 0 to `maxIterations`. */
  readonly iterations: number
  /** ‖r‖ / ‖b‖ by the recurrence, 0 for b = 0. */
  readonly relativeResidual: number
  /** xᵀA x, computed as xᵀb − xᵀr without another product. */
  readonly xAx: number
}

/** A workspace for systems of n unknowns: five n-vectors. */
export function cgWorkspace(n: number): CgWorkspace {
  const vector = (): Float64Array => new Float64Array(n)
  return { x: vector(), r: vector(), p: vector(), Ap: vector(), z: vector() }
}

/** Solve A x = b into `workspace.x`.  b: [n], not changed; it must not be part of the workspace. */
export function conjugateGradient(
  workspace: CgWorkspace, A: Operator, b: Float64Array, options: CgOptions,
): CgResult {
  const { x, r, p, Ap } = workspace
  const { maxIterations, relativeTolerance, preconditioner, visit } = options
  const z = preconditioner === undefined ? r : workspace.z

  const bb = dot(b, b)
  r.set(b)
  x.fill(0)
  let rr = bb

  const target = relativeTolerance * relativeTolerance * bb
  preconditioner?.(z, r)
  p.set(z)
  let rz = dot(r, z)
  let iterations = 0
  let status: CgStatus = 'max-iterations'
  for (;;) {
    if (!Number.isFinite(rr)) {
      // b is not finite, or r overflowed: x is of no use.
      x.fill(0)
      return { status: 'not-finite', iterations, relativeResidual: 1, xAx: 0 }
    }
    visit?.(iterations, bb > 0 ? Math.sqrt(rr / bb) : 0)
    if (rr <= target) {
      status = 'converged'
      break
    }
    if (iterations === maxIterations) break
    A(Ap, p)
    const pAp = dot(p, Ap)
    if (!Number.isFinite(pAp) || !Number.isFinite(rz)) {
      status = 'not-finite'
      break
    }
    const alpha = rz / pAp
    if (!(pAp > 0 && rz > 0)) {
      status = 'non-positive-curvature'
      break
    }
    // If α overflows, x would become infinite: check before x is changed.
    if (!Number.isFinite(alpha * dot(p, p))) {
      status = 'not-finite'
      break
    }
    addScaled(x, alpha, p)
    addScaled(r, -alpha, Ap)
    iterations++
    rr = dot(r, r)
    preconditioner?.(z, r)
    const rzBefore = rz
    rz = dot(r, z)
    combine(p, z, rz / rzBefore, p)
  }
  return {
    status, iterations,
    relativeResidual: bb > 0 ? Math.sqrt(rr / bb) : 0,
    xAx: dot(x, b) - dot(x, r),
  }
}
