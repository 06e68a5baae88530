/**
 * Element-wise functions, two elements at a time, in the operations of the reference.
 */
import {
  COSH, LN2_HIGH, LN2_LOW, LOG2_E, ROUNDER, SINH, STEP_ROUNDER, TANH, TANH_AT, TANH_END,
} from '../elementary.ts'
import {
  type Code, f64x2, FunctionBuilder, i32, i32x4, i64x2, type Load, type Local, type Store, v128, when, whilst,
} from './assembler.ts'

/**
 * Vectors per iteration. There are more constants than registers, so each iteration loads them again, for all
 * its vectors. *Measured* for tanh (V8, Zen 4), nanoseconds per element: one vector 3.2, two 2.4, four 1.9.
 */
const VECTORS = 4

/** Code to run first, and the code of the value that replaces x. y: the second operand's element, if any. */
type Formula = (x: Local, y: Local, f: FunctionBuilder) => { before: Code; result: Code }

/**
 * The kernel name(x, n): each of n elements from address x is replaced by the result of `formula`; with
 * `second`, name(x, y, n), and the formula also uses the element of y. The last vector of an odd n is half 0.
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
    vectors.slice(0, count).map(({ x, y, before }, v) => [
      x.set(load(px.get, 16 * v)),
      (second ? y.set(load(py.get, 16 * v)) : []),
      before,
    ]),
    vectors.slice(0, count).map(({ result }, v) => store(px.get, result, 16 * v)),
    px.advance(i32.const(16 * count)),
    (second ? py.advance(i32.const(16 * count)) : []),
  ]
  /** Repeat `body` until fewer than `elements` are left; `elements` is a power of two. */
  const whole = (elements: number, body: Code): Code => [
    end.set(i32.add(px.get, i32.shl(i32.and(n.get, i32.const(-elements)), i32.const(3)))),
    whilst(i32.lt_u(px.get, end.get), body),
    n.set(i32.and(n.get, i32.const(elements - 1))),
  ]
  f.body = [
    whole(2 * VECTORS, apply(VECTORS, v128.load, v128.store)),
    whole(2, apply(1, v128.load, v128.store)),
    when(n.get, apply(1, v128.load64_zero, v128.store64_lane)),
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

/** tanh(x, n): `tanh` of elementary.ts, operation by operation. Its table, TANH_AT, is at address `table`. */
export function tanh(table: number): FunctionBuilder {
  return elementwise('tanh', false, (x, _, f) => {
    const [a, steps, d, z, T, t] = Array.from({ length: 6 }, () => f.local('v128'))
    const { add, sub, mul } = f64x2
    const constant = (value: number): Code => f.constant(value)
    /** The offset of the lane's step in the table. The mask keeps it in the table, even for a NaN. */
    const at = (lane: number): Code => i32.shl(
      i32.and(i32x4.extract_lane(steps.get, 2 * lane), i32.const(TANH_AT.length - 1)), i32.const(3))
    const polynomial = TANH.reduceRight<Code>(
      (sum, c) => sum.length === 0 ? constant(c) : add(constant(c), mul(z.get, sum)), [])
    const before = [
      a.set(f64x2.pmin(f64x2.abs(x.get), constant(TANH_END))),
      steps.set(add(a.get, constant(STEP_ROUNDER))),
      T.set(v128.load64_lane(at(1), v128.load64_zero(at(0), table), table)),
      d.set(sub(a.get, sub(steps.get, constant(STEP_ROUNDER)))),
      z.set(mul(d.get, d.get)),
      t.set(add(d.get, mul(mul(d.get, z.get), polynomial))),
    ]
    const magnitude = add(T.get, f64x2.div(
      mul(sub(constant(1), mul(T.get, T.get)), t.get), add(constant(1), mul(T.get, t.get))))
    return { before, result: v128.or(magnitude, v128.and(x.get, constant(-0))) }
  })
}

/**
 * exp(x, n): `exp` of elementary.ts without branches: 2^k is always two factors, which are as exact as one
 * where one is enough, and arguments are clipped to the range beyond which the result is 0 or infinite.
 */
export function exp(): FunctionBuilder {
  return elementwise('exp', false, (x, _, f) => {
    const [t, k, half, high, low, r, z, w] = Array.from({ length: 8 }, () => f.local('v128'))
    const constant = (value: number): Code => f.constant(value)
    const { add, sub, mul } = f64x2
    /** C₀ + z C₁ */
    const pair = (c: readonly number[], i: number): Code =>
      add(constant(c[i]), mul(z.get, constant(c[i + 1])))
    const even = mul(w.get, add(pair(COSH, 0), mul(w.get, add(pair(COSH, 2), mul(w.get, constant(COSH[4]))))))
    const odd = mul(z.get, add(pair(SINH, 0), mul(w.get, add(pair(SINH, 2), mul(w.get, pair(SINH, 4))))))
    /** 2^n for integers n: adds n to the exponent of 1. */
    const power = (n: Code): Code => i64x2.add(constant(1), i64x2.shl(n, i32.const(52)))
    const before = [
      x.set(f64x2.pmax(f64x2.pmin(x.get, constant(710)), constant(-746))),
      // x = k ln 2 + high − low; the last bits of t are k.
      t.set(add(mul(x.get, constant(LOG2_E)), constant(ROUNDER))),
      k.set(i64x2.sub(t.get, constant(ROUNDER))),
      half.set(i64x2.shr_s(k.get, i32.const(1))),
      t.set(sub(t.get, constant(ROUNDER))),
      high.set(sub(x.get, mul(t.get, constant(LN2_HIGH)))),
      low.set(mul(t.get, constant(LN2_LOW))),
      r.set(sub(high.get, low.get)),
      z.set(mul(r.get, r.get)),
      w.set(mul(z.get, z.get)),
      r.set(add(mul(constant(0.5), z.get), add(even, mul(r.get, odd)))),
      r.set(add(constant(1), add(high.get, sub(r.get, low.get)))),
    ]
    return { before, result: mul(mul(r.get, power(half.get)), power(i64x2.sub(k.get, half.get))) }
  })
}
