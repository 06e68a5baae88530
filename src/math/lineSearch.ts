/**
 * Backtracking line search: the first of the scales 1, α, α², …, α^K that is acceptable.
 * Armijo 1966, with the test of acceptance left to the caller.
 * But: no interpolation; the caller's test decides everything and remembers what it saw.
 */

export interface LineSearchOptions {
  /** α, in (0, 1): each trial is this much shorter than the one before. */
  readonly backtrackCoefficient: number
  /** K, at least 0: trials are made at j = 0 … K. */
  readonly maxBacktracks: number
}

/** The accepted j and scale α^j; `backtracks` is −1 and `scale` 0 where none of the K + 1 trials was acceptable. */
export interface LineSearchResult { readonly backtracks: number; readonly scale: number }

/** Try scales until `acceptable(scale)` is true. */
export function lineSearch(acceptable: (scale: number) => boolean, options: LineSearchOptions): LineSearchResult {
  const { backtrackCoefficient: alpha, maxBacktracks: K } = options
  for (let j = 0, scale = 1; j <= K; j++, scale *= alpha) {
    if (acceptable(scale)) return { backtracks: j, scale }
  }
  return { backtracks: -1, scale: 0 }
}
