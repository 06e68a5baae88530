/**
 * Experiments: contestants that do comparable work, timed in turn in one process.
 *
 * - Preparation is untimed.
 * - Every call returns a number that depends on its result (or on the first call's, if each call continues
 *   the last). The last number is printed; it is equal for all contestants that compute the same.
 * - A sample lasts at least some milliseconds. Samples of all contestants alternate: if the machine's speed
 *   drifts, all are slowed alike.
 * - Each sample begins with an untimed call, so that the caches hold what the contestant's own last call left
 *   there, as in the loops that use it.
 * - The result is a median [low–high] (the middle eight tenths of the samples), and the ratio to the first
 *   contestant, which is what carries over to another machine.
 */
import { performance } from 'node:perf_hooks'

export interface Contestant {
  readonly name: string
  /** Floating-point operations of one call by the stated model; 0 if only times are compared. */
  readonly flops: number
  /** The work, once; returns something that depends on its result. */
  run(): number
}

export interface Experiment {
  readonly kernel: string
  readonly case: string
  /** The first is what the others are compared with. */
  readonly contestants: readonly Contestant[]
}

/** Prepares experiments when called. */
export type Prepare = () => Experiment[]

export interface Measurement {
  readonly kernel: string
  readonly case: string
  readonly contestant: string
  /** Microseconds per call. */
  readonly median: number
  readonly low: number
  readonly high: number
  readonly samples: number
  readonly gflops: number | null
  /** How many times as fast as the first contestant: by flops if both count them, by calls otherwise. */
  readonly ratio: number
  /** What the last call returned. */
  readonly checksum: number
}

export interface Sampling {
  /** Samples of each contestant, and the minimum length of one in milliseconds. */
  readonly samples: number
  readonly sampleMs: number
}

export const FULL: Sampling = { samples: 31, sampleMs: 8 }
/** Runs everything once: shows that it works, not how fast it is. */
export const SMOKE: Sampling = { samples: 1, sampleMs: 0 }

export function measure(experiment: Experiment, sampling: Sampling): Measurement[] {
  const { contestants } = experiment
  const calls = contestants.map((contestant) => callsFor(contestant, sampling.sampleMs))
  const times = contestants.map((): number[] => [])
  const checksums = contestants.map(() => 0)
  for (let sample = 0; sample < sampling.samples; sample++) {
    contestants.forEach((contestant, c) => {
      if (sampling.sampleMs > 0) contestant.run()
      const begun = performance.now()
      for (let call = 0; call < calls[c]; call++) checksums[c] = contestant.run()
      times[c].push(1000 * (performance.now() - begun) / calls[c])
    })
  }
  expectSameBits(experiment, checksums)
  const medians = times.map((t) => quantile(t, 0.5))
  const first = contestants[0]
  return contestants.map(({ name, flops }, c) => {
    if (!Number.isFinite(checksums[c])) {
      throw new RangeError(`${experiment.kernel}, ${name}: expected a finite checksum, got ${checksums[c]}`)
    }
    const byFlops = flops > 0 && first.flops > 0
    return {
      kernel: experiment.kernel, case: experiment.case, contestant: name, samples: sampling.samples,
      median: medians[c], low: quantile(times[c], 0.1), high: quantile(times[c], 0.9),
      gflops: flops > 0 ? flops / medians[c] / 1000 : null,
      ratio: byFlops ? (flops / medians[c]) / (first.flops / medians[0]) : medians[0] / medians[c],
      checksum: checksums[c],
    }
  })
}

/** A spot check that the work was done; whether all bits agree is checked by the backends' tests. */
function expectSameBits(experiment: Experiment, checksums: readonly number[]): void {
  const { kernel, case: which, contestants } = experiment
  const [ours, theirs] = ['simd', 'reference']
    .map((wanted) => contestants.findIndex(({ name }) => name === wanted))
  if (ours >= 0 && theirs >= 0 && !Object.is(checksums[ours], checksums[theirs])) {
    throw new RangeError(
      `${kernel}, ${which}: expected the reference's checksum ${checksums[theirs]}, got ${checksums[ours]}`)
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

/** The q-th quantile. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
}
