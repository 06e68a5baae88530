/**
 * What `gaussian` and `stateGaussian` share: one dimension of N(μ, σ²), and of KL(N(μ, σ²) ‖ N(μ′, σ′²)).
 *
 *   log π = −½ z² − log σ − ½ log 2π,   ∂ log π/∂μ = z/σ,   ∂ log π/∂ log σ = z² − 1   where z = (a − μ)/σ
 *   KL = ½ (e^−2x − 1) + x + ½ ((μ − μ′)/σ′)²   where x = log σ′/σ;   M = diag(1/σ², 2)
 *
 * log σ is clamped to ±150 wherever it is used, since σ²/σ′² and z would overflow for values far outside.
 * Outside of the limits log σ has no effect, and derivatives with respect to it are 0.
 */
import { expm1 } from '../../math/elementary.ts'

/** ½ log 2π */
export const HALF_LOG_2PI = 0.9189385332046728
/** |log σ| is at most this; in nats. */
const LOG_STD_LIMIT = 150

/** log σ, clamped to ±150. */
export function clampLogStd(logStd: number): number {
  return Math.max(-LOG_STD_LIMIT, Math.min(LOG_STD_LIMIT, logStd))
}

/** The derivative of `clampLogStd`: 1 within the limits, 0 outside. */
export function clampSlope(logStd: number): number {
  return Math.abs(logStd) > LOG_STD_LIMIT ? 0 : 1
}

/** The part of KL without μ, for x = log σ′/σ. Accurate also near 0, where the textbook formula cancels. */
export function klOfSpread(x: number): number {
  // At least 0 in exact arithmetic; rounding may give −1e-33.
  return Math.max(0, 0.5 * expm1(-2 * x) + x)
}
