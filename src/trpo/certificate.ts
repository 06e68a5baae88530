/**
 * What a step reports: a status, and the numbers behind it. Plain data; every number is finite.
 */
import type { CgStatus } from '../math/conjugateGradient.ts'

/**
 * - `accepted`: θ moved; KL ≤ δ and the surrogate rose.
 * - `accepted-above-max-kl`: θ moved and the surrogate rose, but KL is above δ, within `maxKlFactor` times δ.
 * - `unconditional`: θ moved without a line search (natural policy gradient); only finite numbers are promised.
 * - `zero-gradient`: g = 0.
 * - `non-positive-curvature`: xᵀF x ≤ 0, so there is no step length.
 * - `not-finite`: θ, the gradient or the direction is NaN or infinite.
 * - `kl-exceeded`, `no-improvement`: every trial failed; the reason of the last one.
 * θ keeps its exact bits in every case but the first three.
 */
export type StepStatus =
  | 'accepted' | 'accepted-above-max-kl' | 'unconditional'
  | 'zero-gradient' | 'non-positive-curvature' | 'not-finite' | 'kl-exceeded' | 'no-improvement'

/** What an update did and why. KL in nats per state. */
export interface Certificate {
  readonly status: StepStatus
  /** δ and λ of this step. */
  readonly maxKl: number
  readonly damping: number
  /** KL(old ‖ new), mean and largest over the batch's states; 0 if θ did not move. */
  readonly kl: number
  readonly klMax: number
  /** ½ (αʲβ)² xᵀF x: the mean KL if it were quadratic. F is that of the states in Fisher products. */
  readonly quadraticKl: number
  /** L(θ) before and after, with the entropy bonus if there is one. */
  readonly surrogateBefore: number
  readonly surrogateAfter: number
  /** gᵀ(θ′ − θ), and the gain of L divided by it; 0 if θ did not move. */
  readonly predictedGain: number
  readonly gainRatio: number
  readonly gradientNorm: number
  readonly cgStatus: CgStatus | 'not-run'
  readonly cgIterations: number
  /** ‖g − (F + λI) x‖ / ‖g‖ by the recurrence. */
  readonly cgResidual: number
  readonly xFx: number
  /** β: the length at which the quadratic model spends δ. */
  readonly beta: number
  /** θ′ − θ = scale · β x: αʲ by backtracking, 0 if θ did not move. */
  readonly scale: number
  /** Trials that failed: j of the accepted αʲ by backtracking. */
  readonly backtracks: number
  /** Of π_old, mean over states, in nats. */
  readonly entropy: number
}

/** The certificate of a step of which nothing is known yet. */
export const UNMOVED: Certificate = {
  status: 'not-finite', maxKl: 0, damping: 0, kl: 0, klMax: 0, quadraticKl: 0, surrogateBefore: 0, surrogateAfter: 0,
  predictedGain: 0, gainRatio: 0, gradientNorm: 0, cgStatus: 'not-run', cgIterations: 0, cgResidual: 0, xFx: 0, beta: 0,
  scale: 0, backtracks: 0, entropy: 0,
}

/** With 0 in place of NaN and infinities, so that records can be stored as JSON; the status says what happened. */
export function finite(certificate: Certificate): Certificate {
  const zeros: Record<string, number> = {}
  for (const [name, value] of Object.entries(certificate)) {
    if (typeof value === 'number' && !Number.isFinite(value)) zeros[name] = 0
  }
  return { ...certificate, ...zeros }
}
