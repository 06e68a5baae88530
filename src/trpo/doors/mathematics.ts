/**
 * The mathematics of `trpo/parts` with its arguments checked: kinds and sizes, not every number. Inside, the
 * same functions run unchecked.
 */
import {
  expectBetween, expectFinite, expectFunction, expectInteger, expectNumber, expectRecord,
} from '../../errors/expect.ts'
import { anyFunction, arrayOf, expectShape, float64, integer, type Shape } from '../../errors/shape.ts'
import * as cg from '../../math/conjugateGradient.ts'
import * as search from '../../math/lineSearch.ts'
import * as vector from '../../math/vector.ts'
import { type DifferentiableMap, fisherOperator as operator } from '../fisher.ts'

/** Of vectors that are allocated here: 2 GiB each. */
const MAX_LENGTH = 268_435_456

function expectPair(x: Float64Array, y: Float64Array): void {
  float64()('x', x)
  float64(x.length)('y', y)
}

/** Σ xᵢ yᵢ, in four interleaved sums that are added at the end as (s₀ + s₁) + (s₂ + s₃).  x, y: [n]. */
export function dot(x: Float64Array, y: Float64Array): number {
  expectPair(x, y)
  return vector.dot(x, y)
}

/** ‖x‖₂, from the plain sum of squares: entries beyond 1e±150 overflow or underflow. */
export function norm(x: Float64Array): number {
  float64()('x', x)
  return vector.norm(x)
}

/** y ← y + a·x, a finite.  x, y: [n]; `x` may be `y`. */
export function addScaled(y: Float64Array, a: number, x: Float64Array): void {
  expectPair(x, y)
  vector.addScaled(y, expectFinite('a', a), x)
}

/** z ← x + a·y, a finite.  x, y, z: [n]; `z` may be `x` or `y`. */
export function combine(z: Float64Array, x: Float64Array, a: number, y: Float64Array): void {
  expectPair(x, y)
  float64(x.length)('z', z)
  vector.combine(z, x, expectFinite('a', a), y)
}

/** Σ xᵢ over the first `n` entries, split in halves down to blocks of 64 (Higham 1993). */
export function sum(x: Float64Array, n?: number): number {
  float64()('x', x)
  return vector.sum(x, n === undefined ? x.length : expectInteger('n', n, 0, x.length))
}

/**
 * Add all parts to the first, in a fixed binary tree: neighbours, then pairs, then fours. `add` adds its
 * second argument to its first; the other parts are overwritten.
 */
export function addTree<T>(parts: readonly T[], add: (into: T, part: T) => void): void {
  arrayOf(() => {}, 'parts')('parts', parts)
  expectFunction('add', add, 'a function of two parts')
  vector.addTree(parts, add)
}

/** A workspace for systems of n unknowns: five n-vectors. */
export function cgWorkspace(n: number): cg.CgWorkspace {
  return cg.cgWorkspace(expectInteger('n', n, 0, MAX_LENGTH))
}

/** Solve A x = b into `workspace.x`.  b: [n], not changed; it must not be part of the workspace. */
export function conjugateGradient(
  workspace: cg.CgWorkspace, A: cg.Operator, b: Float64Array, options: cg.CgOptions,
): cg.CgResult {
  expectFunction('A', A, 'a function (out, v) that computes out ← A v')
  float64()('b', b)
  const each = float64(b.length)
  const vectors = { x: each, r: each, p: each, Ap: each, z: each }
  expectShape('workspace', workspace, 'a workspace of cgWorkspace', vectors)
  const known = ['maxIterations', 'relativeTolerance', 'preconditioner', 'visit'] as const
  const { maxIterations, relativeTolerance, preconditioner, visit } =
    expectRecord<cg.CgOptions>('options', options, known)
  if (preconditioner !== undefined) expectFunction('options.preconditioner', preconditioner)
  if (visit !== undefined) expectFunction('options.visit', visit)
  return cg.conjugateGradient(workspace, A, b, {
    maxIterations: expectInteger('options.maxIterations', maxIterations, 0),
    relativeTolerance: expectNumber('options.relativeTolerance', relativeTolerance, 0, Number.MAX_VALUE),
    preconditioner, visit,
  })
}

/** Try scales until `acceptable(scale)` is true, at most K + 1. Errors of `acceptable` pass through. */
export function lineSearch(
  acceptable: (scale: number) => boolean, options: search.LineSearchOptions,
): search.LineSearchResult {
  expectFunction('acceptable', acceptable, 'a function of a scale')
  const { backtrackCoefficient, maxBacktracks } =
    expectRecord<search.LineSearchOptions>('options', options, ['backtrackCoefficient', 'maxBacktracks'])
  return search.lineSearch(acceptable, {
    backtrackCoefficient: expectBetween('options.backtrackCoefficient', backtrackCoefficient, 0, 1),
    maxBacktracks: expectInteger('options.maxBacktracks', maxBacktracks, 0, 1e6),
  })
}

const map = (): Shape => ({
  K: integer(0, MAX_LENGTH), jvp: anyFunction, metric: anyFunction, vjp: anyFunction,
})

/** out ← (Jᵀ M J + λI) v for that map, an operator for `conjugateGradient`. `damping`: λ, at least 0. */
export function fisherOperator(map_: DifferentiableMap, damping: number): cg.Operator {
  expectShape('map', map_, 'a map of K, jvp, metric and vjp', map())
  expectNumber('damping', damping, 0, Number.MAX_VALUE)
  return operator(map_, damping)
}
