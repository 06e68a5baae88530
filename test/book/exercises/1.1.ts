/** The score of a Gaussian: against `score` of the library's distribution, to rounding. */
import { createEta, gaussian, Random, reference } from '../../../src/parts.ts'
import type { Miss } from '../judging.ts'

type Score = (action: number, mean: number, logStd: number) => readonly [number, number]

const family = gaussian(1)

function scoreOfLibrary(action: number, mean: number, logStd: number): [number, number] {
  const rows = reference.allocate(1, 1), actions = reference.allocate(1, 1), bar = reference.allocate(1, 1)
  rows.data[0] = mean
  actions.data[0] = action
  const eta = createEta(reference, family, rows, Float64Array.of(logStd)), shared = new Float64Array(1)
  family.prepare(eta)
  family.score(bar, shared, Float64Array.of(1), actions, eta, 0, 1)
  return [bar.data[0], shared[0]]
}

export function judge(score: Score): void {
  const random = new Random(11)
  for (let k = 0; k < 20; k++) {
    const mean = random.normal(), logStd = random.normal(), action = mean + Math.exp(logStd) * random.normal()
    const expected = scoreOfLibrary(action, mean, logStd), found = score(action, mean, logStd)
    for (const [i, name] of ['mean', 'log σ'].entries()) {
      // Some operations on numbers up to 1e2.
      if (Math.abs(found[i] - expected[i]) <= 1e-11 * Math.max(1, Math.abs(expected[i]))) continue
      const place = `action ${action.toFixed(3)}, mean ${mean.toFixed(3)}, log σ ${logStd.toFixed(3)}`
      throw new Error(`derivative by ${name} (${place}): expected ${expected[i]}, got ${found[i]}`)
    }
  }
}

const z = (action: number, mean: number, logStd: number): number => (action - mean) / Math.exp(logStd)

export const answer: Score = (a, mean, logStd) =>
  [z(a, mean, logStd) / Math.exp(logStd), z(a, mean, logStd) ** 2 - 1]

export const misses: Record<string, Miss<Score>> = {
  'forgets the normalisation of the density': {
    answer: (a, mean, logStd) => [answer(a, mean, logStd)[0], z(a, mean, logStd) ** 2], says: /by log σ/,
  },
  'differentiates by σ': {
    answer: (a, mean, logStd) => [answer(a, mean, logStd)[0], answer(a, mean, logStd)[1] / Math.exp(logStd)],
    says: /by log σ/,
  },
  'divides by σ once': {
    answer: (a, mean, logStd) => [z(a, mean, logStd), answer(a, mean, logStd)[1]], says: /by mean/,
  },
  'has the wrong sign': {
    answer: (a, mean, logStd) => [-answer(a, mean, logStd)[0], answer(a, mean, logStd)[1]], says: /by mean/,
  },
}
