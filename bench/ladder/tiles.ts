/**
 * The middle rungs: a tile of C stays in local variables through the whole sum, so that each number loaded
 * serves several multiply–adds. Rung 8 is src/math/reference.ts itself.
 * But: rungs 5 and 6 want n and m in multiples of 4; none of them takes a k above 256.
 */

/**
 * Rung 5: a 4 × 4 tile. Eight loads with their checks feed sixteen multiply–adds. But x64 has sixteen vector
 * registers, and V8 computes all products before the first sum: 36 of the loop's instructions are for the
 * stack.
 */
export function tile4x4(
  c: Float64Array, a: Float64Array, b: Float64Array, n: number, k: number, m: number,
): void {
  for (let i = 0; i < n; i += 4) {
    for (let j = 0; j < m; j += 4) {
      let s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0
      let s20 = 0, s21 = 0, s22 = 0, s23 = 0, s30 = 0, s31 = 0, s32 = 0, s33 = 0
      for (let l = 0; l < k; l++) {
        const q = l * m + j, p = i * k + l
        const b0 = b[q], b1 = b[q + 1], b2 = b[q + 2], b3 = b[q + 3]
        const a0 = a[p]
        s00 += a0 * b0
        s01 += a0 * b1
        s02 += a0 * b2
        s03 += a0 * b3
        const a1 = a[p + k]
        s10 += a1 * b0
        s11 += a1 * b1
        s12 += a1 * b2
        s13 += a1 * b3
        const a2 = a[p + 2 * k]
        s20 += a2 * b0
        s21 += a2 * b1
        s22 += a2 * b2
        s23 += a2 * b3
        const a3 = a[p + 3 * k]
        s30 += a3 * b0
        s31 += a3 * b1
        s32 += a3 * b2
        s33 += a3 * b3
      }
      const p = i * m + j, q = p + m, r = q + m, s = r + m
      c[p] = s00
      c[p + 1] = s01
      c[p + 2] = s02
      c[p + 3] = s03
      c[q] = s10
      c[q + 1] = s11
      c[q + 2] = s12
      c[q + 3] = s13
      c[r] = s20
      c[r + 1] = s21
      c[r + 2] = s22
      c[r + 3] = s23
      c[s] = s30
      c[s + 1] = s31
      c[s + 2] = s32
      c[s + 3] = s33
    }
  }
}

const DEPTH = 256
const COLUMNS = 256
const panelsB: Float64Array = new Float64Array(DEPTH * COLUMNS)
const panelA: Float64Array = new Float64Array(4 * DEPTH)

/**
 * Rung 6: the same tile over packed copies of A and B, in which the sum's next numbers are the next in
 * memory. Fewer cache lines for large matrices; nothing for small ones, since it is the stack that limits.
 */
export function packed4x4(
  c: Float64Array, a: Float64Array, b: Float64Array, n: number, k: number, m: number,
): void {
  packColumns(panelsB, b, k, m, 4)
  for (let i = 0; i < n; i += 4) {
    packRows(panelA, 0, a, i, n, k, 4)
    for (let j = 0; j < m; j += 4) addPacked4x4(c, i * m + j, m, panelA, panelsB, j * k, k)
  }
}

function addPacked4x4(
  c: Float64Array, to: number, m: number, a: Float64Array, b: Float64Array, q: number, k: number,
): void {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0, s30 = 0, s31 = 0, s32 = 0, s33 = 0
  for (let p = 0; p < 4 * k; p += 4, q += 4) {
    const b0 = b[q], b1 = b[q + 1], b2 = b[q + 2], b3 = b[q + 3]
    const a0 = a[p]
    s00 += a0 * b0
    s01 += a0 * b1
    s02 += a0 * b2
    s03 += a0 * b3
    const a1 = a[p + 1]
    s10 += a1 * b0
    s11 += a1 * b1
    s12 += a1 * b2
    s13 += a1 * b3
    const a2 = a[p + 2]
    s20 += a2 * b0
    s21 += a2 * b1
    s22 += a2 * b2
    s23 += a2 * b3
    const a3 = a[p + 3]
    s30 += a3 * b0
    s31 += a3 * b1
    s32 += a3 * b2
    s33 += a3 * b3
  }
  c[to] = s00
  c[to + 1] = s01
  c[to + 2] = s02
  c[to + 3] = s03
  c[to + m] = s10
  c[to + m + 1] = s11
  c[to + m + 2] = s12
  c[to + m + 3] = s13
  c[to + 2 * m] = s20
  c[to + 2 * m + 1] = s21
  c[to + 2 * m + 2] = s22
  c[to + 2 * m + 3] = s23
  c[to + 3 * m] = s30
  c[to + 3 * m + 1] = s31
  c[to + 3 * m + 2] = s32
  c[to + 3 * m + 3] = s33
}

const PANEL_A = DEPTH * COLUMNS
const scratch: Float64Array = new Float64Array(PANEL_A + 3 * DEPTH)

/**
 * Rung 7: a 3 × 2 tile, whose six sums, five factors and the products that are open need no stack, and both
 * packed operands in one array: one address and one length for all five loads. Rows are padded with zeros.
 * But: the array is an argument, whose address and length V8 does not know.
 */
export function packed3x2(
  c: Float64Array, a: Float64Array, b: Float64Array, n: number, k: number, m: number,
): void {
  fillPacked3x2(scratch, c, a, b, n, k, m)
}

function fillPacked3x2(
  packed: Float64Array, c: Float64Array, a: Float64Array, b: Float64Array, n: number, k: number, m: number,
): void {
  packColumns(packed, b, k, m, 2)
  for (let i = 0; i < n; i += 3) {
    packRows(packed, PANEL_A, a, i, n, k, 3)
    for (let j = 0; j < m; j += 2) {
      let s00 = 0, s01 = 0, s10 = 0, s11 = 0, s20 = 0, s21 = 0
      let p = PANEL_A
      for (let q = j * k, end = q + 2 * k; q < end; q += 2) {
        const b0 = packed[q], b1 = packed[q + 1]
        const a0 = packed[p]
        s00 += a0 * b0
        s01 += a0 * b1
        const a1 = packed[p + 1]
        s10 += a1 * b0
        s11 += a1 * b1
        const a2 = packed[p + 2]
        s20 += a2 * b0
        s21 += a2 * b1
        p += 3
      }
      const to = i * m + j
      c[to] = s00
      c[to + 1] = s01
      if (i + 1 < n) {
        c[to + m] = s10
        c[to + m + 1] = s11
      }
      if (i + 2 < n) {
        c[to + 2 * m] = s20
        c[to + 2 * m + 1] = s21
      }
    }
  }
}

/** B in panels of `width` columns, each panel row by row. */
function packColumns(to: Float64Array, b: Float64Array, k: number, m: number, width: number): void {
  let at = 0
  for (let j = 0; j < m; j += width) {
    for (let l = 0; l < k; l++) for (let v = 0; v < width; v++) to[at++] = b[l * m + j + v]
  }
}

/** Rows i … of A from to[begin] on, term by term; rows beyond the last are 0. */
function packRows(
  to: Float64Array, begin: number, a: Float64Array, i: number, n: number, k: number, height: number,
): void {
  for (let r = 0; r < height; r++) {
    const inside = i + r < n
    for (let l = 0; l < k; l++) to[begin + l * height + r] = inside ? a[(i + r) * k + l] : 0
  }
}
