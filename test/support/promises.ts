/**
 * What a certificate promises (docs/design.md, Contracts): a row per promise, checked against the naive
 * update of naiveUpdate.ts, whose error bounds are the tolerances; others are explained beside them.
 */
import type { Certificate } from '../../src/trpo/certificate.ts'
import { type Bounded, bounded } from './arithmetic.ts'
import { inner, lengthOf, type Matrix, timesVector } from './dense.ts'
import {
  entropyAt, gradientAndFisher, klsBetween, mean, type NaiveStates, statesAt, surrogateBetween,
} from './naiveUpdate.ts'
import type { Outcome, Problem } from './problems.ts'
import { sameBits } from './same.ts'

/** A point θ′, recomputed state by state. */
export interface Point {
  readonly theta: Float64Array
  readonly kl: Bounded
  readonly klMax: Bounded
  readonly surrogate: Bounded
  /** L(θ′) − L(θ) */
  readonly gain: Bounded
}

/** A step, and what is recomputed of it. */
export interface Found {
  readonly problem: Problem
  readonly outcome: Outcome
  readonly certificate: Certificate
  /** δ and λ of the whole action. */
  readonly delta: number
  readonly lambda: number
  /** At θ_old; null if θ or the advantages are not finite. */
  readonly old: Start | null
  /** Where θ went; null if it stayed. */
  readonly moved: Point | null
  /** Trials of backtracking that were refused, in their order. */
  readonly refused: readonly Point[]
  /** g and F formed in full, and by what rounding of g is measured; null if not requested. */
  readonly dense: { readonly gradient: Float64Array; readonly fisher: Matrix; readonly size: number } | null
}

/** L(θ′), with the entropy bonus if there is one. */
function objective(
  { batch, options: { entropyCoefficient } }: Problem, old: NaiveStates, at: NaiveStates,
): Bounded {
  const plain = surrogateBetween(old, at, batch.advantages)
  if (entropyCoefficient === 0) return plain
  return bounded.sum([plain, bounded.multiply(bounded.constant(entropyCoefficient), entropyAt(at))])
}

/** θ_old and L there. */
export interface Start {
  readonly states: NaiveStates
  readonly surrogate: Bounded
  readonly entropy: Bounded
}

export function startOf(problem: Problem): Start {
  const states = statesAt(problem.naive, problem.theta, problem.batch)
  return { states, surrogate: objective(problem, states, states), entropy: entropyAt(states) }
}

export function pointAt(problem: Problem, theta: Float64Array, old: Start = startOf(problem)): Point {
  const states = statesAt(problem.naive, theta, problem.batch)
  const kls = klsBetween(old.states, states), after = objective(problem, old.states, states)
  return {
    theta, surrogate: after, kl: mean(kls),
    klMax: {
      value: Math.max(...kls.map(({ value }) => value)), error: Math.max(...kls.map(({ error }) => error)),
    },
    gain: { value: after.value - old.surrogate.value, error: old.surrogate.error + after.error },
  }
}

/** θ + αʲ β x, in the arithmetic of the search. */
export function trialAt({ theta, options }: Problem, { certificate, x }: Outcome, j: number): Float64Array {
  return theta.map((t, i) => t + powerOf(options.backtrackCoefficient, j) * certificate.beta * x[i])
}

function powerOf(alpha: number, j: number): number {
  let scale = 1
  for (let i = 0; i < j; i++) scale *= alpha
  return scale
}

export function recompute(problem: Problem, outcome: Outcome, withDense: boolean = false): Found {
  const { naive, options } = problem, { certificate } = outcome
  const { family } = naive
  const dimensions = family.kind === 'gaussian' || family.kind === 'bernoulli' ? family.n : 1
  const d = options.klReduction === 'mean' ? dimensions : 1
  const found = {
    problem, outcome, certificate, delta: d * options.maxKl, lambda: d * options.damping,
    old: null, moved: null, refused: [], dense: null,
  }
  if (certificate.status === 'not-finite') return found
  const old = startOf(problem)
  const refused = options.lineSearch === 'backtracking'
    ? Array.from({ length: certificate.backtracks }, (_, j) => j) : []
  return {
    ...found, old,
    moved: MOVED.has(certificate.status) ? pointAt(problem, outcome.theta, old) : null,
    refused: refused.map((j) => pointAt(problem, trialAt(problem, outcome, j), old)),
    dense: withDense ? denseOf(problem) : null,
  }
}

const MOVED: ReadonlySet<string> = new Set(['accepted', 'accepted-above-max-kl', 'unconditional'])
const SEARCHED: ReadonlySet<string> = new Set(['accepted', 'accepted-above-max-kl'])
const FAILED: ReadonlySet<string> = new Set(['kl-exceeded', 'no-improvement', 'unresolved'])

function denseOf({ naive, theta, batch }: Problem): Found['dense'] {
  const { gradient, fisher, size } = gradientAndFisher(naive, theta, batch)
  // A score 1 − p has lost its digits where p is near 1: rounding of g is measured by scores of 1, not by its
  // own size; those of a Gaussian by what they are at most with log σ from −2.
  const score = naive.family.kind === 'gaussian' ? Math.exp(4) * (10 + Math.max(...theta.map(Math.abs))) : 1
  return { gradient, fisher, size: 1e-3 * score * size }
}

const isClose = (x: number, { value, error }: Bounded): boolean => Math.abs(x - value) <= error
const isNear = (x: number, y: number, tolerance: number): boolean => Math.abs(x - y) <= tolerance
/** What δ bounds. */
const boundOf = ({ problem: { options } }: Found, { kl, klMax }: { kl: Bounded; klMax: Bounded }): Bounded =>
  options.constraint === 'mean-kl' ? kl : klMax
const ownBound = ({ problem: { options }, certificate: { kl, klMax } }: Found): number =>
  options.constraint === 'mean-kl' ? kl : klMax

/**
 * A step refuses what by its bounds of rounding may be an unacceptable trial. They hold for all
 * inputs of a size, and errors of a layer may grow by the norm of the next; the estimates here are nearer to
 * the errors that occur.
 */
function looseness({ naive: { sizes } }: Problem, theta: ArrayLike<number>): number {
  let factor = 1e4
  let at = 0
  for (let l = 0; l + 1 < sizes.length; l++) {
    const sums = new Float64Array(sizes[l + 1])
    for (let p = 0; p < sizes[l] * sums.length; p++) sums[p % sums.length] += Math.abs(theta[at + p])
    factor *= Math.max(1, ...sums)
    at += (sizes[l] + 1) * sizes[l + 1]
  }
  return factor
}

/** Whether a trial was acceptable beyond doubt: by much more than rounding. */
function acceptable(found: Found, point: Point, j: number): boolean {
  const { problem: { options }, outcome: { x, gradient }, certificate: { beta }, delta } = found
  const slack = looseness(found.problem, point.theta)
  const kl = boundOf(found, point), { value } = point.gain, error = slack * point.gain.error
  const predicted = powerOf(options.backtrackCoefficient, j) * beta * inner(gradient, x)
  // A dot product of at most some 200 terms.
  const wanted = options.acceptRatio * predicted * (1 + 1e-10)
  return kl.value <= options.maxKlFactor * delta - slack * kl.error && value > error && value < Infinity
    && value - error > wanted
}

interface Row {
  readonly promise: string
  readonly when: (found: Found) => boolean
  readonly holds: (found: Found) => boolean
}

const statusIn = (statuses: ReadonlySet<string>) => ({ certificate }: Found): boolean =>
  statuses.has(certificate.status)
const status = (name: string) => ({ certificate }: Found): boolean => certificate.status === name
const always = (): boolean => true
const hasOld = ({ old }: Found): boolean => old !== null
const hasDense = ({ dense }: Found): boolean => dense !== null
const hasDenseStep = ({ dense, moved }: Found): boolean => dense !== null && moved !== null
const hasDenseFisher = (found: Found): boolean =>
  hasDenseStep(found) && found.problem.options.fisherFraction === 1
const isBacktracking = ({ problem: { options } }: Found): boolean => options.lineSearch === 'backtracking'

/** xᵀFx by dense algebra, and what rounding may take of it. */
function denseXFx({ dense, lambda, outcome: { x } }: Found): Bounded {
  const { fisher, gradient, size } = dense!
  // xᵀFx = xᵀg − xᵀr − λ xᵀx: the terms cancel, g has its own rounding, and r drifts from g − (F + λI) x by
  // some ulps of ‖F + λI‖ ‖x‖ (Greenbaum 1997); the trace is at least that norm.
  const trace = fisher.reduce((sum, row, p) => sum + row[p], lambda), xx = inner(x, x)
  const rounding = 1e-9 * (Math.abs(inner(x, gradient)) + (lengthOf(gradient) + size) * Math.sqrt(xx))
  return { value: inner(x, timesVector(fisher, x)), error: rounding + 1e-12 * trace * xx }
}

export const PROMISES: readonly Row[] = [
  {
    promise: 'every number is finite',
    when: always,
    holds: ({ certificate }) =>
      Object.values(certificate).every((value) => typeof value !== 'number' || Number.isFinite(value)),
  },
  {
    promise: 'maxKl and damping are δ and λ of the whole action',
    when: always,
    holds: ({ certificate: { maxKl, damping }, delta, lambda }) => maxKl === delta && damping === lambda,
  },
  {
    promise: 'entropy is that of π_old',
    when: hasOld,
    holds: ({ certificate, old }) => isClose(certificate.entropy, old!.entropy),
  },
  {
    promise: 'surrogateBefore is L(θ_old)',
    when: hasOld,
    holds: ({ certificate, old }) => isClose(certificate.surrogateBefore, old!.surrogate),
  },
  {
    promise: 'zero-gradient says that ‖g‖ is exactly 0, and no other status does',
    when: hasOld,
    holds: ({ certificate }) => (certificate.status === 'zero-gradient') === (certificate.gradientNorm === 0),
  },
  {
    promise: 'without a move θ has its exact bits, KL is 0 and L stays',
    when: (found) => !statusIn(MOVED)(found),
    holds({ problem, outcome, certificate }) {
      const { kl, klMax, quadraticKl, scale, surrogateAfter, surrogateBefore } = certificate
      const { predictedGain, gainRatio } = certificate
      const still = sameBits(outcome.theta, problem.theta) && surrogateAfter === surrogateBefore
      return still && [kl, klMax, quadraticKl, scale, predictedGain, gainRatio].every((x) => x === 0)
    },
  },
  {
    promise: 'what a step did not come to is 0',
    when: ({ certificate: { cgStatus } }) => cgStatus === 'not-run',
    holds: ({ certificate: { cgIterations, cgResidual, xFx, beta, backtracks } }) =>
      [cgIterations, cgResidual, xFx, beta, backtracks].every((x) => x === 0),
  },
  {
    promise: 'a move changes θ',
    when: statusIn(MOVED),
    holds: ({ problem, outcome }) => !sameBits(outcome.theta, problem.theta),
  },
  {
    promise: 'a move is θ + scale β x, to the bit',
    when: statusIn(MOVED),
    holds: ({ problem: { theta }, outcome, certificate: { scale, beta } }) =>
      sameBits(outcome.theta, theta.map((t, i) => t + scale * beta * outcome.x[i])),
  },
  {
    promise: 'by backtracking scale is αʲ, and j counts the trials that failed',
    when: (found) => statusIn(SEARCHED)(found) && isBacktracking(found),
    holds: ({ problem: { options }, certificate: { scale, backtracks } }) =>
      scale === powerOf(options.backtrackCoefficient, backtracks) && backtracks <= options.maxBacktracks,
  },
  {
    promise: 'accepted: its own KL is at most δ',
    when: status('accepted'),
    holds: (found) => ownBound(found) <= found.delta && found.certificate.kl <= found.delta,
  },
  {
    promise: 'accepted: KL recomputed is at most δ',
    when: status('accepted'),
    holds: (found) => {
      const { value, error } = boundOf(found, found.moved!)
      return value <= found.delta + error
    },
  },
  {
    promise: 'accepted-above-max-kl: KL is above δ, and at most maxKlFactor δ',
    when: status('accepted-above-max-kl'),
    holds: (found) =>
      ownBound(found) > found.delta && ownBound(found) <= found.problem.options.maxKlFactor * found.delta,
  },
  {
    promise: 'unconditional: a move without a line search, and no other',
    when: statusIn(MOVED),
    holds: ({ problem: { options }, certificate }) =>
      (certificate.status === 'unconditional') === (options.lineSearch === 'none'),
  },
  {
    promise: 'a move that was searched for raised its own L',
    when: statusIn(SEARCHED),
    holds: ({ certificate: { surrogateAfter, surrogateBefore } }) => surrogateAfter > surrogateBefore,
  },
  {
    promise: 'a move that was searched for raised L recomputed',
    when: statusIn(SEARCHED),
    holds: ({ moved }) => moved!.gain.value >= -moved!.gain.error,
  },
  {
    promise: 'unresolved: the last trial was within maxKlFactor δ, and L rose, by the numbers computed',
    when: (found) => status('unresolved')(found) && isBacktracking(found),
    holds: (found) => {
      const last = found.refused.at(-1)!, { value, error } = boundOf(found, last)
      return !(value > found.problem.options.maxKlFactor * found.delta + error)
        && last.gain.value > -last.gain.error
    },
  },
  {
    promise: 'a move gained more than acceptRatio of what the slope predicts',
    when: (found) => statusIn(SEARCHED)(found) && found.problem.options.acceptRatio > 0,
    // Multiplied there, divided here: two roundings.
    holds: ({ problem: { options }, certificate: { gainRatio } }) =>
      gainRatio > options.acceptRatio * (1 - 1e-15),
  },
  {
    promise: 'kl is the mean KL(old ‖ new) over all states at θ′',
    when: statusIn(MOVED),
    holds: ({ certificate, moved }) => isClose(certificate.kl, moved!.kl),
  },
  {
    promise: 'klMax is the largest',
    when: statusIn(MOVED),
    holds: ({ certificate, moved }) => isClose(certificate.klMax, moved!.klMax),
  },
  {
    promise: 'surrogateAfter is L(θ′)',
    when: statusIn(MOVED),
    holds: ({ certificate, moved }) => isClose(certificate.surrogateAfter, moved!.surrogate),
  },
  {
    promise: 'quadraticKl is ½ (scale β)² xᵀF x',
    when: statusIn(MOVED),
    // Six roundings.
    holds: ({ certificate: { quadraticKl, scale, beta, xFx } }) =>
      isNear(quadraticKl, 0.5 * (scale * beta) ** 2 * xFx, 1e-15 * quadraticKl),
  },
  {
    promise: 'gainRatio is gain / predictedGain',
    when: ({ certificate: { predictedGain } }) => predictedGain > 0,
    holds: ({ certificate: { gainRatio, predictedGain }, moved }) =>
      // A product of a quotient: two roundings.
      isNear(gainRatio * predictedGain, moved!.gain.value,
        moved!.gain.error + 1e-15 * Math.abs(moved!.gain.value)),
  },
  {
    promise: 'no trial that was refused was acceptable',
    when: ({ refused }) => refused.length > 0,
    holds: (found) => !found.refused.some((point, j) => acceptable(found, point, j)),
  },
  {
    promise: 'a search that failed made all its trials',
    when: statusIn(FAILED),
    holds: ({ problem: { options }, certificate: { backtracks } }) =>
      backtracks === options.maxBacktracks + 1,
  },
  {
    promise: 'kl-exceeded: KL of the last trial is above maxKlFactor δ',
    when: (found) => status('kl-exceeded')(found) && isBacktracking(found),
    holds: (found) => {
      const { value, error } = boundOf(found, found.refused.at(-1)!)
      return !(value < found.problem.options.maxKlFactor * found.delta - error)
    },
  },
  {
    promise: 'no-improvement: KL of the last trial is within maxKlFactor δ',
    when: (found) => status('no-improvement')(found) && isBacktracking(found),
    holds: (found) => {
      const { value, error } = boundOf(found, found.refused.at(-1)!)
      return !(value > found.problem.options.maxKlFactor * found.delta + error)
    },
  },
  {
    promise: 'gradientNorm is that of the dense gradient',
    when: hasDense,
    holds: ({ certificate: { gradientNorm }, dense }) => {
      const length = lengthOf(dense!.gradient)
      return isNear(gradientNorm, length, 1e-9 * (length + dense!.size))
    },
  },
  {
    promise: 'predictedGain is gᵀ(θ′ − θ), by the dense gradient',
    when: hasDenseStep,
    holds: ({ certificate: { predictedGain, scale, beta }, outcome: { x }, dense }) => {
      const { gradient, size } = dense!
      const move = x.map((d) => scale * beta * d)
      return isNear(predictedGain, inner(gradient, move), 1e-9 * (lengthOf(gradient) + size) * lengthOf(move))
    },
  },
  {
    promise: 'xFx is xᵀF x, by the dense Fisher matrix',
    when: hasDenseFisher,
    holds: (found) => isClose(found.certificate.xFx, denseXFx(found)),
  },
  {
    promise: 'quadraticKl is ½ (θ′ − θ)ᵀF (θ′ − θ), by the dense Fisher matrix',
    when: hasDenseFisher,
    holds: (found) => {
      const { quadraticKl, scale, beta } = found.certificate
      const half = 0.5 * (scale * beta) ** 2, { value, error } = denseXFx(found)
      return isNear(quadraticKl, half * value, half * error + 1e-12 * quadraticKl)
    },
  },
  {
    promise: 'β is the length at which the quadratic model, damped or not, spends δ',
    when: hasDenseFisher,
    holds: ({ certificate: { beta, xFx }, outcome: { x }, problem: { options }, delta, lambda }) => {
      const squares = options.stepLength === 'damped' ? xFx + lambda * inner(x, x) : xFx
      return isNear(0.5 * beta ** 2 * squares, delta, 1e-12 * delta)
    },
  },
]

/** Throws and names the promise if one is broken. Counts in `checked` how often each was put to the test. */
export function assertPromises(found: Found, label: string, checked: Map<string, number> = new Map()): void {
  for (const { promise, when, holds } of PROMISES) {
    if (!when(found)) continue
    checked.set(promise, (checked.get(promise) ?? 0) + 1)
    if (holds(found)) continue
    const { certificate, delta, old, moved } = found
    const seen = {
      certificate, delta, old: { ...old, states: undefined }, moved: { ...moved, theta: undefined },
    }
    throw new Error(`${label} breaks the promise "${promise}": ${JSON.stringify(seen)}`)
  }
}

/** Promises that `checked` has seen fewer than `times` times. */
export function untested(checked: ReadonlyMap<string, number>, times: number): string[] {
  return PROMISES.map(({ promise }) => promise).filter((promise) => !((checked.get(promise) ?? 0) >= times))
}

/** Whether rounding is below a hundredth of what it guards: then the promises of a move are sharp. */
export function isSharp({ moved, delta }: Found): boolean {
  return moved !== null && moved.kl.error < 0.01 * delta && moved.gain.error < 0.01 * moved.gain.value
}
