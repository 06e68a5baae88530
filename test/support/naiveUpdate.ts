/**
 * A policy update by the naive network of naive.ts, one state at a time: log π, KL in closed form, surrogate
 * and entropy with error bounds (arithmetic.ts), and gradient and Fisher matrix formed in full. An oracle
 * that shares nothing with src but the order of parameters: W₁ [in, out] row by row, b₁, W₂, b₂, …, log σ.
 */
import { type Bounded, bounded } from './arithmetic.ts'
import { fromEntries, inner, type Matrix, timesVector, transpose } from './dense.ts'
import {
  addFisher, logSoftmax, naiveBernoulli, naiveCategorical, type NaiveDistribution, naiveEta, naiveEtaJacobian,
  naiveGaussian, type NaiveNet, naiveScore, passThrough,
} from './naive.ts'

export type Family =
  | { readonly kind: 'gaussian'; readonly n: number }
  | { readonly kind: 'categorical'; readonly n: number }
  | { readonly kind: 'bernoulli'; readonly n: number }
  | { readonly kind: 'multiCategorical'; readonly sizes: readonly number[] }

export interface NaivePolicy extends NaiveNet { readonly family: Family }
type Vector = ArrayLike<number>

export interface NaiveBatch {
  readonly states: readonly Vector[]; readonly actions: readonly Vector[]; readonly advantages: Vector
}

/** The density of a family. */
export function densityOf(family: Family): NaiveDistribution {
  if (family.kind === 'gaussian') return naiveGaussian(family.n)
  if (family.kind === 'bernoulli') return naiveBernoulli(family.n)
  return naiveCategorical(family.kind === 'categorical' ? [family.n] : family.sizes)
}

/** Outputs of the network for one state. */
export function forward(net: NaiveNet, theta: Vector, state: Vector): readonly Bounded[] {
  return passThrough(bounded, net, Array.from(theta, bounded.constant), state).outputs
}

/**
 * log p, entry by entry, of each choice that a discrete action consists of; a Bernoulli has the logits 0 and
 * z.
 */
function choices(family: Family, eta: readonly Bounded[]): Bounded[][] {
  if (family.kind === 'bernoulli') return eta.map((z) => logSoftmax(bounded, [bounded.constant(0), z]))
  let at = 0
  return (family.kind === 'multiCategorical' ? family.sizes : [eta.length]).map((n) => {
    at += n
    return logSoftmax(bounded, eta.slice(at - n, at))
  })
}

/** Σ p f over the entries of a choice; an entry of probability 0 does not count, whatever f is there. */
function expectationOf(logs: readonly Bounded[], f: (log: Bounded, j: number) => Bounded): Bounded {
  const terms = logs.map((log, j) => ({ p: bounded.exp(log), f: f(log, j) })).filter(({ p }) => p.value !== 0)
  return bounded.sum(terms.map(({ p, f }) => bounded.multiply(p, f)))
}

/** KL(old ‖ new) of one state. Of each Gaussian x + ½ (e^−2x + z²) − ½ with x = log σ′/σ, z = (μ − μ′)/σ′. */
function klOf(family: Family, old: readonly Bounded[], new_: readonly Bounded[]): Bounded {
  const { constant, exp, multiply, negate, subtract, sum } = bounded
  if (family.kind === 'gaussian') {
    return sum(Array.from({ length: family.n }, (_, j) => {
      const after = new_[family.n + j], x = subtract(after, old[family.n + j])
      const z = multiply(subtract(old[j], new_[j]), exp(negate(after)))
      const half = constant(0.5)
      const squares = multiply(half, multiply(z, z))
      return sum([x, multiply(half, exp(multiply(constant(-2), x))), squares, constant(-0.5)])
    }))
  }
  const q = choices(family, new_)
  return sum(choices(family, old).map((logs, c) => expectationOf(logs, (log, j) => subtract(log, q[c][j]))))
}

/** In nats. */
function entropyOf(family: Family, eta: readonly Bounded[]): Bounded {
  const { constant, negate, sum } = bounded
  if (family.kind !== 'gaussian') {
    return sum(choices(family, eta).map((logs) => expectationOf(logs, (log) => negate(log))))
  }
  return sum(eta.slice(family.n).flatMap((logStd) => [logStd, constant((1 + Math.log(2 * Math.PI)) / 2)]))
}

export function mean(values: readonly Bounded[]): Bounded {
  const share = 1 / values.length
  return bounded.multiply(bounded.sum(values), { value: share, error: 2 ** -53 * share })
}

/** π_θ at the states of a batch. */
export interface NaiveStates {
  readonly family: Family
  /** Outputs of the network, then log σ; and log π of the action that was taken. */
  readonly etas: readonly (readonly Bounded[])[]
  readonly logs: readonly Bounded[]
}

export function statesAt(policy: NaivePolicy, theta: Vector, { states, actions }: NaiveBatch): NaiveStates {
  const { family } = policy, { shared, logDensity } = densityOf(family)
  const parameters = Array.from(theta, bounded.constant)
  const common = parameters.slice(parameters.length - shared)
  const etas = states.map((state) => [...passThrough(bounded, policy, parameters, state).outputs, ...common])
  return { family, etas, logs: etas.map((eta, i) => logDensity(bounded, eta, actions[i])) }
}

/** KL(old ‖ new) of every state. */
export function klsBetween({ family, etas }: NaiveStates, new_: NaiveStates): Bounded[] {
  return etas.map((eta, i) => klOf(family, eta, new_.etas[i]))
}

/** L: mean of π_new(a|s) / π_old(a|s) · Â. */
export function surrogateBetween({ logs }: NaiveStates, new_: NaiveStates, advantages: Vector): Bounded {
  return mean(logs.map((log, i) => {
    const ratio = bounded.exp(bounded.subtract(new_.logs[i], log))
    return bounded.multiply(ratio, bounded.constant(advantages[i]))
  }))
}

export function entropyAt({ family, etas }: NaiveStates): Bounded {
  return mean(etas.map((eta) => entropyOf(family, eta)))
}

/**
 * g = ∇L(θ_old) and F, dense: means over states of A ∇log π and of Jᵀ M J. `size` is the mean of |A| √(1 +
 * ‖∂f/∂θ‖²):
 * how large a gradient of scores of 1 would be.
 */
export function gradientAndFisher(
  policy: NaivePolicy, theta: Vector, { states, actions, advantages }: NaiveBatch,
): { readonly gradient: Float64Array; readonly fisher: Matrix; readonly size: number } {
  const density = densityOf(policy.family), N = states.length
  const gradient = new Float64Array(theta.length), fisher = fromEntries(theta.length, theta.length, () => 0)
  let size = 0
  states.forEach((state, i) => {
    const eta = naiveEta(policy, density, theta, state), J = naiveEtaJacobian(policy, density, theta, state)
    const score = naiveScore(density, eta, actions[i])
    timesVector(transpose(J), score).forEach((x, p) => { gradient[p] += advantages[i] * x / N })
    addFisher(fisher, J, metricOf(policy.family, eta), 1 / N)
    const squares = J.slice(0, density.inputs).reduce((sum, row) => sum + inner(row, row), 0)
    size += Math.abs(advantages[i]) * Math.sqrt(1 + squares) / N
  })
  return { gradient, fisher, size }
}

/** M = E[score scoreᵀ] in closed form: diag(p) − p pᵀ of each choice; 1/σ² and 2 of each Gaussian. */
function metricOf(family: Family, eta: readonly number[]): Matrix {
  if (family.kind === 'gaussian') {
    const { n } = family
    return fromEntries(2 * n, 2 * n, (i, j) => i !== j ? 0 : i < n ? Math.exp(-2 * eta[n + i]) : 2)
  }
  const M = fromEntries(eta.length, eta.length, () => 0)
  let at = 0
  for (const logs of choices(family, eta.map(bounded.constant))) {
    // Of a Bernoulli's two entries only the second has a logit.
    const p = logs.slice(family.kind === 'bernoulli' ? 1 : 0).map(({ value }) => Math.exp(value))
    p.forEach((x, j) => p.forEach((y, k) => { M[at + j][at + k] = (j === k ? x : 0) - x * y }))
    at += p.length
  }
  return M
}
