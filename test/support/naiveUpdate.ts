/**
 * A policy update seen by the plainest code there is: one state at a time, scalars and arrays, Math.exp, the
 * textbook formulas. An oracle that shares nothing with src but the order of parameters:
 * W₁ [in, out] row by row, b₁, W₂, b₂, …, log σ.
 *
 * Values come with `error`, how far two sound implementations may lie apart, by running error analysis (Higham,
 * "Accuracy and Stability of Numerical Algorithms", section 3.3): a sum of n products may be off by
 * n · 2^-53 Σ|terms| in each of the two, and what its terms were off by already. Elementary functions are granted
 * two units in the last place in each.
 */

export type Family =
  | { readonly kind: 'gaussian'; readonly n: number }
  | { readonly kind: 'categorical'; readonly n: number }
  | { readonly kind: 'bernoulli'; readonly n: number }
  | { readonly kind: 'multiCategorical'; readonly sizes: readonly number[] }

export interface NaiveNet { readonly sizes: readonly number[]; readonly activation: 'tanh' | 'relu' | 'identity' }
export interface NaivePolicy extends NaiveNet { readonly family: Family }
type Vector = ArrayLike<number>

export interface Bounded { readonly value: number; readonly error: number }
export interface NaiveBatch { readonly states: readonly Vector[]; readonly actions: readonly Vector[]; readonly advantages: Vector }

/** Twice the unit roundoff: two implementations, each half of this off. */
const U = 2 ** -52

export function forward({ sizes, activation }: NaiveNet, theta: Vector, state: Vector): Bounded[] {
  let layer: Bounded[] = Array.from(state, (value) => ({ value, error: 0 }))
  let at = 0
  for (let l = 0; l + 1 < sizes.length; l++) {
    const next: Bounded[] = []
    for (let j = 0; j < sizes[l + 1]; j++) {
      const b = theta[at + sizes[l] * sizes[l + 1] + j]
      let value = b, size = Math.abs(b), error = 0
      for (let i = 0; i < sizes[l]; i++) {
        const w = theta[at + i * sizes[l + 1] + j]
        value += w * layer[i].value
        size += Math.abs(w * layer[i].value)
        error += Math.abs(w) * layer[i].error
      }
      error += (sizes[l] + 1) * U * size
      next.push(l + 2 < sizes.length ? activate(activation, { value, error }) : { value, error })
    }
    at += (sizes[l] + 1) * sizes[l + 1]
    layer = next
  }
  return layer
}

function activate(activation: NaiveNet['activation'], { value, error }: Bounded): Bounded {
  if (activation === 'identity') return { value, error }
  if (activation === 'relu') return { value: value > 0 ? value : 0, error }
  // 1 − tanh² at the end of the interval that lies nearer to 0 bounds the slope.
  const near = Math.tanh(Math.max(0, Math.abs(value) - error))
  return { value: Math.tanh(value), error: Math.min(2, error * (1 - near * near) + 2 * U) }
}

/** log p, entry by entry, of each block of a discrete distribution; a Bernoulli is a block of two. */
function logProbabilities(family: Family, eta: readonly Bounded[]): Bounded[][] {
  const blocks: Bounded[][] = []
  if (family.kind === 'bernoulli') for (const z of eta) blocks.push([{ value: 0, error: 0 }, z])
  else {
    let at = 0
    for (const n of family.kind === 'multiCategorical' ? family.sizes : [eta.length]) {
      blocks.push(eta.slice(at, at + n))
      at += n
    }
  }
  return blocks.map((logits) => {
    const top = Math.max(...logits.map((z) => z.value))
    const total = logits.reduce((sum, z) => sum + Math.exp(z.value - top), 0)
    const off = Math.max(...logits.map((z) => z.error))
    return logits.map((z) => {
      const value = z.value - top - Math.log(total)
      return { value, error: z.error + off + U * (Math.abs(z.value - top) + Math.abs(value) + logits.length + 4) }
    })
  })
}

function logStd(policy: NaivePolicy, theta: Vector, j: number): number {
  return theta[theta.length - policy.sizes[policy.sizes.length - 1] + j]
}

export function logProbability(policy: NaivePolicy, theta: Vector, state: Vector, action: Vector): Bounded {
  const eta = forward(policy, theta, state)
  let value = 0, error = 0
  if (policy.family.kind !== 'gaussian') {
    logProbabilities(policy.family, eta).forEach((log, c) => {
      value += log[action[c]].value
      error += log[action[c]].error + U * Math.abs(value)
    })
    return { value, error }
  }
  eta.forEach((mean, j) => {
    const log = logStd(policy, theta, j), std = Math.exp(log)
    const z = (action[j] - mean.value) / std
    value -= z * z / 2 + log + Math.log(2 * Math.PI) / 2
    error += Math.abs(z) * (mean.error / std + 5 * U * Math.abs(z)) + U * (z * z + 2 * Math.abs(log) + 2 + Math.abs(value))
  })
  return { value, error }
}

export function klOldNew(policy: NaivePolicy, old: Vector, new_: Vector, state: Vector): Bounded {
  const before = forward(policy, old, state), after = forward(policy, new_, state)
  let value = 0, error = 0
  if (policy.family.kind !== 'gaussian') {
    const q = logProbabilities(policy.family, after)
    logProbabilities(policy.family, before).forEach((block, c) => block.forEach((p, j) => {
      const probability = Math.exp(p.value), difference = p.value - q[c][j].value
      if (probability === 0) return
      value += probability * difference
      error += probability * (p.error + q[c][j].error + Math.abs(difference) * (p.error + 8 * U) + U * Math.abs(value))
    }))
    return { value, error }
  }
  before.forEach((mean, j) => {
    const x = logStd(policy, new_, j) - logStd(policy, old, j), std = Math.exp(logStd(policy, new_, j))
    const z = (mean.value - after[j].value) / std
    const off = (mean.error + after[j].error) / std + 4 * U * Math.abs(z)
    value += x + (Math.exp(-2 * x) + z * z) / 2 - 0.5
    error += off * (Math.abs(z) + off) + 4 * U * (Math.abs(x) * (1 + Math.exp(-2 * x)) + Math.exp(-2 * x) + z * z + 1 + Math.abs(value))
  })
  return { value, error }
}

export function entropy(policy: NaivePolicy, theta: Vector, state: Vector): number {
  const eta = forward(policy, theta, state)
  if (policy.family.kind === 'gaussian') {
    return eta.reduce((sum, _, j) => sum + logStd(policy, theta, j) + (1 + Math.log(2 * Math.PI)) / 2, 0)
  }
  return logProbabilities(policy.family, eta).flat()
    .reduce((sum, { value }) => sum - (Math.exp(value) > 0 ? Math.exp(value) * value : 0), 0)
}

function mean(values: readonly Bounded[]): Bounded {
  const n = values.length
  const size = values.reduce((sum, { value }) => sum + Math.abs(value), 0)
  return {
    value: values.reduce((sum, { value }) => sum + value, 0) / n,
    error: values.reduce((sum, { error }) => sum + error, 0) / n + U * (size + size / n),
  }
}

/** Mean KL(old ‖ new) over the states. */
export function meanKlOldNew(policy: NaivePolicy, old: Vector, new_: Vector, { states }: NaiveBatch): Bounded {
  return mean(states.map((state) => klOldNew(policy, old, new_, state)))
}

/** L(new): mean of π_new(a|s) / π_old(a|s) · Â. */
export function surrogate(policy: NaivePolicy, old: Vector, new_: Vector, { states, actions, advantages }: NaiveBatch): Bounded {
  return mean(states.map((state, i) => {
    const before = logProbability(policy, old, state, actions[i])
    const after = logProbability(policy, new_, state, actions[i])
    const term = Math.exp(after.value - before.value) * advantages[i]
    return { value: term, error: Math.abs(term) * (before.error + after.error + U * (4 + Math.abs(after.value - before.value))) }
  }))
}

export function meanEntropy(policy: NaivePolicy, theta: Vector, { states }: NaiveBatch): number {
  return states.reduce((sum, state) => sum + entropy(policy, theta, state), 0) / states.length
}

/** ∂η/∂θ at one state, [outputs][P]: every unit carries its partial derivatives along (forward mode). */
export function jacobian({ sizes, activation }: NaiveNet, theta: Vector, state: Vector): number[][] {
  const zeros = (): number[] => new Array<number>(theta.length).fill(0)
  let layer = Array.from(state, (value) => ({ value, partial: zeros() }))
  let at = 0
  for (let l = 0; l + 1 < sizes.length; l++) {
    const next: typeof layer = []
    for (let j = 0; j < sizes[l + 1]; j++) {
      const bias = at + sizes[l] * sizes[l + 1] + j
      let value = theta[bias]
      const partial = zeros()
      partial[bias] = 1
      for (let i = 0; i < sizes[l]; i++) {
        const weight = at + i * sizes[l + 1] + j
        value += theta[weight] * layer[i].value
        partial[weight] += layer[i].value
        layer[i].partial.forEach((d, p) => { partial[p] += theta[weight] * d })
      }
      if (l + 2 === sizes.length || activation === 'identity') next.push({ value, partial })
      else if (activation === 'relu') next.push({ value: Math.max(0, value), partial: value > 0 ? partial : zeros() })
      else next.push({ value: Math.tanh(value), partial: partial.map((d) => d * (1 - Math.tanh(value) ** 2)) })
    }
    at += (sizes[l] + 1) * sizes[l + 1]
    layer = next
  }
  return layer.map((unit) => unit.partial)
}

/** g = ∇L(θ_old) and F, dense: means over states of A ∇log π and of Jᵀ M J, log σ's own block included. */
export function gradientAndFisher(
  policy: NaivePolicy, theta: Vector, { states, actions, advantages }: NaiveBatch,
): { gradient: number[]; fisher: number[][] } {
  const P = theta.length, N = states.length, { family } = policy
  const gradient = new Array<number>(P).fill(0)
  const fisher = Array.from({ length: P }, () => new Array<number>(P).fill(0))
  states.forEach((state, i) => {
    const J = jacobian(policy, theta, state)
    const { score, metric } = scoreAndMetric(policy, theta, forward(policy, theta, state).map((z) => z.value), actions[i])
    for (let p = 0; p < P; p++) {
      for (let k = 0; k < J.length; k++) {
        gradient[p] += advantages[i] * score[k] * J[k][p] / N
        for (let m = 0; m < J.length; m++) {
          if (metric[k][m] !== 0) for (let q = 0; q < P; q++) fisher[p][q] += J[k][p] * metric[k][m] * J[m][q] / N
        }
      }
    }
    if (family.kind === 'gaussian') {
      const mean = forward(policy, theta, state)
      for (let j = 0; j < family.n; j++) {
        const p = P - family.n + j, z = (actions[i][j] - mean[j].value) / Math.exp(theta[p])
        gradient[p] += advantages[i] * (z * z - 1) / N
        fisher[p][p] += 2 / N
      }
    }
  })
  return { gradient, fisher }
}

function scoreAndMetric(policy: NaivePolicy, theta: Vector, eta: number[], action: Vector): { score: number[]; metric: number[][] } {
  const { family } = policy
  const metric = eta.map(() => eta.map(() => 0))
  if (family.kind === 'gaussian') {
    const variance = eta.map((_, j) => Math.exp(2 * logStd(policy, theta, j)))
    eta.forEach((_, j) => { metric[j][j] = 1 / variance[j] })
    return { score: eta.map((m, j) => (action[j] - m) / variance[j]), metric }
  }
  const blocks = logProbabilities(family, eta.map((value) => ({ value, error: 0 })))
  const score: number[] = []
  blocks.forEach((block, c) => {
    const p = block.map((log) => Math.exp(log.value))
    // Of a Bernoulli's two entries only the second has a logit.
    const first = family.kind === 'bernoulli' ? 1 : 0, at = score.length
    for (let j = first; j < p.length; j++) {
      for (let k = first; k < p.length; k++) metric[at + j - first][at + k - first] = (j === k ? p[j] : 0) - p[j] * p[k]
      score.push((action[c] === j ? 1 : 0) - p[j])
    }
  })
  return { score, metric }
}
