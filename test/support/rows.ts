/** Rows of tensors, copied out for comparisons. */
import type { Tensor } from '../../src/math/tensor.ts'

/** A copy of row i. */
export function rowOf({ data, cols }: Tensor, i: number): number[] {
  return [...data.subarray(i * cols, (i + 1) * cols)]
}
