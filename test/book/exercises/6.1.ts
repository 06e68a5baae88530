/**
 * Exercise 6.1: x after k products of conjugate gradients, against the library's, on random systems with
 * eigenvalues between 0.1 and some tens.
 */
import { cgWorkspace, conjugateGradient, type Operator } from '../../../src/math/conjugateGradient.ts'
import { Random } from '../../../src/math/random.ts'
import { inner, lengthOf } from '../../support/dense.ts'
import type { Miss } from '../judging.ts'

type Apply = (v: readonly number[]) => number[]
type Answer = (apply: Apply, b: readonly number[], k: number) => number[]

export interface System {
  readonly apply: Apply
  readonly b: readonly number[]
}

/** BᵀB/n + 0.1 I with a normal B, and a normal b. */
export function randomSystem(n: number, random: Random): System {
  const vector = (): number[] => Array.from({ length: n }, () => random.normal())
  const B = Array.from({ length: n }, vector)
  const A = B.map((_, i) =>
    B.map((_, j) => B.reduce((sum, row) => sum + row[i] * row[j] / n, i === j ? 0.1 : 0)))
  return { apply: (v) => A.map((row) => inner(row, v)), b: vector() }
}

/** The library's x after at most k products. */
export function expected({ apply, b }: System, k: number): Float64Array {
  const workspace = cgWorkspace(b.length), A: Operator = (out, v) => out.set(apply([...v]))
  conjugateGradient(workspace, A, Float64Array.from(b), { maxIterations: k, relativeTolerance: 1e-13 })
  return workspace.x
}

/** Throws unless `x` is that solution to 1e-6 of its length. */
export function compare(what: string, x: ArrayLike<number>, solution: Float64Array): void {
  if (x.length !== solution.length) {
    throw new Error(`${what}: expected x of ${solution.length} numbers, got ${x.length}`)
  }
  const wrong = solution.findIndex((each, i) => !(Math.abs(x[i] - each) <= 1e-6 * lengthOf(solution)))
  if (wrong < 0) return
  throw new Error(`${what}: x[${wrong}]: expected ${solution[wrong].toFixed(6)}, got ${x[wrong]}`)
}

export function judge(answer: Answer): void {
  const random = new Random(61)
  for (let n = 1; n <= 12; n++) {
    const system = randomSystem(n, random), { apply, b } = system
    for (const k of new Set([0, 1, 2, Math.ceil(n / 2), n])) {
      compare(`n = ${n}, after ${k} products`, answer(apply, b, k), expected(system, k))
    }
    const zero = b.map(() => 0)
    compare(`n = ${n}, b = 0`, answer(apply, zero, 3), Float64Array.from(zero))
    const many = 2 * n + 20
    compare(`n = ${n}, ${many} products allowed`, answer(apply, b, many), expected(system, many))
  }
}

interface Edit {
  /** pᵀA p, by which rᵀr is divided to give α. */
  readonly curvature?: (p: readonly number[], Ap: readonly number[], r: readonly number[]) => number
  readonly ratio?: (now: number, before: number) => number
  /** The share of bᵀb at which r counts as 0. */
  readonly stop?: number
}

function solver({ curvature = inner, ratio = (now, before) => now / before, stop = 1e-28 }: Edit): Answer {
  return (apply, b, k) => {
    let x = b.map(() => 0), r = [...b], p = r, rr = inner(r, r)
    for (let i = 0; i < k && !(rr <= stop * inner(b, b)); i++) {
      const Ap = apply(p), alpha = rr / curvature(p, Ap, r)
      x = x.map((each, j) => each + alpha * p[j])
      r = r.map((each, j) => each - alpha * Ap[j])
      const now = inner(r, r), rho = ratio(now, rr)
      p = r.map((each, j) => each + rho * p[j])
      rr = now
    }
    return x
  }
}

export const answer: Answer = solver({})

export const misses: Record<string, Miss<Answer>> = {
  'steepest descent': { answer: solver({ ratio: () => 0 }), says: /^n = 2, after 2 products/ },
  'a ratio of lengths, not of squares': {
    answer: solver({ ratio: (now, before) => Math.sqrt(now / before) }), says: /^n = 2, after 2 products/,
  },
  'Ap for p in pᵀA p': { answer: solver({ curvature: (_, Ap) => inner(Ap, Ap) }), says: /^n = 1, after 1 / },
  'α without A': { answer: solver({ curvature: (p) => inner(p, p) }), says: /^n = 1, after 1 products/ },
  'goes on when r is 0': {
    answer: solver({ stop: -1 }), says: /^n = \d+, (b = 0|after 2 products).*got NaN/,
  },
}
