/** Exercise 9.1, explained variance, against `explained` of the library on random batches, to rounding. */
import { Random } from '../../../src/math/random.ts'
import { explained } from '../../../src/trpo/value/loss.ts'

type Explained = (returns: Float64Array, values: Float64Array) => number | null

export function judge(explainedVariance: Explained): void {
  const random = new Random(91), n = 50
  const vector = (f: (i: number) => number): Float64Array => Float64Array.from({ length: n }, (_, i) => f(i))
  const returns = vector(() => 7 + 3 * random.normal())
  const cases: readonly (readonly [string, Float64Array, Float64Array])[] = [
    ['values that are right', returns, returns.slice()],
    ['values that are one constant', returns, vector(() => 7)],
    ['values that are too high by 5 everywhere', returns, returns.map((each) => each + 5)],
    ['values that are half the returns', returns, returns.map((each) => each / 2)],
    ['values with errors of their own', returns, returns.map((each) => each + random.normal())],
    ['values that are worse than a constant', returns, returns.map((each) => -each)],
    ['returns that do not vary', vector(() => 3), vector(() => random.normal())],
  ]
  for (const [name, R, V] of cases) {
    const expected = name.startsWith('returns') ? null : explained(new Float64Array(n), R, V)!
    const found = explainedVariance(R.slice(), V.slice())
    const isRight = expected === null || found === null
      ? found === expected : Math.abs(found - expected) <= 1e-12
    if (!isRight) throw new Error(`${name}: expected ${expected}, got ${found}`)
  }
}

const mean = (x: Float64Array): number => x.reduce((total, each) => total + each, 0) / x.length
const variance = (x: Float64Array): number => {
  const m = mean(x)
  return mean(x.map((each) => (each - m) ** 2))
}
const errors = (R: Float64Array, V: Float64Array): Float64Array => R.map((each, i) => each - V[i])

export const answer: Explained = (R, V) =>
  variance(R) === 0 ? null : 1 - variance(errors(R, V)) / variance(R)

export const misses = {
  'divides by the variance of V': {
    answer: (R: Float64Array, V: Float64Array) =>
      variance(R) === 0 ? null : 1 - variance(errors(R, V)) / variance(V),
    says: /one constant|half the returns/,
  },
  'mean square instead of the variance of the error': {
    answer: (R: Float64Array, V: Float64Array) =>
      variance(R) === 0 ? null : 1 - mean(errors(R, V).map((each) => each ** 2)) / variance(R),
    says: /one constant|too high by 5/,
  },
  'the square of a correlation': {
    answer(R: Float64Array, V: Float64Array) {
      if (variance(R) === 0) return null
      if (variance(V) === 0) return 0
      const mR = mean(R), mV = mean(V)
      return mean(R.map((each, i) => (each - mR) * (V[i] - mV))) ** 2 / variance(R) / variance(V)
    },
    says: /half the returns/,
  },
  'deviations instead of variances': {
    answer: (R: Float64Array, V: Float64Array) =>
      variance(R) === 0 ? null : 1 - Math.sqrt(variance(errors(R, V)) / variance(R)),
    says: /half the returns/,
  },
  'divides by 0': {
    answer: (R: Float64Array, V: Float64Array) => 1 - variance(errors(R, V)) / variance(R),
    says: /do not vary: expected null/,
  },
}
