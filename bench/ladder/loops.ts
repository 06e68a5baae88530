/**
 * The first rungs: three nested loops, and what the order of the loops and the place of the sum decide.
 * All of them compute C ← A·B, A: [n, k], B: [k, m], C: [n, m], row-major.
 */
export type Product = (
  c: Float64Array, a: Float64Array, b: Float64Array, n: number, k: number, m: number,
) => void

/**
 * Rung 1: the definition. The sum lives in C, so that each term waits for the last one's store to be loaded
 * again: a chain through memory, some eleven cycles per link.
 */
export function sumInMemory(
  c: Float64Array, a: Float64Array, b: Float64Array, n: number, k: number, m: number,
): void {
  c.fill(0, 0, n * m)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      for (let l = 0; l < k; l++) c[i * m + j] += a[i * k + l] * b[l * m + j]
    }
  }
}

/**
 * Rung 2: the sum in a local variable, that is, in a register. A link of the chain is one addition, two or
 * three cycles; what limits now are the 35 instructions that V8 needs for one term, checking indices.
 */
export function sumInRegister(
  c: Float64Array, a: Float64Array, b: Float64Array, n: number, k: number, m: number,
): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0
      for (let l = 0; l < k; l++) sum += a[i * k + l] * b[l * m + j]
      c[i * m + j] = sum
    }
  }
}

/**
 * Rung 3: i-k-j. One number of A times a whole row of B goes to a whole row of C: no addition waits for the
 * last, and B is read as it lies. But each term loads and stores C and takes 39 instructions. Where a
 * compiler makes vectors of this loop it is the better one; V8 makes none.
 */
export function rowByRow(
  c: Float64Array, a: Float64Array, b: Float64Array, n: number, k: number, m: number,
): void {
  c.fill(0, 0, n * m)
  for (let i = 0; i < n; i++) {
    const begin = i * m, end = begin + m
    for (let l = 0; l < k; l++) {
      const x = a[i * k + l]
      for (let p = begin, q = l * m; p < end; p++, q++) c[p] += x * b[q]
    }
  }
}

/**
 * Rung 4: four rows of B in one pass over a row of C, as in the reference's product for few rows. C is loaded
 * and stored once for four terms: 1.5 memory operations per term instead of 3, and half the instructions.
 * But: k must be a multiple of 4.
 */
export function fourRowsAtOnce(
  c: Float64Array, a: Float64Array, b: Float64Array, n: number, k: number, m: number,
): void {
  c.fill(0, 0, n * m)
  for (let i = 0; i < n; i++) {
    const begin = i * m, end = begin + m
    for (let l = 0; l < k; l += 4) {
      const at = i * k + l
      const x0 = a[at], x1 = a[at + 1], x2 = a[at + 2], x3 = a[at + 3]
      for (let p = begin, q = l * m; p < end; p++, q++) {
        c[p] = c[p] + x0 * b[q] + x1 * b[q + m] + x2 * b[q + 2 * m] + x3 * b[q + 3 * m]
      }
    }
  }
}

/**
 * Beside the ladder: rung 2 with four sums per element, each of every fourth term, added at the end, as
 * compilers do under -ffast-math. Another order of the sum, so other bits.
 */
export function fourPartialSums(
  c: Float64Array, a: Float64Array, b: Float64Array, n: number, k: number, m: number,
): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0
      for (let l = 0; l < k; l += 4) {
        const at = i * k + l, bt = l * m + j
        sum0 += a[at] * b[bt]
        sum1 += a[at + 1] * b[bt + m]
        sum2 += a[at + 2] * b[bt + 2 * m]
        sum3 += a[at + 3] * b[bt + 3 * m]
      }
      c[i * m + j] = (sum0 + sum1) + (sum2 + sum3)
    }
  }
}
