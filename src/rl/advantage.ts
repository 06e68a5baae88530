/**
 * Advantages and value targets from a filled batch: GAE(γ, λ), or rewards-to-go less the value.
 *
 *   δ_t = r_t + γ V(s_{t+1}) − V(s_t),   Â_t = δ_t + γλ Â_{t+1}      Schulman et al. 2016, section 3
 *   G_t = r_t + γ G_{t+1},              Â_t = G_t − V(s_t)          the same with λ = 1
 *
 * V(s_{t+1}) is 0 after termination, and that of the final observation after truncation and at the end of the
 * batch; the recursion starts anew at each of these. Both flags at once count as termination.
 */
import { moments } from '../math/moments.ts'
import { largestMagnitude } from '../math/vector.ts'
import type { Batch } from './batch.ts'

/** batch.advantages ← GAE(γ, λ); batch.returns ← advantages + values, the TD(λ) target. Needs values and finalValues. */
export function generalizedAdvantages(batch: Batch, gamma: number, lambda: number): void {
  const { steps, envs, rewards, values, advantages, returns } = batch
  for (let e = 0; e < envs; e++) {
    let following = 0
    for (let i = (steps - 1) * envs + e; i >= 0; i -= envs) {
      const ended = endsHere(batch, i)
      const next = ended ? valueAfterEnd(batch, i) : values[i + envs]
      const delta = rewards[i] + gamma * next - values[i]
      following = ended ? delta : delta + gamma * lambda * following
      advantages[i] = following
      returns[i] = following + values[i]
    }
  }
}

/** batch.returns ← G_t, continued by γ V where an episode was cut; batch.advantages ← G_t − V(s_t). */
export function rewardsToGo(batch: Batch, gamma: number): void {
  const { steps, envs, rewards, values, advantages, returns } = batch
  for (let e = 0; e < envs; e++) {
    let following = 0
    for (let i = (steps - 1) * envs + e; i >= 0; i -= envs) {
      if (endsHere(batch, i)) following = valueAfterEnd(batch, i)
      following = rewards[i] + gamma * following
      returns[i] = following
      advantages[i] = following - values[i]
    }
  }
}

/** Whether the next timestep of the batch does not continue step i. */
function endsHere({ terminated, finalRow }: Batch, i: number): boolean {
  return terminated[i] === 1 || finalRow[i] >= 0
}

/** V(s_{t+1}) where an episode, or the batch, ends with step i. */
function valueAfterEnd({ terminated, finalRow, finalValues }: Batch, i: number): number {
  return terminated[i] === 1 ? 0 : finalValues[finalRow[i]]
}

/**
 * Shift and scale x to mean 0 and variance 1; all zeros where its spread is no more than the rounding of numbers
 * of size `magnitude`, for then there is nothing to learn from it, and scaling noise up would hide that.
 * No ε in the divisor, and squares only of numbers up to 1: x and 2ᵏ x give the same bits, however large.
 */
export function normalize(x: Float64Array, magnitude: number, scratch: Float64Array): void {
  const largest = largestMagnitude(x)
  if (!(largest > 0)) return
  for (let i = 0; i < x.length; i++) x[i] /= largest
  const { mean, variance } = moments(x, scratch)
  const std = Math.sqrt(variance)
  const flat = std <= 1e-13 * (magnitude / largest)
  for (let i = 0; i < x.length; i++) x[i] = flat ? 0 : (x[i] - mean) / std
}

/** batch.advantages to mean 0 and variance 1, where their spread is more than the rounding of the returns. */
export function normalizeAdvantages({ advantages, returns }: Batch, scratch: Float64Array): void {
  normalize(advantages, largestMagnitude(returns), scratch)
}
