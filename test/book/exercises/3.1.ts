/** Exercise 3.1: KL of two Gaussians, against the library's, at random pairs and at single changes. */
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { createEta, type Eta } from '../../../src/nn/distributions/distribution.ts'
import { gaussian } from '../../../src/nn/distributions/gaussian.ts'
import type { Miss } from '../judging.ts'

interface Normal { readonly mean: number; readonly std: number }
type Answer = (old: Normal, new_: Normal) => number

function expected(old: Normal, new_: Normal): number {
  const distribution = gaussian(1), out = new Float64Array(1)
  const eta = ({ mean, std }: Normal): Eta => {
    const rows = reference.allocate(1, 1)
    rows.data[0] = mean
    return createEta(reference, distribution, rows, Float64Array.of(Math.log(std)))
  }
  distribution.klOldNew(out, eta(old), eta(new_))
  return out[0]
}

const text = ({ mean, std }: Normal): string => `N(${mean.toFixed(2)}, ${std.toFixed(2)}²)`

/** Tolerance: some roundings of terms of at most 1e4. */
export function judge(answer: Answer): void {
  const random = new Random(31)
  const any = (): Normal => ({ mean: random.normal(), std: 0.1 + 2 * random.uniform() })
  const pairs: [what: string, old: Normal, new_: Normal][] = [
    ['equal policies', { mean: 1, std: 0.5 }, { mean: 1, std: 0.5 }],
    ['a mean that moves', { mean: 0, std: 0.5 }, { mean: 0.5, std: 0.5 }],
    ['σ that narrows', { mean: 0, std: 1 }, { mean: 0, std: 0.5 }],
    ['σ that widens', { mean: 0, std: 1 }, { mean: 0, std: 2 }],
    ...Array.from({ length: 100 }, (): [string, Normal, Normal] => ['both change', any(), any()]),
  ]
  for (const [what, old, new_] of pairs) {
    const got = answer(old, new_), kl = expected(old, new_), reverse = expected(new_, old)
    if (Math.abs(got - kl) <= 1e-9 * (1 + kl)) continue
    const exchanged = Math.abs(got - reverse) <= 1e-9 * (1 + reverse)
    const hint = exchanged ? ', which is KL(new ‖ old)' : ''
    throw new Error(`${what}, ${text(old)} to ${text(new_)}: expected ${kl.toFixed(6)}, got ${got}${hint}`)
  }
}

export const answer: Answer = (old, new_) =>
  Math.log(new_.std / old.std) - 0.5
  + (old.std ** 2 + (old.mean - new_.mean) ** 2) / (2 * new_.std ** 2)

export const misses: Record<string, Miss<Answer>> = {
  'new ‖ old': {
    answer: (old, new_) => answer(new_, old), says: /^σ that narrows.*which is KL\(new ‖ old\)$/,
  },
  'the old variance under the mean': {
    answer: (old, new_) => answer({ mean: 0, std: old.std }, { mean: 0, std: new_.std })
      + (old.mean - new_.mean) ** 2 / (2 * old.std ** 2),
    says: /^both change/,
  },
  'no − ½': { answer: (old, new_) => answer(old, new_) + 0.5, says: /^equal policies.*got 0\.5$/ },
  'a logarithm with base 2': {
    answer: (old, new_) => answer(old, new_) + Math.log2(new_.std / old.std) - Math.log(new_.std / old.std),
    says: /^σ that narrows/,
  },
}
