/**
 * A tile of C ← D + A·B: its sums stay in registers while all terms are added.
 *
 *   sums ← the tile of D;  for each term k: sums ← sums + A[rows, k] · B[k, columns];  the tile of C ← sums
 *
 * But: which tiles there are, and whether from panels or in place, is decided in multiply.ts.
 */
import { type Code, cycle, f64x2, i32, type Local, repeat, v128, when } from './assembler.ts'

/** Terms per iteration with panels. *Measured* (V8, Zen 4, 96×64·64×64): 8 terms 24.3 GFLOP/s, 16 24.9. */
const TERMS = 16

/** The locals that a tile uses. */
export interface Registers {
  /** Addresses of the tile in C and in D. */
  readonly c: Local
  readonly d: Local
  /** Address of the current term in B, and the address at which the sum ends: in B, or in the panel of A. */
  readonly b: Local
  readonly end: Local
  /** Bytes from row to row of B and C, and of D. */
  readonly stride: Local
  readonly dStride: Local
  /** Address of the current term in each row of A; in the panel of A, the first only. */
  readonly a: readonly Local[]
  /** The sums, row by row; a row of B's term; a double of A in both lanes; two of their products. */
  readonly sums: readonly Local[]
  readonly factors: readonly Local[]
  readonly factor: Local
  readonly products: readonly Local[]
}

/** The code of index 0 … count − 1, one after the other. */
export const each = (count: number, of: (index: number) => Code): Code[] =>
  Array.from({ length: count }, (_, index) => of(index))

/** The last vector of an odd number of columns is one double; the 0 in its other lane is never stored. */
const half = (v: number, columns: number): boolean => columns % 2 === 1 && v === (columns - 1) / 2
const load = (address: Code, v: number, columns: number): Code =>
  half(v, columns) ? v128.load64_zero(address, 16 * v) : v128.load(address, 16 * v)
const store = (address: Code, value: Code, v: number, columns: number): Code =>
  half(v, columns) ? v128.store64_lane(address, value, 16 * v) : v128.store(address, value, 16 * v)

/** One tile: the sums begin with D, `terms` adds all products, and the result goes to C. */
export function sumTile(
  { c, d, stride, dStride, sums }: Registers, rows: number, columns: number, terms: Code,
): Code {
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

/**
 * Row r of the sums += a double of A, in both lanes, × each vector of B's term: two products, then two sums.
 */
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

/** All terms, from A and B in place. */
export function plainTerms(registers: Registers, rows: number, columns: number, colStride: Local): Code {
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
 * All terms of a whole tile, from panels of both. The loop tests for its end after each term: otherwise V8
 * loads the numbers of all terms of an iteration first, for which it has too few registers. A's address
 * advances after every term, B's once per iteration, because V8 makes a constant offset part of the
 * instruction that loads a vector, but not of the one that loads one double into both lanes.
 */
export function packedTerms(registers: Registers, rows: number, columns: number): Code {
  const { a: [a], b, end, sums, factors, factor } = registers
  const vectors = columns / 2
  const term = (u: number): Code => [
    each(vectors, (v) => factors[v].set(v128.load(b.get, 8 * columns * u + 16 * v))),
    each(rows, (r) => [
      factor.set(v128.load64_splat(a.get, 8 * r)),
      addProducts(registers, r, vectors),
    ]),
    a.advance(i32.const(8 * rows)),
  ]
  // Never executed: A's address has advanced and is not 0. But because two sums meet in one instruction here,
  // V8's older compiler (Node 20, 22) schedules product, product, sum, sum, as in `addProducts` and as newer
  // ones do; otherwise it computes one sum after the other. *Measured*: rungs 13 and 14 of bench/ladder.
  const meetings = when(i32.eqz(a.get), each(rows, (r) =>
    v128.store(b.get, v128.or(sums[r * vectors].get, sums[r * vectors + 1].get))))
  const last = [term(TERMS - 1), b.advance(i32.const(8 * columns * TERMS)), meetings]
  return cycle([...each(TERMS - 1, term), last], i32.ge_u(a.get, end.get))
}
