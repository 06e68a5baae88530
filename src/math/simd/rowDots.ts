/**
 * Dot products and linear combinations of rows, for k matrices at once: S [k·n, m] holds k matrices of the
 * shape of Z [n, m], one below the other; the j-th of them belongs to column j of Y [n, k].
 */
import {
  type Code, f64, f64x2, FunctionBuilder, i32, type Load, type Local, repeat, v128, when, whilst,
} from './assembler.ts'

/** Number of matrices whose rows are multiplied by a row of Z at the same time. */
const AT_ONCE = 3

/**
 * addRowDots(y, s, z, n, k, m): Y[i, j] += Σ_p S[j·n + i, p] Z[i, p].  None of n, k, m is 0.
 * The only kernel that sums along the lanes: its four partial sums are the interleaved ones of `dot`.
 * Loops: rows of Z outside, matrices inside, so that S, too large for the first-level cache, is read in k
 * streams; three matrices at a time, so that six sums are in flight. *Measured* (V8, Zen 4, 96 rows of 64
 * columns, three matrices): 2.8 µs, 3.6 with one matrix at a time; within a Fisher product, where S is in a
 * further cache or in memory, 9.8, and 13.3 with the matrices outside.
 */
export function addRowDots(): FunctionBuilder {
  const f = new FunctionBuilder('addRowDots')
  const [y, s, z, n, k, m] = Array.from({ length: 6 }, () => f.parameter())
  /** Bytes per row, and per matrix. */
  const stride = f.local('i32'), matrix = f.local('i32')
  const yEnd = f.local('i32'), zEnd = f.local('i32')
  /** The address of the current columns in a row of Z, and the end of its whole groups of four columns. */
  const ofZ = f.local('i32'), end = f.local('i32')
  /** The addresses of the same columns in the rows of S. */
  const ofS = Array.from({ length: AT_ONCE }, () => f.local('i32'))
  /** For each of these rows of S two vectors: the four interleaved sums. */
  const sums = ofS.map(() => [f.local('v128'), f.local('v128')])
  const vector = f.local('v128')
  const left = i32.and(m.get, i32.const(3))

  /** Row i of Z times row i of the next `count` matrices. */
  const dots = (count: number): Code => {
    const rows = ofS.slice(0, count)
    /** The sums ← sums + the products of columns 2v and 2v + 1. */
    const add = (v: number, load: Load): Code => [
      vector.set(load(ofZ.get, 16 * v)),
      rows.map((row, r) => sums[r][v % 2].set(
        f64x2.add(sums[r][v % 2].get, f64x2.mul(load(row.get, 16 * v), vector.get)))),
    ]
    const advanceAll = (bytes: Code): Code => [ofZ, ...rows].map((pointer) => pointer.advance(bytes))
    return [
      rows.slice(1).map((row, r) => row.set(i32.add(rows[r].get, matrix.get))),
      sums.slice(0, count).flat().map((sum) => sum.set(v128.const(0))),
      ofZ.set(z.get),
      whilst(i32.lt_u(ofZ.get, end.get), [add(0, v128.load), add(1, v128.load), advanceAll(i32.const(32))]),
      // The last one, two or three columns: each is added to the next of the four sums.
      when(left, [
        when(i32.eq(left, i32.const(1)), add(0, v128.load64_zero)),
        when(i32.and(left, i32.const(2)), add(0, v128.load)),
        when(i32.eq(left, i32.const(3)), add(1, v128.load64_zero)),
        advanceAll(i32.shl(left, i32.const(3))),
      ]),
      rows.map((_, r) => [
        f64.store(y.get, f64.add(f64.load(y.get), f64.add(sumOfLanes(sums[r][0]), sumOfLanes(sums[r][1])))),
        y.advance(i32.const(8)),
      ]),
      // From the end of this row to the same row of the next matrix.
      ofS[0].set(i32.add(rows[count - 1].get, i32.sub(matrix.get, stride.get))),
    ]
  }
  const remain = (count: number): Code => i32.ge_u(i32.sub(yEnd.get, y.get), i32.const(8 * count))
  f.body = [
    stride.set(i32.shl(m.get, i32.const(3))),
    matrix.set(i32.mul(n.get, stride.get)),
    zEnd.set(i32.add(z.get, matrix.get)),
    repeat([
      ofS[0].set(s.get),
      end.set(i32.add(z.get, i32.shl(i32.and(m.get, i32.const(-4)), i32.const(3)))),
      yEnd.set(i32.add(y.get, i32.shl(k.get, i32.const(3)))),
      [AT_ONCE, 2, 1].map((count) => whilst(remain(count), dots(count))),
      s.advance(stride.get),
      z.advance(stride.get),
    ], i32.lt_u(z.get, zEnd.get)),
  ]
  return f
}

function sumOfLanes(vector: Local): Code {
  return f64.add(f64x2.extract_lane(vector.get, 0), f64x2.extract_lane(vector.get, 1))
}

/** Columns per tile: enough sums in flight to hide the latency of addition. */
const COLUMNS = 16

/** mixRows(z, y, s, n, k, m): Z[i, p] = Σ_j Y[i, j] S[j·n + i, p].  None of n, k, m is 0. */
export function mixRows(): FunctionBuilder {
  const f = new FunctionBuilder('mixRows')
  const [z, y, s, n, k, m] = Array.from({ length: 6 }, () => f.parameter())
  const matrix = f.local('i32'), end = f.local('i32'), left = f.local('i32')
  const at = f.local('i32'), term = f.local('i32'), termsEnd = f.local('i32')
  const factor = f.local('v128')
  const sums = Array.from({ length: COLUMNS / 2 }, () => f.local('v128'))
  /** The next `count` columns of a row of Z. */
  const columns = (count: number): Code => {
    const vectors = sums.slice(0, Math.ceil(count / 2))
    const load = count === 1 ? v128.load64_zero : v128.load
    const store = count === 1 ? v128.store64_lane : v128.store
    return [
      at.set(s.get),
      term.set(y.get),
      vectors.map((sum) => sum.set(v128.const(0))),
      repeat([
        factor.set(v128.load64_splat(term.get)),
        vectors.map((sum, v) => sum.set(f64x2.add(sum.get, f64x2.mul(factor.get, load(at.get, 16 * v))))),
        at.advance(matrix.get),
        term.advance(i32.const(8)),
      ], i32.lt_u(term.get, termsEnd.get)),
      vectors.map((sum, v) => store(z.get, sum.get, 16 * v)),
      z.advance(i32.const(8 * count)),
      s.advance(i32.const(8 * count)),
      left.advance(i32.const(-count)),
    ]
  }
  f.body = [
    matrix.set(i32.shl(i32.mul(n.get, m.get), i32.const(3))),
    end.set(i32.add(z.get, matrix.get)),
    repeat([
      left.set(m.get),
      termsEnd.set(i32.add(y.get, i32.shl(k.get, i32.const(3)))),
      [COLUMNS, 4, 2, 1].map((count) => whilst(i32.ge_u(left.get, i32.const(count)), columns(count))),
      y.set(termsEnd.get),
    ], i32.lt_u(z.get, end.get)),
  ]
  return f
}
