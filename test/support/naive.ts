/**
 * The network, the distributions and the Fisher matrix once more, slowly and plainly: one state and one
 * parameter at a time, with the host's own Math. Oracles for src, of which they take nothing but types.
 * Written once over an arithmetic: plain numbers, dual numbers for exact derivatives, and in naiveUpdate.ts
 * numbers with error bounds.
 */
import type { ActivationName } from '../../src/nn/activation.ts'
import { type Arithmetic, duals, numbers } from './arithmetic.ts'
import { fromEntries, type Matrix } from './dense.ts'

type Vector = ArrayLike<number>

export interface NaiveNet { readonly sizes: readonly number[]; readonly activation: ActivationName }

/**
 * The outputs for one input, and what every hidden activation is applied to. θ is W₁ [in, out] row by row,
 * b₁, W₂, …
 */
export function passThrough<T>(
  of: Arithmetic<T>, { sizes, activation }: NaiveNet, theta: readonly T[], input: Vector,
): { readonly outputs: readonly T[]; readonly hidden: readonly T[] } {
  const activate = { tanh: of.tanh, relu: of.relu, identity: (z: T): T => z }[activation]
  const hidden: T[] = []
  let x = Array.from(input, of.constant), start = 0
  for (let l = 1; l < sizes.length; l++) {
    const n = sizes[l - 1], m = sizes[l], b = start + n * m
    const z: T[] = []
    for (let j = 0; j < m; j++) z.push(of.inner(theta[b + j], x, x.map((_, i) => theta[start + i * m + j])))
    if (l < sizes.length - 1) hidden.push(...z)
    x = l < sizes.length - 1 ? z.map(activate) : z
    start = b + m
  }
  return { outputs: x, hidden }
}

/** f(input) */
export function naiveForward(net: NaiveNet, theta: Vector, input: Vector): readonly number[] {
  return passThrough(numbers, net, Array.from(theta), input).outputs
}

/** How f(input) moves when theta moves along `v`. */
export function naiveTangent(net: NaiveNet, theta: Vector, v: Vector, input: Vector): number[] {
  const at = Array.from(theta, (value, p) => ({ value, slope: v[p] }))
  return passThrough(duals, net, at, input).outputs.map(({ slope }) => slope)
}

/** How far the nearest activation is from 0, where relu has a kink; Infinity without hidden layers. */
export function naiveMargin(net: NaiveNet, theta: Vector, input: Vector): number {
  return Math.min(...passThrough(numbers, net, Array.from(theta), input).hidden.map(Math.abs))
}

/** ∂f(input)/∂theta: [outputs][parameters of the layers]. */
export function naiveJacobian(net: NaiveNet, theta: Vector, input: Vector): Matrix {
  let count = 0
  for (let l = 1; l < net.sizes.length; l++) count += (net.sizes[l - 1] + 1) * net.sizes[l]
  const at = Array.from(theta, duals.constant)
  const columns = Array.from({ length: count }, (_, p) => {
    at[p] = { value: theta[p], slope: 1 }
    const { outputs } = passThrough(duals, net, at, input)
    at[p] = duals.constant(theta[p])
    return outputs.map(({ slope }) => slope)
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
  /** How many means eta begins with, as many log σ following; 0 if actions are discrete. */
  readonly means: number
  /** log π(action). */
  logDensity<T>(of: Arithmetic<T>, eta: ArrayLike<T>, action: Vector): T
  /** The same in plain numbers. */
  logProbability(eta: Vector, action: Vector): number
  /** Actions, and weights such that E f = Σ weight · π(action) · f(action). */
  support(eta: Vector): readonly { readonly action: readonly number[]; readonly weight: number }[]
}

function withPlainNumbers(made: Omit<NaiveDistribution, 'logProbability'>): NaiveDistribution {
  return { ...made, logProbability: (eta, action) => made.logDensity(numbers, eta, action) }
}

/** All vectors whose c-th entry is one of choices[c]. */
function vectors(choices: readonly (readonly number[])[]): number[][] {
  const extend = (list: number[][], values: readonly number[]): number[][] =>
    list.flatMap((head) => values.map((x) => [...head, x]))
  return choices.reduce(extend, [[]])
}

/** log p from logits: z − log Σ e^z, both less the largest z, which changes neither. */
export function logSoftmax<T>(of: Arithmetic<T>, logits: readonly T[]): T[] {
  const top = of.constant(Math.max(...logits.map(of.value)))
  const shifted = logits.map((z) => of.subtract(z, top))
  const total = of.log(of.sum(shifted.map(of.exp)))
  return shifted.map((z) => of.subtract(z, total))
}

/** Every action, each counted once; of those with a 1 in `mask`, logit by logit, if there is one. */
export function naiveCategorical(sizes: readonly number[], mask?: readonly number[]): NaiveDistribution {
  const firsts = sizes.map((_, c) => sizes.slice(0, c).reduce((a, b) => a + b, 0))
  const allowed = sizes.map((n, c) => Array.from({ length: n }, (_, j) => j)
    .filter((j) => mask === undefined || mask[firsts[c] + j] === 1))
  const actions = vectors(allowed)
  return withPlainNumbers({
    inputs: sizes.reduce((a, b) => a + b, 0), shared: 0, means: 0,
    logDensity: (of, eta, action) => of.sum(firsts.map((first, c) =>
      logSoftmax(of, allowed[c].map((j) => eta[first + j]))[allowed[c].indexOf(action[c])])),
    support: () => actions.map((action) => ({ action, weight: 1 })),
  })
}

/** Each component is a choice between 0, whose logit is 0, and 1. */
export function naiveBernoulli(n: number): NaiveDistribution {
  const actions = vectors(new Array<number[]>(n).fill([0, 1]))
  return withPlainNumbers({
    inputs: n, shared: 0, means: 0,
    logDensity: (of, eta, action) =>
      of.sum(Array.from({ length: n }, (_, j) => logSoftmax(of, [of.constant(0), eta[j]])[action[j]])),
    support: () => actions.map((action) => ({ action, weight: 1 })),
  })
}

/**
 * Means, then log σ. The trapezium rule to 9 σ in steps of 0.6 σ: it integrates a Gaussian times a polynomial
 * with an error near exp(−2π²/0.6²) = 1e-24, its tails are 1e-18.
 */
export function naiveGaussian(d: number): NaiveDistribution {
  const STEP = 0.6
  return withPlainNumbers({
    inputs: d, shared: d, means: d,
    logDensity(of, eta, action) {
      const minusHalf = of.constant(-0.5), terms = [of.constant(-d * Math.log(2 * Math.PI) / 2)]
      for (let j = 0; j < d; j++) {
        const z = of.multiply(of.subtract(of.constant(action[j]), eta[j]), of.exp(of.negate(eta[d + j])))
        terms.push(of.subtract(of.multiply(minusHalf, of.multiply(z, z)), eta[d + j]))
      }
      return of.sum(terms)
    },
    support(eta) {
      let cell = 1
      for (let j = 0; j < d; j++) cell *= STEP * Math.exp(eta[d + j])
      const grid = vectors(new Array<number[]>(d).fill(Array.from({ length: 31 }, (_, k) => STEP * (k - 15))))
      return grid.map((z) => ({ action: z.map((x, j) => eta[j] + x * Math.exp(eta[d + j])), weight: cell }))
    },
  })
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

/** ∂ log π(action) / ∂eta, exactly. */
export function naiveScore(distribution: NaiveDistribution, eta: Vector, action: Vector): Float64Array {
  return Float64Array.from(eta, (_, k) => {
    const at = Array.from(eta, (value, j) => ({ value, slope: j === k ? 1 : 0 }))
    return distribution.logDensity(duals, at, action).slope
  })
}

/** E[score scoreᵀ], what states share included. */
export function naiveMetric(distribution: NaiveDistribution, eta: Vector): Matrix {
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
  net: NaiveNet, distribution: NaiveDistribution, theta: Vector, input: Vector,
): number[] {
  return [...naiveForward(net, theta, input), ...Array.from(theta).slice(theta.length - distribution.shared)]
}

/** ∂eta/∂theta at one state, what states share included: [eta][P]. */
export function naiveEtaJacobian(
  net: NaiveNet, { inputs, shared }: NaiveDistribution, theta: Vector, input: Vector,
): Matrix {
  const P = theta.length, network = naiveJacobian(net, theta, input)
  return fromEntries(inputs + shared, P, (k, p) =>
    k < inputs ? network[k][p] ?? 0 : p === P - shared + k - inputs ? 1 : 0)
}

/** F ← F + weight · Jᵀ M J */
export function addFisher(F: Matrix, J: Matrix, M: Matrix, weight: number): void {
  const P = F.length
  const MJ = fromEntries(M.length, P, (k, p) => M[k].reduce((total, m, l) => total + m * J[l][p], 0))
  for (let p = 0; p < P; p++) {
    for (let q = 0; q < P; q++) {
      for (let k = 0; k < M.length; k++) F[p][q] += J[k][p] * MJ[k][q] * weight
    }
  }
}

/** The mean over states of Jᵀ M J, formed: [P][P]. M is E[score scoreᵀ]. */
export function naiveFisher(
  net: NaiveNet, distribution: NaiveDistribution, theta: Vector, inputs: readonly Vector[],
): Matrix {
  const F = fromEntries(theta.length, theta.length, () => 0)
  for (const input of inputs) {
    const M = naiveMetric(distribution, naiveEta(net, distribution, theta, input))
    addFisher(F, naiveEtaJacobian(net, distribution, theta, input), M, 1 / inputs.length)
  }
  return F
}
