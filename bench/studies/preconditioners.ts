/**
 * Part of `solver`: conjugate gradients with and without Kronecker factors on the same batches, and what the
 * factors cost, counted in flops and divided by those of a Fisher product; so all numbers are the same on
 * every machine. But: flops of the inverses, which have no SIMD, take more time than those of a product.
 */
import { cgWorkspace, conjugateGradient, type Operator } from '../../src/math/conjugateGradient.ts'
import { Random } from '../../src/math/random.ts'
import type { PolicyMap } from '../../src/rl/policyMap.ts'
import { createKronecker, refreshKronecker } from '../../src/trpo/variants/kronecker.ts'
import { fisherFlops, forwardFlops } from '../harness/problem.ts'

const PRODUCTS = [3, 5, 10], TOLERANCES = [0.1, 0.01], KINDS = ['none', 'kronecker'] as const

export const PRECONDITIONER_HEAD: readonly string[] = [
  'training', 'λ', 'preconditioner', 'gain: 3 its', '5', '10', 'residual: 3 its', '5', '10',
  ...TOLERANCES.map((tolerance) => `to ${tolerance}`), 'refresh, products', 'apply, products',
]

/** One batch: g, F + λI, and the promise of a direction, as a share of the best one's. */
export interface Solving {
  readonly map: PolicyMap
  readonly gradient: Float64Array
  readonly lambda: number
  readonly damped: Operator
  readonly share: (x: Float64Array) => number
  readonly maxProducts: number
}

export function comparePreconditioners(
  { map, gradient, lambda, damped, share, maxProducts }: Solving, note: (key: string, value: number) => void,
): void {
  const kronecker = createKronecker(map, new Random(0)), workspace = cgWorkspace(gradient.length)
  refreshKronecker(kronecker, lambda)
  const { sizes } = map.net, product = fisherFlops({ sizes, states: map.states })
  const refresh = refreshFlops(sizes, kronecker.subset.map.states), apply = applyFlops(sizes)
  for (const kind of KINDS) {
    const preconditioner = kind === 'none' ? undefined : kronecker.apply
    const solve = (maxIterations: number, relativeTolerance: number): ReturnType<typeof conjugateGradient> =>
      conjugateGradient(workspace, damped, gradient, { maxIterations, relativeTolerance, preconditioner })
    for (const k of PRODUCTS) {
      note(`${kind} residual ${k}`, solve(k, 0).relativeResidual)
      note(`${kind} gain ${k}`, share(workspace.x))
    }
    for (const tolerance of TOLERANCES) {
      note(`${kind} to ${tolerance}`, solve(maxProducts, tolerance).iterations)
    }
    note(`${kind} refresh`, kind === 'none' ? 0 : refresh / product)
    note(`${kind} apply`, kind === 'none' ? 0 : apply / product)
  }
}

/** The rows of one training and λ, from the means of what was noted. */
export function preconditionerRows(
  title: string, lambda: number, of: (key: string, digits: number) => string,
): string[][] {
  return KINDS.map((kind) => [
    title, String(lambda), kind,
    ...PRODUCTS.map((k) => of(`${kind} gain ${k}`, 3)),
    ...PRODUCTS.map((k) => of(`${kind} residual ${k}`, 3)),
    ...TOLERANCES.map((tolerance) => of(`${kind} to ${tolerance}`, 1)),
    of(`${kind} refresh`, 2), of(`${kind} apply`, 3),
  ])
}

/** A forward pass, two Gram matrices per layer and a backward pass; then the inverses, n³ each. */
function refreshFlops(sizes: readonly number[], states: number): number {
  let flops = forwardFlops({ sizes, states })
  for (let l = 0; l + 1 < sizes.length; l++) {
    const m = sizes[l], n = sizes[l + 1]
    flops += 2 * states * (m * m + n * n + (l > 0 ? m * n : 0)) + (m + 1) ** 3 + n ** 3
  }
  return flops
}

/** A product from either side per layer. */
function applyFlops(sizes: readonly number[]): number {
  let flops = 0
  for (let l = 0; l + 1 < sizes.length; l++) {
    const m = sizes[l] + 1, n = sizes[l + 1]
    flops += 2 * m * n * (m + n)
  }
  return flops
}
