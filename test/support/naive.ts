/**
 * The network, the distributions and the Fisher matrix once more, slowly and plainly: one sample and one
 * parameter at a time, with the host's own Math. Oracles for src, of which they take nothing but types.
 *
 * Derivatives come two ways: dual numbers (exact) for the network, five-point differences for all else.
 */
import type { ActivationName } from '../../src/nn/activation.ts'
import { fromEntries, type Matrix } from './dense.ts'

export interface NaiveNet { readonly sizes: readonly number[]; readonly activation: ActivationName }

/** A value, and how it moves. */
interface Dual { value: number; slope: number }

function activate(name: ActivationName, { value, slope }: Dual): Dual {
  if (name === 'tanh') return { value: Math.tanh(value), slope: slope * (1 - Math.tanh(value) ** 2) }
  if (name === 'relu') return value > 0 ? { value, slope } : { value: 0, slope: 0 }
  return { value, slope }
}

/**
 * The outputs for one input, and how they move when theta moves along `v`; and the least |input| of an
 * activation.
 */
function run(
  { sizes, activation }: NaiveNet, theta: ArrayLike<number>, v: ArrayLike<number> | null,
  input: ArrayLike<number>,
): { outputs: Dual[]; margin: number } {
  let x: Dual[] = Array.from(input, (value) => ({ value, slope: 0 }))
  let margin = Infinity
  let start = 0
  for (let l = 1; l < sizes.length; l++) {
    const y: Dual[] = []
    for (let j = 0; j < sizes[l]; j++) {
      const bias = start + sizes[l - 1] * sizes[l] + j
      const z = { value: theta[bias], slope: v === null ? 0 : v[bias] }
      for (let i = 0; i < sizes[l - 1]; i++) {
        const weight = start + i * sizes[l] + j
        z.value += x[i].value * theta[weight]
        z.slope += x[i].slope * theta[weight] + (v === null ? 0 : x[i].value * v[weight])
      }
      const last = l === sizes.length - 1
      if (!last) margin = Math.min(margin, Math.abs(z.value))
      y.push(last ? z : activate(activation, z))
    }
    start += (sizes[l - 1] + 1) * sizes[l]
    x = y
  }
  return { outputs: x, margin }
}

/** f(input) */
export function naiveForward(net: NaiveNet, theta: ArrayLike<number>, input: ArrayLike<number>): number[] {
  return run(net, theta, null, input).outputs.map(({ value }) => value)
}

/** How f(input) moves when theta moves along `v`. */
export function naiveTangent(
  net: NaiveNet, theta: ArrayLike<number>, v: ArrayLike<number>, input: ArrayLike<number>,
): number[] {
  return run(net, theta, v, input).outputs.map(({ slope }) => slope)
}

/** How far the nearest activation is from 0, where relu has a kink; Infinity without hidden layers. */
export function naiveMargin(net: NaiveNet, theta: ArrayLike<number>, input: ArrayLike<number>): number {
  return run(net, theta, null, input).margin
}

/** ∂f(input)/∂theta: [outputs][parameters of the layers]. */
export function naiveJacobian(net: NaiveNet, theta: ArrayLike<number>, input: ArrayLike<number>): Matrix {
  let count = 0
  for (let l = 1; l < net.sizes.length; l++) count += (net.sizes[l - 1] + 1) * net.sizes[l]
  const columns = Array.from({ length: count }, (_, p) => {
    const unit = new Float64Array(count)
    unit[p] = 1
    return naiveTangent(net, theta, unit, input)
  })
  return fromEntries(net.sizes[net.sizes.length - 1], count, (i, p) => columns[p][i])
}

/** f′(0) from five points: the error is h⁴/30 of the fifth derivative, and some two roundings of f over h. */
export function slopeOf(f: (t: number) => number, h: number): number {
  return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)
}

/** f″(0) from five points: the error is h⁴/90 of the sixth derivative, and five roundings of f over h². */
export function curvatureOf(f: (t: number) => number, h: number): number {
  return (16 * (f(h) + f(-h)) - (f(2 * h) + f(-2 * h)) - 30 * f(0)) / (12 * h * h)
}

/** x + t·v */
export function along(x: ArrayLike<number>, t: number, v: ArrayLike<number>): Float64Array {
  return Float64Array.from(x, (value, i) => value + t * v[i])
}

/** ∇f(x) by `slopeOf`, entry by entry. */
export function gradientOf(f: (x: Float64Array) => number, x: ArrayLike<number>, h: number): Float64Array {
  const moved = Float64Array.from(x)
  return Float64Array.from(x, (value, i) => {
    const slope = slopeOf((t) => {
      moved[i] = value + t
      return f(moved)
    }, h)
    moved[i] = value
    return slope
  })
}

/** A distribution as its density; `eta` is what the network gives for one state, then what states share. */
export interface NaiveDistribution {
  readonly inputs: number
  readonly shared: number
  /** How many means eta begins with, as many log σ following; 0 where actions are discrete. */
  readonly means: number
  logProbability(eta: ArrayLike<number>, action: ArrayLike<number>): number
  /** Actions, and weights such that E f = Σ weight · π(action) · f(action). */
  support(eta: ArrayLike<number>): readonly { readonly action: readonly number[]; readonly weight: number }[]
}

/** All vectors whose c-th entry is one of choices[c]. */
function vectors(choices: readonly (readonly number[])[]): number[][] {
  const extend = (list: number[][], values: readonly number[]): number[][] =>
    list.flatMap((head) => values.map((x) => [...head, x]))
  return choices.reduce(extend, [[]])
}

/** Every action, each counted once; of those with a 1 in `mask`, logit by logit, where there is one. */
export function naiveCategorical(sizes: readonly number[], mask?: readonly number[]): NaiveDistribution {
  const firsts = sizes.map((_, c) => sizes.slice(0, c).reduce((a, b) => a + b, 0))
  const allowed = sizes.map((n, c) => Array.from({ length: n }, (_, j) => j)
    .filter((j) => mask === undefined || mask[firsts[c] + j] === 1))
  const actions = vectors(allowed)
  return {
    inputs: sizes.reduce((a, b) => a + b, 0), shared: 0, means: 0,
    logProbability(eta, action) {
      let total = 0
      firsts.forEach((first, c) => {
        let powers = 0
        for (const j of allowed[c]) powers += Math.exp(eta[first + j])
        total += eta[first + action[c]] - Math.log(powers)
      })
      return total
    },
    support: () => actions.map((action) => ({ action, weight: 1 })),
  }
}

export function naiveBernoulli(n: number): NaiveDistribution {
  const actions = vectors(new Array<number[]>(n).fill([0, 1]))
  return {
    inputs: n, shared: 0, means: 0,
    logProbability: (eta, action) => Array.from(action).reduce((total, a, j) =>
      total + Math.log(a === 1 ? 1 / (1 + Math.exp(-eta[j])) : 1 / (1 + Math.exp(eta[j]))), 0),
    support: () => actions.map((action) => ({ action, weight: 1 })),
  }
}

/**
 * Means, then log σ. The trapezium rule to 9 σ in steps of 0.6 σ: it integrates a Gaussian times a polynomial
 * with an error near exp(−2π²/0.6²) = 1e-24, its tails are 1e-18.
 */
export function naiveGaussian(d: number): NaiveDistribution {
  const STEP = 0.6
  return {
    inputs: d, shared: d, means: d,
    logProbability(eta, action) {
      let total = 0
      for (let j = 0; j < d; j++) {
        const sigma = Math.exp(eta[d + j])
        total -= (action[j] - eta[j]) ** 2 / (2 * sigma ** 2) + Math.log(sigma * Math.sqrt(2 * Math.PI))
      }
      return total
    },
    support(eta) {
      let cell = 1
      for (let j = 0; j < d; j++) cell *= STEP * Math.exp(eta[d + j])
      const grid = vectors(new Array<number[]>(d).fill(Array.from({ length: 31 }, (_, k) => STEP * (k - 15))))
      return grid.map((z) => ({ action: z.map((x, j) => eta[j] + x * Math.exp(eta[d + j])), weight: cell }))
    },
  }
}

/** The same, with log σ from the network. */
export function naiveStateGaussian(d: number): NaiveDistribution {
  return { ...naiveGaussian(d), inputs: 2 * d, shared: 0 }
}

/** E f(action) under π. */
export function expectation(
  distribution: NaiveDistribution, eta: ArrayLike<number>, f: (action: readonly number[]) => number,
): number {
  let total = 0
  for (const { action, weight } of distribution.support(eta)) {
    total += weight * Math.exp(distribution.logProbability(eta, action)) * f(action)
  }
  return total
}

/** KL(old ‖ new) from its definition. */
export function naiveKl(
  distribution: NaiveDistribution, old: ArrayLike<number>, new_: ArrayLike<number>,
): number {
  return expectation(distribution, old, (action) =>
    distribution.logProbability(old, action) - distribution.logProbability(new_, action))
}

/** ∂ log π(action) / ∂eta by differences of 2^-9: good to some 1e-11. */
export function naiveScore(
  distribution: NaiveDistribution, eta: ArrayLike<number>, action: ArrayLike<number>,
): Float64Array {
  return gradientOf((x) => distribution.logProbability(x, action), eta, 2 ** -9)
}

/** E[score scoreᵀ], what states share included. */
export function naiveMetric(distribution: NaiveDistribution, eta: ArrayLike<number>): Matrix {
  const n = distribution.inputs + distribution.shared
  const M = fromEntries(n, n, () => 0)
  for (const { action, weight } of distribution.support(eta)) {
    const p = weight * Math.exp(distribution.logProbability(eta, action))
    const s = naiveScore(distribution, eta, action)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) M[i][j] += p * s[i] * s[j]
  }
  return M
}

/** Parameters of the network, then those that states share ↦ eta of one state. */
export function naiveEta(
  net: NaiveNet, distribution: NaiveDistribution, theta: ArrayLike<number>, input: ArrayLike<number>,
): number[] {
  return [...naiveForward(net, theta, input), ...Array.from(theta).slice(theta.length - distribution.shared)]
}

/** The mean over states of Jᵀ M J, formed: [P][P]. */
export function naiveFisher(
  net: NaiveNet, distribution: NaiveDistribution, theta: ArrayLike<number>,
  inputs: readonly ArrayLike<number>[],
): Matrix {
  const P = theta.length, { shared } = distribution
  const F = fromEntries(P, P, () => 0)
  for (const input of inputs) {
    const M = naiveMetric(distribution, naiveEta(net, distribution, theta, input))
    const network = naiveJacobian(net, theta, input)
    const J = fromEntries(M.length, P, (k, p) =>
      k < network.length ? network[k][p] ?? 0 : p === P - shared + k - network.length ? 1 : 0)
    const MJ = fromEntries(M.length, P, (k, p) => M[k].reduce((total, m, l) => total + m * J[l][p], 0))
    for (let p = 0; p < P; p++) {
      for (let q = 0; q < P; q++) {
        for (let k = 0; k < M.length; k++) F[p][q] += J[k][p] * MJ[k][q] / inputs.length
      }
    }
  }
  return F
}
