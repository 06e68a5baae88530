/**
 * The backend in plain TypeScript, for reading; every other backend must equal it bit for bit. The product is
 *
 *   for each row i of C, for each column j
 *     sum ← C[i, j];  for k = 0, 1, …: sum ← sum + A[i, k] B[k, j]
 *     C[i, j] ← sum
 *
 * in tiles: panels of A (3 rows) and of B (2 columns) are packed into one scratch array, and the 3 × 2 sums
 * of a tile stay in registers (Goto & van de Geijn 2008, simplified). Panels are padded with zeros so that
 * edges need no code of their own; a padded sum is never stored.
 * *Measured* (V8, Zen 5, 2000×64·64×64; the loop above 1.8 GFLOP/s, independent multiply–adds 11.9): 7.7 as
 * here; 6.2 with 3 × 4 sums and 5.7 with 4 × 4, because V8 computes all products of a loop body before the
 * first sum and then has too few registers.
 */
import type { Backend } from './backend.ts'
import { exp, tanh } from './elementary.ts'
import { addRowDots, mixRows } from './rowDots.ts'
import { type Tensor, zeros } from './tensor.ts'

/** The only instance. It has no visible state: no call reads what another has left in the scratch array. */
export const reference: Backend = /* @__PURE__ */ createReference()

/**
 * The kernels are closures over one constant array because V8 then compiles its address and length into them,
 * as long as this function runs only once: *measured* 7.7 GFLOP/s; 5.1 with the array as an argument or in a
 * module variable that a bundler turned into `var`.
 */
function createReference(): Backend {
  /** Maximum number of terms, and of columns, packed at a time. */
  const MAX_DEPTH = 256, MAX_WIDTH = 128
  const TILE_ROWS = 3, TILE_COLS = 2
  /** With fewer rows, or fewer terms, packing costs more than it saves. */
  const MIN_PACKED = 6
  /** The scratch array: B's panels, from 0; then the panel of A; then the six sums of a tile. */
  const PANEL_A = MAX_DEPTH * MAX_WIDTH
  const SUMS = PANEL_A + TILE_ROWS * MAX_DEPTH
  const scratch = new Float64Array(SUMS + TILE_ROWS * TILE_COLS)

  function addMultiply(C: Tensor, A: Tensor, B: Tensor): void {
    if (C.cols === 1) return addByDots(C, A, B)
    if (C.rows < MIN_PACKED || B.rows < MIN_PACKED) return addByRows(C, A, B)
    // The terms are added in order, and C holds the sum in between, so splitting the sum changes no bit.
    for (let k = 0; k < B.rows; k += MAX_DEPTH) {
      const depth = Math.min(MAX_DEPTH, B.rows - k)
      for (let j = 0; j < B.cols; j += MAX_WIDTH) {
        const width = Math.min(MAX_WIDTH, B.cols - j)
        packB(B, k, depth, j, width)
        addBlock(C, A, k, depth, j, width)
      }
    }
  }

  /** C[:, j0 …] += A[:, k0 …] · (the packed B), for `depth` terms and `width` columns. */
  function addBlock(C: Tensor, A: Tensor, k0: number, depth: number, j0: number, width: number): void {
    const c = C.data, m = C.cols
    for (let i = 0; i < C.rows; i += TILE_ROWS) {
      packA(A, i, k0, depth)
      const row1 = i + 1 < C.rows, row2 = i + 2 < C.rows
      for (let j = 0; j < width; j += TILE_COLS) {
        const col1 = j + 1 < width
        const p = i * m + j0 + j, q = p + m, r = q + m
        scratch[SUMS] = c[p]
        scratch[SUMS + 1] = col1 ? c[p + 1] : 0
        scratch[SUMS + 2] = row1 ? c[q] : 0
        scratch[SUMS + 3] = row1 && col1 ? c[q + 1] : 0
        scratch[SUMS + 4] = row2 ? c[r] : 0
        scratch[SUMS + 5] = row2 && col1 ? c[r + 1] : 0
        addTile(j * depth, depth)
        c[p] = scratch[SUMS]
        if (col1) c[p + 1] = scratch[SUMS + 1]
        if (row1) c[q] = scratch[SUMS + 2]
        if (row1 && col1) c[q + 1] = scratch[SUMS + 3]
        if (row2) c[r] = scratch[SUMS + 4]
        if (row2 && col1) c[r + 1] = scratch[SUMS + 5]
      }
    }
  }

  /** The six sums += the packed rows of A · the pair of packed columns that begins at scratch[b]. */
  function addTile(b: number, depth: number): void {
    let s00 = scratch[SUMS], s01 = scratch[SUMS + 1]
    let s10 = scratch[SUMS + 2], s11 = scratch[SUMS + 3]
    let s20 = scratch[SUMS + 4], s21 = scratch[SUMS + 5]
    let a = PANEL_A
    for (const end = b + TILE_COLS * depth; b < end; b += TILE_COLS) {
      const b0 = scratch[b], b1 = scratch[b + 1]
      const a0 = scratch[a]
      s00 += a0 * b0
      s01 += a0 * b1
      const a1 = scratch[a + 1]
      s10 += a1 * b0
      s11 += a1 * b1
      const a2 = scratch[a + 2]
      s20 += a2 * b0
      s21 += a2 * b1
      a += TILE_ROWS
    }
    scratch[SUMS] = s00
    scratch[SUMS + 1] = s01
    scratch[SUMS + 2] = s10
    scratch[SUMS + 3] = s11
    scratch[SUMS + 4] = s20
    scratch[SUMS + 5] = s21
  }

  /** Columns j0 … of rows k0 … of B, in pairs of columns, each pair from top to bottom. */
  function packB(B: Tensor, k0: number, depth: number, j0: number, width: number): void {
    const b = B.data, m = B.cols
    let to = 0
    for (let j = 0; j < width; j += TILE_COLS) {
      const second = j + 1 < width
      let from = k0 * m + j0 + j
      for (let k = 0; k < depth; k++) {
        scratch[to] = b[from]
        scratch[to + 1] = second ? b[from + 1] : 0
        to += TILE_COLS
        from += m
      }
    }
  }

  /** Terms k0 … of rows i, i + 1, i + 2 of A, term by term. */
  function packA(A: Tensor, i: number, k0: number, depth: number): void {
    const a = A.data, step = A.colStride
    for (let row = 0; row < TILE_ROWS; row++) {
      let to = PANEL_A + row
      if (i + row < A.rows) {
        let from = (i + row) * A.rowStride + k0 * step
        for (let k = 0; k < depth; k++) {
          scratch[to] = a[from]
          to += TILE_ROWS
          from += step
        }
      } else {
        for (let k = 0; k < depth; k++) {
          scratch[to] = 0
          to += TILE_ROWS
        }
      }
    }
  }

  return {
    name: 'reference',
    allocate: zeros,
    temporarily: (work) => work(),
    prefetch() {},
    multiply(C, A, B) {
      C.data.fill(0, 0, C.rows * C.cols)
      addMultiply(C, A, B)
    },
    addMultiply,
    affine(C, A, B, b) {
      fillRows(C, b)
      addMultiply(C, A, B)
    },
    addRowDots,
    mixRows,
    fillRows,
    addColumnSums,
    tanh: tanhInPlace,
    exp: expInPlace,
    multiplyByTanhSlope,
    adam,
  }
}

/** The same sums for a C of one column: one dot product per row. */
function addByDots(C: Tensor, A: Tensor, B: Tensor): void {
  const a = A.data, b = B.data, c = C.data, depth = B.rows, step = A.colStride
  for (let i = 0; i < C.rows; i++) {
    let sum = c[i]
    for (let k = 0, at = i * A.rowStride; k < depth; k++, at += step) sum += a[at] * b[k]
    c[i] = sum
  }
}

/** The same sums without packing: each row of C += A[i, k] · row k of B, for four, two or one k at a time. */
function addByRows(C: Tensor, A: Tensor, B: Tensor): void {
  const a = A.data, b = B.data, c = C.data
  const m = C.cols, depth = B.rows, step = A.colStride
  for (let i = 0; i < C.rows; i++) {
    const begin = i * m, end = begin + m
    let at = i * A.rowStride
    let row = 0
    for (let left = depth; left > 0;) {
      const taken = left >= 4 ? 4 : left >= 2 ? 2 : 1
      const a0 = a[at]
      if (taken === 4) {
        const a1 = a[at + step], a2 = a[at + 2 * step], a3 = a[at + 3 * step]
        for (let p = begin, q = row; p < end; p++, q++) {
          c[p] = c[p] + a0 * b[q] + a1 * b[q + m] + a2 * b[q + 2 * m] + a3 * b[q + 3 * m]
        }
      } else if (taken === 2) {
        const a1 = a[at + step]
        for (let p = begin, q = row; p < end; p++, q++) c[p] = c[p] + a0 * b[q] + a1 * b[q + m]
      } else {
        for (let p = begin, q = row; p < end; p++, q++) c[p] += a0 * b[q]
      }
      at += taken * step
      row += taken * m
      left -= taken
    }
  }
}

function fillRows(Y: Tensor, b: Tensor): void {
  const y = Y.data, size = Y.rows * Y.cols
  for (let j = 0; j < Math.min(size, Y.cols); j++) y[j] = b.data[j]
  // Copy what is filled already, twice as much each time: block copies are five times as fast as a loop.
  for (let full = Y.cols; full < size; full *= 2) y.copyWithin(full, 0, Math.min(full, size - full))
}

function addColumnSums(b: Tensor, Y: Tensor): void {
  const y = Y.data, sums = b.data, m = Y.cols
  for (let i = 0, p = 0; i < Y.rows; i++) {
    for (let j = 0; j < m; j++, p++) sums[j] += y[p]
  }
}

function tanhInPlace(Y: Tensor): void {
  const y = Y.data, size = Y.rows * Y.cols
  for (let i = 0; i < size; i++) y[i] = tanh(y[i])
}

function expInPlace(Y: Tensor): void {
  const y = Y.data, size = Y.rows * Y.cols
  for (let i = 0; i < size; i++) y[i] = exp(y[i])
}

function multiplyByTanhSlope(G: Tensor, Y: Tensor): void {
  const g = G.data, y = Y.data, size = G.rows * G.cols, even = size - (size & 1)
  for (let i = 0; i < even; i += 2) {
    const y0 = y[i], y1 = y[i + 1]
    g[i] *= 1 - y0 * y0
    g[i + 1] *= 1 - y1 * y1
  }
  if (even < size) g[even] *= 1 - y[even] * y[even]
}

function adam(theta: Tensor, gradient: Tensor, m: Tensor, v: Tensor, factors: Tensor): void {
  const [beta1, rest1, beta2, rest2, rate, unbias, epsilon] = factors.data
  const x = theta.data, g = gradient.data, mean = m.data, square = v.data
  for (let i = 0; i < theta.cols; i++) {
    mean[i] = beta1 * mean[i] + rest1 * g[i]
    square[i] = beta2 * square[i] + rest2 * g[i] * g[i]
    x[i] -= rate * mean[i] / (Math.sqrt(square[i] * unbias) + epsilon)
  }
}
