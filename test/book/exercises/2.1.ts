/** GAE of one environment, with both kinds of ends: against `generalizedAdvantages`, to rounding. */
import { createBatch, generalizedAdvantages, Random, reference } from '../../../src/parts.ts'
import type { Miss } from '../judging.ts'

interface Steps {
  readonly rewards: readonly number[]
  readonly values: readonly number[]
  readonly terminated: readonly boolean[]
  readonly truncated: readonly boolean[]
  readonly finalValues: readonly number[]
}
type Gae = (steps: Steps, gamma: number, lambda: number) => readonly number[]

export function judge(gae: Gae): void {
  const random = new Random(5), T = 64, gamma = 0.97, lambda = 0.9
  const batch = createBatch(reference, T, 1, 1, 1)
  const kinds = Array.from({ length: T }, () => random.uniform())
  const terminated = kinds.map((u) => u < 0.1), truncated = kinds.map((u) => u > 0.9)
  for (let t = 0; t < T; t++) {
    batch.rewards[t] = random.normal()
    batch.values[t] = random.normal()
    batch.finalValues[t] = random.normal()
    batch.terminated[t] = terminated[t] ? 1 : 0
    batch.finalRow[t] = truncated[t] || t === T - 1 ? t : -1
  }
  generalizedAdvantages(batch, gamma, lambda)
  const finalValues = Array.from(batch.finalValues, (v, t) => batch.finalRow[t] === t ? v : NaN)
  const given = { rewards: [...batch.rewards], values: [...batch.values], terminated, truncated, finalValues }
  const found = gae(given, gamma, lambda)
  for (let t = T - 1; t >= 0; t--) {
    // Both add some ten terms of size 1.
    if (Math.abs(found[t] - batch.advantages[t]) <= 1e-12) continue
    const place = terminated[t] ? ', which terminates' : truncated[t] ? ', which is truncated'
      : t === T - 1 ? ', where the batch ends' : ''
    throw new Error(`step ${t} of ${T}${place}: expected ${batch.advantages[t]}, got ${found[t]}`)
  }
}

interface Fault {
  readonly decay?: (gamma: number, lambda: number) => number
  readonly after?: (steps: Steps, t: number) => number
  readonly ends?: (steps: Steps, t: number) => boolean
}

/** V after step t. */
function valueAfter({ values, terminated, truncated, finalValues }: Steps, t: number): number {
  if (terminated[t]) return 0
  return truncated[t] || t === values.length - 1 ? finalValues[t] : values[t + 1]
}

function variant({ decay = (gamma, lambda) => gamma * lambda, after = valueAfter, ends }: Fault): Gae {
  return (steps, gamma, lambda) => {
    const { rewards, values, terminated, truncated } = steps
    const endsAt = (t: number): boolean => ends?.(steps, t) ?? (terminated[t] || truncated[t])
    const advantages: number[] = []
    let following = 0
    for (let t = rewards.length - 1; t >= 0; t--) {
      const delta = rewards[t] + gamma * after(steps, t) - values[t]
      following = endsAt(t) ? delta : delta + decay(gamma, lambda) * following
      advantages[t] = following
    }
    return advantages
  }
}

export const answer: Gae = variant({})

export const misses: Record<string, Miss<Gae>> = {
  'weighs by λ instead of γλ': {
    answer: variant({ decay: (_, lambda) => lambda }), says: /step 62 of 64: expected/,
  },
  'every end is terminal': {
    answer: variant({ after: (all, t) => all.truncated[t] ? 0 : valueAfter(all, t) }),
    says: /which is truncated: expected/,
  },
  'bootstraps after a termination': {
    answer: variant({ after: (all, t) => all.terminated[t] ? all.values[t + 1] : valueAfter(all, t) }),
    says: /which terminates: expected/,
  },
  'sums across the ends of episodes': {
    answer: variant({ ends: () => false }), says: /which (terminates|is truncated)/,
  },
  'the batch ends in nothing': {
    answer: variant({ after: (all, t) => t === 63 ? 0 : valueAfter(all, t) }), says: /where the batch ends/,
  },
}
