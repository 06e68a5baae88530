/**
 * The longest acceptable step along a line, between a scale that was acceptable and one that was not: doubling or
 * halving from 1 until the two are found, then bisection of the logarithm.
 * But: it knows of a scale only whether it is acceptable; where the acceptable ones are no interval, it finds an end of
 * one of theirs.
 */
import type { LineSearchResult } from '../../math/lineSearch.ts'

export interface LongestStepOptions {
  /** Scales that are tried, at least 1; one more may be tried again, so that the last call is with the result. */
  readonly trials: number
  /** Stop once the scales are within this factor of each other, above 1. */
  readonly precision: number
}

/** As `lineSearch`; `backtracks` counts the trials that were not acceptable. */
export function longestStep(acceptable: (scale: number) => boolean, { trials, precision }: LongestStepOptions): LineSearchResult {
  let longest = 0, tooLong = Infinity, scale = 1, failures = 0
  for (let trial = 0; trial < trials && tooLong > precision * longest; trial++) {
    scale = longest === 0 && tooLong === Infinity ? 1
      : longest === 0 ? tooLong / 2
        : tooLong === Infinity ? 2 * longest : Math.sqrt(longest * tooLong)
    if (acceptable(scale)) longest = scale
    else {
      tooLong = scale
      failures++
    }
  }
  if (longest === 0) return { backtracks: -1, scale: 0 }
  if (longest !== scale) acceptable(longest)
  return { backtracks: failures, scale: longest }
}
