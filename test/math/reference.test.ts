/**
 * The reference backend against loops that follow the contract's order of sums, element by element.
 * No tolerance: every number is compared to the bit, including −0 and NaN.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { exp, tanh } from '../../src/math/elementary.ts'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { matrix, type Tensor, transposed } from '../../src/math/tensor.ts'
import { dot } from '../../src/math/vector.ts'
import { sameBits } from '../support/same.ts'

/** Numbers of all sizes from 2^-20 to 2^20: any other order of a sum gives other bits. */
function draws(n: number, random: Random): Float64Array {
  return Float64Array.from({ length: n }, () => random.normal() * 2 ** (random.integer(41) - 20))
}

/** A matrix followed in memory by NaN, which must never be read. */
function guarded(values: Float64Array, rows: number, cols: number): Tensor {
  const data = new Float64Array(rows * cols + 5).fill(NaN)
  data.set(values)
  return matrix(data, rows, cols)
}

const LAYOUTS: Readonly<Record<string, (n: number, k: number, random: Random) => Tensor>> = {
  plain: (n, k, random) => guarded(draws(n * k, random), n, k),
  transposed: (n, k, random) => transposed(guarded(draws(k * n, random), k, n)),
  strided(n, k, random) {
    const rowStride = 3 * k + 2, colStride = 3
    const data = new Float64Array(n * rowStride + 1).fill(NaN)
    for (let i = 0; i < n; i++) data.subarray(i * rowStride).set(spread(draws(k, random), colStride))
    return { ...matrix(data, n, k), rowStride, colStride }
  },
}

/** The values at every `step`-th place, NaN between them. */
function spread(values: Float64Array, step: number): Float64Array {
  const wide = new Float64Array(Math.max(0, step * values.length - step + 1)).fill(NaN)
  values.forEach((x, i) => { wide[i * step] = x })
  return wide
}

/** C + a₀b₀ + a₁b₁ + … from the left, each element by itself. */
function naiveAddMultiply(C: Tensor, A: Tensor, B: Tensor): Float64Array {
  const out = C.data.slice(), a = A.data, b = B.data
  for (let i = 0; i < C.rows; i++) {
    for (let j = 0; j < C.cols; j++) {
      let sum = out[i * C.cols + j]
      for (let k = 0; k < B.rows; k++) sum += a[i * A.rowStride + k * A.colStride] * b[k * B.cols + j]
      out[i * C.cols + j] = sum
    }
  }
  return out
}

function checkProducts(n: number, k: number, m: number, random: Random): void {
  const B = guarded(draws(k * m, random), k, m)
  for (const [layout, make] of Object.entries(LAYOUTS)) {
    const A = make(n, k, random)
    const before = [A.data.slice(), B.data.slice()]
    const C = guarded(draws(n * m, random), n, m)
    const sum = naiveAddMultiply(C, A, B)
    reference.addMultiply(C, A, B)
    if (!sameBits(C.data, sum)) assert.unreachable(`addMultiply ${n}×${k}·${k}×${m}, A ${layout}`)

    const zero = guarded(new Float64Array(n * m), n, m)
    const product = naiveAddMultiply(zero, A, B)
    C.data.fill(NaN)
    reference.multiply(C, A, B)
    if (!sameBits(C.data, product)) assert.unreachable(`multiply ${n}×${k}·${k}×${m}, A ${layout}`)
    const same = sameBits(A.data, before[0]) && sameBits(B.data, before[1])
    if (!same) assert.unreachable('an operand was changed')
  }
}

test('products have the bits of the triple loop for all sizes to 17, A plain, transposed and strided', () => {
  const random = new Random(11)
  for (let n = 0; n <= 17; n++) {
    for (let k = 0; k <= 17; k++) for (let m = 0; m <= 17; m++) checkProducts(n, k, m, random)
  }
})

test('and for sums and columns longer than what is packed at a time', () => {
  const random = new Random(12)
  const edges = [[4, 255, 127], [5, 256, 128], [6, 257, 129], [1, 512, 1], [2, 513, 257], [96, 3, 300]]
  for (const [n, k, m] of edges) checkProducts(n, k, m, random)
  for (let i = 0; i < 6; i++) {
    checkProducts(1 + random.integer(40), 1 + random.integer(600), 1 + random.integer(300), random)
  }
})

test('addMultiply continues the sum that C holds: a product split into parts has the same bits', () => {
  const random = new Random(13)
  const [n, k, m] = [7, 300, 9]
  const A = guarded(draws(n * k, random), n, k), B = guarded(draws(k * m, random), k, m)
  const whole = reference.allocate(n, m), pieces = reference.allocate(n, m)
  reference.multiply(whole, A, B)
  for (const [from, to] of [[0, 1], [1, 130], [130, 300]]) {
    const part: Tensor = { ...A, data: A.data.subarray(from), cols: to - from }
    reference.addMultiply(pieces, part, matrix(B.data.subarray(from * m), to - from, m))
  }
  assert.ok(sameBits(pieces.data, whole.data))
})

test('affine begins the sums of every row with b, whatever C holds', () => {
  const random = new Random(14)
  for (const [n, k, m] of [[0, 2, 3], [1, 1, 1], [5, 4, 1], [7, 0, 9], [7, 300, 9], [96, 11, 64]]) {
    const A = guarded(draws(n * k, random), n, k), B = guarded(draws(k * m, random), k, m)
    const b = guarded(draws(m, random), 1, m)
    const C = matrix(new Float64Array(n * m + 1).fill(NaN), n, m)
    reference.affine(C, A, B, b)
    for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) {
      let sum = b.data[j]
      for (let l = 0; l < k; l++) sum += A.data[i * k + l] * B.data[l * m + j]
      assert.ok(Object.is(C.data[i * m + j], sum), `${n}×${k} · ${k}×${m} at ${i}, ${j}`)
    }
    assert.ok(Number.isNaN(C.data[n * m]))
  }
})

test('a sum of nothing is 0 for multiply, and leaves C as it is for addMultiply', () => {
  const C = matrix(Float64Array.of(1, -0, NaN, 4), 2, 2)
  const A = reference.allocate(2, 0), B = reference.allocate(0, 2)
  reference.addMultiply(C, A, B)
  assert.ok(sameBits(C.data, Float64Array.of(1, -0, NaN, 4)))
  reference.multiply(C, A, B)
  assert.ok(sameBits(C.data, new Float64Array(4)))
})

test('−0 is kept if the stated sum keeps it: −0 + −0 in addMultiply, but 0 + −0 in multiply', () => {
  const A = matrix(Float64Array.of(-1), 1, 1), B = matrix(Float64Array.of(0), 1, 1)
  const C = matrix(Float64Array.of(-0), 1, 1)
  reference.addMultiply(C, A, B)
  assert.ok(Object.is(C.data[0], -0))
  reference.multiply(C, A, B)
  assert.ok(Object.is(C.data[0], 0))
})

test('a NaN or infinity in A affects only its row, one in B only its column', () => {
  const random = new Random(14)
  const [n, k, m] = [5, 4, 5]
  for (const bad of [NaN, Infinity, -Infinity]) {
    for (let at = 0; at < Math.max(n, m) * k; at++) {
      for (const operand of ['A', 'B']) {
        const A = guarded(draws(n * k, random), n, k), B = guarded(draws(k * m, random), k, m)
        const spoilt = operand === 'A' ? A : B
        spoilt.data[at] = bad
        const C = reference.allocate(n, m)
        reference.multiply(C, A, B)
        const line = operand === 'A' ? Math.floor(at / k) : at % m
        const lineOf = (c: number): number => operand === 'A' ? Math.floor(c / m) : c % m
        C.data.forEach((x, c) => assert.is(Number.isFinite(x), lineOf(c) !== line))
      }
    }
  }
})

test('no number of one product is left in the next', () => {
  const random = new Random(15)
  const large = matrix(new Float64Array(300 * 300).fill(NaN), 300, 300)
  reference.multiply(reference.allocate(300, 300), large, large)
  for (let n = 1; n <= 4; n++) checkProducts(n, n, n, random)
})

test('addRowDots adds to each element the dot of a row of its matrix and of Z, and writes only Y', () => {
  const random = new Random(46)
  for (const [n, k, m] of [[1, 1, 1], [1, 3, 2], [4, 1, 3], [3, 2, 4], [5, 3, 7], [2, 4, 17], [3, 2, 64]]) {
    const Y = guarded(draws(n * k, random), n, k), S = guarded(draws(k * n * m, random), k * n, m)
    const Z = guarded(draws(n * m, random), n, m)
    const before = [Y, S, Z].map(({ data }) => data.slice())
    reference.addRowDots(Y, S, Z)
    for (let i = 0; i < n; i++) for (let j = 0; j < k; j++) {
      const row = before[1].subarray((j * n + i) * m, (j * n + i + 1) * m)
      const wanted = before[0][i * k + j] + dot(row, before[2].subarray(i * m, (i + 1) * m))
      assert.is(Y.data[i * k + j], wanted, `${n}, ${k}, ${m}`)
    }
    assert.ok(Y.data.subarray(n * k).every(Number.isNaN))
    for (const [data, was] of [[S.data, before[1]], [Z.data, before[2]]]) assert.ok(sameBits(data, was))
  }
})

test('mixRows sums the matrices\' rows from the first, each times its element of Y, whatever Z holds', () => {
  const random = new Random(47)
  for (const [n, k, m] of [[1, 1, 1], [1, 3, 2], [4, 1, 3], [3, 2, 4], [5, 3, 7], [2, 4, 17]]) {
    const Y = guarded(draws(n * k, random), n, k), S = guarded(draws(k * n * m, random), k * n, m)
    const Z = guarded(new Float64Array(n * m).fill(NaN), n, m)
    reference.mixRows(Z, Y, S)
    for (let i = 0; i < n; i++) for (let p = 0; p < m; p++) {
      let sum = 0
      for (let j = 0; j < k; j++) sum += Y.data[i * k + j] * S.data[(j * n + i) * m + p]
      assert.is(Z.data[i * m + p], sum)
    }
    assert.ok(Z.data.subarray(n * m).every(Number.isNaN))
  }
})

test('allocate returns a zeroed row-major tensor with memory of its own', () => {
  const A = reference.allocate(2, 3), B = reference.allocate(2, 3)
  const { data, memory, ...rest } = A
  assert.equal(data, new Float64Array(6))
  assert.is(memory, data.buffer)
  assert.equal(rest, { address: 0, rows: 2, cols: 3, rowStride: 3, colStride: 1 })
  assert.is.not(memory, B.memory)
})

test('fillRows puts b into every row and nowhere else', () => {
  for (const [n, m] of [[0, 3], [1, 1], [3, 0], [4, 3], [97, 5]]) {
    const b = matrix(Float64Array.from({ length: m }, (_, j) => j === 0 ? -0 : j), 1, m)
    const Y = matrix(new Float64Array(n * m + 2).fill(NaN), n, m)
    reference.fillRows(Y, b)
    Y.data.forEach((y, p) => assert.ok(Object.is(y, p < n * m ? b.data[p % m] : NaN)))
  }
})

test('addColumnSums adds the rows to b one after the other, from the top', () => {
  const random = new Random(16)
  for (const [n, m] of [[0, 3], [1, 1], [5, 4], [200, 7]]) {
    const Y = guarded(draws(n * m, random), n, m), b = guarded(draws(m, random), 1, m)
    const wanted = b.data.slice()
    for (let j = 0; j < m; j++) for (let i = 0; i < n; i++) wanted[j] += Y.data[i * m + j]
    reference.addColumnSums(b, Y)
    assert.ok(sameBits(b.data, wanted), `${n} × ${m}`)
  }
})

test('a NaN in Y affects only the sum of its column', () => {
  const Y = matrix(Float64Array.of(1, 2, 3, NaN, 5, 6), 2, 3), b = reference.allocate(1, 3)
  reference.addColumnSums(b, Y)
  assert.equal([...b.data], [NaN, 7, 9])
})

test('tanh and exp are those of elementary.ts, with special numbers, and write nothing else', () => {
  const special = [0, -0, 1e-320, -1e-8, 0.55, -0.55, 0.549999, 19, 22.5, -710, Infinity, -Infinity, NaN]
  const random = new Random(17)
  const values = Float64Array.from([...special, ...draws(47, random)])
  const Y = matrix(Float64Array.from([...values, 3]), 12, 5)
  const E = matrix(Y.data.slice(), Y.rows, Y.cols)
  reference.tanh(Y)
  reference.exp(E)
  assert.ok(sameBits(Y.data, Float64Array.from([...values.map(tanh), 3])))
  assert.ok(sameBits(E.data, Float64Array.from([...values.map(exp), 3])))
})

test('multiplyByTanhSlope is g · (1 − y·y) with those roundings, and writes only G', () => {
  const random = new Random(18)
  const special = [0, -0, 1, -1, NaN, 0.5]
  const y = Float64Array.from([...special, ...draws(29, random).map((x) => Math.sin(x))])
  const g = Float64Array.from([...[-0, Infinity, 2, -3, 1, NaN], ...draws(29, random)])
  const Y = matrix(y.slice(), 5, 7), G = matrix(Float64Array.from([...g, 3]), 5, 7)
  reference.multiplyByTanhSlope(G, Y)
  assert.ok(sameBits(G.data, Float64Array.from([...g.map((x, i) => x * (1 - y[i] * y[i])), 3])))
  assert.ok(sameBits(Y.data, y))
})

test.run()
