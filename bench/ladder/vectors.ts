/**
 * The last rungs: WebAssembly, assembled by the library's own assembler. Nothing is packed yet: machine code
 * without bounds checks (the engine reserves all that a 32-bit address can reach) reads B where it lies, and
 * each sum follows its product as written. Rung 12, with panels, is src/math/simd/multiply.ts itself.
 * But: sizes are multiples of the tile here; the library's kernel takes all, and any strides of A.
 */
import {
  type Code, f64x2, FunctionBuilder, i32, type Local, repeat, unsigned, v128, type ValueType, whilst,
} from '../../src/math/simd/assembler.ts'

/** What differs between one double and two: instructions, and bytes. */
interface Lanes {
  readonly bytes: number
  load(address: Code, offset: number): Code
  /** One double, in all lanes. */
  splat(address: Code): Code
  store(address: Code, value: Code, offset: number): Code
  readonly zero: Code
  multiply(x: Code, y: Code): Code
  add(x: Code, y: Code): Code
}

const double: Lanes = {
  bytes: 8,
  load: (address, offset) => [...address, 0x2b, 3, ...unsigned(offset)], // f64.load, aligned to 2³ bytes
  splat: (address) => [...address, 0x2b, 3, 0],
  store: (address, value, offset) => [...address, ...value, 0x39, 3, ...unsigned(offset)], // f64.store
  zero: [0x44, 0, 0, 0, 0, 0, 0, 0, 0], // f64.const
  multiply: (x, y) => [...x, ...y, 0xa2], // f64.mul
  add: (x, y) => [...x, ...y, 0xa0], // f64.add
}

const pair: Lanes = {
  bytes: 16, load: v128.load, splat: v128.load64_splat, store: v128.store, zero: v128.const(0),
  multiply: f64x2.mul, add: f64x2.add,
}

/**
 * A function whose v128 locals, as the assembler knows them, are f64: no kernel of the library needs those.
 */
class ScalarFunction extends FunctionBuilder {
  readonly #types: number[] = []

  override local(type: ValueType): Local {
    this.#types.push(type === 'i32' ? 0x7f : 0x7c)
    return super.local(type)
  }

  override get code(): number[] {
    const locals = [...unsigned(this.#types.length), ...this.#types.flatMap((type) => [1, type])]
    const whole = [...locals, ...this.body, 0x0b]
    return [...unsigned(whole.length), ...whole]
  }
}

/**
 * Rung 9: 4 × 2 doubles. Four instructions a multiply–add where rung 8 has eight, and eight sums, all in
 * registers: as many chains as in rung 11, at half the width.
 */
export function scalar4x2(): FunctionBuilder {
  return tiled(new ScalarFunction('scalar4x2'), 4, 2, double)
}

/** Rung 10: 2 rows × 2 vectors of two doubles. Twice the work an instruction, but too few sums in flight. */
export function simd2x2(): FunctionBuilder {
  return tiled(new FunctionBuilder('simd2x2'), 2, 2, pair)
}

/** Rung 11: 4 rows × 2 vectors: eight sums, two vectors of B, a number of A and a product, 12 of 16 registers. */
export function simd4x2(): FunctionBuilder {
  return tiled(new FunctionBuilder('simd4x2'), 4, 2, pair)
}

/** name(c, a, b, n, m, k): C ← A·B in tiles of `rows` × `vectors` sums, lanes over the columns of C. */
function tiled(f: FunctionBuilder, rows: number, vectors: number, lanes: Lanes): FunctionBuilder {
  const [c, a, b, n, m, k] = Array.from({ length: 6 }, () => f.parameter())
  const integers = Array.from({ length: 10 }, () => f.local('i32'))
  const [rowC, rowA, at, end, strideC, strideA, endC, endRow, column, columnB] = integers
  const pointers = Array.from({ length: rows }, () => f.local('i32'))
  const sums = Array.from({ length: rows * vectors }, () => f.local('v128'))
  const factors = Array.from({ length: vectors }, () => f.local('v128')), factor = f.local('v128')

  const terms: Code = repeat([
    ...factors.flatMap((each, v) => each.set(lanes.load(at.get, v * lanes.bytes))),
    ...pointers.flatMap((pointer, r) => [
      ...factor.set(lanes.splat(pointer.get)),
      ...pointer.advance(i32.const(8)),
      ...factors.flatMap((each, v) => {
        const sum = sums[r * vectors + v]
        return sum.set(lanes.add(sum.get, lanes.multiply(factor.get, each.get)))
      }),
    ]),
    ...at.advance(strideC.get),
  ], i32.lt_u(at.get, end.get))
  const tile: Code = [
    ...sums.flatMap((sum) => sum.set(lanes.zero)),
    ...pointers.flatMap((pointer, r) =>
      pointer.set(r === 0 ? rowA.get : i32.add(pointers[r - 1].get, strideA.get))),
    ...at.set(columnB.get),
    ...end.set(i32.add(at.get, i32.mul(k.get, strideC.get))),
    ...terms,
    ...at.set(column.get),
    ...pointers.flatMap((_, r) => [
      ...factors.flatMap((__, v) => lanes.store(at.get, sums[r * vectors + v].get, v * lanes.bytes)),
      ...at.advance(strideC.get),
    ]),
    ...column.advance(i32.const(vectors * lanes.bytes)),
    ...columnB.advance(i32.const(vectors * lanes.bytes)),
  ]
  const band: Code = [
    ...column.set(rowC.get),
    ...columnB.set(b.get),
    ...endRow.set(i32.add(rowC.get, strideC.get)),
    ...whilst(i32.lt_u(column.get, endRow.get), tile),
    ...rowC.advance(i32.mul(strideC.get, i32.const(rows))),
    ...rowA.advance(i32.mul(strideA.get, i32.const(rows))),
  ]
  f.body = [
    ...strideC.set(i32.shl(m.get, i32.const(3))),
    ...strideA.set(i32.shl(k.get, i32.const(3))),
    ...rowC.set(c.get),
    ...rowA.set(a.get),
    ...endC.set(i32.add(c.get, i32.mul(n.get, strideC.get))),
    ...whilst(i32.lt_u(rowC.get, endC.get), band),
  ]
  return f
}
