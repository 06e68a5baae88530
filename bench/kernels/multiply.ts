/** The matrix product against a naive triple loop over the same arrays. 2nkm flops. */
import type { Backend } from '../../src/math/backend.ts'
import { Random } from '../../src/math/random.ts'
import type { Tensor } from '../../src/math/tensor.ts'
import { backends } from '../harness/backends.ts'
import type { Contestant, Experiment } from '../harness/measure.ts'

const SIZES = [
  [2000, 64, 64], [96, 64, 64], [256, 256, 256], [96, 11, 64], [96, 64, 3], [8, 64, 64], [1, 64, 64],
] as const

export function multiply(): Experiment[] {
  return SIZES.map(([n, k, m]) => ({
    kernel: 'multiply', case: `${n}×${k} · ${k}×${m}`, contestants: contestants(n, k, m, 'naive triple loop'),
  }))
}

/** A product with a vector: B has one column. */
export function multiplyVector(): Experiment[] {
  return ([[2000, 64], [4480, 256]] as const).map(([n, k]) => ({
    kernel: 'multiplyVector', case: `${n}×${k} · ${k}×1`,
    contestants: contestants(n, k, 1, 'naive double loop'),
  }))
}

function contestants(n: number, k: number, m: number, naiveName: string): Contestant[] {
  const flops = 2 * n * k * m
  return backends(8 * (n * k + k * m + n * m) + 4096).flatMap((backend) => {
    const random = new Random(1)
    const A = filled(backend, n, k, random), B = filled(backend, k, m, random), C = backend.allocate(n, m)
    const product: Contestant = {
      name: backend.name, flops, run: () => { backend.multiply(C, A, B); return C.data[n * m - 1] },
    }
    if (backend.name !== 'reference') return [product]
    const loops: Contestant = {
      name: naiveName, flops, run: () => { naive(C.data, A.data, B.data, n, k, m); return C.data[n * m - 1] },
    }
    return [loops, product]
  })
}

/** The product that dominates a Fisher product: a yardstick for others. */
export function yardstick(backend: Backend): Contestant {
  const random = new Random(1)
  const A = filled(backend, 2000, 64, random), B = filled(backend, 64, 64, random)
  const C = backend.allocate(2000, 64)
  return {
    name: `${backend.name}, matrix product 2000×64 · 64×64`, flops: 2 * 2000 * 64 * 64,
    run: () => { backend.multiply(C, A, B); return C.data[0] },
  }
}

function filled(backend: Backend, rows: number, cols: number, random: Random): Tensor {
  const tensor = backend.allocate(rows, cols)
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
