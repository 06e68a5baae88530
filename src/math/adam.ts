/**
 * Adam: gradient descent with a running mean and a running square of the gradient, each freed of its bias to 0.
 * Kingma & Ba 2015, algorithm 1.
 */

export interface AdamState {
  /** Running mean of the gradient, and of its square. [n] each. */
  readonly m: Float64Array
  readonly v: Float64Array
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

export function adamState(n: number): AdamState {
  return { m: new Float64Array(n), v: new Float64Array(n), beta1Power: 1, beta2Power: 1 }
}

/** One step *down* `gradient`: theta ← theta − rate · m̂ / (√v̂ + ε).  theta, gradient: [n]. */
export function adamStep(theta: Float64Array, gradient: Float64Array, state: AdamState, options: AdamOptions): void {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
  const { m, v } = state
  state.beta1Power *= beta1
  state.beta2Power *= beta2
  const rate = learningRate / (1 - state.beta1Power)
  const unbias = 1 / (1 - state.beta2Power)
  for (let i = 0; i < theta.length; i++) {
    const g = gradient[i]
    m[i] = beta1 * m[i] + (1 - beta1) * g
    v[i] = beta2 * v[i] + (1 - beta2) * g * g
    theta[i] -= rate * m[i] / (Math.sqrt(v[i] * unbias) + epsilon)
  }
}
