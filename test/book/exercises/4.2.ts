/**
 * Exercise 4.2: a Poisson distribution as a family: the score against differences of log π, KL against its
 * definition as a sum over counts, M against the variance of the score and against differences of KL.
 */
import type { Miss } from '../judging.ts'

interface Answer {
  readonly score: (a: number, eta: number) => number
  readonly klOldNew: (old: number, new_: number) => number
  readonly metric: (eta: number) => number
}

/** Counts beyond have no probability that a double holds, for rates up to e². */
const COUNTS = 80

function logProbability(a: number, eta: number): number {
  let logFactorial = 0
  for (let k = 2; k <= a; k++) logFactorial += Math.log(k)
  return a * eta - Math.exp(eta) - logFactorial
}

/** E f(a) under the rate e^eta. */
function mean(eta: number, f: (a: number) => number): number {
  let sum = 0
  for (let a = 0; a < COUNTS; a++) sum += Math.exp(logProbability(a, eta)) * f(a)
  return sum
}

function compare(what: string, got: number, expected: number, tolerance: number): void {
  if (Math.abs(got - expected) <= tolerance * (1 + Math.abs(expected))) return
  throw new Error(`${what}: expected ${expected.toFixed(6)}, got ${got}`)
}

/** Tolerances: roundings of sums; differences of second order at 1e-4 and 1e-3. */
export function judge({ score, klOldNew, metric }: Answer): void {
  const etas = [0, -1, 0.7, 2], h = 1e-4
  for (const eta of etas) {
    for (const a of [0, 1, 5]) {
      const slope = (logProbability(a, eta + h) - logProbability(a, eta - h)) / (2 * h)
      compare(`score of ${a} at η = ${eta}`, score(a, eta), slope, 1e-6)
    }
    for (const new_ of etas) {
      const kl = mean(eta, (a) => logProbability(a, eta) - logProbability(a, new_))
      compare(`klOldNew from η = ${eta} to ${new_}`, klOldNew(eta, new_), kl, 1e-9)
    }
    const variance = mean(eta, (a) => score(a, eta) ** 2)
    compare(`metric at η = ${eta}, by the score's variance`, metric(eta), variance, 1e-9)
    const curvature = (klOldNew(eta, eta + 1e-3) + klOldNew(eta, eta - 1e-3)) / 1e-6
    compare(`metric at η = ${eta}, by differences of KL`, metric(eta), curvature, 1e-5)
  }
}

export const answer: Answer = {
  score: (a, eta) => a - Math.exp(eta),
  klOldNew: (old, new_) => Math.exp(old) * (old - new_) - Math.exp(old) + Math.exp(new_),
  metric: Math.exp,
}

export const misses: Record<string, Miss<Answer>> = {
  'M of the rate instead of its logarithm': {
    answer: { ...answer, metric: (eta) => Math.exp(-eta) },
    says: /^metric at η = -1, by the score's variance/,
  },
  'new ‖ old': {
    answer: { ...answer, klOldNew: (old, new_) => answer.klOldNew(new_, old) },
    says: /^klOldNew from η = 0 to -1/,
  },
  'the score by the rate': {
    answer: { ...answer, score: (a, eta) => a / Math.exp(eta) - 1 }, says: /^score of 0 at η = -1/,
  },
  'KL with the mean 1': {
    answer: { ...answer, klOldNew: (old, new_) => old - new_ - Math.exp(old) + Math.exp(new_) },
    says: /^klOldNew from η = -1 to 0/,
  },
  'M of a Gaussian': { answer: { ...answer, metric: () => 1 }, says: /^metric at η = -1/ },
}
