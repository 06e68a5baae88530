/**
 * Adam against the paper's formulas, with each mean as a written-out sum and powers taken directly.
 * Tolerances: 1 − β₂ᵗ loses three digits to cancellation, 1e-13 of a step; then roundings of θ.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type AdamOptions, type AdamState, adamState, adamStep } from '../../src/math/adam.ts'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { matrix, type Tensor } from '../../src/math/tensor.ts'

const row = (x: Float64Array): Tensor => matrix(x, 1, x.length)
/** A step of θ in plain arrays. */
const step = (theta: Float64Array, gradient: Float64Array, state: AdamState, options: AdamOptions): void =>
  adamStep(reference, row(theta), row(gradient), state, options)

test('the first step is the learning rate against the sign of the gradient, except for epsilon', () => {
  const theta = Float64Array.of(1, 2, 3, 4), gradient = Float64Array.of(3, -1e-3, 0, 1e5)
  step(theta, gradient, adamState(reference, 4), { learningRate: 0.1 })
  // m̂ = g and v̂ = g², so the step is rate · g / (|g| + ε): the factors of bias cancel to some roundings.
  const wanted = [1 - 0.1 * 3 / (3 + 1e-8), 2 + 0.1 * 1e-3 / (1e-3 + 1e-8), 3, 4 - 0.1 * 1e5 / (1e5 + 1e-8)]
  // 1 − β₂ loses three digits to cancellation: 2^-53 / 0.001 = 1e-13, halved by the root; the step is 0.1.
  theta.forEach((x, i) => assert.ok(Math.abs(x - wanted[i]) < 2e-14, `${i}: ${x} ${wanted[i]}`))
  assert.is(theta[2], 3, 'a parameter with gradient 0 does not move')
})

test('a constant gradient moves θ by the learning rate in every step', () => {
  const theta = Float64Array.of(0), state = adamState(reference, 1)
  for (let t = 1; t <= 50; t++) {
    step(theta, Float64Array.of(7), state, { learningRate: 0.01 })
    // Both means are unbiased, hence exactly g and g²; as in the first step, 1e-13 of each step is lost.
    assert.ok(Math.abs(theta[0] + 0.01 * t * 7 / (7 + 1e-8)) < 2e-15 * t, `step ${t}: ${theta[0]}`)
  }
})

test('1,000 steps are the paper\'s formulas with the means written out and powers taken directly', () => {
  const random = new Random(71)
  for (const options of [
    { learningRate: 3e-3 }, { learningRate: 0.1, beta1: 0.5, beta2: 0.9, epsilon: 1e-3 },
    { learningRate: 1, beta1: 0, beta2: 0.99, epsilon: 0.5 },
  ]) {
    const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
    const n = 2, steps = 1000
    const gradients = Array.from({ length: steps }, () =>
      Float64Array.from({ length: n }, (_, i) => i + random.normal()))
    const theta = Float64Array.of(1, -1), state = adamState(reference, n)
    const wanted = [1, -1]
    let distance = 0
    for (let t = 1; t <= steps; t++) {
      step(theta, gradients[t - 1], state, options)
      for (let i = 0; i < n; i++) {
        let m = 0, v = 0
        for (let s = 1; s <= t; s++) {
          const g = gradients[s - 1][i]
          m += (1 - beta1) * beta1 ** (t - s) * g
          v += (1 - beta2) * beta2 ** (t - s) * g * g
        }
        const moved = learningRate * (m / (1 - beta1 ** t)) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon)
        wanted[i] -= moved
        distance += Math.abs(moved)
        // 1e-13 of every step (the cancellation in 1 − β₂ᵗ), and rounding of the running means.
        assert.ok(Math.abs(theta[i] - wanted[i]) < 1e-13 * distance + 1e-14,
          `step ${t}: ${theta[i]} ${wanted[i]}`)
      }
    }
  }
})

test('a quadratic converges to its minimum', () => {
  const minimum = [3, -2, 0.5], curvature = [1, 10, 100]
  const theta = new Float64Array(3), state = adamState(reference, 3)
  for (let t = 0; t < 4000; t++) {
    const learningRate = 0.1 * (1 - t / 4000)
    step(theta, theta.map((x, i) => curvature[i] * (x - minimum[i])), state, { learningRate })
  }
  // The last steps have rates from 1e-4 down to 0, which bound the distance.
  theta.forEach((x, i) => assert.ok(Math.abs(x - minimum[i]) < 1e-4, `${i}: ${x}`))
})

test('the gradient is not changed, and two states are independent', () => {
  const gradient = Float64Array.of(1, 2), a = adamState(reference, 2), b = adamState(reference, 2)
  const theta = new Float64Array(2), other = new Float64Array(2)
  step(theta, gradient, a, { learningRate: 0.1 })
  step(theta, gradient, a, { learningRate: 0.1 })
  assert.equal(gradient, Float64Array.of(1, 2))
  step(other, gradient, b, { learningRate: 0.1 })
  const fresh = new Float64Array(2)
  step(fresh, gradient, adamState(reference, 2), { learningRate: 0.1 })
  assert.equal(other, fresh)
})

test('a NaN in the gradient affects only its own parameter', () => {
  const theta = Float64Array.of(1, 1)
  step(theta, Float64Array.of(NaN, 1), adamState(reference, 2), { learningRate: 0.1 })
  assert.ok(Number.isNaN(theta[0]) && theta[1] < 1)
})

test.run()
