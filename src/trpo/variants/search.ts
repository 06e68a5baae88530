/**
 * How a step is searched along its direction, chosen once from the options: which scales are tried, which of the trials
 * are acceptable, and what the outcome is called.
 */
import { lineSearch, type LineSearchResult } from '../../math/lineSearch.ts'
import type { StepStatus } from '../certificate.ts'
import type { StepOptions } from '../options/options.ts'
import { longestStep } from './longestStep.ts'

/** One point θ + scale · β x: KL(old‖new) there, mean and largest over states; the gain of L, and the slope's prediction. */
export interface Trial {
  readonly kl: number
  readonly klMax: number
  readonly gain: number
  readonly predictedGain: number
}

/** A search along a step, and its rule of acceptance. */
export interface Search {
  /** Trials before the step is given up. */
  readonly maxTrials: number
  /** Try scales. The last call of `acceptable` is with the scale returned, if one is. */
  run(acceptable: (scale: number) => boolean): LineSearchResult
  /** Whether a trial of finite numbers may be taken at radius δ. */
  accepts(trial: Trial, delta: number): boolean
  /** Status after the last trial. */
  verdict(moved: boolean, last: Trial, delta: number): StepStatus
}

/** The longest step is found within 2 %, and so δ within some 4 %. */
const PRECISION = 1.02

export function createSearch(options: StepOptions): Search {
  if (options.lineSearch === 'none') return withoutSearch
  const { backtrackCoefficient, maxBacktracks, maxKlFactor, acceptRatio, constraint } = options
  const maxTrials = maxBacktracks + 1
  const bounded = ({ kl, klMax }: Trial): number => constraint === 'mean-kl' ? kl : klMax
  return {
    maxTrials,
    run: options.lineSearch === 'longest'
      ? (acceptable) => longestStep(acceptable, { trials: maxTrials, precision: PRECISION })
      : (acceptable) => lineSearch(acceptable, { backtrackCoefficient, maxBacktracks }),
    accepts: (trial, delta) =>
      bounded(trial) <= maxKlFactor * delta && trial.gain > 0 && trial.gain > acceptRatio * trial.predictedGain,
    verdict(moved, last, delta) {
      if (moved) return bounded(last) <= delta ? 'accepted' : 'accepted-above-max-kl'
      return bounded(last) <= maxKlFactor * delta ? 'no-improvement' : 'kl-exceeded'
    },
  }
}

/** Natural policy gradient, Kakade 2002: β x whatever comes, if its numbers are finite. */
const withoutSearch: Search = {
  maxTrials: 1,
  run: (acceptable) => lineSearch(acceptable, { backtrackCoefficient: 1, maxBacktracks: 0 }),
  accepts: () => true,
  verdict: (moved) => moved ? 'unconditional' : 'not-finite',
}
