/**
 * Experiments: contestants that do comparable work, timed in turn in one process.
 *
 * Preparation is untimed; every call returns a number that depends on its result (or, where each goes on from the last,
 * on that of the first), and the last one is printed, equal for all who compute the same;
 * a sample lasts at least some milliseconds; samples of all contestants alternate, so that a machine whose speed
 * drifts slows all alike; each sample begins with a call untimed, so that the caches hold what a contestant's own last
 * call left there, as in the loops that it serves; the result is a median [low–high] (the middle eight tenths of
 * the samples), and the ratio to the first contestant, which is what carries over to another machine.
 */
import { performance } from 'node:perf_hooks'

export interface Contestant {
  readonly name: string
  /** Floating-point operations of one call by the stated model; 0 where time alone is compared. */
  readonly flops: number
  /** The work, once; returns something that depends on its result. */
  run(): number
}

export interface Experiment {
  readonly subject: string
  readonly case: string
  /** The first is what the others are compared with. */
  readonly contestants: readonly Contestant[]
}

/** Prepares its experiments when called. */
export type Subject = () => Experiment[]

export interface Measurement {
  readonly subject: string
  readonly case: string
  readonly contestant: string
  /** Microseconds a call. */
  readonly median: number
  readonly low: number
  readonly high: number
  readonly samples: number
  readonly gflops: number | null
  /** How many times as fast as the first contestant: by flops where both count them, by calls otherwise. */
  readonly ratio: number
  /** What the last call returned. */
  readonly checksum: number
}

export interface Effort {
  /** Samples of each contestant, and the least length of one in milliseconds. */
  readonly samples: number
  readonly sampleMs: number
}

export const FULL: Effort = { samples: 31, sampleMs: 8 }
/** Runs everything once: shows that it works, not how fast. */
export const SMOKE: Effort = { samples: 1, sampleMs: 0 }

export function measure(experiment: Experiment, effort: Effort): Measurement[] {
  const { contestants } = experiment
  const calls = contestants.map((contestant) => callsFor(contestant, effort.sampleMs))
  const times = contestants.map((): number[] => [])
  const checksums = contestants.map(() => 0)
  for (let sample = 0; sample < effort.samples; sample++) {
    contestants.forEach((contestant, c) => {
      if (effort.sampleMs > 0) contestant.run()
      const begun = performance.now()
      for (let call = 0; call < calls[c]; call++) checksums[c] = contestant.run()
      times[c].push(1000 * (performance.now() - begun) / calls[c])
    })
  }
  expectSameBits(experiment, checksums)
  const medians = times.map((t) => quantile(t, 0.5))
  const first = contestants[0]
  return contestants.map(({ name, flops }, c) => {
    if (!Number.isFinite(checksums[c])) throw new RangeError(`${experiment.subject}, ${name}: the checksum is ${checksums[c]}`)
    const byFlops = flops > 0 && first.flops > 0
    return {
      subject: experiment.subject, case: experiment.case, contestant: name,
      median: medians[c], low: quantile(times[c], 0.1), high: quantile(times[c], 0.9), samples: effort.samples,
      gflops: flops > 0 ? flops / medians[c] / 1000 : null,
      ratio: byFlops ? (flops / medians[c]) / (first.flops / medians[0]) : medians[0] / medians[c],
      checksum: checksums[c],
    }
  })
}

/** A spot check, lest a figure be of work that was not done; that all bits agree is for the backends' tests. */
function expectSameBits({ subject, case: which, contestants }: Experiment, checksums: readonly number[]): void {
  const [ours, theirs] = ['simd', 'reference'].map((wanted) => contestants.findIndex(({ name }) => name === wanted))
  if (ours >= 0 && theirs >= 0 && !Object.is(checksums[ours], checksums[theirs])) {
    throw new RangeError(
      `${subject}, ${which}: expected the reference's checksum ${checksums[theirs]}, got ${checksums[ours]} of simd`)
  }
}

/** Calls that fill a sample, after as long a warm-up. */
function callsFor(contestant: Contestant, sampleMs: number): number {
  if (sampleMs === 0) return 1
  for (let calls = 1; ; calls *= 2) {
    const begun = performance.now()
    for (let call = 0; call < calls; call++) contestant.run()
    const spent = performance.now() - begun
    if (spent >= sampleMs) return Math.max(1, Math.ceil(calls * sampleMs / Math.max(spent, 1e-3)))
  }
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
}
