/**
 * The backend on WebAssembly SIMD: the same contract, the same bits, several times as fast.
 *
 * A tensor's numbers lie in one WebAssembly memory, which is made as large as was asked for and never grows, for
 * growth would cut off every view of it. Systems back such memory only where it is written. What does not fit is
 * allocated outside, and an operation with any part outside is done by the reference: slower, never wrong.
 * WebAssembly puts a number's lowest byte first, a typed array as the processor does: both must agree.
 * But: memory is given back only by `temporarily`, and altogether when the backend goes. One backend a training.
 */
import type { Backend } from '../backend.ts'
import { TANH_AT } from '../elementary.ts'
import { reference } from '../reference.ts'
import { matrix, type Tensor } from '../tensor.ts'
import { assemble } from './assembler.ts'
import { adam, addColumnSums, exp, multiplyByTanhSlope, tanh } from './elementwise.ts'
import { prefetch } from './prefetch.ts'
import { addMultiply, DEPTH, PANELS, WIDTH } from './multiply.ts'
import { addRowDots, mixRows } from './rowDots.ts'

/** The part of the host's WebAssembly that is needed; a runtime may lack it, or forbid to compile. */
interface WebAssemblyHost {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, Kernel>> }
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
}

type Kernel = (...parameters: number[]) => void

const PAGE = 65536
/** Just under 4 GiB, all that a 32-bit address reaches; engines may give less. */
const MOST_PAGES = 65535

/** What the kernels keep for themselves, from address 0 on: the table of tanh, a row of zeros, the panels of products. */
const TABLE = 0, ZEROS = 8 * TANH_AT.length, PANELS_AT = ZEROS + 8 * WIDTH
const OWN_PAGES = Math.ceil((PANELS_AT + PANELS) / PAGE)

/** The module's bytes: every kernel, less than 15 kB. */
export function simdModule(): Uint8Array {
  return assemble([
    addMultiply(), addRowDots(), mixRows(), addColumnSums(), multiplyByTanhSlope(), tanh(TABLE), exp(), adam(), prefetch(),
  ])
}

/**
 * A SIMD backend with room for `bytes` of tensors, or null where this runtime has no WebAssembly SIMD or forbids it,
 * or the processor puts the highest byte first.
 */
export function createSimd(bytes: number): Backend | null {
  const host = (globalThis as unknown as { WebAssembly?: WebAssemblyHost }).WebAssembly
  if (host === undefined || !lowestByteFirst()) return null
  // Outside of what is caught: a mistake in a kernel shall not pass for a host that forbids it.
  const bytecode = simdModule()
  try {
    const module = new host.Module(bytecode)
    const pages = Math.min(MOST_PAGES, OWN_PAGES + Math.max(1, Math.ceil(bytes / PAGE)))
    const memory = new host.Memory({ initial: pages, maximum: pages })
    return backendOf(new host.Instance(module, { host: { memory } }).exports, memory.buffer)
  } catch {
    // Forbidden by a content security policy, no SIMD, or no memory: whichever it is, the reference serves.
    return null
  }
}

function backendOf(kernels: Readonly<Record<string, Kernel>>, buffer: ArrayBuffer): Backend {
  new Float64Array(buffer, TABLE, TANH_AT.length).set(TANH_AT)
  // Bytes in use, and the most that ever were: beyond, memory is still zero.
  let used = OWN_PAGES * PAGE, highest = used
  const inside = (tensor: Tensor): boolean => tensor.memory === buffer
  const isEmpty = (tensor: Tensor): boolean => tensor.rows * tensor.cols === 0

  /**
   * C ← D + A·B, where D is one row for all, or C where there is none. Stretches of the sum are taken in order and
   * carried on in C, so cutting it changes no bit.
   */
  const product = (C: Tensor, A: Tensor, B: Tensor, row: 'zeros' | Tensor | null): void => {
    const m = C.cols, stride = 8 * m, step = 8 * A.colStride
    for (let k = 0; k < B.rows; k += DEPTH) {
      for (let j = 0; j < m; j += WIDTH) {
        const c = C.address + 8 * j
        const carriesOn = row === null || k > 0
        const d = carriesOn ? c : row === 'zeros' ? ZEROS : row.address + 8 * j
        kernels.addMultiply(
          c, d, A.address + k * step, B.address + k * stride + 8 * j,
          C.rows, Math.min(WIDTH, m - j), Math.min(DEPTH, B.rows - k),
          stride, carriesOn ? stride : 0, 8 * A.rowStride, step, PANELS_AT)
      }
    }
  }

  return {
    name: 'simd',

    allocate(rows, cols) {
      const length = rows * cols
      // Tensors begin on 64 bytes, the line of a cache.
      const size = 64 * Math.ceil(length / 8)
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
      if (!(inside(C) && inside(A) && inside(B) && inside(b)) || B.rows === 0) return reference.affine(C, A, B, b)
      product(C, A, B, b)
    },

    addRowDots(Y, S, Z) {
      if (!(inside(Y) && inside(S) && inside(Z)) || isEmpty(Y) || isEmpty(Z)) return reference.addRowDots(Y, S, Z)
      kernels.addRowDots(Y.address, S.address, Z.address, Z.rows, Y.cols, Z.cols)
    },

    mixRows(Z, Y, S) {
      if (!(inside(Z) && inside(Y) && inside(S)) || isEmpty(Y) || isEmpty(Z)) return reference.mixRows(Z, Y, S)
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

/** The fastest backend that works here, with room for `bytes` of tensors. */
export function createFastest(bytes: number): Backend {
  return createSimd(bytes) ?? reference
}
