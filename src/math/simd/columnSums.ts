/**
 * Sums down the columns of a matrix, lanes across the columns, each in the order of the contract.
 */
import { type Code, f64x2, FunctionBuilder, i32, repeat, v128, whilst } from './assembler.ts'

/** Columns per tile: four vectors of sums in flight. */
const COLUMNS = 8

/** addColumnSums(b, y, n, m): b[j] ← b[j] + Y[0, j] + Y[1, j] + … over the n ≥ 1 rows of Y [n, m]. */
export function addColumnSums(): FunctionBuilder {
  const f = new FunctionBuilder('addColumnSums')
  const b = f.parameter(), y = f.parameter(), n = f.parameter(), m = f.parameter()
  const row = f.local('i32'), end = f.local('i32'), stride = f.local('i32'), left = f.local('i32')
  const sums = Array.from({ length: COLUMNS / 2 }, () => f.local('v128'))
  /** The next `count` columns, all rows. */
  const columns = (count: number): Code => {
    const vectors = sums.slice(0, Math.ceil(count / 2))
    const load = count === 1 ? v128.load64_zero : v128.load
    const store = count === 1 ? v128.store64_lane : v128.store
    return [
      row.set(y.get),
      end.set(i32.add(y.get, i32.mul(n.get, stride.get))),
      vectors.map((sum, v) => sum.set(load(b.get, 16 * v))),
      repeat([
        vectors.map((sum, v) => sum.set(f64x2.add(sum.get, load(row.get, 16 * v)))),
        row.advance(stride.get),
      ], i32.lt_u(row.get, end.get)),
      vectors.map((sum, v) => store(b.get, sum.get, 16 * v)),
      b.advance(i32.const(8 * count)),
      y.advance(i32.const(8 * count)),
      left.advance(i32.const(-count)),
    ]
  }
  f.body = [
    stride.set(i32.shl(m.get, i32.const(3))),
    left.set(m.get),
    [COLUMNS, 2, 1].map((count) => whilst(i32.ge_u(left.get, i32.const(count)), columns(count))),
  ]
  return f
}
