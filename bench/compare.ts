/** What became slower between two runs of the benchmarks. */
import type { Measurement } from './harness.ts'

/** Lines for measurements slower than before by more than `loss` (0.1 is a tenth), intervals not overlapping. */
export function regressions(before: readonly Measurement[], after: readonly Measurement[], loss: number): string[] {
  const keyOf = ({ subject, case: of, contestant }: Measurement): string => `${subject}, ${of}, ${contestant}`
  const old = new Map(before.map((measurement) => [keyOf(measurement), measurement]))
  return after.flatMap((now) => {
    const was = old.get(keyOf(now))
    if (was === undefined || !(now.median > was.median * (1 + loss) && now.low > was.high)) return []
    return [`${keyOf(now)}: ${was.median.toPrecision(4)} µs before, ${now.median.toPrecision(4)} µs now`]
  })
}
