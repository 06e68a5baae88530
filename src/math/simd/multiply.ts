/**
 * C ← D + A·B on vectors of two doubles, for any sizes and any strides of A. D is C itself, or one row for all.
 *
 * Lanes run over the columns of C and never along the sum, so that each element is summed in the order of the
 * contract and has the reference's bits. A tile of 4 rows × 4 columns keeps its 8 vectors of sums in registers;
 * columns that are left over take narrower tiles, an odd last column half a vector, rows left over one row at a time.
 * Large products copy B into panels of 4 columns first, and A, four rows after four rows, into panels of 4 rows (Goto &
 * van de Geijn 2008), so that the loop walks through memory one by one: rows of a power of two of bytes, which those of
 * networks are, share few lines of the first-level cache.
 * *Measured* (V8, Zen 4, 32 KiB of first-level cache), GFLOP/s without and with panels: 96×64·64×64 19.5 and 25.0,
 * 64×96·96×64 with A transposed 18.8 and 25.2, the same two with 256 in the place of 64 16.7 and 25.6, 15.0 and 25.8.
 * *Measured* (V8, Zen 5), tiles without panels: 4 × 4 28.2, 2 × 8 27.9, 3 × 4 26.4, 2 × 4 25.5, 6 × 4 and 4 × 6 below 19,
 * for want of registers.
 */
import { type Code, cycle, f64x2, FunctionBuilder, i32, type Local, repeat, v128, when, whilst } from './assembler.ts'

/**
 * Rows of a tile, and columns of the widest one: of whole tiles, and of single rows, which need more sums in flight.
 * *Measured* (V8, Zen 4, 1×64·64×64): single rows of 8 columns 12.3 GFLOP/s, of 12 as many, of 16 8.5, for want of registers.
 */
const ROWS = 4
const COLUMNS = 4
const SINGLE_COLUMNS = 8

/** Longest sum and most columns of one call, which is what the panels have room for. */
export const DEPTH = 256
export const WIDTH = 128
/** Bytes of B's panels and of one panel of A. */
export const PANELS: number = 8 * DEPTH * (WIDTH + ROWS)

/** Terms a turn of the loop over panels. *Measured* (V8, Zen 4, 96×64·64×64): 8 24.3 GFLOP/s, 16 24.9. */
const TERMS = 16

/** Rows and columns, and terms, from which on panels pay. */
const MANY = 16
const FEW = 4

/**
 * addMultiply(c, d, a, b, n, m, k, stride, dStride, rowStride, colStride, panels): c, d, a, b are addresses; rows of
 * C [n, m] and B [k, m] are `stride` bytes apart, those of D [n, m] `dStride`, which may be 0; A [n, k] has the strides
 * given, in bytes. 1 ≤ k ≤ DEPTH, m ≤ WIDTH, and PANELS bytes at `panels` are overwritten.
 */
export function addMultiply(): FunctionBuilder {
  const f = new FunctionBuilder('addMultiply')
  const [c, d, a, b, n, m, k, stride, dStride, rowStride, colStride, panels] = Array.from({ length: 12 }, () => f.parameter())
  const row = f.local('i32'), col = f.local('i32'), left = f.local('i32'), from = f.local('i32')
  const registers: Registers = {
    c: f.local('i32'), d: f.local('i32'), b: f.local('i32'), end: f.local('i32'), stride, dStride,
    a: Array.from({ length: ROWS }, () => f.local('i32')),
    sums: Array.from({ length: Math.max(ROWS * COLUMNS, SINGLE_COLUMNS) / 2 }, () => f.local('v128')),
    factors: Array.from({ length: SINGLE_COLUMNS / 2 }, () => f.local('v128')),
    factor: f.local('v128'),
    products: [f.local('v128'), f.local('v128')],
  }
  /** Bytes of a panel of B, 0 where nothing is packed; where the panel of A ends and those of B begin; where they end. */
  const panel = f.local('i32'), panelsEnd = f.local('i32')
  const panelsOfB = i32.add(panels.get, i32.mul(k.get, i32.const(8 * ROWS)))
  const rowsOfA = (rows: number): Code => registers.a.slice(0, rows).map((pointer, r) => pointer.set(
    r === 0 ? i32.add(a.get, i32.mul(row.get, rowStride.get)) : i32.add(registers.a[r - 1].get, rowStride.get)))
  const place = (matrix: Local, rowBytes: Local): Code =>
    i32.add(matrix.get, i32.add(i32.mul(row.get, rowBytes.get), i32.shl(col.get, i32.const(3))))
  const placeTile: Code = [registers.c.set(place(c, stride)), registers.d.set(place(d, dStride))]

  /** The tile of `rows` × `columns` at (row, col), from A and B as they lie. */
  const tile = (rows: number, columns: number): Code => [
    registers.b.set(i32.add(b.get, i32.shl(col.get, i32.const(3)))),
    registers.end.set(i32.add(registers.b.get, i32.mul(k.get, stride.get))),
    placeTile,
    rowsOfA(rows),
    sumTile(registers, rows, columns, plainTerms(registers, rows, columns, colStride)),
    col.advance(i32.const(columns)),
  ]
  /** Whole tiles as wide as `columns`, until fewer columns are left. */
  const whole = (columns: number, body: Code): Code => whilst(i32.ge_u(i32.sub(m.get, col.get), i32.const(columns)), body)
  /** The last columns of `rows` rows, fewer than a tile's. */
  const lastColumns = (rows: number): Code => [
    left.set(i32.sub(m.get, col.get)),
    [3, 2, 1].map((columns) => when(i32.eq(left.get, i32.const(columns)), tile(rows, columns))),
  ]
  /** B's whole panels, one after the other, each term by term. */
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
  /** The panel of A's rows row … row + 3, term by term. */
  const packA: Code = [
    rowsOfA(ROWS),
    from.set(panels.get),
    registers.end.set(panelsOfB),
    repeat([
      each(ROWS / 2, (r) => v128.store(
        from.get, v128.load64_lane(registers.a[2 * r + 1].get, v128.load64_zero(registers.a[2 * r].get)), 16 * r)),
      registers.a.map((pointer) => pointer.advance(colStride.get)),
      from.advance(i32.const(8 * ROWS)),
    ], i32.lt_u(from.get, registers.end.get)),
  ]
  /** All whole tiles of a band from panels, of which there is one at least. */
  const packedTiles: Code = [
    packA,
    from.set(panelsOfB),
    placeTile,
    repeat([
      registers.a[0].set(panels.get),
      registers.b.set(from.get),
      sumTile(registers, ROWS, COLUMNS, packedTerms(registers)),
      from.advance(panel.get),
      // From below this tile to the top of the next.
      [[registers.c, stride], [registers.d, dStride]].map(([pointer, rowBytes]) =>
        pointer.advance(i32.sub(i32.const(8 * COLUMNS), i32.mul(rowBytes.get, i32.const(ROWS))))),
    ], i32.lt_u(from.get, panelsEnd.get)),
    col.set(i32.and(m.get, i32.const(-COLUMNS))),
  ]
  const enough = i32.and(i32.and(
    i32.ge_u(n.get, i32.const(MANY)), i32.ge_u(m.get, i32.const(MANY))), i32.ge_u(k.get, i32.const(FEW)))

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

interface Registers {
  /** Addresses: of the tile in C and D, of the present term in B, and where the sum ends, in B or in the panel of A. */
  readonly c: Local
  readonly d: Local
  readonly b: Local
  readonly end: Local
  /** Bytes from row to row. */
  readonly stride: Local
  readonly dStride: Local
  /** The present term of each row of A; of all rows, where they are packed, in the first. */
  readonly a: readonly Local[]
  readonly sums: readonly Local[]
  readonly factors: readonly Local[]
  readonly factor: Local
  /** Of one row: two at a time. */
  readonly products: readonly Local[]
}

const each = (count: number, of: (index: number) => Code): Code[] => Array.from({ length: count }, (_, index) => of(index))

/** The last vector of an odd tile is one double; 0 in its other lane is never stored. */
const half = (v: number, columns: number): boolean => columns % 2 === 1 && v === (columns - 1) / 2
const load = (address: Code, v: number, columns: number): Code =>
  half(v, columns) ? v128.load64_zero(address, 16 * v) : v128.load(address, 16 * v)
const store = (address: Code, value: Code, v: number, columns: number): Code =>
  half(v, columns) ? v128.store64_lane(address, value, 16 * v) : v128.store(address, value, 16 * v)

/** The tile's sums, from what D holds: `terms` adds all products. */
function sumTile({ c, d, stride, dStride, sums }: Registers, rows: number, columns: number, terms: Code): Code {
  const vectors = Math.ceil(columns / 2)
  return [
    each(rows, (r) => [
      each(vectors, (v) => sums[r * vectors + v].set(load(d.get, v, columns))),
      d.advance(dStride.get),
    ]),
    terms,
    each(rows, (r) => [
      each(vectors, (v) => store(c.get, sums[r * vectors + v].get, v, columns)),
      c.advance(stride.get),
    ]),
  ]
}

/** sums += (one double of A, twice) × (a vector of B), for one row and all vectors of the tile: two products, two sums. */
function addProducts({ sums, factors, factor, products }: Registers, r: number, vectors: number): Code {
  return each(Math.ceil(vectors / 2), (pair) => {
    const both = [2 * pair, 2 * pair + 1].filter((v) => v < vectors)
    return [
      both.map((v, p) => products[p].set(f64x2.mul(factor.get, factors[v].get))),
      both.map((v, p) => {
        const sum = sums[r * vectors + v]
        return sum.set(f64x2.add(sum.get, products[p].get))
      }),
    ]
  })
}

/** All terms from A and B as they lie. */
function plainTerms(registers: Registers, rows: number, columns: number, colStride: Local): Code {
  const { a, b, end, stride, factors, factor } = registers
  const vectors = Math.ceil(columns / 2)
  return repeat([
    each(vectors, (v) => factors[v].set(load(b.get, v, columns))),
    each(rows, (r) => [
      factor.set(v128.load64_splat(a[r].get)),
      a[r].advance(colStride.get),
      addProducts(registers, r, vectors),
    ]),
    b.advance(stride.get),
  ], i32.lt_u(b.get, end.get))
}

/**
 * All terms of a whole tile from panels of both. After each term the loop may end: then V8 does not load the numbers of
 * all terms of a turn at once, for which it has no registers. A's address moves on with every term, B's once a turn, since
 * V8 makes a constant offset part of the instruction that loads a vector, but not of the one that fills it with one double.
 */
function packedTerms(registers: Registers): Code {
  const { a: [a], b, end, sums, factors, factor } = registers
  const vectors = COLUMNS / 2
  const term = (u: number): Code => [
    each(vectors, (v) => factors[v].set(v128.load(b.get, 8 * COLUMNS * u + 16 * v))),
    each(ROWS, (r) => [
      factor.set(v128.load64_splat(a.get, 8 * r)),
      addProducts(registers, r, vectors),
    ]),
    a.advance(i32.const(8 * ROWS)),
  ]
  // Never reached: A's address has moved on and is not 0. But where two sums meet in one instruction, V8's older compiler
  // (Node 20, 22) works on both in turn, which it else does for one sum after the other: product, product, sum, sum, as
  // written in `addProducts` and as newer ones leave it. *Measured*: rungs 13 and 14 of bench/ladder.
  const meetings = when(i32.eqz(a.get), each(ROWS, (r) =>
    v128.store(b.get, v128.or(sums[r * vectors].get, sums[r * vectors + 1].get))))
  const last = [term(TERMS - 1), b.advance(i32.const(8 * COLUMNS * TERMS)), meetings]
  return cycle([...each(TERMS - 1, term), last], i32.ge_u(a.get, end.get))
}
