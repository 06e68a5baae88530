/**
 * What Gaussians share, whoever gives log σ: one dimension of N(μ, σ²), and of KL from N(μ, σ²) to N(μ′, σ′²).
 *
 *   log π = −½ z² − log σ − ½ log 2π,   ∂ log π/∂μ = z/σ,   ∂ log π/∂ log σ = z² − 1   where z = (a − μ)/σ
 *   KL = ½ (e^−2x − 1) + x + ½ ((μ − μ′)/σ′)²   where x = log σ′/σ;   M = diag(1/σ², 2)
 *
 * log σ is read as if it lay in ±150: far beyond, σ²/σ′² and distances measured in σ overflow. So it has no influence
 * there, and derivatives in it are 0.
 */
import { expm1 } from '../../math/elementary.ts'

/** ½ log 2π */
export const HALF_LOG_2PI = 0.9189385332046728
const LOG_STD_LIMIT = 150

/** log σ as it is read. */
export function clampLogStd(logStd: number): number {
  return Math.max(-LOG_STD_LIMIT, Math.min(LOG_STD_LIMIT, logStd))
}

/** How that moves with log σ: 1 within the limits, 0 beyond. */
export function clampSlope(logStd: number): number {
  return Math.abs(logStd) > LOG_STD_LIMIT ? 0 : 1
}

/** The part of KL that is free of μ, for x = log σ′/σ: with all its digits near 0, where the textbook's form cancels. */
export function klOfSpread(x: number): number {
  // Exact arithmetic gives at least 0; rounding may leave −1e-33.
  return Math.max(0, 0.5 * expm1(-2 * x) + x)
}
