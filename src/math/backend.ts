/**
 * The few hot operations, as a contract. Every backend gives the same bits: each output element is summed in
 * the one order stated here, multiply and add stay separate roundings, and element-wise functions follow
 * `elementary` operation by operation. All tensors are row-major but where a docstring says otherwise.
 * But: shapes are not checked here; whoever binds tensors together (the layers of a network) did that once.
 */
import type { Tensor } from './tensor.ts'

export interface Backend {
  readonly name: string

  /** A zeroed row-major tensor in this backend's memory. Never called in a hot loop. */
  allocate(rows: number, cols: number): Tensor

  /** Run `work`; what it allocated is free again afterwards, and may not be used any more. */
  temporarily<T>(work: () => T): T

  /** Row-major X is about to be read and may lie far from the processor: have the caches ask for it. Changes nothing. */
  prefetch(X: Tensor): void

  /** C ← A·B, each element 0 + a₀b₀ + a₁b₁ + … from the left.  A: [n, k] with any strides, B: [k, m], C: [n, m]. */
  multiply(C: Tensor, A: Tensor, B: Tensor): void

  /** C ← C + a₀b₀ + a₁b₁ + … from the left, each element.  A: [n, k] with any strides, B: [k, m], C: [n, m]. */
  addMultiply(C: Tensor, A: Tensor, B: Tensor): void

  /** C ← b + a₀b₀ + a₁b₁ + … from the left, each element, b being every row's beginning.  b: [1, m]; else as above. */
  affine(C: Tensor, A: Tensor, B: Tensor, b: Tensor): void

  /**
   * Y[i, j] ← Y[i, j] + row i of Sⱼ · row i of Z, where S [k·n, m] is k matrices Sⱼ [n, m], one below the other; each
   * element plus a `dot` of `vector`, with its four interleaved sums.  Y: [n, k], Z: [n, m].
   */
  addRowDots(Y: Tensor, S: Tensor, Z: Tensor): void

  /** Row i of Z ← 0 + Y[i, 0] · row i of S₀ + Y[i, 1] · row i of S₁ + … from the left; shapes as for `addRowDots`. */
  mixRows(Z: Tensor, Y: Tensor, S: Tensor): void

  /** Every row of Y ← b.  Y: [n, m], b: [1, m]. */
  fillRows(Y: Tensor, b: Tensor): void

  /** b ← b + y₀ + y₁ + … over the rows of Y, from the top.  Y: [n, m], b: [1, m]. */
  addColumnSums(b: Tensor, Y: Tensor): void

  /** Y ← tanh Y. */
  tanh(Y: Tensor): void

  /** Y ← exp Y. */
  exp(Y: Tensor): void

  /** G ← G ∘ (1 − Y∘Y), the derivative of tanh where its output is Y. */
  multiplyByTanhSlope(G: Tensor, Y: Tensor): void

  /**
   * A step of Adam (`adam.ts`), each element by itself: m ← β₁ m + (1 − β₁) g, v ← β₂ v + ((1 − β₂) g) g,
   * θ ← θ − (rate · m) / (√(v · unbias) + ε).  θ, g, m, v: [1, n]; factors: β₁, 1 − β₁, β₂, 1 − β₂, rate, unbias, ε.
   */
  adam(theta: Tensor, gradient: Tensor, m: Tensor, v: Tensor, factors: Tensor): void
}
