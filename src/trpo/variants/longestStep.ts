/**
 * The longest acceptable step along a line. From scale 1, doubling or halving finds a scale that is
 * acceptable and one that is not; bisection of the logarithm then narrows the interval between them.
 * But: it sees only accept or reject. If the acceptable scales form several intervals, it finds the end of
 * one of them.
 */
import type { LineSearchResult } from '../../math/lineSearch.ts'

export interface LongestStepOptions {
  /** Number of scales to try, at least 1. One may be tried twice: the last call is with the result. */
  readonly trials: number
  /** Stop once the two scales are within this factor of each other, above 1. */
  readonly precision: number
}

/** As `lineSearch`; `backtracks` counts the trials that were not acceptable. */
export function longestStep(
  acceptable: (scale: number) => boolean, { trials, precision }: LongestStepOptions,
): LineSearchResult {
  let longest = 0, tooLong = Infinity, scale = 1, failures = 0
  for (let trial = 0; trial < trials && tooLong > precision * longest; trial++) {
    scale = nextScale(longest, tooLong)
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

/** `longest` is 0 until a scale was acceptable, `tooLong` is Infinity until one was not. */
function nextScale(longest: number, tooLong: number): number {
  if (longest === 0) return tooLong === Infinity ? 1 : tooLong / 2
  return tooLong === Infinity ? 2 * longest : Math.sqrt(longest * tooLong)
}
