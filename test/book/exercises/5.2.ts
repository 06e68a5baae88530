/**
 * Exercise 5.2: a natural step in (μ, σ), against the one in (μ, log σ): the policies after both are so near
 * that KL between them falls like δ²; those after a wrong one differ by some share of δ.
 */
import type { Miss } from '../judging.ts'

interface Normal { readonly mean: number; readonly std: number }
type Answer = (mean: number, std: number, gMean: number, gLogStd: number, delta: number) => Normal

/** The step in (μ, log σ), where F = diag(1/σ², 2). */
function inLogStd(mean: number, std: number, gMean: number, gLogStd: number, delta: number): Normal {
  const x = [gMean * std * std, gLogStd / 2]
  const beta = Math.sqrt(2 * delta / (x[0] * gMean + x[1] * gLogStd))
  return { mean: mean + beta * x[0], std: std * Math.exp(beta * x[1]) }
}

const kl = (p: Normal, q: Normal): number =>
  Math.log(q.std / p.std) + (p.std ** 2 + (p.mean - q.mean) ** 2) / (2 * q.std ** 2) - 0.5

export function judge(answer: Answer): void {
  for (const std of [1, 0.2, 3]) {
    for (const [gMean, gLogStd] of [[1, 0], [0, 1], [0.5, -2], [-3, 1]]) {
      for (const delta of [1e-3, 1e-4, 1e-5]) {
        const got = answer(0.5, std, gMean, gLogStd, delta)
        const apart = kl(inLogStd(0.5, std, gMean, gLogStd, delta), got)
        if (apart <= delta * delta) continue
        throw new Error(`σ = ${std}, gradient (${gMean}, ${gLogStd}), δ = ${delta}: the two policies are ${
          apart.toExponential(1)} nats apart, expected at most δ²`)
      }
    }
  }
}

/** The step along (u, v) of (μ, σ) at which the model of KL, ½ (u² + 2v²)/σ², is δ. */
const upTo = (mean: number, std: number, u: number, v: number, delta: number): Normal => {
  const length = std * Math.sqrt(2 * delta / (u * u + 2 * v * v))
  return { mean: mean + length * u, std: std + length * v }
}

// F = diag(1/σ², 2/σ²), and the gradient with respect to σ is that with respect to log σ over σ.
export const answer: Answer = (mean, std, gMean, gLogStd, delta) =>
  upTo(mean, std, gMean * std ** 2, gLogStd / std * std ** 2 / 2, delta)

export const misses: Record<string, Miss<Answer>> = {
  'the gradient as it was': {
    answer: (mean, std, gMean, gLogStd, delta) =>
      upTo(mean, std, gMean * std ** 2, gLogStd * std ** 2 / 2, delta),
    says: /^σ = 0\.2, gradient \(0\.5, -2\), δ = 0\.001: .* apart/,
  },
  'F as it was': {
    answer: (mean, std, gMean, gLogStd, delta) => upTo(mean, std, gMean * std ** 2, gLogStd / std / 2, delta),
    says: /^σ = 0\.2, gradient \(0\.5, -2\)/,
  },
  'a length for xᵀF x = δ': {
    answer: (mean, std, gMean, gLogStd, delta) => answer(mean, std, gMean, gLogStd, delta / 2),
    says: /^σ = 1, gradient \(1, 0\)/,
  },
  'the plain gradient': {
    answer: (mean, std, gMean, gLogStd, delta) => upTo(mean, std, gMean, gLogStd / std, delta),
    says: /^σ = 1, gradient \(0\.5, -2\)/,
  },
}
