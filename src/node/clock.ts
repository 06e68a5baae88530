/**
 * Time for `options.clock`: milliseconds that only ever go forward, whatever the time of day is set to.
 */
import { performance } from 'node:perf_hooks'

export function clock(): number {
  return performance.now()
}
