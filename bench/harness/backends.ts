/** The backends that work here, a contestant each. */
import type { Backend } from '../../src/math/backend.ts'
import { reference } from '../../src/math/reference.ts'
import { createSimd } from '../../src/math/simd/backend.ts'

/** The reference first; then SIMD with room for `bytes`, if this runtime has it. */
export function backends(bytes: number): Backend[] {
  const simd = createSimd(bytes)
  return simd === null ? [reference] : [reference, simd]
}
