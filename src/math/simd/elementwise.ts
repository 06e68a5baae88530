/**
 * What is done to each element by itself, or to each column: two lanes at a time, in the reference's operations.
 */
import { COSH, LN2_HIGH, LN2_LOW, LOG2_E, ROUNDER, SINH, TANH_SERIES_END } from '../elementary.ts'
import {
  type Code, f64x2, FunctionBuilder, i32, i64x2, type Load, type Local, repeat, type Store, v128, when, whilst,
} from './assembler.ts'

/**
 * Vectors a turn of the loop. Constants outnumber the registers and are loaded anew each turn, for all vectors at once.
 * *Measured* for tanh (V8, Zen 5), nanoseconds an element: one vector 4.4, two 3.7, four 3.3.
 */
const VECTORS = 4

/** Code that computes from x, and y where there is one, what takes the place of x. */
type Formula = (x: Local, y: Local, f: FunctionBuilder) => { before: Code; result: Code }

/**
 * name(x, n): n elements from address x, each replaced by what `formula` makes of it; with `second`, name(x, y, n)
 * and the formula also sees the element of y. An odd last element passes with 0 in the other lane.
 */
function elementwise(name: string, second: boolean, formula: Formula): FunctionBuilder {
  const f = new FunctionBuilder(name)
  const px = f.parameter(), py = second ? f.parameter() : px, n = f.parameter()
  const end = f.local('i32')
  const vectors = Array.from({ length: VECTORS }, () => {
    const x = f.local('v128'), y = second ? f.local('v128') : x
    return { x, y, ...formula(x, y, f) }
  })
  const apply = (count: number, load: Load, store: Store): Code => [
    ...vectors.slice(0, count).flatMap(({ x, y, before }, v) => [
      ...x.set(load(px.get, 16 * v)),
      ...(second ? y.set(load(py.get, 16 * v)) : []),
      ...before,
    ]),
    ...vectors.slice(0, count).flatMap(({ result }, v) => store(px.get, result, 16 * v)),
    ...px.advance(i32.const(16 * count)),
    ...(second ? py.advance(i32.const(16 * count)) : []),
  ]
  /** Until fewer than `elements` are left, a power of two. */
  const whole = (elements: number, body: Code): Code => [
    ...end.set(i32.add(px.get, i32.shl(i32.and(n.get, i32.const(-elements)), i32.const(3)))),
    ...whilst(i32.lt_u(px.get, end.get), body),
    ...n.set(i32.and(n.get, i32.const(elements - 1))),
  ]
  f.body = [
    ...whole(2 * VECTORS, apply(VECTORS, v128.load, v128.store)),
    ...whole(2, apply(1, v128.load, v128.store)),
    ...when(n.get, apply(1, v128.load64_zero, v128.store64_lane)),
  ]
  return f
}

/** multiplyByTanhSlope(g, y, n): g ← g (1 − y y). */
export function multiplyByTanhSlope(): FunctionBuilder {
  return elementwise('multiplyByTanhSlope', true, (g, y, f) => ({
    before: [],
    result: f64x2.mul(g.get, f64x2.sub(f.constant(1), f64x2.mul(y.get, y.get))),
  }))
}

/**
 * tanh(x, n): elementary.ts's tanh without a branch. Both of its formulas share one polynomial and one division;
 * what differs is selected: below TANH_SERIES_END x + x (sinh/x − cosh) / cosh, above 1 − 2 / (e^2a + 1).
 */
export function tanh(): FunctionBuilder {
  return elementwise('tanh', false, (x, _, f) => {
    const names = ['a', 'small', 't', 'k', 'high', 'low', 's', 'r', 'z', 'w', 'even', 'odd', 'half'] as const
    const local = Object.fromEntries(names.map((name) => [name, f.local('v128')])) as Record<typeof names[number], Local>
    const { a, small, t, k, high, low, s, r, z, w, even, odd, half } = local
    const constant = (value: number): Code => f.constant(value)
    const { add, sub, mul } = f64x2
    const one = constant(1)
    /** C₀ + z C₁ */
    const pair = (c: readonly number[], i: number): Code => add(constant(c[i]), mul(z.get, constant(c[i + 1])))
    const choose = (whereSmall: Code, elsewhere: Code): Code => v128.bitselect(whereSmall, elsewhere, small.get)
    const before = [
      ...a.set(f64x2.abs(x.get)),
      ...small.set(f64x2.lt(a.get, constant(TANH_SERIES_END))),
      // y = 2a, at most 44, stands in r until it is reduced: y = k ln 2 + high − low.
      ...r.set(f64x2.pmin(add(a.get, a.get), constant(44))),
      ...t.set(add(mul(r.get, constant(LOG2_E)), constant(ROUNDER))),
      ...k.set(sub(t.get, constant(ROUNDER))),
      ...high.set(sub(r.get, mul(k.get, constant(LN2_HIGH)))),
      ...low.set(mul(k.get, constant(LN2_LOW))),
      // The last bits of t are k: shifted to the exponent and taken from that of 1 they give 2^−k.
      ...s.set(i64x2.sub(one, i64x2.shl(t.get, i32.const(52)))),
      ...r.set(choose(a.get, sub(high.get, low.get))),
      ...z.set(mul(r.get, r.get)),
      ...w.set(mul(z.get, z.get)),
      ...even.set(mul(w.get, add(pair(COSH, 0), mul(w.get, add(pair(COSH, 2), mul(w.get, constant(COSH[4]))))))),
      ...odd.set(mul(z.get, add(pair(SINH, 0), mul(w.get, add(pair(SINH, 2), mul(w.get, pair(SINH, 4))))))),
      ...half.set(mul(constant(0.5), z.get)),
    ]
    const rest = add(half.get, add(even.get, mul(r.get, odd.get)))
    const numerator = choose(mul(r.get, sub(sub(odd.get, even.get), half.get)), mul(constant(-2), s.get))
    const denominator = choose(
      add(one, add(half.get, even.get)),
      add(add(one, s.get), add(high.get, sub(rest, low.get))))
    const magnitude = add(choose(a.get, one), f64x2.div(numerator, denominator))
    return { before, result: v128.or(magnitude, v128.and(x.get, constant(-0))) }
  })
}

/** addColumnSums(b, y, n, m): b[j] ← b[j] + y[0, j] + y[1, j] + … for all n ≥ 1 rows of Y [n, m]. */
export function addColumnSums(): FunctionBuilder {
  const f = new FunctionBuilder('addColumnSums')
  const b = f.parameter(), y = f.parameter(), n = f.parameter(), m = f.parameter()
  const row = f.local('i32'), end = f.local('i32'), stride = f.local('i32'), left = f.local('i32')
  const sums = Array.from({ length: 4 }, () => f.local('v128'))
  /** The next `columns` columns, all rows. */
  const columns = (count: number): Code => {
    const vectors = sums.slice(0, Math.ceil(count / 2))
    const load = count === 1 ? v128.load64_zero : v128.load
    const store = count === 1 ? v128.store64_lane : v128.store
    return [
      ...row.set(y.get),
      ...end.set(i32.add(y.get, i32.mul(n.get, stride.get))),
      ...vectors.flatMap((sum, v) => sum.set(load(b.get, 16 * v))),
      ...repeat([
        ...vectors.flatMap((sum, v) => sum.set(f64x2.add(sum.get, load(row.get, 16 * v)))),
        ...row.advance(stride.get),
      ], i32.lt_u(row.get, end.get)),
      ...vectors.flatMap((sum, v) => store(b.get, sum.get, 16 * v)),
      ...b.advance(i32.const(8 * count)),
      ...y.advance(i32.const(8 * count)),
      ...left.advance(i32.const(-count)),
    ]
  }
  f.body = [
    ...stride.set(i32.shl(m.get, i32.const(3))),
    ...left.set(m.get),
    ...[8, 2, 1].flatMap((count) => whilst(i32.ge_u(left.get, i32.const(count)), columns(count))),
  ]
  return f
}
