/**
 * Element-wise activations whose derivative is a function of their output, so that no input is kept.
 * Their Jacobian is diagonal, hence its own transpose: tangent and backward are one operation.
 */
import type { Backend } from '../math/backend.ts'
import type { Tensor } from '../math/tensor.ts'

/** The activations that a network can have after its hidden layers. */
export type ActivationName = 'tanh' | 'relu' | 'identity'

/** An element-wise function f and its derivative f′, on tensors. */
export interface Activation {
  readonly name: ActivationName
  /** Factor on orthogonal weights that preserves the size of signals: the usual √2, but 1 for identity. */
  readonly gain: number
  /** Y ← f(Y). */
  forward(backend: Backend, Y: Tensor): void
  /** G ← G ∘ f′, where Y is the output of f. Used by the tangent (Ẏ) and the backward pass (Ȳ). */
  multiplyBySlope(backend: Backend, G: Tensor, Y: Tensor): void
}

/** The activations by name. */
export const activations: Readonly<Record<ActivationName, Activation>> = {
  tanh: {
    name: 'tanh',
    gain: Math.SQRT2,
    forward: (backend, Y) => backend.tanh(Y),
    multiplyBySlope: (backend, G, Y) => backend.multiplyByTanhSlope(G, Y),
  },
  relu: {
    name: 'relu',
    gain: Math.SQRT2,
    forward(_, Y) {
      const y = Y.data
      // NaN stays NaN, so that later checks find it.
      for (let i = 0; i < Y.rows * Y.cols; i++) if (y[i] <= 0) y[i] = 0
    },
    multiplyBySlope(_, G, Y) {
      const g = G.data, y = Y.data
      for (let i = 0; i < G.rows * G.cols; i++) if (y[i] === 0) g[i] = 0
    },
  },
  identity: { name: 'identity', gain: 1, forward() {}, multiplyBySlope() {} },
}
