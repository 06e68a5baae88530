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
import { type Communicator, gathered, largestNumber, solo, sumOf } from '../../math/communicator.ts'
import type { Batch } from '../../rl/batch.ts'
import type { Value } from '../../rl/value.ts'

/**
 * V ← c if V is 0 everywhere, as at the start. V stays 0 if all rewards are equal: a step that always costs
 * the same is explored from an optimistic 0 (Sutton & Barto 2018, section 2.6), since no state is as bad as c
 * says. And if c is not finite: γ = 1, and no episode has terminated.
 */
export function startValue(
  { net }: Value, { rewards, terminated }: Batch, gamma: number, ranks: Communicator = solo,
): void {
  const N = ranks.size * rewards.length
  const { layers } = net.parameters, { W, b } = layers[layers.length - 1]
  if (b.data[0] !== 0 || W.data.some((weight) => weight !== 0)) return
  const [first] = gathered(ranks, rewards.subarray(0, 1))
  const others = rewards.reduce((count, r) => count + (r === first ? 0 : 1), 0)
  if (largestNumber(ranks, others) === 0) return
  const ends = sumOf(ranks, Float64Array.from(terminated))
  const c = sumOf(ranks, rewards) / N / (1 - gamma * (1 - ends / N))
  if (Number.isFinite(c)) b.data[0] = c
}
