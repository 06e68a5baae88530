/**
 * Adam: gradient descent with a running mean and a running square of the gradient, each freed of its bias to 0.
 * Kingma & Ba 2015, algorithm 1.
 */

import type { Backend } from './backend.ts'
import type { Tensor } from './tensor.ts'

export interface AdamState {
  /** Running mean of the gradient, and of its square.  [1, n] each. */
  readonly m: Tensor
  readonly v: Tensor
  /** What a step multiplies by, as `Backend.adam` wants it. */
  readonly factors: Tensor
  /** β₁ᵗ and β₂ᵗ after t steps, kept as products: a power function gives other bits on other engines. */
  beta1Power: number
  beta2Power: number
}

export interface AdamOptions {
  readonly learningRate: number
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
}

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
