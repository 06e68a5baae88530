/**
 * δ and λ from step to step: fixed, or following a schedule (δ) or what the last step taught (λ).
 */
import { cos } from '../../math/trigonometry.ts'
import type { Certificate } from '../step.ts'

/** What bounds a step and what damps its direction; the rest of a step's options never change. */
export interface TrustRegion {
  /** δ, nats a state. */
  maxKl: number
  /** λ */
  damping: number
}

export interface TrustRegionOptions {
  /** How δ goes from where it begins to its share `finalMaxKl`, in (0, 1]. */
  readonly maxKlSchedule: 'constant' | 'linear' | 'cosine'
  readonly finalMaxKl: number
  /** Whether λ stays, or learns from the step before. */
  readonly dampingRule: 'fixed' | 'levenberg-marquardt'
}

/** Changes a stepper's region before a step. `progress`: share of the training that is over, in [0, 1); `last`: null before the first. */
export type TrustRegionRule = (progress: number, last: Certificate | null) => void

/** The rule for a region that is as it shall begin. */
export function createTrustRegionRule(region: TrustRegion, options: TrustRegionOptions): TrustRegionRule {
  const { finalMaxKl } = options
  const schedule = schedules[options.maxKlSchedule], adapt = dampingRules[options.dampingRule]
  const start = { ...region }
  return (progress, last) => {
    region.maxKl = start.maxKl * (finalMaxKl + (1 - finalMaxKl) * schedule(progress))
    if (last !== null) region.damping = adapt(region.damping, last, start.damping)
  }
}

/** From 1 to 0, while progress goes from 0 to 1. */
const schedules: Readonly<Record<TrustRegionOptions['maxKlSchedule'], (progress: number) => number>> = {
  constant: () => 1,
  linear: (progress) => 1 - progress,
  cosine: (progress) => 0.5 + 0.5 * cos(Math.PI * progress),
}

/** λ stays within this factor of where it began. */
const RANGE = 1000

const dampingRules: Readonly<Record<TrustRegionOptions['dampingRule'], (lambda: number, last: Certificate, start: number) => number>> = {
  fixed: (lambda) => lambda,
  /**
   * Where the surrogate rose by less than a quarter of what its slope promised, or the search found nothing, the
   * model was too bold: λ grows. Where it kept three quarters, λ shrinks. Constants of Martens 2010, section 4.1.
   */
  'levenberg-marquardt'(lambda, { status, gainRatio }, start) {
    const failed = status === 'kl-exceeded' || status === 'no-improvement' || status === 'non-positive-curvature'
    const moved = status === 'accepted' || status === 'accepted-beyond' || status === 'unconditional'
    const next = failed || (moved && gainRatio < 0.25) ? lambda * 1.5 : moved && gainRatio > 0.75 ? lambda / 1.5 : lambda
    return Math.max(start / RANGE, Math.min(start * RANGE, next))
  },
}
