/**
 * Exercise 8.2, the radius: factors against two trainings of one update, at δ and at δ/2. Tolerance:
 * rounding; for KL, which is quadratic only nearly, five percent.
 */
import { cartPole } from '../../../src/envs/index.ts'
import { train } from '../../../src/index.ts'
import type { Certificate } from '../../../src/trpo/certificate.ts'

const NAMES = ['gradientNorm', 'xFx', 'beta', 'quadraticKl', 'kl', 'predictedGain'] as const
type Factors = Readonly<Record<typeof NAMES[number], number>>

/** The first certificate of a training with this δ. */
function first(maxKl: number): Certificate {
  const options = { seed: 1, totalSteps: 2048, normalizeObservations: 'off' } as const
  const [{ certificate }] = train(cartPole, { ...options, maxKl })
  return certificate
}

export function judge(factors: Factors): void {
  const whole = first(0.02), half = first(0.01)
  for (const name of NAMES) {
    const measured = half[name] / whole[name]
    if (!(Math.abs(factors[name] / measured - 1) <= (name === 'kl' ? 0.05 : 1e-12))) {
      const expected = `${whole[name]} → ${half[name]}, a factor ${measured}`
      throw new Error(`${name}: expected ${expected}, got ${factors[name]}`)
    }
  }
}

export const answer: Factors = {
  gradientNorm: 1, xFx: 1, beta: Math.SQRT1_2, quadraticKl: 0.5, kl: 0.5, predictedGain: Math.SQRT1_2,
}

export const misses = {
  'β is proportional to δ': { answer: { ...answer, beta: 0.5 }, says: /^beta/ },
  'x shrinks, too': { answer: { ...answer, xFx: 0.5 }, says: /^xFx/ },
  'the gain is proportional to KL': { answer: { ...answer, predictedGain: 0.5 }, says: /^predictedGain/ },
  'KL is proportional to the length': { answer: { ...answer, kl: Math.SQRT1_2 }, says: /^kl/ },
}
