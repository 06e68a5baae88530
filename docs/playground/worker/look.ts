/**
 * What is seen of a step while it is made: residuals, trials, the curve along x, the plane of both gradients
 * and the plain gradient's step. Every number is a probe of the library's own step, and a training that is
 * looked at has the bits of one that is not.
 *
 * The plane: θ_old + p · βx + q · w. w is what of g is orthogonal to x, as long as βx: so p and q have one
 * scale, and the plain gradient's step of that length lies on the unit circle, where p is the cosine of their
 * angle.
 */
import { evaluate } from '../../../src/rl/evaluate.ts'
import { clonePolicy } from '../../../src/rl/clone.ts'
import { combine, dot, norm } from '../../../src/math/vector.ts'
import type { Policy } from '../../../src/rl/policy.ts'
import type { Env } from '../../../src/rl/world/env.ts'
import type { ObservedTrial, Observer, Solved } from '../../../src/trpo/observer.ts'
import type { Curve, Looking, Plane, PlainStep } from '../protocol.ts'

/** Multiples of β along x: 17, from 0 to 2. */
const POINTS = 17, FARTHEST = 2
/** How far the plane reaches in p and q, and its sizes: odd, so that θ_old is a point of it. */
const REACH = 1.6, FINEST = 25, COARSEST = 7
/**
 * Milliseconds that a plane may take if it will be looked at for long: it is then made, coarse if it must be.
 */
export const CAREFUL = 400
/**
 * Milliseconds of a probe, per state and per state and weight; *measured* for the package's worlds, roughly.
 */
const STATE = 2e-4, WEIGHT = 2.5e-7
/** Episodes of a deterministic return, and a bound on their steps. */
const EPISODES = 5, MAX_STEPS = 1000

export interface Look {
  readonly residuals: readonly number[]
  readonly trials: readonly ObservedTrial[]
  readonly curve: Curve | null
  readonly plane: Plane | null
  readonly plain: PlainStep | null
  /** Milliseconds. */
  readonly milliseconds: number
}

export interface Looker {
  readonly observer: Observer
  /** How much is looked at from the next step on. */
  looking: Looking
  /** What was seen of the last step; forgets it. */
  take(): Look
}

/** Mean return of a few episodes of most likely actions, from the same starts each time. */
export function deterministicReturn(policy: Policy, makeEnv: () => Env): number {
  return evaluate(policy, makeEnv, { episodes: EPISODES, maxSteps: MAX_STEPS }).mean
}

/**
 * `states` of a batch: with the size of θ they say how many probes a plane may have, on every machine alike.
 */
export function createLooker(makeEnv: () => Env, now: () => number, states: number): Looker {
  let residuals: number[] = [], trials: ObservedTrial[] = []
  let curve: Curve | null = null, plane: Plane | null = null, plain: PlainStep | null = null
  let milliseconds = 0
  const looker: Looker = {
    looking: { whole: true, plain: false, plane: 0 },
    observer: {
      solving(_, residual) { residuals.push(residual) },
      solved(solved) {
        if (!looker.looking.whole) return
        const start = now()
        curve = curveOf(solved)
        const orthogonal = orthogonalOf(solved), { plane: allowed } = looker.looking
        const probes = allowed / (states * (STATE + WEIGHT * solved.x.length))
        const n = pointsPerSide(probes) || (allowed >= CAREFUL ? COARSEST : 0)
        plane = n === 0 || orthogonal === null ? null : planeOf(solved, orthogonal, n)
        plain = looker.looking.plain ? plainStepOf(solved, makeEnv) : null
        milliseconds = now() - start
      },
      trial(trial) { trials.push({ ...trial }) },
    },
    take() {
      const seen = { residuals, trials, curve, plane, plain, milliseconds }
      residuals = []
      trials = []
      curve = plane = plain = null
      milliseconds = 0
      return seen
    },
  }
  return looker
}

/**
 * The largest odd number of points per side for so many probes in all; 0 if even the coarsest is too dear.
 */
export function pointsPerSide(probes: number): number {
  const n = Math.min(FINEST, Math.floor((Math.sqrt(probes) - 1) / 2) * 2 + 1)
  return n >= COARSEST ? n : 0
}

function curveOf({ beta, xFx, surrogate, probe }: Solved): Curve {
  const at = Float64Array.from({ length: POINTS }, (_, i) => FARTHEST * i / (POINTS - 1))
  const probes = Array.from(at, (multiple) => probe(multiple * beta))
  return {
    at,
    kl: Float64Array.from(probes, ({ kl }) => kl),
    quadratic: at.map((multiple) => 0.5 * multiple * beta * multiple * beta * xFx),
    gain: Float64Array.from(probes, (each) => each.surrogate - surrogate),
  }
}

/** What of g is orthogonal to x; null if that is rounding. */
function orthogonalOf({ gradient, x }: Solved): Float64Array | null {
  const w = new Float64Array(x.length)
  combine(w, gradient, -dot(gradient, x) / dot(x, x), x)
  return norm(w) > 1e-9 * norm(gradient) ? w : null
}

function planeOf({ gradient, x, beta, surrogate, probe }: Solved, w: Float64Array, n: number): Plane {
  const length = beta * norm(x), width = length / norm(w)
  const kl = new Float64Array(n * n), gain = new Float64Array(n * n)
  const direction = new Float64Array(x.length), column = new Float64Array(x.length)
  const at = (i: number): number => REACH * (2 * i / (n - 1) - 1)
  for (let c = 0; c < n; c++) {
    for (let i = 0; i < x.length; i++) column[i] = at(c) * beta * x[i]
    for (let r = 0; r < n; r++) {
      combine(direction, column, at(r) * width, w)
      const there = probe(1, direction)
      kl[r * n + c] = there.kl
      gain[r * n + c] = there.surrogate - surrogate
    }
  }
  const p = dot(gradient, x) / (norm(gradient) * norm(x))
  return { n, reach: REACH, kl, gain, plain: [p, norm(w) / norm(gradient)] }
}

function plainStepOf({ policy, gradient, x, beta, surrogate, probe }: Solved, makeEnv: () => Env): PlainStep {
  const length = beta * norm(x) / norm(gradient)
  const { kl, surrogate: there } = probe(length, gradient)
  const moved = clonePolicy(policy), { flat } = moved.net.parameters
  combine(flat, flat, length, gradient)
  return { kl, gain: there - surrogate, return: deterministicReturn(moved, makeEnv) }
}
