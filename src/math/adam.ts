/**
 * Adam: gradient descent scaled by running means of the gradient and of its square, both corrected for bias.
 *
 *   m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  θ ← θ − rate · m̂ / (√v̂ + ε)
 *
 * where m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).  Kingma & Ba 2015, algorithm 1.
 */

import type { Backend } from './backend.ts'
import type { Tensor } from './tensor.ts'

export interface AdamState {
  /** Running means of the gradient and of its square.  [1, n] each. */
  readonly m: Tensor
  readonly v: Tensor
  /** The scalars of one step, in the order of `Backend.adam`.  [1, 7]. */
  readonly factors: Tensor
  /** β₁ᵗ and β₂ᵗ after t steps, kept as products: the last bits of a power function differ by engine. */
  beta1Power: number
  beta2Power: number
}

export interface AdamOptions {
  /** Above 0. */
  readonly learningRate: number
  /** β₁ and β₂, in [0, 1). Default: 0.9 and 0.999. */
  readonly beta1?: number
  readonly beta2?: number
  /** ε, at least 0. Default: 1e-8. */
  readonly epsilon?: number
}

/** The state before the first step of `n` parameters. */
export function adamState(backend: Backend, n: number): AdamState {
  const row = (length: number): Tensor => backend.allocate(1, length)
  return { m: row(n), v: row(n), factors: row(7), beta1Power: 1, beta2Power: 1 }
}

/** One step *down* `gradient`: theta ← theta − rate · m̂ / (√v̂ + ε).  theta, gradient: [1, n]. */
export function adamStep(
  backend: Backend, theta: Tensor, gradient: Tensor, state: AdamState, options: AdamOptions,
): void {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
  const { m, v, factors } = state
  state.beta1Power *= beta1
  state.beta2Power *= beta2
  const f = factors.data
  f[0] = beta1
  f[1] = 1 - beta1
  f[2] = beta2
  f[3] = 1 - beta2
  f[4] = learningRate / (1 - state.beta1Power)
  f[5] = 1 / (1 - state.beta2Power)
  f[6] = epsilon
  backend.adam(theta, gradient, m, v, factors)
}
