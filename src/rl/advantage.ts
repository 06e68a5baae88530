/**
 * Advantages and value targets of a filled batch: GAE(γ, λ), or rewards-to-go minus the value.
 *
 *   δ_t = r_t + γ V(s_{t+1}) − V(s_t),   Â_t = δ_t + γλ Â_{t+1}      Schulman et al. 2016, section 3
 *   G_t = r_t + γ G_{t+1},              Â_t = G_t − V(s_t)          the special case λ = 1
 *
 * V(s_{t+1}) is 0 after termination, and V(final observation) after truncation and at the end of the batch;
 * the recursion starts anew at each of these. Both flags at once count as termination.
 */
import { type Communicator, largestOf, solo } from '../math/communicator.ts'
import { FLAT_SPREAD, moments } from '../math/moments.ts'
import type { Batch } from './batch.ts'

/** batch.advantages ← GAE(γ, λ) from values and finalValues; batch.returns ← advantages + values (TD(λ)). */
export function generalizedAdvantages(batch: Batch, gamma: number, lambda: number): void {
  const { steps, envs, rewards, values, advantages, returns } = batch
  for (let e = 0; e < envs; e++) {
    let following = 0
    for (let i = (e + 1) * steps - 1; i >= e * steps; i--) {
      const ended = endsHere(batch, i)
      const next = ended ? valueAfterEnd(batch, i) : values[i + 1]
      const delta = rewards[i] + gamma * next - values[i]
      following = ended ? delta : delta + gamma * lambda * following
      advantages[i] = following
      returns[i] = following + values[i]
    }
  }
}

/** batch.returns ← G_t, which after truncation includes γ V(final state); batch.advantages ← G_t − V(s_t). */
export function rewardsToGo(batch: Batch, gamma: number): void {
  const { steps, envs, rewards, values, advantages, returns } = batch
  for (let e = 0; e < envs; e++) {
    let following = 0
    for (let i = (e + 1) * steps - 1; i >= e * steps; i--) {
      if (endsHere(batch, i)) following = valueAfterEnd(batch, i)
      following = rewards[i] + gamma * following
      returns[i] = following
      advantages[i] = following - values[i]
    }
  }
}

/** Whether step i is the last of an episode or of the batch. */
function endsHere({ terminated, finalRow }: Batch, i: number): boolean {
  return terminated[i] === 1 || finalRow[i] >= 0
}

/** V(s_{t+1}) if an episode, or the batch, ends with step i. */
function valueAfterEnd({ terminated, finalRow, finalValues }: Batch, i: number): number {
  return terminated[i] === 1 ? 0 : finalValues[finalRow[i]]
}

/**
 * Shift and scale x to mean 0 and variance 1; all zeros if its standard deviation is no more than the
 * rounding of numbers of size `magnitude`: such differences carry no information. `scratch`: at least as long
 * as x, overwritten. No ε in the divisor, and only numbers up to 1 are squared: x and 2ᵏ x give the same bits
 * for all k.
 */
export function normalize(
  x: Float64Array, magnitude: number, scratch: Float64Array, ranks: Communicator = solo,
): void {
  const largest = largestOf(ranks, x)
  if (!(largest > 0)) return
  for (let i = 0; i < x.length; i++) x[i] /= largest
  const { mean, variance } = moments(x, scratch, x.length, ranks)
  const std = Math.sqrt(variance)
  const flat = std <= FLAT_SPREAD * (magnitude / largest)
  for (let i = 0; i < x.length; i++) x[i] = flat ? 0 : (x[i] - mean) / std
}

/** batch.advantages ← mean 0 and variance 1, or all 0 if they differ only by the rounding of the returns. */
export function normalizeAdvantages(
  { advantages, returns }: Batch, scratch: Float64Array, ranks: Communicator = solo,
): void {
  normalize(advantages, largestOf(ranks, returns), scratch, ranks)
}
