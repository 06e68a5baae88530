/**
 * A step of Adam, two parameters at a time, in the operations of the reference.
 */
import {
  type Code, f64x2, FunctionBuilder, i32, type Load, type Store, v128, when, whilst,
} from './assembler.ts'

/**
 * adam(theta, g, m, v, factors, n): `Backend.adam` for n elements at each address, seven at `factors`.
 * One vector per iteration: division and root are the limit.
 */
export function adam(): FunctionBuilder {
  const f = new FunctionBuilder('adam')
  const [theta, g, m, v, factors, n] = Array.from({ length: 6 }, () => f.parameter())
  const end = f.local('i32')
  const all = Array.from({ length: 7 }, () => f.local('v128'))
  const [beta1, rest1, beta2, rest2, rate, unbias, epsilon] = all
  const x = f.local('v128'), mean = f.local('v128'), square = f.local('v128')
  const { add, sub, mul, div, sqrt } = f64x2
  const step = (load: Load, store: Store): Code => [
    x.set(load(g.get)),
    mean.set(add(mul(beta1.get, load(m.get)), mul(rest1.get, x.get))),
    square.set(add(mul(beta2.get, load(v.get)), mul(mul(rest2.get, x.get), x.get))),
    store(m.get, mean.get),
    store(v.get, square.get),
    store(theta.get, sub(load(theta.get), div(
      mul(rate.get, mean.get), add(sqrt(mul(square.get, unbias.get)), epsilon.get)))),
  ]
  f.body = [
    all.map((factor, i) => factor.set(v128.load64_splat(factors.get, 8 * i))),
    end.set(i32.add(g.get, i32.shl(i32.and(n.get, i32.const(-2)), i32.const(3)))),
    whilst(i32.lt_u(g.get, end.get), [
      step(v128.load, v128.store),
      [theta, g, m, v].map((pointer) => pointer.advance(i32.const(16))),
    ]),
    when(i32.and(n.get, i32.const(1)), step(v128.load64_zero, v128.store64_lane)),
  ]
  return f
}
