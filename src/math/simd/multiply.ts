/**
 * C ← C + A·B on vectors of two doubles, for any sizes and any strides of A.
 *
 * Lanes run over the columns of C and never along the sum, so that each element is summed in the order of the
 * contract and has the reference's bits. A tile of 4 rows × 4 columns keeps its 8 vectors of sums in registers;
 * columns that are left over take narrower tiles, an odd last column half a vector, rows left over one row at a time.
 * *Measured* (V8, Zen 5, 31.0 GFLOP/s of independent multiply–adds): 4 × 4 28.2, 2 × 8 27.9, 3 × 4 26.4, 2 × 4 25.5,
 * 6 × 4 and 4 × 6 below 19, for want of registers; two terms a turn of the loop 16, for the same reason.
 */
import { type Code, f64x2, FunctionBuilder, i32, type Local, repeat, v128, when, whilst } from './assembler.ts'

/** Rows of a tile, and columns of the widest one: of whole tiles, and of single rows, which need more sums in flight. */
const ROWS = 4
const COLUMNS = 4
const SINGLE_COLUMNS = 16

/**
 * addMultiply(c, a, b, n, m, k, rowStride, colStride): c, a, b are addresses; C [n, m] and B [k, m] are row-major,
 * A [n, k] has the given strides, in bytes. k is at least 1.
 */
export function addMultiply(): FunctionBuilder {
  const f = new FunctionBuilder('addMultiply')
  const [c, a, b, n, m, k, rowStride, colStride] = Array.from({ length: 8 }, () => f.parameter())
  const row = f.local('i32'), col = f.local('i32'), left = f.local('i32')
  const registers: Registers = {
    c: f.local('i32'), b: f.local('i32'), end: f.local('i32'), stride: f.local('i32'),
    a: Array.from({ length: ROWS }, () => f.local('i32')),
    sums: Array.from({ length: ROWS * COLUMNS / 2 }, () => f.local('v128')),
    factors: Array.from({ length: SINGLE_COLUMNS / 2 }, () => f.local('v128')),
    factor: f.local('v128'),
  }
  const { stride } = registers

  /** The tile of `rows` × `columns` at (row, col). */
  const tile = (rows: number, columns: number): Code => [
    ...registers.b.set(i32.add(b.get, i32.shl(col.get, i32.const(3)))),
    ...registers.end.set(i32.add(registers.b.get, i32.mul(k.get, stride.get))),
    ...registers.c.set(i32.add(c.get, i32.add(i32.mul(row.get, stride.get), i32.shl(col.get, i32.const(3))))),
    ...registers.a.slice(0, rows).flatMap((pointer, r) => pointer.set(
      r === 0 ? i32.add(a.get, i32.mul(row.get, rowStride.get)) : i32.add(registers.a[r - 1].get, rowStride.get))),
    ...sumTile(registers, rows, columns, colStride),
    ...col.advance(i32.const(columns)),
  ]
  /** All columns of `rows` rows, the widest tile first, then what is left. */
  const band = (rows: number, widest: number): Code => [
    ...col.set(i32.const(0)),
    ...(widest > COLUMNS ? whilst(i32.ge_u(i32.sub(m.get, col.get), i32.const(widest)), tile(rows, widest)) : []),
    ...whilst(i32.ge_u(i32.sub(m.get, col.get), i32.const(COLUMNS)), tile(rows, COLUMNS)),
    ...left.set(i32.sub(m.get, col.get)),
    ...[3, 2, 1].flatMap((columns) => when(i32.eq(left.get, i32.const(columns)), tile(rows, columns))),
    ...row.advance(i32.const(rows)),
  ]

  f.body = [
    ...stride.set(i32.shl(m.get, i32.const(3))),
    ...row.set(i32.const(0)),
    ...whilst(i32.ge_u(i32.sub(n.get, row.get), i32.const(ROWS)), band(ROWS, COLUMNS)),
    ...whilst(i32.lt_u(row.get, n.get), band(1, SINGLE_COLUMNS)),
  ]
  return f
}

interface Registers {
  /** Addresses: of the tile in C, of the present row of B and the one where the sum ends; bytes from row to row. */
  readonly c: Local
  readonly b: Local
  readonly end: Local
  readonly stride: Local
  /** The present term of each row of A. */
  readonly a: readonly Local[]
  readonly sums: readonly Local[]
  readonly factors: readonly Local[]
  readonly factor: Local
}

/** The loop over terms: sums += (one double of A, twice) × (a vector of B), for each row and vector of the tile. */
function sumTile({ c, b, end, stride, a, sums, factors, factor }: Registers, rows: number, columns: number, colStride: Local): Code {
  const vectors = Math.ceil(columns / 2)
  /** The last vector of an odd tile is one double; 0 in its other lane is never stored. */
  const half = (v: number): boolean => columns % 2 === 1 && v === vectors - 1
  const load = (address: Code, v: number): Code => half(v) ? v128.load64_zero(address, 16 * v) : v128.load(address, 16 * v)
  const store = (address: Code, value: Code, v: number): Code =>
    half(v) ? v128.store64_lane(address, value, 16 * v) : v128.store(address, value, 16 * v)
  const each = <T>(count: number, of: (index: number) => T[] | Code): number[] =>
    Array.from({ length: count }, (_, index) => of(index)).flat() as number[]

  return [
    ...each(rows, (r) => [
      ...each(vectors, (v) => sums[r * vectors + v].set(load(c.get, v))),
      ...c.advance(stride.get),
    ]),
    ...repeat([
      ...each(vectors, (v) => factors[v].set(load(b.get, v))),
      ...each(rows, (r) => [
        ...factor.set(v128.load64_splat(a[r].get)),
        ...a[r].advance(colStride.get),
        ...each(vectors, (v) => {
          const sum = sums[r * vectors + v]
          return sum.set(f64x2.add(sum.get, f64x2.mul(factor.get, factors[v].get)))
        }),
      ]),
      ...b.advance(stride.get),
    ], i32.lt_u(b.get, end.get)),
    ...each(rows, (r) => [
      ...c.set(i32.sub(c.get, stride.get)),
      ...each(vectors, (v) => store(c.get, sums[(rows - 1 - r) * vectors + v].get, v)),
    ]),
  ]
}
