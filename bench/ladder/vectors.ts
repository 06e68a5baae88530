/**
 * The last rungs: WebAssembly, assembled by the library's own assembler. Up to rung 11 nothing is packed:
 * machine code without bounds checks (the engine reserves all that a 32-bit address can reach) reads B where
 * it lies, and each sum follows its product as written. Rungs 12 and 13 have panels; rung 14 is
 * src/math/simd/multiply.ts itself.
 * But: sizes are multiples of the tile here; the library's kernel takes all, and any strides of A.
 */
import {
  type Code, cycle, f64x2, flatten, FunctionBuilder, i32, type Local, repeat, unsigned, v128, type ValueType,
  whilst,
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
  load: (address, offset) => [address, 0x2b, 3, ...unsigned(offset)], // f64.load, aligned to 2³ bytes
  splat: (address) => [address, 0x2b, 3, 0],
  store: (address, value, offset) => [address, value, 0x39, 3, ...unsigned(offset)], // f64.store
  zero: [0x44, 0, 0, 0, 0, 0, 0, 0, 0], // f64.const
  multiply: (x, y) => [x, y, 0xa2], // f64.mul
  add: (x, y) => [x, y, 0xa0], // f64.add
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

  override get code(): Code {
    const locals = [...unsigned(this.#types.length), ...this.#types.flatMap((type) => [1, type])]
    const whole = flatten([locals, this.body, 0x0b])
    return [unsigned(whole.length), whole]
  }
}

/**
 * Rung 9: 4 × 2 doubles. Four instructions per multiply–add where rung 8 has eight, and eight sums, all in
 * registers: as many chains as in rung 11, at half the width.
 */
export function scalar4x2(): FunctionBuilder {
  return tiled(new ScalarFunction('scalar4x2'), 4, 2, double)
}

/** Rung 10: 2 rows × 2 vectors of two doubles. Twice the work per instruction, but too few sums in flight. */
export function simd2x2(): FunctionBuilder {
  return tiled(new FunctionBuilder('simd2x2'), 2, 2, pair)
}

/**
 * Rung 11: 4 rows × 2 vectors: eight sums, two vectors of B, a number of A and a product, 12 of 16 registers.
 */
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
    factors.map((each, v) => each.set(lanes.load(at.get, v * lanes.bytes))),
    pointers.map((pointer, r) => [
      factor.set(lanes.splat(pointer.get)),
      pointer.advance(i32.const(8)),
      factors.map((each, v) => {
        const sum = sums[r * vectors + v]
        return sum.set(lanes.add(sum.get, lanes.multiply(factor.get, each.get)))
      }),
    ]),
    at.advance(strideC.get),
  ], i32.lt_u(at.get, end.get))
  const tile: Code = [
    sums.map((sum) => sum.set(lanes.zero)),
    pointers.map((pointer, r) =>
      pointer.set(r === 0 ? rowA.get : i32.add(pointers[r - 1].get, strideA.get))),
    at.set(columnB.get),
    end.set(i32.add(at.get, i32.mul(k.get, strideC.get))),
    terms,
    at.set(column.get),
    pointers.map((_, r) => [
      factors.map((__, v) => lanes.store(at.get, sums[r * vectors + v].get, v * lanes.bytes)),
      at.advance(strideC.get),
    ]),
    column.advance(i32.const(vectors * lanes.bytes)),
    columnB.advance(i32.const(vectors * lanes.bytes)),
  ]
  const band: Code = [
    column.set(rowC.get),
    columnB.set(b.get),
    endRow.set(i32.add(rowC.get, strideC.get)),
    whilst(i32.lt_u(column.get, endRow.get), tile),
    rowC.advance(i32.mul(strideC.get, i32.const(rows))),
    rowA.advance(i32.mul(strideA.get, i32.const(rows))),
  ]
  f.body = [
    strideC.set(i32.shl(m.get, i32.const(3))),
    strideA.set(i32.shl(k.get, i32.const(3))),
    rowC.set(c.get),
    rowA.set(a.get),
    endC.set(i32.add(c.get, i32.mul(n.get, strideC.get))),
    whilst(i32.lt_u(rowC.get, endC.get), band),
  ]
  return f
}

/** Rung 12: tiles as in rung 11, from panels of B and A that are copied first. */
export function simdPanels(): FunctionBuilder {
  return fromPanels('simdPanels', 1)
}

/** Rung 13: sixteen terms per turn of the loop, which may end after each of them. */
export function simdSixteen(): FunctionBuilder {
  return fromPanels('simdSixteen', 16)
}

/**
 * name(c, a, b, n, m, k, panels): C ← A·B in tiles of 4 rows × 2 vectors.
 * 8 k (m + 4) bytes at `panels` are overwritten.
 */
function fromPanels(name: string, termsOfTurn: number): FunctionBuilder {
  const f = new FunctionBuilder(name)
  const [c, a, b, n, m, k, panels] = Array.from({ length: 7 }, () => f.parameter())
  const integers = Array.from({ length: 10 }, () => f.local('i32'))
  const [strideC, strideA, bytesOfB, rowC, rowA, endC, at, from, to, end] = integers
  const pointers = Array.from({ length: 4 }, () => f.local('i32'))
  const sums = Array.from({ length: 8 }, () => f.local('v128'))
  const factors = [f.local('v128'), f.local('v128')], factor = f.local('v128')
  const panelsOfB = i32.add(panels.get, i32.mul(k.get, i32.const(32)))

  const packB: Code = [
    to.set(panelsOfB),
    at.set(b.get),
    whilst(i32.lt_u(at.get, i32.add(b.get, strideC.get)), [
      from.set(at.get),
      end.set(i32.add(to.get, i32.mul(k.get, i32.const(32)))),
      repeat([
        [0, 16].map((offset) => v128.store(to.get, v128.load(from.get, offset), offset)),
        from.advance(strideC.get),
        to.advance(i32.const(32)),
      ], i32.lt_u(to.get, end.get)),
      at.advance(i32.const(32)),
    ]),
    bytesOfB.set(i32.sub(to.get, panelsOfB)),
  ]
  const packA: Code = [
    pointers.map((pointer, r) => pointer.set(r === 0 ? rowA.get : i32.add(pointers[r - 1].get, strideA.get))),
    to.set(panels.get),
    repeat([
      [0, 2].map((r) => v128.store(
        to.get, v128.load64_lane(pointers[r + 1].get, v128.load64_zero(pointers[r].get)), 8 * r)),
      pointers.map((pointer) => pointer.advance(i32.const(8))),
      to.advance(i32.const(32)),
    ], i32.lt_u(to.get, panelsOfB)),
  ]
  const term = (u: number): Code => [
    factors.map((each, v) => each.set(v128.load(from.get, 32 * u + 16 * v))),
    pointers.map((_, r) => [
      factor.set(v128.load64_splat(to.get, 8 * r)),
      factors.map((each, v) => {
        const sum = sums[2 * r + v]
        return sum.set(f64x2.add(sum.get, f64x2.mul(factor.get, each.get)))
      }),
    ]),
    to.advance(i32.const(32)),
    u + 1 === termsOfTurn ? from.advance(i32.const(32 * termsOfTurn)) : [],
  ]
  const tile: Code = [
    sums.map((sum) => sum.set(v128.const(0))),
    to.set(panels.get),
    from.set(end.get),
    cycle(Array.from({ length: termsOfTurn }, (_, u) => term(u)), i32.ge_u(to.get, panelsOfB)),
    end.advance(i32.mul(k.get, i32.const(32))),
    from.set(at.get),
    pointers.map((_, r) => [
      factors.map((__, v) => v128.store(from.get, sums[2 * r + v].get, 16 * v)),
      from.advance(strideC.get),
    ]),
    at.advance(i32.const(32)),
  ]
  f.body = [
    strideC.set(i32.shl(m.get, i32.const(3))),
    strideA.set(i32.shl(k.get, i32.const(3))),
    packB,
    rowC.set(c.get),
    rowA.set(a.get),
    endC.set(i32.add(c.get, i32.mul(n.get, strideC.get))),
    whilst(i32.lt_u(rowC.get, endC.get), [
      packA,
      at.set(rowC.get),
      end.set(panelsOfB),
      repeat(tile, i32.lt_u(end.get, i32.add(panelsOfB, bytesOfB.get))),
      rowC.advance(i32.mul(strideC.get, i32.const(4))),
      rowA.advance(i32.mul(strideA.get, i32.const(4))),
    ]),
  ]
  return f
}
