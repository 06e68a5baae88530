/**
 * An affine layer on a tile of rows: value, directional derivative, and gradient.
 */
import type { Backend } from '../math/backend.ts'
import type { Tensor } from '../math/tensor.ts'
import type { Layer } from './parameters.ts'

/** Memory of the three passes. `dX` and `dY` hold tangents in `tangent` and cotangents in `backward`. */
export interface DenseTape {
  /** Input [n, in], its transposed view, and output [n, out]. */
  readonly X: Tensor
  readonly Xt: Tensor
  readonly Y: Tensor
  /** [n, in]; null if X is data, which has no tangent and needs no cotangent. */
  readonly dX: Tensor | null
  /** [n, out] */
  readonly dY: Tensor
}

/** Y = X W + b */
export function forward(backend: Backend, tape: DenseTape, { W, b }: Layer): void {
  backend.affine(tape.Y, tape.X, W, b)
}

/** Ẏ = ḃ + X Ẇ + Ẋ W */
export function tangent(backend: Backend, tape: DenseTape, { W }: Layer, dot: Layer): void {
  backend.affine(tape.dY, tape.X, dot.W, dot.b)
  if (tape.dX !== null) backend.addMultiply(tape.dY, tape.dX, W)
}

/** W̄ += Xᵀ Ȳ,  b̄ += Σ rows of Ȳ,  X̄ = Ȳ Wᵀ.  Wt: [out, in], a transposed copy of W. */
export function backward(backend: Backend, tape: DenseTape, Wt: Tensor, bar: Layer): void {
  backend.addMultiply(bar.W, tape.Xt, tape.dY)
  backend.addColumnSums(bar.b, tape.dY)
  if (tape.dX !== null) backend.multiply(tape.dX, tape.dY, Wt)
}
