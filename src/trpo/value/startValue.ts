/**
 * Where V starts: the constant that fits the first batch, by temporal differences.
 *
 *   mean of r + γ (1 − terminated) c − c = 0,   so   c = mean r / (1 − γ (1 − share terminated))
 *
 * With one feature, the constant 1, this is LSTD (Bradtke & Barto 1996). Before it V is the zero function,
 * since rewards have units that nobody chose. Without c a constant in the rewards takes V many batches to
 * learn: TD(λ) moves it by a share (1 − γ) / (1 − γλ) of what is missing, and until then it outweighs the
 * signal in advantages near the ends of episodes.
 */
import { sum } from '../../math/vector.ts'
import type { Batch } from '../../rl/batch.ts'
import type { Value } from '../../rl/value.ts'

/**
 * V ← c, given that V is 0 everywhere. V stays 0 if all rewards are equal: a step that always costs the same
 * is explored from an optimistic 0 (Sutton & Barto 2018, section 2.6), since no state is as bad as c says.
 * And if c is not finite: γ = 1, and no episode has terminated.
 */
export function startValue({ net }: Value, { rewards, terminated }: Batch, gamma: number): void {
  const N = rewards.length
  if (rewards.every((r) => r === rewards[0])) return
  let ends = 0
  for (let i = 0; i < N; i++) ends += terminated[i]
  const c = sum(rewards) / N / (1 - gamma * (1 - ends / N))
  const { layers } = net.parameters
  if (Number.isFinite(c)) layers[layers.length - 1].b.data[0] = c
}
