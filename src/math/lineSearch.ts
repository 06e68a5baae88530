/**
 * Backtracking line search: the first of the scales 1, α, α², …, α^K that is acceptable.
 * Armijo 1966, with the acceptance test left to the caller.
 * But: no interpolation; the caller's test decides alone, and keeps any values it computes.
 */

/** Which scales are tried: αʲ for j = 0 … K. */
export interface LineSearchOptions {
  /** α, in (0, 1): the factor from one trial's scale to the next. */
  readonly backtrackCoefficient: number
  /** K, at least 0: trials are made at j = 0 … K. */
  readonly maxBacktracks: number
}

/** The accepted j and scale α^j; −1 and 0 if none of the K + 1 trials was acceptable. */
export interface LineSearchResult { readonly backtracks: number; readonly scale: number }

/** Try scales until `acceptable(scale)` is true, at most K + 1. Errors of `acceptable` pass through. */
export function lineSearch(
  acceptable: (scale: number) => boolean, options: LineSearchOptions,
): LineSearchResult {
  const { backtrackCoefficient: alpha, maxBacktracks: K } = options
  for (let j = 0, scale = 1; j <= K; j++, scale *= alpha) {
    if (acceptable(scale)) return { backtracks: j, scale }
  }
  return { backtracks: -1, scale: 0 }
}
