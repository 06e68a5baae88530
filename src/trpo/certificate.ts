/**
 * What a step reports: its status with the numbers behind it. Plain data; every number is finite.
 */
import type { CgStatus } from '../math/conjugateGradient.ts'

/**
 * - `accepted`: θ moved; KL ≤ δ and the surrogate rose, by more than rounding may hide.
 * - `accepted-above-max-kl`: θ moved and the surrogate rose; δ < KL ≤ `maxKlFactor` · δ.
 * - `unconditional`: θ moved without a line search (natural policy gradient), to finite numbers.
 * - `zero-gradient`: g = ∇L is 0.
 * - `non-positive-curvature`: xᵀF x ≤ 0, so there is no step length.
 * - `not-finite`: θ, g, L, the entropy, the direction or β is NaN or infinite; without a line search, also
 *   the step's outcome.
 * - `kl-exceeded`, `no-improvement`: no trial was accepted; the reason for the last one.
 * - `unresolved`: the last trial was acceptable by no more than what rounding may hide.
 * θ keeps its exact bits, except in the first three cases.
 */
export type StepStatus =
  | 'accepted' | 'accepted-above-max-kl' | 'unconditional'
  | 'zero-gradient' | 'non-positive-curvature' | 'not-finite' | 'kl-exceeded' | 'no-improvement'
  | 'unresolved'

/** What an update did, and why. KL in nats per state; letters as in step.ts. */
export interface Certificate {
  readonly status: StepStatus
  /** δ and the damping λ of this step. */
  readonly maxKl: number
  readonly damping: number
  /** KL(old ‖ new), its mean and its maximum over the batch's states; 0 if θ did not move. */
  readonly kl: number
  readonly klMax: number
  /** ½ (αʲβ)² xᵀF x: the quadratic model of mean KL. F averages over the states of Fisher products. */
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
  /** ‖g − (F + λI) x‖ / ‖g‖, by CG's recurrence. */
  readonly cgResidual: number
  readonly xFx: number
  /** β: θ + β x spends δ by the quadratic model of mean KL, with ½ λ ‖βx‖² added for a damped stepLength. */
  readonly beta: number
  /** θ′ − θ = scale · β x: αʲ by backtracking, 0 if θ did not move. */
  readonly scale: number
  /** Number of trials that failed; by backtracking, j of the accepted αʲ. */
  readonly backtracks: number
  /** Entropy of π_old, mean over states, in nats. */
  readonly entropy: number
}

/** The certificate before the first stage of a step; each stage replaces some fields. */
export const UNMOVED: Certificate = {
  status: 'not-finite', maxKl: 0, damping: 0, kl: 0, klMax: 0, quadraticKl: 0,
  surrogateBefore: 0, surrogateAfter: 0, predictedGain: 0, gainRatio: 0, gradientNorm: 0,
  cgStatus: 'not-run', cgIterations: 0, cgResidual: 0, xFx: 0, beta: 0, scale: 0, backtracks: 0, entropy: 0,
}

/** With 0 in place of NaN and infinities, so that JSON can hold the record; the status says what happened. */
export function withoutNaN(certificate: Certificate): Certificate {
  const zeros: Record<string, number> = {}
  for (const [name, value] of Object.entries(certificate)) {
    if (typeof value === 'number' && !Number.isFinite(value)) zeros[name] = 0
  }
  return { ...certificate, ...zeros }
}
