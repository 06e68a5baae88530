/** What became slower between two runs of the kernels. */
import type { Measurement } from './measure.ts'

/**
 * A line for each measurement that is slower by more than `loss` (0.1 is a tenth), if the intervals do not
 * overlap.
 */
export function regressions(
  before: readonly Measurement[], after: readonly Measurement[], loss: number,
): string[] {
  const keyOf = ({ kernel, case: of, contestant }: Measurement): string => `${kernel}, ${of}, ${contestant}`
  const old = new Map(before.map((measurement) => [keyOf(measurement), measurement]))
  return after.flatMap((now) => {
    const was = old.get(keyOf(now))
    if (was === undefined || !(now.median > was.median * (1 + loss) && now.low > was.high)) return []
    return [`${keyOf(now)}: ${was.median.toPrecision(4)} µs before, ${now.median.toPrecision(4)} µs now`]
  })
}
