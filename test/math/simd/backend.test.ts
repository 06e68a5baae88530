/**
 * Every operation of the SIMD backend against the reference backend, on random and on special numbers.
 * No tolerance: every number is compared to the bit; only NaNs with different payloads count as equal.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Backend } from '../../../src/math/backend.ts'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { createFastest, createSimd } from '../../../src/math/simd/backend.ts'
import { rowsOf, type Tensor, transposed } from '../../../src/math/tensor.ts'
import * as dense from '../../support/dense.ts'

const simd = createSimd(1 << 24)!
const random = new Random(1)

/** A tensor of `backend` that holds `values`. */
function hold(backend: Backend, rows: number, cols: number, values: Float64Array): Tensor {
  const tensor = backend.allocate(rows, cols)
  tensor.data.set(values)
  return tensor
}

/** A [n, k], stored column by column if `flip`. */
function matrixA(backend: Backend, n: number, k: number, values: Float64Array, flip: boolean): Tensor {
  return flip ? transposed(hold(backend, k, n, values)) : hold(backend, n, k, values)
}

const normals = (n: number): Float64Array => dense.normals(n, random)

/** All NaNs are equal; everything else is compared by its bits. */
function expectSameBits(actual: Float64Array, wanted: Float64Array, what: string): void {
  for (let i = 0; i < wanted.length; i++) {
    if (!Object.is(actual[i], wanted[i])) {
      assert.unreachable(`${what}: [${i}] is ${actual[i]}, the reference has ${wanted[i]}`)
    }
  }
}

/** Run `work` on both backends and compare everything that it returns. */
function compare(what: string, work: (backend: Backend) => Tensor[]): void {
  simd.temporarily(() => {
    const wanted = work(reference), actual = work(simd)
    wanted.forEach((tensor, t) => expectSameBits(actual[t].data, tensor.data, `${what}, result ${t}`))
  })
}

test('this runtime has SIMD, and createFastest takes it', () => {
  assert.is(simd.name, 'simd')
  assert.is(createFastest(1 << 16).name, 'simd')
})

test('products have the reference\'s bits for all sizes 1 … 17 per dimension, plain and transposed', () => {
  for (let n = 1; n <= 17; n++) for (let m = 1; m <= 17; m++) for (let k = 1; k <= 17; k++) {
    const a = normals(n * k), b = normals(k * m), c = normals(n * m)
    for (const flip of [false, true]) {
      compare(`${n}×${k} · ${k}×${m}${flip ? ', transposed' : ''}`, (backend) => {
        const A = matrixA(backend, n, k, a, flip)
        const B = hold(backend, k, m, b), C = hold(backend, n, m, c)
        // What D and E hold before must have no effect.
        const D = hold(backend, n, m, c), E = hold(backend, n, m, c)
        backend.addMultiply(C, A, B)
        backend.multiply(D, A, B)
        backend.affine(E, A, B, hold(backend, 1, m, c.slice(0, m)))
        return [C, D, E]
      })
    }
  }
})

test('products have the reference\'s bits for larger sizes, also beyond the blocks of both', () => {
  for (const [n, k, m] of [
    [96, 64, 64], [64, 96, 64], [96, 11, 64], [96, 64, 3], [33, 300, 130], [130, 257, 21], [5, 600, 40],
    [16, 256, 128], [19, 520, 263],
  ]) {
    const a = normals(n * k), b = normals(k * m)
    for (const flip of [false, true]) {
      compare(`${n}×${k} · ${k}×${m}`, (backend) => {
        const A = matrixA(backend, n, k, a, flip), B = hold(backend, k, m, b)
        const C = backend.allocate(n, m), D = backend.allocate(n, m)
        backend.multiply(C, A, B)
        backend.affine(D, A, B, hold(backend, 1, m, b.slice(0, m)))
        return [C, D]
      })
    }
  }
})

/** All three products of random numbers, with one more special number each time, and A in both layouts. */
function compareProducts(n: number, k: number, m: number): void {
  const a = normals(n * k), b = normals(k * m), c = normals(n * m)
  for (const x of [1, NaN, Infinity, -Infinity, -0, 5e-324, 1e308]) {
    a[random.integer(a.length)] *= x
    b[random.integer(b.length)] *= x
    for (const flip of [false, true]) {
      compare(`${n}×${k} · ${k}×${m}${flip ? ', transposed' : ''}, ${x}`, (backend) => {
        const A = matrixA(backend, n, k, a, flip), B = hold(backend, k, m, b)
        const [C, D, E] = [c, c, c].map((values) => hold(backend, n, m, values))
        backend.addMultiply(C, A, B)
        backend.multiply(D, A, B)
        backend.affine(E, A, B, hold(backend, 1, m, c.slice(0, m)))
        return [C, D, E]
      })
    }
  }
}

test('products from panels have the reference\'s bits for 1 … 70 terms, and with special numbers', () => {
  // 16 is the minimum of rows and columns for panels; 0 … 3 more are outside of whole tiles.
  for (let k = 1; k <= 70; k++) compareProducts(16 + k % 4, k, 16 + random.integer(4))
})

test('so have products of few columns, for sums of 1 … 40 terms and of more than fit in one call', () => {
  for (const k of [...Array.from({ length: 40 }, (_, i) => i + 1), 255, 256, 257, 520]) {
    for (let m = 1; m <= 4; m++) compareProducts(1 + random.integer(32), k, m)
  }
})

test('NaN, infinities, zeros of either sign and subnormals give the same as in the reference', () => {
  const special = [NaN, Infinity, -Infinity, 0, -0, 5e-324, -5e-324, 1e308, -1e308, 1]
  for (let size = 1; size <= 9; size++) {
    const pick = (n: number): Float64Array =>
      Float64Array.from({ length: n }, () => special[random.integer(special.length)])
    for (let turn = 0; turn < 40; turn++) {
      const a = pick(size * 3), b = pick(3 * size), c = pick(size * size)
      compare(`size ${size}`, (backend) => {
        const C = hold(backend, size, size, c), S = hold(backend, 1, size, c.slice(0, size))
        backend.addMultiply(C, hold(backend, size, 3, a), hold(backend, 3, size, b))
        const [G, T, E] = [c, c, c].map((values) => hold(backend, size, size, values))
        const dots = hold(backend, size, 1, c.slice(0, size)), mixed = backend.allocate(size, size)
        backend.addRowDots(dots, C, G)
        backend.mixRows(mixed, dots, G)
        backend.addColumnSums(S, C)
        backend.tanh(T)
        backend.exp(E)
        backend.multiplyByTanhSlope(G, T)
        return [C, S, T, E, G, dots, mixed]
      })
    }
  }
})

test('tanh and exp have the reference\'s bits on a million arguments of every size', () => {
  for (const scale of [1e-300, 1e-8, 0.1, 0.55, 1, 5, 20, 40, 700, 1e3, 1e300]) {
    const x = normals(100_001).map((value) => scale * value)
    compare(`scale ${scale}`, (backend) => {
      const Y = hold(backend, 1, x.length, x), E = hold(backend, 1, x.length, x)
      backend.tanh(Y)
      backend.exp(E)
      return [Y, E]
    })
  }
})

test('exp has the reference\'s bits for subnormal results, and at the ends of its range', () => {
  const x = Float64Array.from({ length: 100_000 }, (_, i) =>
    i % 2 === 0 ? -700 - 50 * random.uniform() : 705 + 10 * random.uniform())
  compare('the ends', (backend) => {
    const Y = hold(backend, 1, x.length, x)
    backend.exp(Y)
    return [Y]
  })
})

test('column sums, rows and slopes have the reference\'s bits for every size 1 … 33', () => {
  for (let rows = 1; rows <= 7; rows++) for (let cols = 1; cols <= 33; cols++) {
    const y = normals(rows * cols), b = normals(cols), g = normals(rows * cols)
    compare(`${rows}×${cols}`, (backend) => {
      const sums = hold(backend, 1, cols, b)
      const Y = hold(backend, rows, cols, y), G = hold(backend, rows, cols, g)
      const filled = backend.allocate(rows, cols)
      backend.addColumnSums(sums, Y)
      backend.multiplyByTanhSlope(G, Y)
      backend.fillRows(filled, hold(backend, 1, cols, b))
      return [sums, G, filled]
    })
  }
})

test('steps of Adam have the reference\'s bits for every size 1 … 33, special numbers included', () => {
  const special = [NaN, Infinity, -0, 5e-324, 1e200, -1e-200]
  for (let n = 1; n <= 33; n++) {
    // One number more than the step may change.
    const [theta, g, m] = [normals(n + 1), normals(n + 1), normals(n + 1)]
    const v = normals(n + 1).map((x) => x * x)
    for (const x of [1, ...special]) {
      g[random.integer(n)] *= x
      compare(`${n}, ${x}`, (backend) => {
        const whole = [theta, g, m, v].map((values) => hold(backend, 1, n + 1, values))
        const [T, G, M, V] = whole.map((tensor) => ({ ...tensor, cols: n }))
        const factors = hold(backend, 1, 7, Float64Array.of(0.9, 1 - 0.9, 0.999, 1 - 0.999, 0.01, 1.5, 1e-8))
        backend.adam(T, G, M, V, factors)
        return [...whole, factors]
      })
    }
  }
})

test('row dots and mixtures of rows have the reference\'s bits for widths 1 … 17, and larger ones', () => {
  for (const m of [...Array.from({ length: 17 }, (_, i) => i + 1), 31, 64, 67]) {
    for (const [n, k] of [[1, 1], [1, 3], [2, 2], [5, 1], [3, 4], [7, 8], [96, 3]]) {
      const s = normals(k * n * m), z = normals(n * m), y = normals(n * k)
      compare(`${k} times ${n}×${m}`, (backend) => {
        const S = hold(backend, k * n, m, s), Z = hold(backend, n, m, z), Y = hold(backend, n, k, y)
        const mixed = hold(backend, n, m, z)
        backend.mixRows(mixed, Y, S)
        backend.addRowDots(Y, S, Z)
        return [Y, mixed]
      })
    }
  }
})

test('operations on views of rows use the memory of the whole', () => {
  const a = normals(50 * 7), b = normals(7 * 5)
  compare('rows 13 … 40', (backend) => {
    const A = hold(backend, 50, 7, a), B = hold(backend, 7, 5, b), C = backend.allocate(50, 5)
    backend.multiply(rowsOf(C, 13, 28), rowsOf(A, 13, 28), B)
    return [C]
  })
})

test('a tensor that does not fit is allocated outside, and the reference computes with it, same bits', () => {
  const small = createSimd(65536)!
  const inside = hold(small, 64, 64, normals(64 * 64))
  const outside = hold(small, 128, 64, normals(128 * 64))
  assert.is.not(outside.data.buffer, inside.data.buffer)
  const C = small.allocate(128, 64), D = reference.allocate(128, 64)
  small.multiply(C, outside, inside)
  reference.multiply(D, outside, inside)
  expectSameBits(C.data, D.data, 'mixed product')
  for (const Y of [C, D]) {
    small.tanh(Y)
    small.exp(Y)
  }
  expectSameBits(C.data, D.data, 'tanh and exp outside')
})

test('prefetch reads nothing beyond its tensor, even at the end of memory, and changes nothing', () => {
  for (let lines = 1; lines <= 40; lines++) {
    const backend = createSimd(65536)!
    backend.allocate(8192 - 8 * lines, 1).data.fill(3)
    const last = hold(backend, 1, 8 * lines, normals(8 * lines))
    assert.is(last.data.byteOffset + last.data.byteLength, last.data.buffer.byteLength, `${lines} lines`)
    const before = new Uint8Array(last.data.buffer.slice(0))
    backend.prefetch(last)
    backend.prefetch(rowsOf(last, 0, 0))
    // No room is left: this one is allocated outside.
    backend.prefetch(backend.allocate(100, 100))
    const after = new Uint8Array(last.data.buffer)
    assert.ok(before.every((byte, i) => byte === after[i]), `${lines} lines`)
  }
})

test('memory of temporary tensors is available again afterwards, zeroed', () => {
  const backend = createSimd(65536)!
  const first = backend.temporarily(() => {
    const tensor = backend.allocate(10, 10)
    tensor.data.fill(7)
    return tensor.data.byteOffset
  })
  const again = backend.allocate(10, 10)
  assert.is(again.data.byteOffset, first)
  assert.ok(again.data.every((x) => x === 0))
  assert.throws(() => backend.temporarily(() => {
    backend.allocate(1, 1)
    throw new Error('inside')
  }), 'inside')
  assert.is(backend.allocate(1, 1).data.byteOffset, first + 64 * Math.ceil(100 / 8))
})

test('without WebAssembly, or if it is forbidden, there is no SIMD backend, only the reference', () => {
  const host = globalThis as unknown as { WebAssembly: unknown }
  const original = host.WebAssembly
  try {
    class Forbidden { constructor() { throw new Error('refused to compile') } }
    for (const absent of [undefined, { Module: Forbidden }]) {
      host.WebAssembly = absent
      assert.is(createSimd(1000), null)
      assert.is(createFastest(1000), reference)
    }
  } finally {
    host.WebAssembly = original
  }
})

test('backends share one compiled module, and nothing else', () => {
  const host = globalThis as unknown as { WebAssembly: { Module: new (bytes: Uint8Array) => object } }
  const original = host.WebAssembly
  let compilations = 0
  class Counted extends original.Module {
    constructor(bytes: Uint8Array) {
      super(bytes)
      compilations++
    }
  }
  try {
    const { Instance, Memory } = original as unknown as Record<string, unknown>
    host.WebAssembly = { Module: Counted, Instance, Memory } as never
    const backends = [1, 2, 3].map(() => createSimd(1000)!)
    assert.is(compilations, 1)
    const tensors = backends.map((backend, k) => [2, 3, 0].map((x) => {
      const tensor = backend.allocate(1, 1)
      tensor.data[0] = x + k
      return tensor
    }))
    assert.is(new Set(tensors.map(([a]) => a.memory)).size, 3)
    backends.forEach((backend, k) => backend.multiply(tensors[k][2], tensors[k][0], tensors[k][1]))
    assert.equal(tensors.map(([, , c]) => c.data[0]), [6, 12, 20])
    // Another class of modules is another engine's, as far as anyone can know.
    host.WebAssembly = { Module: class extends Counted {}, Instance, Memory } as never
    createSimd(1000)
    assert.is(compilations, 2)
  } finally {
    host.WebAssembly = original
  }
})

test.run()
