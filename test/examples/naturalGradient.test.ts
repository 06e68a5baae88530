/**
 * docs/examples/natural-gradient. The oracle is the maximum-likelihood solution by Newton's method with dense
 * algebra: the last class has no weights of its own, so that the Hessian is regular.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { inner, solve } from '../support/dense.ts'
import { importExample } from '../support/examples.ts'

const { C, createClassifier, D, draw, N } = await importExample('natural-gradient/classifier.js')
const { x, labels } = draw()
const Q = D * (C - 1)

/** Loss, its gradient [Q] and Hessian [Q, Q] at weights w[c · D + d] of all classes but the last. */
function model(w: Float64Array): { loss: number; gradient: Float64Array; hessian: Float64Array[] } {
  const gradient = new Float64Array(Q), hessian = Array.from({ length: Q }, () => new Float64Array(Q))
  let loss = 0
  for (let i = 0; i < N; i++) {
    const xi = x.subarray(i * D, i * D + D)
    const weightsOf = (c: number): Float64Array => w.subarray(c * D, c * D + D)
    const e = Array.from({ length: C }, (_, c) => c === C - 1 ? 1 : Math.exp(inner(weightsOf(c), xi)))
    const total = e.reduce((a, b) => a + b), p = e.map((each) => each / total)
    loss -= Math.log(p[labels[i]]) / N
    for (let a = 0; a < Q; a++) {
      const ca = Math.floor(a / D)
      gradient[a] += (p[ca] - (labels[i] === ca ? 1 : 0)) * xi[a % D] / N
      for (let b = 0; b < Q; b++) {
        const cb = Math.floor(b / D)
        hessian[a][b] += p[ca] * ((ca === cb ? 1 : 0) - p[cb]) * xi[a % D] * xi[b % D] / N
      }
    }
  }
  return { loss, gradient, hessian }
}

const w = new Float64Array(Q)
for (let k = 0; k < 15; k++) {
  const { gradient, hessian } = model(w)
  solve(hessian, gradient).forEach((change, q) => { w[q] -= change })
}
const best = model(w)

/** Losses before each of eleven steps, and the weights after them. */
function run(natural: boolean): { losses: number[]; W: Float64Array } {
  const W = new Float64Array(D * C), { step } = createClassifier({ x, labels })
  return { losses: Array.from({ length: 11 }, () => step(W, natural)), W }
}

test('the oracle has arrived', () => {
  assert.ok(Math.sqrt(inner(best.gradient, best.gradient)) < 1e-12)
  assert.is(new Set(labels).size, C)
})

test('natural gradient reaches the maximum of the likelihood within ten steps', () => {
  const { losses, W } = run(true)
  assert.ok(Math.abs(losses[0] - Math.log(C)) < 1e-14, 'all classes equally likely at first')
  losses.slice(1).forEach((loss, k) => assert.ok(loss <= losses[k], `step ${k}`))
  // Rounding of a mean of N terms. F is the Hessian here: ten steps leave no more than that.
  assert.ok(Math.abs(losses[10] - best.loss) < 1e-12, `${losses[10]} and ${best.loss}`)
  for (let c = 0; c < C - 1; c++) {
    for (let d = 0; d < D; d++) {
      const weight = W[d * C + c] - W[d * C + C - 1]
      assert.ok(Math.abs(weight - w[c * D + d]) < 1e-6, `class ${c}, input ${d}`)
    }
  }
})

test('gradient descent with the same search has made less than half of the way', () => {
  const { losses } = run(false)
  losses.slice(1).forEach((loss, k) => assert.ok(loss <= losses[k], `step ${k}`))
  assert.ok(losses[0] - losses[10] < 0.5 * (losses[0] - best.loss))
})

test('units of the inputs do not matter to natural gradient', () => {
  // Except for damping, which is in units of W: it moves the path, within 1e-4 of the loss.
  const scaled = { x: x.map((value: number, q: number) => q % D === 2 ? value / 50 : value), labels }
  const { step } = createClassifier(scaled), W = new Float64Array(D * C)
  run(true).losses.forEach((loss, k) => assert.ok(Math.abs(step(W, true) - loss) < 1e-4, `step ${k}`))
})

test.run()
