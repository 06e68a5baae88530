/**
 * The trust region of the next step: its radius δ, which falls by a schedule, with the damping λ.
 */
import { cos } from '../../math/trigonometry.ts'
import type { Space } from '../../rl/world/space.ts'
import type { StepOptions } from '../options/options.ts'

/** δ and λ; `updateTrustRegion` sets δ before each step. */
export interface TrustRegion {
  /** δ, in nats per state. */
  maxKl: number
  /** λ in (F + λI) x = g. */
  damping: number
  /** δ at the start of the training. */
  readonly initialMaxKl: number
}

/** The region that a training starts with. */
export function createTrustRegion(options: StepOptions, actionSpace: Space): TrustRegion {
  const { maxKl, damping, klReduction } = options
  // A mean over d dimensions is at most δ when the sum is at most d δ.
  const dimensions = klReduction === 'mean' ? dimensionsOf(actionSpace) : 1
  return { maxKl: dimensions * maxKl, damping: dimensions * damping, initialMaxKl: dimensions * maxKl }
}

/** Set δ by the schedule. `progress`: the share of the training that is over, in [0, 1). */
export function updateTrustRegion(region: TrustRegion, options: StepOptions, progress: number): void {
  const { maxKlSchedule, maxKlFinalFraction: last } = options
  region.maxKl = region.initialMaxKl * (last + (1 - last) * schedules[maxKlSchedule](progress))
}

/** Each falls from 1 to 0 while progress goes from 0 to 1; `constant` stays at 1. */
const schedules: Readonly<Record<StepOptions['maxKlSchedule'], (progress: number) => number>> = {
  constant: () => 1,
  linear: (progress) => 1 - progress,
  cosine: (progress) => 0.5 + 0.5 * cos(Math.PI * progress),
}

/** The dimensions of an action over which libraries average KL; 1 for integers. */
function dimensionsOf(space: Space): number {
  return space.kind === 'box' ? space.low.length : space.kind === 'multiBinary' ? space.n : 1
}
