/**
 * Views of the parameter buffer against counts and positions written out by hand.
 * Exact: everything is integers.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bindParameters, parameterCount } from '../../src/nn/parameters.ts'

const counted = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i)

test('P counts weights and biases of all layers, and shared parameters', () => {
  assert.is(parameterCount([4, 2], 0), 4 * 2 + 2)
  assert.is(parameterCount([11, 64, 64, 3], 3), 11 * 64 + 64 + 64 * 64 + 64 + 64 * 3 + 3 + 3)
  assert.is(parameterCount([1, 1], 5), 7)
})

test('the order is W₁ row by row, b₁, W₂, b₂, then the shared parameters', () => {
  const { layers, shared } = bindParameters(counted(15), [2, 3, 1], 2)
  assert.is(layers.length, 2)
  assert.equal([layers[0].W.rows, layers[0].W.cols, layers[0].b.rows, layers[0].b.cols], [2, 3, 1, 3])
  assert.equal([...layers[0].W.data], [0, 1, 2, 3, 4, 5])
  assert.equal([...layers[0].b.data], [6, 7, 8])
  assert.equal([layers[1].W.rows, layers[1].W.cols, layers[1].b.rows, layers[1].b.cols], [3, 1, 1, 1])
  assert.equal([...layers[1].W.data], [9, 10, 11])
  assert.equal([...layers[1].b.data], [12])
  assert.equal([...shared], [13, 14])
})

test('every number of the buffer is seen by exactly one view, and every view writes the buffer', () => {
  for (const [sizes, shared] of [[[3, 2], 0], [[3, 4, 2], 2], [[1, 2, 3, 4], 1]] as const) {
    const flat = new Float64Array(parameterCount(sizes, shared))
    const parameters = bindParameters(flat, sizes, shared)
    assert.is(parameters.flat, flat)
    for (const { W, b } of parameters.layers) {
      for (let i = 0; i < W.data.length; i++) W.data[i]++
      for (let j = 0; j < b.data.length; j++) b.data[j]++
    }
    for (let j = 0; j < parameters.shared.length; j++) parameters.shared[j]++
    assert.ok(flat.every((count) => count === 1))
  }
})

test('without shared parameters their view is empty', () => {
  assert.is(bindParameters(counted(10), [4, 2], 0).shared.length, 0)
})

test('a buffer of any other length is refused', () => {
  for (const length of [0, 9, 11]) {
    assert.throws(() => bindParameters(counted(length), [4, 2], 0), (error: unknown) =>
      error instanceof RangeError && error.message === `parameters: expected 10 numbers, got ${length}`)
  }
})

test.run()
