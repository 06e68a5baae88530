/**
 * The search along a step's direction, chosen once by the options: which scales are tried, which trials are
 * accepted, and which status follows.
 */
import { lineSearch, type LineSearchResult } from '../../math/lineSearch.ts'
import type { StepStatus } from '../certificate.ts'
import type { StepOptions } from '../options/options.ts'
import { klError, type TrialErrors } from '../rounding.ts'
import { longestStep } from './longestStep.ts'

/** A trial of one point θ′ = θ + scale · β x. */
export interface Trial {
  /** KL(old‖new) there, its mean and its maximum over states. */
  readonly kl: number
  readonly klMax: number
  /** The gain of L, and the gain that its slope predicts, gᵀ(θ′ − θ). */
  readonly gain: number
  readonly predictedGain: number
  /** What rounding may hide of them. */
  readonly errors: TrialErrors
}

/** A search along a step, and its rule of acceptance. */
export interface Search {
  /** Number of trials after which the step is given up. */
  readonly maxTrials: number
  /** Try scales. If a scale is accepted, the last call of `acceptable` is with that one. */
  run(acceptable: (scale: number) => boolean): LineSearchResult
  /** Whether a trial, of finite numbers, may be accepted at radius δ. */
  accepts(trial: Trial, delta: number): boolean
  /** The step's status, given its last trial. */
  verdict(moved: boolean, last: Trial, delta: number): StepStatus
}

/** The longest step is found within 2 %, and so its KL within some 4 % of δ. */
const PRECISION = 1.02

/** The search of options.lineSearch, for a distribution of `etaSize` outputs. */
export function createSearch(options: StepOptions, etaSize: number): Search {
  if (options.lineSearch === 'none') return withoutSearch
  const { backtrackCoefficient, maxBacktracks, maxKlFactor, acceptRatio, constraint } = options
  const maxTrials = maxBacktracks + 1
  const constrained = ({ kl, klMax }: Trial): number => constraint === 'mean-kl' ? kl : klMax
  /** The largest and the smallest that the exact numbers may be. */
  const largestKl = (trial: Trial): number =>
    constrained(trial) + klError(trial.errors, constrained(trial), etaSize)
  return {
    maxTrials,
    run: options.lineSearch === 'longest'
      ? (acceptable) => longestStep(acceptable, { trials: maxTrials, precision: PRECISION })
      : (acceptable) => lineSearch(acceptable, { backtrackCoefficient, maxBacktracks }),
    accepts: (trial, delta) =>
      largestKl(trial) <= maxKlFactor * delta
      && trial.gain > trial.errors.gain && trial.gain > acceptRatio * trial.predictedGain,
    verdict(moved, last, delta) {
      if (moved) return largestKl(last) <= delta ? 'accepted' : 'accepted-above-max-kl'
      if (!(constrained(last) <= maxKlFactor * delta)) return 'kl-exceeded'
      const rose = last.gain > 0 && last.gain < Infinity && last.gain > acceptRatio * last.predictedGain
      return rose ? 'unresolved' : 'no-improvement'
    },
  }
}

/** Natural policy gradient, Kakade 2002: always θ + β x, if its numbers are finite. */
const withoutSearch: Search = {
  maxTrials: 1,
  run: (acceptable) => lineSearch(acceptable, { backtrackCoefficient: 1, maxBacktracks: 0 }),
  accepts: () => true,
  verdict: (moved) => moved ? 'unconditional' : 'not-finite',
}
