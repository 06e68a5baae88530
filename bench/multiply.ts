/** The matrix product against a naive triple loop over the same arrays. 2nkm flops. */
import { Random } from '../src/math/random.ts'
import { reference } from '../src/math/reference.ts'
import type { Tensor } from '../src/math/tensor.ts'
import type { Experiment } from './harness.ts'

const SIZES = [[2000, 64, 64], [64, 64, 64], [256, 256, 256], [2000, 11, 64], [2000, 64, 3]] as const

export function multiply(): Experiment[] {
  return SIZES.map(([n, k, m]) => {
    const random = new Random(1)
    const A = filled(n, k, random), B = filled(k, m, random), C = reference.allocate(n, m)
    const flops = 2 * n * k * m
    return {
      subject: 'multiply', case: `${n}×${k} · ${k}×${m}`,
      contestants: [
        { name: 'naive triple loop', flops, run: () => { naive(C.data, A.data, B.data, n, k, m); return C.data[n * m - 1] } },
        { name: 'reference', flops, run: () => { reference.multiply(C, A, B); return C.data[n * m - 1] } },
      ],
    }
  })
}

/** A product with a vector: B has one column. */
export function multiplyVector(): Experiment[] {
  return ([[2000, 64], [4480, 256]] as const).map(([n, k]) => {
    const random = new Random(1)
    const A = filled(n, k, random), B = filled(k, 1, random), C = reference.allocate(n, 1)
    const flops = 2 * n * k
    return {
      subject: 'multiplyVector', case: `${n}×${k} · ${k}×1`,
      contestants: [
        { name: 'naive double loop', flops, run: () => { naive(C.data, A.data, B.data, n, k, 1); return C.data[n - 1] } },
        { name: 'reference', flops, run: () => { reference.multiply(C, A, B); return C.data[n - 1] } },
      ],
    }
  })
}

function filled(rows: number, cols: number, random: Random): Tensor {
  const tensor = reference.allocate(rows, cols)
  for (let p = 0; p < rows * cols; p++) tensor.data[p] = random.normal()
  return tensor
}

/** The loop a textbook writes, with the sum in a local variable. */
function naive(c: Float64Array, a: Float64Array, b: Float64Array, n: number, k: number, m: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0
      for (let l = 0; l < k; l++) sum += a[i * k + l] * b[l * m + j]
      c[i * m + j] = sum
    }
  }
}
