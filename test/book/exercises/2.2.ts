/** The k-step estimator: against GAE with λ = 1 on k steps; its weighted mean against GAE; to rounding. */
import { createBatch, generalizedAdvantages, Random, reference } from 'trpo/parts'
import type { Miss } from '../judging.ts'

type Numbers = readonly number[]
type KStep = (rewards: Numbers, values: Numbers, t: number, k: number, gamma: number) => number

/** GAE of steps that end because a batch does; `values` has V after the last step as well. */
function advantagesOf(rewards: Numbers, values: Numbers, gamma: number, lambda: number): Float64Array {
  const T = rewards.length, batch = createBatch(reference, T, 1, 1, 1)
  batch.rewards.set(rewards)
  batch.values.set(values.slice(0, T))
  batch.finalRow.fill(-1)
  batch.finalRow[T - 1] = 0
  batch.finalValues[0] = values[T]
  generalizedAdvantages(batch, gamma, lambda)
  return batch.advantages
}

export function judge(kStep: KStep): void {
  const random = new Random(7), T = 24, gamma = 0.96, lambda = 0.9
  const rewards = Array.from({ length: T }, () => random.normal())
  const values = Array.from({ length: T + 1 }, () => random.normal())
  const whole = advantagesOf(rewards, values, gamma, lambda)
  for (let t = T - 1; t >= 0; t--) {
    let mean = 0
    for (let k = 1; t + k <= T; k++) {
      const found = kStep(rewards, values, t, k, gamma)
      const [expected] = advantagesOf(rewards.slice(t, t + k), values.slice(t, t + k + 1), gamma, 1)
      // At most 24 terms of size 1.
      if (!(Math.abs(found - expected) <= 1e-12)) {
        throw new Error(`t = ${t}, k = ${k}, with ${T} steps: expected ${expected}, got ${found}`)
      }
      // What is left of the weights falls to the longest.
      mean += found * lambda ** (k - 1) * (t + k < T ? 1 - lambda : 1)
    }
    if (!(Math.abs(mean - whole[t]) <= 1e-12)) throw new Error(`t = ${t}: the mean is not GAE: ${mean}`)
  }
}

interface Fault {
  readonly rewards?: (k: number) => number
  readonly discount?: (gamma: number, l: number) => number
  readonly last?: (gamma: number, k: number) => number
  readonly baseline?: number
}

function variant(fault: Fault): KStep {
  const { rewards: count = (k) => k, discount = (g, l) => g ** l, baseline = 1 } = fault
  const { last = (g, k) => g ** k } = fault
  return (rewards, values, t, k, gamma) => {
    let sum = last(gamma, k) * values[t + k] - baseline * values[t]
    for (let l = 0; l < count(k); l++) sum += discount(gamma, l) * rewards[t + l]
    return sum
  }
}

export const answer: KStep = variant({})

export const misses: Record<string, Miss<KStep>> = {
  'no baseline': { answer: variant({ baseline: 0 }), says: /k = 1,/ },
  'the last value is discounted once too little': {
    answer: variant({ last: (gamma, k) => gamma ** (k - 1) }), says: /t = 23, k = 1,/,
  },
  'rewards are not discounted': { answer: variant({ discount: () => 1 }), says: /t = 22, k = 2,/ },
  'one reward too few': { answer: variant({ rewards: (k) => k - 1 }), says: /t = 23, k = 1,/ },
}
