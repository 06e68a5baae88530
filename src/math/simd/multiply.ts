/**
 * C ← D + A·B on vectors of two doubles, for all sizes and strides of A. D is C itself, or one row for all.
 *
 *   if C has at least 16 rows and columns, and the sum at least 4 terms: copy B into panels of 4 columns
 *   for each band of 4 rows
 *     if B is in panels: copy A's 4 rows into a panel, then a tile of 4 columns from each panel of B
 *     otherwise:         tiles of 4 columns, from A and B in place
 *     the last 3, 2 or 1 columns: one tile, from A and B in place
 *   for each of the last rows, fewer than 4
 *     tiles of 8 columns, then of 4, then one of the last 3, 2 or 1
 *   each tile: sums ← its part of D;  for each term k: sums ← sums + A[rows, k] · B[k, columns];  C ← sums
 *
 * Lanes are columns of C and never run along the sum, so that each element is summed in the order of the
 * contract and has the reference's bits. The 8 vectors of sums of a 4 × 4 tile stay in registers.
 * Panels (Goto & van de Geijn 2008) make the inner loop read memory in sequence. Without them, rows whose
 * bytes are a power of two, as in most networks, share few lines of the first-level cache.
 * *Measured* (V8, Zen 4, 32 KiB of first-level cache), GFLOP/s without and with panels: 96×64·64×64 19.5,
 * 25.0; 64×96·96×64 with A transposed 18.8, 25.2; the same with 256 instead of 64: 16.7, 25.6 and 15.0, 25.8.
 * *Measured* (V8, Zen 5), tiles without panels: 4 × 4 28.2, 2 × 8 27.9, 3 × 4 26.4, 2 × 4 25.5; 6 × 4 and
 * 4 × 6 are below 19, because there are too few registers.
 */
import { type Code, FunctionBuilder, i32, type Local, repeat, v128, when, whilst } from './assembler.ts'
import { each, packedTerms, plainTerms, type Registers, sumTile } from './tile.ts'

/** Rows and columns of a tile. */
const ROWS = 4
const COLUMNS = 4
/**
 * Columns of a tile of one row, which needs more columns to have enough sums in flight.
 * *Measured* (V8, Zen 4, 1×64·64×64): 8 columns 12.3 GFLOP/s, 12 the same, 16 8.5, with too few registers.
 */
const SINGLE_COLUMNS = 8

/** Maximum number of terms, and of columns, of one call: the size of the panels. */
export const MAX_DEPTH = 256
export const MAX_WIDTH = 128
/** Bytes of B's panels and of one panel of A. */
export const PANEL_BYTES: number = 8 * MAX_DEPTH * (MAX_WIDTH + ROWS)

/** Minimum number of rows and of columns, and of terms, with which panels save more than the copies cost. */
const MIN_PACKED_SIDE = 16
const MIN_PACKED_TERMS = 4

/**
 * addMultiply(c, d, a, b, n, m, k, stride, dStride, rowStride, colStride, panels): c, d, a, b are addresses;
 * rows of C [n, m] and B [k, m] are `stride` bytes apart, those of D [n, m] `dStride`, which may be 0;
 * `rowStride` and `colStride` of A [n, k] are bytes, too.
 * 1 ≤ k ≤ MAX_DEPTH, m ≤ MAX_WIDTH; PANEL_BYTES bytes at `panels` are overwritten.
 */
export function addMultiply(): FunctionBuilder {
  const f = new FunctionBuilder('addMultiply')
  const [c, d, a, b, n, m, k, stride, dStride, rowStride, colStride, panels] =
    Array.from({ length: 12 }, () => f.parameter())
  const row = f.local('i32'), col = f.local('i32'), left = f.local('i32'), from = f.local('i32')
  const registers: Registers = {
    c: f.local('i32'), d: f.local('i32'), b: f.local('i32'), end: f.local('i32'), stride, dStride,
    a: Array.from({ length: ROWS }, () => f.local('i32')),
    sums: Array.from({ length: Math.max(ROWS * COLUMNS, SINGLE_COLUMNS) / 2 }, () => f.local('v128')),
    factors: Array.from({ length: SINGLE_COLUMNS / 2 }, () => f.local('v128')),
    factor: f.local('v128'),
    products: [f.local('v128'), f.local('v128')],
  }
  /** Bytes of a panel of B, 0 without panels; the address at which the panels of B end. */
  const panel = f.local('i32'), panelsEnd = f.local('i32')
  /** The address at which the panel of A ends and those of B begin. */
  const panelsOfB = i32.add(panels.get, i32.mul(k.get, i32.const(8 * ROWS)))
  /** Addresses of the first term in the next `rows` rows of A. */
  const rowsOfA = (rows: number): Code => registers.a.slice(0, rows).map((pointer, r) => pointer.set(
    r === 0 ? i32.add(a.get, i32.mul(row.get, rowStride.get))
      : i32.add(registers.a[r - 1].get, rowStride.get)))
  /** The addresses of (row, col) in C and D. */
  const place = (matrix: Local, rowBytes: Local): Code =>
    i32.add(matrix.get, i32.add(i32.mul(row.get, rowBytes.get), i32.shl(col.get, i32.const(3))))
  const placeTile: Code = [registers.c.set(place(c, stride)), registers.d.set(place(d, dStride))]

  /** The tile of `rows` × `columns` at (row, col), from A and B in place. */
  const tile = (rows: number, columns: number): Code => [
    registers.b.set(i32.add(b.get, i32.shl(col.get, i32.const(3)))),
    registers.end.set(i32.add(registers.b.get, i32.mul(k.get, stride.get))),
    placeTile,
    rowsOfA(rows),
    sumTile(registers, rows, columns, plainTerms(registers, rows, columns, colStride)),
    col.advance(i32.const(columns)),
  ]
  /** Repeat `body` until fewer than `columns` columns are left. */
  const whole = (columns: number, body: Code): Code =>
    whilst(i32.ge_u(i32.sub(m.get, col.get), i32.const(columns)), body)
  /** The last 3, 2 or 1 columns of `rows` rows. */
  const lastColumns = (rows: number): Code => [
    left.set(i32.sub(m.get, col.get)),
    [3, 2, 1].map((columns) => when(i32.eq(left.get, i32.const(columns)), tile(rows, columns))),
  ]
  /** Copy B's whole panels, one after the other, each term by term. */
  const packB: Code = [
    registers.b.set(panelsOfB),
    col.set(i32.const(0)),
    whole(COLUMNS, [
      from.set(i32.add(b.get, i32.shl(col.get, i32.const(3)))),
      registers.end.set(i32.add(registers.b.get, panel.get)),
      repeat([
        each(COLUMNS / 2, (v) => v128.store(registers.b.get, v128.load(from.get, 16 * v), 16 * v)),
        from.advance(stride.get),
        registers.b.advance(i32.const(8 * COLUMNS)),
      ], i32.lt_u(registers.b.get, registers.end.get)),
      col.advance(i32.const(COLUMNS)),
    ]),
  ]
  /** Copy the panel of A's rows row … row + 3, term by term. */
  const packA: Code = [
    rowsOfA(ROWS),
    from.set(panels.get),
    registers.end.set(panelsOfB),
    repeat([
      each(ROWS / 2, (r) => {
        const low = v128.load64_zero(registers.a[2 * r].get)
        return v128.store(from.get, v128.load64_lane(registers.a[2 * r + 1].get, low), 16 * r)
      }),
      registers.a.map((pointer) => pointer.advance(colStride.get)),
      from.advance(i32.const(8 * ROWS)),
    ], i32.lt_u(from.get, registers.end.get)),
  ]
  /** All whole tiles of a band, from panels; there is at least one. */
  const packedTiles: Code = [
    packA,
    from.set(panelsOfB),
    placeTile,
    repeat([
      registers.a[0].set(panels.get),
      registers.b.set(from.get),
      sumTile(registers, ROWS, COLUMNS, packedTerms(registers, ROWS, COLUMNS)),
      from.advance(panel.get),
      // From the row below this tile to the top of the next tile.
      [[registers.c, stride], [registers.d, dStride]].map(([pointer, rowBytes]) =>
        pointer.advance(i32.sub(i32.const(8 * COLUMNS), i32.mul(rowBytes.get, i32.const(ROWS))))),
    ], i32.lt_u(from.get, panelsEnd.get)),
    col.set(i32.and(m.get, i32.const(-COLUMNS))),
  ]
  const enough = i32.and(i32.and(
    i32.ge_u(n.get, i32.const(MIN_PACKED_SIDE)), i32.ge_u(m.get, i32.const(MIN_PACKED_SIDE))),
    i32.ge_u(k.get, i32.const(MIN_PACKED_TERMS)))

  f.body = [
    when(enough, [
      panel.set(i32.mul(k.get, i32.const(8 * COLUMNS))), packB, panelsEnd.set(registers.b.get),
    ]),
    row.set(i32.const(0)),
    whilst(i32.ge_u(i32.sub(n.get, row.get), i32.const(ROWS)), [
      col.set(i32.const(0)),
      when(panel.get, packedTiles),
      whole(COLUMNS, tile(ROWS, COLUMNS)),
      lastColumns(ROWS),
      row.advance(i32.const(ROWS)),
    ]),
    whilst(i32.lt_u(row.get, n.get), [
      col.set(i32.const(0)),
      whole(SINGLE_COLUMNS, tile(1, SINGLE_COLUMNS)),
      whole(COLUMNS, tile(1, COLUMNS)),
      lastColumns(1),
      row.advance(i32.const(1)),
    ]),
  ]
  return f
}
