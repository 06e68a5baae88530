/** An update with longer advantages: against two updates by the library, of the same θ on the same batch. */
import { cartPole } from '../../../src/envs/index.ts'
import type { Certificate } from '../../../src/index.ts'
import { resolveOptions } from '../../../src/index.ts'
import { backendFor, createTrainer, step } from '../../../src/parts.ts'
import type { Miss } from '../judging.ts'

const NAMES = ['gradientNorm', 'xFx', 'beta', 'quadraticKl', 'kl', 'predictedGain', 'gainRatio'] as const
type Factors = (c: number) => Record<typeof NAMES[number], number>

/** The first update, with the advantages c sin i. */
function certificateAt(c: number): Certificate {
  const options = resolveOptions({ seed: 1, batchSteps: 512, envCount: 4, hiddenSizes: [16, 16] })
  const { batches: { batch }, stepper, sampler } = createTrainer(cartPole, options, backendFor)
  sampler.collect()
  for (let i = 0; i < batch.advantages.length; i++) batch.advantages[i] = c * Math.sin(i)
  return step(stepper, batch)
}

export function judge(factors: Factors): void {
  const before = certificateAt(1)
  for (const c of [2, 0.25, 1024]) {
    const after = certificateAt(c), found = factors(c)
    for (const name of NAMES) {
      const expected = after[name] / before[name]
      // A power of two changes no rounding.
      if (found[name] === expected) continue
      throw new Error(`${name} at c = ${c}: expected a factor of ${expected}, got ${found[name]}`)
    }
  }
}

const ONE = { gradientNorm: 1, xFx: 1, beta: 1, quadraticKl: 1, kl: 1, predictedGain: 1, gainRatio: 1 }

export const answer: Factors = (c) =>
  ({ ...ONE, gradientNorm: c, xFx: c * c, beta: 1 / c, predictedGain: c })

export const misses: Record<string, Miss<Factors>> = {
  'a quadratic form grows like its vector': {
    answer: (c) => ({ ...answer(c), xFx: c }), says: /xFx at c = 2: .*4/,
  },
  'the length does not know of it': { answer: (c) => ({ ...answer(c), beta: 1 }), says: /beta at c = 2/ },
  'the step is longer': {
    answer: (c) => ({ ...answer(c), quadraticKl: c * c }), says: /quadraticKl at c = 2/,
  },
  'the gain is a number of θ alone': {
    answer: (c) => ({ ...answer(c), predictedGain: 1 }), says: /predictedGain at c = 2/,
  },
}
