/**
 * A clock for `options.clock`: milliseconds that never go backwards, even if the time of day is changed.
 */
import { performance } from 'node:perf_hooks'

/** Milliseconds since some moment in the past. */
export function clock(): number {
  return performance.now()
}
