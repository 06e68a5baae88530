/**
 * The peak of this machine: multiply–adds that wait for nothing.
 *
 * A current core starts two multiplications and two additions per cycle, and an addition takes two or three:
 * eight independent sums keep it full. Multiply and add are separate instructions, as in every kernel here; a
 * fused multiply–add would count double and give other bits.
 * But: the few numbers that are read stay in the first cache, and nothing is stored, so no kernel quite
 * reaches this; it is the denominator of "share of the peak".
 */
import { assemble, f64x2, FunctionBuilder, i32, repeat, v128 } from '../../src/math/simd/assembler.ts'
import type { Contestant } from './measure.ts'

/** Turns of the loop in one call. */
const TURNS = 4096

/**
 * In TypeScript: chains x ← x·a + b, eleven of them, since the twelfth makes V8 run out of registers.
 * x tends to b / (1 − a), far from overflow and from subnormals.
 * *Measured* (V8, Zen 5): 11.9 GFLOP/s with eleven, 10.5 with ten, 9.0 with eight, 7.1 with twelve.
 */
export function scalarPeak(): Contestant {
  return { name: 'scalar peak', flops: 2 * 11 * TURNS, run: () => scalarChains(0.999, 0.001) }
}

function scalarChains(a: number, b: number): number {
  let x0 = 0.5, x1 = 1.5, x2 = 2.5, x3 = 3.5, x4 = 4.5, x5 = 5.5
  let x6 = 6.5, x7 = 7.5, x8 = 8.5, x9 = 9.5, x10 = 10.5
  for (let i = 0; i < TURNS; i++) {
    x0 = x0 * a + b
    x1 = x1 * a + b
    x2 = x2 * a + b
    x3 = x3 * a + b
    x4 = x4 * a + b
    x5 = x5 * a + b
    x6 = x6 * a + b
    x7 = x7 * a + b
    x8 = x8 * a + b
    x9 = x9 * a + b
    x10 = x10 * a + b
  }
  return x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10
}

/** Rows and columns of the sums. */
const ROWS = 4, COLUMNS = 2

/** In WebAssembly on vectors of two doubles, or null if it is missing. */
export function simdPeak(): Contestant | null {
  const instance = instantiate([sums()], 1)
  if (instance === null) return null
  const { functions, numbers } = instance
  numbers.fill(1, 0, ROWS)
  return {
    name: 'SIMD peak', flops: 2 * 2 * ROWS * COLUMNS * TURNS,
    run: () => { functions.sums(0, 8 * ROWS, TURNS); return numbers[ROWS] },
  }
}

/**
 * sums(x, out, turns): in each turn s_ij += x_i · y_j, with x_i from memory, so that the compiler does not
 * take the products out of the loop, and y_j in registers; then the sum of all to address `out`.
 * *Measured* (V8, Zen 5): 4 × 2 sums 31.5 GFLOP/s; 5 × 2, 6 × 2 and 3 × 3 below 14; twelve chains as in the
 * scalar peak 27.1, since a link through multiplier and adder takes six cycles.
 */
function sums(): FunctionBuilder {
  const f = new FunctionBuilder('sums')
  const x = f.parameter(), out = f.parameter(), left = f.parameter()
  const factor = f.local('v128')
  const y = Array.from({ length: COLUMNS }, () => f.local('v128'))
  const s = Array.from({ length: ROWS * COLUMNS }, () => f.local('v128'))
  f.body = [
    y.map((each, j) => each.set(v128.const(j + 1))),
    repeat([
      Array.from({ length: ROWS }, (_, i) => [
        factor.set(v128.load64_splat(x.get, 8 * i)),
        y.map((each, j) => {
          const sum = s[COLUMNS * i + j]
          return sum.set(f64x2.add(sum.get, f64x2.mul(factor.get, each.get)))
        }),
      ]),
      left.advance(i32.const(-1)),
    ], left.get),
    v128.store(out.get, s.map((each) => each.get).reduce((total, each) => f64x2.add(total, each))),
  ]
  return f
}

export interface Instance {
  readonly functions: Readonly<Record<string, (...parameters: number[]) => void>>
  /** The whole memory, as doubles. */
  readonly numbers: Float64Array
}

/**
 * `functions` assembled, on a memory of their own of `pages` · 64 KiB; null if WebAssembly SIMD is missing.
 */
export function instantiate(functions: readonly FunctionBuilder[], pages: number): Instance | null {
  const host = (globalThis as { WebAssembly?: WebAssemblyHost }).WebAssembly
  const bytes = assemble(functions)
  if (host === undefined || !host.validate(bytes)) return null
  const memory = new host.Memory({ initial: pages, maximum: pages })
  const { exports } = new host.Instance(new host.Module(bytes), { host: { memory } })
  return { functions: exports, numbers: new Float64Array(memory.buffer) }
}

interface WebAssemblyHost {
  validate(bytes: Uint8Array): boolean
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: Instance['functions'] }
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
}
