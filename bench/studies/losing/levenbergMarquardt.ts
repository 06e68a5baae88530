/**
 * A losing rung: λ that follows how well the model predicted the last step, after Levenberg and Marquardt.
 *
 * If the surrogate rose by less than a quarter of the prediction, or the search failed, the model was trusted
 * too far: λ × 1.5. If it rose by more than three quarters: λ ÷ 1.5. Constants of Martens 2010, section 4.1.
 * *Measured* (`npm run bench -- damping`): λ falls to its limit and no return rises: a step that KL bounds
 * is short enough for its slope to predict the gain.
 * But: Martens' ρ divides the gain by that of the quadratic model; here it is divided by that of the slope,
 * gᵀ(θ′ − θ), since a trust-region step has no quadratic model of the surrogate.
 */
import type { Certificate, StepStatus } from '../../../src/trpo/certificate.ts'

const FACTOR = 1.5, LOW = 0.25, HIGH = 0.75
/** λ stays within this factor of its start. */
const RANGE = 1000
const FAILED: readonly StepStatus[] = ['kl-exceeded', 'no-improvement', 'non-positive-curvature']
const MOVED: readonly StepStatus[] = ['accepted', 'accepted-above-max-kl', 'unconditional']

/** λ of the next step, from that of the last one and its certificate. */
export function adaptedDamping(lambda: number, { status, gainRatio }: Certificate, start: number): number {
  const failed = FAILED.includes(status), moved = MOVED.includes(status)
  const more = failed || moved && gainRatio < LOW, less = moved && gainRatio > HIGH
  const next = more ? lambda * FACTOR : less ? lambda / FACTOR : lambda
  return Math.max(start / RANGE, Math.min(start * RANGE, next))
}
