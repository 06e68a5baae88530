/**
 * The few hot operations, as a contract. Every backend gives the same bits: each output element is summed in
 * the one order stated here, multiply and add round separately, and element-wise functions follow
 * `elementary` operation by operation. All tensors are row-major unless a docstring says otherwise.
 * But: shapes are not checked here; the code that combines tensors (a network's layers) checks them once.
 */
import { argumentError } from '../errors/expect.ts'
import { read } from '../errors/kinds.ts'
import type { Tensor } from './tensor.ts'

/** The hot operations and the memory that they work in; `reference` is the one in plain TypeScript. */
export interface Backend {
  /** 'reference' or 'simd'. */
  readonly name: string

  /** A zeroed row-major tensor in this backend's memory. Never called in a hot loop. */
  allocate(rows: number, cols: number): Tensor

  /** Run `work`, then release what it allocated. Those tensors must not be used afterwards. */
  temporarily<T>(work: () => T): T

  /** Bring row-major X, which is about to be read, into the processor's caches. Changes no number. */
  prefetch(X: Tensor): void

  /** C ← A·B, each element 0 + a₀b₀ + … from the left.  A: [n, k] with any strides, B: [k, m], C: [n, m]. */
  multiply(C: Tensor, A: Tensor, B: Tensor): void

  /** C ← C + A·B, each element c + a₀b₀ + a₁b₁ + … from the left; shapes as for `multiply`. */
  addMultiply(C: Tensor, A: Tensor, B: Tensor): void

  /** C ← b + A·B, each element b + a₀b₀ + a₁b₁ + … from the left; b: [1, m], the same for every row. */
  affine(C: Tensor, A: Tensor, B: Tensor, b: Tensor): void

  /**
   * Y[i, j] += Σ_p S[j·n + i, p] Z[i, p], the sum as in `dot`, with its four interleaved parts.
   * Y: [n, k], Z: [n, m], S: [k·n, m] is k matrices of the shape of Z, one below the other.
   */
  addRowDots(Y: Tensor, S: Tensor, Z: Tensor): void

  /** Z[i, p] = Σ_j Y[i, j] S[j·n + i, p], each 0 + … from j = 0; shapes as for `addRowDots`. */
  mixRows(Z: Tensor, Y: Tensor, S: Tensor): void

  /** Every row of Y ← b.  Y: [n, m], b: [1, m]. */
  fillRows(Y: Tensor, b: Tensor): void

  /** b ← b + y₀ + y₁ + … over the rows of Y, from the top.  Y: [n, m], b: [1, m]. */
  addColumnSums(b: Tensor, Y: Tensor): void

  /** Y ← tanh Y. */
  tanh(Y: Tensor): void

  /** Y ← exp Y. */
  exp(Y: Tensor): void

  /** G ← G ∘ (1 − Y∘Y), the derivative of tanh in terms of its output Y. */
  multiplyByTanhSlope(G: Tensor, Y: Tensor): void

  /**
   * A step of Adam, each element by itself: m ← β₁ m + (1 − β₁) g, v ← β₂ v + ((1 − β₂) g) g,
   * θ ← θ − (rate · m) / (√(v · unbias) + ε).  θ, g, m, v: [1, n].
   * factors: β₁, 1 − β₁, β₂, 1 − β₂, rate, unbias, ε, which `adam.ts` computes.
   * In the contract because every minibatch passes over all parameters, with a root and a division each.
   */
  adam(theta: Tensor, gradient: Tensor, m: Tensor, v: Tensor, factors: Tensor): void
}

const METHODS: readonly (keyof Backend)[] = [
  'allocate', 'temporarily', 'prefetch', 'multiply', 'addMultiply', 'affine', 'addRowDots', 'mixRows',
  'fillRows', 'addColumnSums', 'tanh', 'exp', 'multiplyByTanhSlope', 'adam',
]

/** Throws a TypeError unless `value` has every method of a backend; `others`: what else is accepted. */
export function expectBackend(name: string, value: unknown, others: string = ''): void {
  const named = typeof read(value, 'name') === 'string'
  if (named && METHODS.every((method) => typeof read(value, method) === 'function')) return
  throw argumentError(name, `${others}a backend`, value)
}
