/**
 * Bounds of rounding errors against the errors: outputs of networks against the same in 70 digits.
 * Tolerance: none; each error must be within its bound, and the bounds within a stated multiple of errors.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { matrix } from '../../src/math/tensor.ts'
import type { ActivationName } from '../../src/nn/activation.ts'
import { createMlp, createTape, forward } from '../../src/nn/mlp.ts'
import { boundOutputs, createOutputError } from '../../src/nn/outputError.ts'
import { bigArithmetic } from '../support/bigFloat.ts'
import { normals } from '../support/dense.ts'
import { passThrough } from '../support/naive.ts'

const of = bigArithmetic(224)

/** Per output, the largest error over 5 rows and the bound, for weights and inputs of these sizes. */
function errors(
  sizes: readonly number[], activation: ActivationName, weights: number, inputs: number, random: Random,
): (readonly [error: number, bound: number])[] {
  const net = createMlp(reference, sizes, activation), N = 5
  net.parameters.flat.set(normals(net.parameters.flat.length, random).map((w) => weights * w))
  const x = normals(N * sizes[0], random).map((value) => inputs * value)
  const tape = createTape(net, matrix(x, N, sizes[0]), false)
  forward(net, tape)
  const memory = createOutputError(net)
  for (let j = 0; j < sizes[0]; j++) {
    for (let i = 0; i < N; i++) {
      memory.magnitudes[0][j] = Math.max(memory.magnitudes[0][j], Math.abs(x[i * sizes[0] + j]))
    }
  }
  const bounds = [...boundOutputs(memory, net)], theta = Array.from(net.parameters.flat, of.constant)
  const largest = bounds.map(() => 0)
  for (let i = 0; i < N; i++) {
    const row = x.slice(i * sizes[0], (i + 1) * sizes[0])
    const { outputs } = passThrough(of, { sizes, activation }, theta, row)
    outputs.forEach((exact, k) => {
      const error = of.value(of.subtract(of.constant(tape.outputs.data[i * outputs.length + k]), exact))
      largest[k] = Math.max(largest[k], Math.abs(error))
    })
  }
  return bounds.map((bound, k) => [largest[k], bound])
}

test('no output is farther from exact than its bound, for weights and inputs of any size', () => {
  const random = new Random(601)
  for (const sizes of [[1, 1], [3, 2], [4, 9, 2], [3, 7, 6, 3], [2, 40, 1]]) {
    for (const activation of ['tanh', 'relu', 'identity'] as const) {
      for (const weights of [1e-3, 1, 30]) {
        for (const inputs of [1e-6, 1, 1e12]) {
          for (const [error, bound] of errors(sizes, activation, weights, inputs, random)) {
            assert.ok(error <= bound && bound < Infinity, `${sizes} ${activation} ${weights} ${inputs}`)
          }
        }
      }
    }
  }
})

test('bounds are within a thousand times the largest of some errors, for weights of a usual size', () => {
  const random = new Random(602)
  for (const [sizes, weights] of [[[4, 3], 1], [[4, 16, 2], 0.3], [[4, 16, 16, 2], 0.3]] as const) {
    let error = 0, bound = 0
    for (let k = 0; k < 10; k++) {
      for (const [each, its] of errors(sizes, 'tanh', weights, 1, random)) {
        error = Math.max(error, each)
        bound = Math.max(bound, its)
      }
    }
    assert.ok(bound < 1000 * error, `${sizes}: ${bound / error}`)
  }
})

test('numbers that overflow have an infinite bound', () => {
  const net = createMlp(reference, [2, 1], 'tanh')
  net.parameters.flat.fill(1e200)
  const memory = createOutputError(net)
  memory.magnitudes[0].fill(1e200)
  assert.is(boundOutputs(memory, net)[0], Infinity)
})

test.run()
