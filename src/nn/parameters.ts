/**
 * All parameters of a network in one flat buffer, seen two ways: as a vector by conjugate gradients and line
 * search, as layers by the network. The views share memory, so nothing is ever flattened or unflattened.
 *
 * Order: W₁ [in, out] row by row, b₁, W₂, b₂, …, then the parameters that all states share (log σ).
 */
import { matrix, type Tensor } from '../math/tensor.ts'

/** Weights and biases of one layer; or a direction, or a gradient, of the same shapes. */
export interface Layer {
  /** [in, out] */
  readonly W: Tensor
  /** [1, out] */
  readonly b: Tensor
}

/** A vector of P numbers and its views as layers and shared parameters. */
export interface Parameters {
  /** [P] */
  readonly flat: Float64Array
  readonly layers: readonly Layer[]
  /** The end of `flat`: distribution parameters that all states share. [s], s may be 0. */
  readonly shared: Float64Array
}

/** P for layers of `sizes` = [inputs, hidden …, outputs] and `shared` shared parameters. */
export function parameterCount(sizes: readonly number[], shared: number): number {
  let count = shared
  for (let l = 0; l + 1 < sizes.length; l++) count += (sizes[l] + 1) * sizes[l + 1]
  return count
}

/** View `flat`, of exactly P numbers, as parameters, a gradient, or a direction. */
export function bindParameters(flat: Float64Array, sizes: readonly number[], shared: number): Parameters {
  const expected = parameterCount(sizes, shared)
  if (flat.length !== expected) {
    throw new RangeError(`parameters: expected ${expected} numbers, got ${flat.length}`)
  }
  let at = 0
  const take = (rows: number, cols: number): Tensor => {
    const view = matrix(flat.subarray(at, at + rows * cols), rows, cols)
    at += rows * cols
    return view
  }
  const layers: Layer[] = []
  for (let l = 0; l + 1 < sizes.length; l++) {
    layers.push({ W: take(sizes[l], sizes[l + 1]), b: take(1, sizes[l + 1]) })
  }
  return { flat, layers, shared: flat.subarray(at) }
}
