/**
 * The backend on WebAssembly SIMD: the same contract, the same bits, several times as fast.
 *
 * Tensors are stored in one WebAssembly memory, which has the requested size and never grows, because growth
 * would detach all views of it. Operating systems provide such memory only when it is written. Tensors that
 * do not fit are allocated outside, and the reference does all operations on them: slower, never wrong.
 * WebAssembly stores a number's lowest byte first; typed arrays follow the processor, which must do so, too.
 * But: only `temporarily` releases memory before the backend itself is released. One backend per training.
 */
import { expectNumber } from '../../errors/expect.ts'
import type { Backend } from '../backend.ts'
import { TANH_AT } from '../elementary.ts'
import { reference } from '../reference.ts'
import { matrix, type Tensor } from '../tensor.ts'
import { assemble } from './assembler.ts'
import { adam } from './adam.ts'
import { addColumnSums } from './columnSums.ts'
import { exp, multiplyByTanhSlope, tanh } from './elementwise.ts'
import { addMultiply, MAX_DEPTH, MAX_WIDTH, PANEL_BYTES } from './multiply.ts'
import { prefetch } from './prefetch.ts'
import { addRowDots, mixRows } from './rowDots.ts'

/** The part of the host's WebAssembly that is used here; a runtime may not have it, or forbid compilation. */
interface WebAssemblyHost {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: Kernels }
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
}

type Kernels = Readonly<Record<string, (...parameters: number[]) => void>>

/** Bytes of a page, the unit in which WebAssembly sizes memory. */
const PAGE = 65536
/** Just under 4 GiB, the range of a 32-bit address; engines may allow less. */
const MAX_PAGES = 65535

/** Memory of the kernels, from address 0 on: the table of tanh, a row of zeros, the panels of products. */
const TABLE = 0, ZEROS = 8 * TANH_AT.length, PANELS = ZEROS + 8 * MAX_WIDTH
const OWN_PAGES = Math.ceil((PANELS + PANEL_BYTES) / PAGE)

/** The bytes of the module with all kernels, less than 15 kB. */
export function simdModule(): Uint8Array {
  return assemble([
    addMultiply(), addRowDots(), mixRows(), addColumnSums(),
    multiplyByTanhSlope(), tanh(TABLE), exp(), adam(), prefetch(),
  ])
}

/**
 * The compiled module of each class of modules: a pure function of its key, so that only a clock can see that
 * it was remembered. *Measured* in V8: 1.17 ms per backend without, 0.03 ms with it. Instances and memories
 * belong to one backend each.
 */
const compiled: WeakMap<object, object> = new WeakMap()

/**
 * A SIMD backend with room for `bytes` bytes of tensors, or null if this runtime has no WebAssembly SIMD,
 * forbids compilation or has too little memory, or if the processor stores the highest byte first.
 */
export function createSimd(bytes: number): Backend | null {
  expectNumber('bytes', bytes, 0)
  const host = (globalThis as unknown as { WebAssembly?: WebAssemblyHost }).WebAssembly
  if (host === undefined || !lowestByteFirst()) return null
  // Outside the try block, so that an error in a kernel is not mistaken for a host that forbids compilation.
  const { Module } = host
  const known = compiled.get(Module)
  const bytecode = known === undefined ? simdModule() : null
  try {
    const module = known ?? new Module(bytecode!)
    compiled.set(Module, module)
    const pages = Math.min(MAX_PAGES, OWN_PAGES + Math.max(1, Math.ceil(bytes / PAGE)))
    const memory = new host.Memory({ initial: pages, maximum: pages })
    return backendOf(new host.Instance(module, { host: { memory } }).exports, memory.buffer)
  } catch {
    // Forbidden by a content security policy, no SIMD, or no memory: in each case the reference can be used.
    return null
  }
}

/** Tensors begin at multiples of a cache line. */
const CACHE_LINE = 64

/** Bytes that a tensor of `length` numbers takes of a backend's memory. */
export function bytesOf(length: number): number {
  return CACHE_LINE * Math.ceil(8 * length / CACHE_LINE)
}

function backendOf(kernels: Kernels, buffer: ArrayBuffer): Backend {
  new Float64Array(buffer, TABLE, TANH_AT.length).set(TANH_AT)
  // Bytes in use, and their maximum so far: memory beyond it is still zero.
  let used = OWN_PAGES * PAGE, highest = used
  const inside = (tensor: Tensor): boolean => tensor.memory === buffer
  const isEmpty = (tensor: Tensor): boolean => tensor.rows * tensor.cols === 0

  /**
   * C ← D + A·B, where each row of D is `row`, or D is C if `row` is null. Terms are added in order, and C
   * holds the sum between two calls of the kernel, so splitting the sum changes no bit.
   */
  const product = (C: Tensor, A: Tensor, B: Tensor, row: 'zeros' | Tensor | null): void => {
    const m = C.cols, stride = 8 * m, step = 8 * A.colStride
    for (let k = 0; k < B.rows; k += MAX_DEPTH) {
      for (let j = 0; j < m; j += MAX_WIDTH) {
        const c = C.address + 8 * j
        const continues = row === null || k > 0
        const d = continues ? c : row === 'zeros' ? ZEROS : row.address + 8 * j
        kernels.addMultiply(
          c, d, A.address + k * step, B.address + k * stride + 8 * j,
          C.rows, Math.min(MAX_WIDTH, m - j), Math.min(MAX_DEPTH, B.rows - k),
          stride, continues ? stride : 0, 8 * A.rowStride, step, PANELS)
      }
    }
  }

  return {
    name: 'simd',

    allocate(rows, cols) {
      const length = rows * cols
      const size = bytesOf(length)
      if (used + size > buffer.byteLength) return reference.allocate(rows, cols)
      const data = new Float64Array(buffer, used, length)
      if (used < highest) data.fill(0)
      used += size
      highest = Math.max(highest, used)
      return matrix(data, rows, cols)
    },

    temporarily(work) {
      const before = used
      try {
        return work()
      } finally {
        used = before
      }
    },

    multiply(C, A, B) {
      if (!(inside(C) && inside(A) && inside(B)) || B.rows === 0) return reference.multiply(C, A, B)
      product(C, A, B, 'zeros')
    },

    addMultiply(C, A, B) {
      if (!(inside(C) && inside(A) && inside(B))) return reference.addMultiply(C, A, B)
      product(C, A, B, null)
    },

    affine(C, A, B, b) {
      if (!(inside(C) && inside(A) && inside(B) && inside(b)) || B.rows === 0) {
        return reference.affine(C, A, B, b)
      }
      product(C, A, B, b)
    },

    addRowDots(Y, S, Z) {
      if (!(inside(Y) && inside(S) && inside(Z)) || isEmpty(Y) || isEmpty(Z)) {
        return reference.addRowDots(Y, S, Z)
      }
      kernels.addRowDots(Y.address, S.address, Z.address, Z.rows, Y.cols, Z.cols)
    },

    mixRows(Z, Y, S) {
      if (!(inside(Z) && inside(Y) && inside(S)) || isEmpty(Y) || isEmpty(Z)) {
        return reference.mixRows(Z, Y, S)
      }
      kernels.mixRows(Z.address, Y.address, S.address, Z.rows, Y.cols, Z.cols)
    },

    prefetch(X) {
      if (inside(X)) kernels.prefetch(X.address, 8 * X.rows * X.cols)
    },

    fillRows: reference.fillRows,

    addColumnSums(b, Y) {
      if (!(inside(b) && inside(Y))) return reference.addColumnSums(b, Y)
      if (Y.rows > 0) kernels.addColumnSums(b.address, Y.address, Y.rows, Y.cols)
    },

    tanh(Y) {
      if (!inside(Y)) return reference.tanh(Y)
      kernels.tanh(Y.address, Y.rows * Y.cols)
    },

    exp(Y) {
      if (!inside(Y)) return reference.exp(Y)
      kernels.exp(Y.address, Y.rows * Y.cols)
    },

    multiplyByTanhSlope(G, Y) {
      if (!(inside(G) && inside(Y))) return reference.multiplyByTanhSlope(G, Y)
      kernels.multiplyByTanhSlope(G.address, Y.address, G.rows * G.cols)
    },

    adam(theta, gradient, m, v, factors) {
      if (!(inside(theta) && inside(gradient) && inside(m) && inside(v) && inside(factors))) {
        return reference.adam(theta, gradient, m, v, factors)
      }
      kernels.adam(theta.address, gradient.address, m.address, v.address, factors.address, theta.cols)
    },
  }
}

function lowestByteFirst(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
}

/** The fastest backend that works in this runtime, with room for `bytes` bytes of tensors. */
export function createFastest(bytes: number): Backend {
  return createSimd(bytes) ?? reference
}
