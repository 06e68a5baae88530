/**
 * Fits by Adam against central differences of a naive loss, the normal equations, and the formulas of loss
 * and variance.
 * Tolerances: truncation and rounding of the differences, and roundings of sums, counted beside each.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import type { Tensor } from '../../../src/math/tensor.ts'
import type { ActivationName } from '../../../src/nn/activation.ts'
import { drawnValue, phiOf } from '../../support/value.ts'
import { predict, type Value } from '../../../src/rl/value.ts'
import type { AdamFitOptions } from '../../../src/trpo/options/options.ts'
import { naiveForward } from '../../support/naive.ts'
import { bits } from '../../support/same.ts'
import { type AdamFitter, createAdamFitter, fitByAdam } from '../../../src/trpo/value/adamFit.ts'

interface Data { readonly observations: Tensor; readonly returns: Float64Array }


function data(N: number, inputs: number, seed: number): Data {
  const random = new Random(seed)
  const observations = reference.allocate(N, inputs)
  for (let i = 0; i < N * inputs; i++) observations.data[i] = random.normal()
  return { observations, returns: Float64Array.from({ length: N }, () => 3 + 2 * random.normal()) }
}

function values(value: Value, { observations }: Data): Float64Array {
  const out = new Float64Array(observations.rows)
  predict(out, value, observations, observations.rows)
  return out
}

function fit(fitter: AdamFitter, given: Data, random: Random = new Random(5)): ReturnType<typeof fitByAdam> {
  return fitByAdam(fitter, { ...given, values: values(fitter.value, given) }, random)
}

const setup = (
  given: Data, hidden: readonly number[], activation: ActivationName, options: Partial<AdamFitOptions>,
): AdamFitter => createAdamFitter(
  drawnValue(reference, given.observations.cols, hidden, activation, new Random(2)), given.returns.length,
  {
    valueEpochs: 1, valueMinibatch: given.returns.length, valueLearningRate: 1e-3, normalizeReturns: false,
    ...options,
  },
)

/** Mean of (V_φ(s) − R̂)² over the given rows, by scalar code. */
function naiveLoss(
  value: Value, phi: Float64Array, { observations: { data, cols }, returns }: Data, chosen: readonly number[],
): number {
  const net = { sizes: value.net.sizes, activation: value.net.activation.name }
  return chosen.reduce((sum, i) => {
    const error = naiveForward(net, phi, data.subarray(i * cols, (i + 1) * cols))[0] - returns[i]
    return sum + error * error / chosen.length
  }, 0)
}

function naiveGradient(value: Value, phi: Float64Array, given: Data, chosen: readonly number[]): number[] {
  const h = 1e-5
  return Array.from(phi, (x, p) => {
    const up = phi.slice(), down = phi.slice()
    up[p] = x + h
    down[p] = x - h
    return (naiveLoss(value, up, given, chosen) - naiveLoss(value, down, given, chosen)) / (up[p] - down[p])
  })
}

/**
 * Central differences of a loss of some 10: truncation h² = 1e-10 times third derivatives, rounding 1e-15 ·
 * 10 / h.
 */
function assertGradient(actual: Float64Array, wanted: readonly number[]): void {
  const largest = Math.max(...wanted.map(Math.abs))
  wanted.forEach((g, p) =>
    assert.ok(Math.abs(actual[p] - g) < 1e-7 * (1 + largest), `${p}: ${actual[p]} ${g}`))
}

test('the gradient of a minibatch is that of the mean squared error, by central differences', () => {
  for (const activation of ['tanh', 'relu', 'identity'] as const) {
    for (const hidden of [[], [5], [6, 4]]) {
      const given = data(23, 3, 1)
      const fitter = setup(given, hidden, activation, {})
      // Biases of 0 would leave dead units exactly on the kink of relu.
      const random = new Random(3), phi = phiOf(fitter.value)
      for (let p = 0; p < phi.length; p++) phi[p] += 0.1 * random.normal()
      const wanted =
        naiveGradient(fitter.value, phiOf(fitter.value).slice(), given, [...given.returns.keys()])
      fit(fitter, given)
      assertGradient(fitter.gradient.data, wanted)
      assert.ok(Math.max(...wanted.map(Math.abs)) > 0.1)
    }
  }
})

test('the last minibatch of an epoch has the states that are left, and averages over them alone', () => {
  // A stream that shuffles nothing: states 0 … 3, then 4 … 7, then 8 and 9. φ hardly moves at this rate.
  const given = data(10, 2, 3)
  const still = { shuffle() {} } as unknown as Random
  const fitter = setup(given, [4], 'tanh', { valueMinibatch: 4, valueLearningRate: 1e-12 })
  const wanted = naiveGradient(fitter.value, phiOf(fitter.value).slice(), given, [8, 9])
  fit(fitter, given, still)
  assertGradient(fitter.gradient.data, wanted)
  // Three steps were made, each a factor β₁ = 0.9.
  assert.is(fitter.adam.beta1Power, 0.9 * 0.9 * 0.9)
})

test('an epoch sees each state once, whatever the minibatch, in an order that the stream chooses', () => {
  for (const [N, size] of [[10, 4], [12, 4], [5, 1], [7, 100], [1, 1]]) {
    // V(s) = 0 · s and one-hot observations: the weight's gradient at s is −2 R̂(s) / n, so Adam's m shows
    // the visits.
    const observations = reference.allocate(N, N)
    for (let i = 0; i < N; i++) observations.data[i * N + i] = 1
    const given = { observations, returns: Float64Array.from({ length: N }, (_, i) => i + 1) }
    const fitter = setup(given, [], 'identity', { valueMinibatch: size, valueLearningRate: 1e-300 })
    phiOf(fitter.value).fill(0)
    fit(fitter, given)
    const order = [...fitter.order]
    assert.equal([...order].sort((a, b) => a - b), order.map((_, i) => i))
    const steps = Math.ceil(N / size)
    order.forEach((state, at) => {
      const step = Math.floor(at / size), n = Math.min(size, N - step * size)
      // Visited in that step, then faded by β₁ in each later one: one rounding per step.
      const wanted = 0.1 * (-2 * (state + 1) / n) * 0.9 ** (steps - 1 - step)
      assert.ok(Math.abs(fitter.adam.m.data[state] - wanted) <= 1e-14 * Math.abs(wanted),
        `${N}, ${size}: ${state}`)
    })
  }
  const given = data(40, 1, 4)
  const orders = [6, 7].map((seed) => {
    const fitter = setup(given, [], 'identity', {})
    fit(fitter, given, new Random(seed))
    return fitter.order.join()
  })
  assert.is.not(orders[0], orders[1])
})

/** Least squares by the normal equations, solved by Gauss–Jordan elimination: weights, then the bias. */
function leastSquares({ observations: { data, rows, cols }, returns }: Data): number[] {
  const n = cols + 1
  const system = Array.from({ length: n }, () => new Array<number>(n + 1).fill(0))
  for (let i = 0; i < rows; i++) {
    const row = [...data.subarray(i * cols, (i + 1) * cols), 1]
    for (let p = 0; p < n; p++) {
      for (let q = 0; q < n; q++) system[p][q] += row[p] * row[q]
      system[p][n] += row[p] * returns[i]
    }
  }
  for (let p = 0; p < n; p++) {
    // Positive definite: the pivots on the diagonal need no exchanges.
    const pivot = system[p][p]
    system[p] = system[p].map((x) => x / pivot)
    for (let q = 0; q < n; q++) {
      if (q !== p) system[q] = system[q].map((x, k) => x - system[q][p] * system[p][k])
    }
  }
  return system.map((row) => row[n])
}

test('a linear V reaches the least squares of the normal equations, on data with noise', () => {
  const given = data(50, 3, 7)
  const wanted = leastSquares(given)
  const value = drawnValue(reference, 3, [], 'identity', new Random(2))
  let last = Infinity
  // Adam ends in a cycle about as wide as its rate, so the rate goes down.
  for (const valueLearningRate of [0.1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6]) {
    const fitter = createAdamFitter(value, 50, {
      valueEpochs: 500, valueMinibatch: 50, valueLearningRate, normalizeReturns: false,
    })
    const { status, lossBefore, lossAfter } = fit(fitter, given)
    assert.is(status, 'fitted')
    assert.ok(lossAfter <= lossBefore * (1 + 1e-4) && lossAfter <= last * (1 + 1e-4))
    last = lossAfter
  }
  wanted.forEach((w, p) => assert.ok(Math.abs(phiOf(value)[p] - w) < 1e-5, `${p}: ${phiOf(value)[p]} ${w}`))
})

test('losses and explained variance are what their formulas say, and values are those of the new φ', () => {
  for (const offset of [0, 1e6]) {
    const given = data(37, 3, 8)
    for (let i = 0; i < 37; i++) given.returns[i] += offset
    const fitter = setup(given, [5], 'tanh', { valueMinibatch: 10, valueLearningRate: 0.01, valueEpochs: 3 })
    const all = [...given.returns.keys()]
    const v = values(fitter.value, given)
    const before = naiveLoss(fitter.value, phiOf(fitter.value), given, all)
    const mean = (x: number[]): number => x.reduce((sum, a) => sum + a, 0) / x.length
    const variance = (x: number[]): number => mean(x.map((a) => (a - mean(x)) ** 2))
    const explained = 1 - variance(all.map((i) => given.returns[i] - v[i])) / variance([...given.returns])
    const found = fitByAdam(fitter, { ...given, values: v }, new Random(5))
    const after = naiveLoss(fitter.value, phiOf(fitter.value), given, all)
    // Two-pass sums of 37 terms; returns of 1e6 leave 1e-10 of their spread.
    const tolerance = offset === 0 ? 1e-13 : 1e-9
    assert.ok(Math.abs(found.lossBefore - before) <= 1e-13 * before)
    assert.ok(Math.abs(found.lossAfter - after) <= 1e-13 * after)
    assert.ok(found.lossAfter < found.lossBefore)
    assert.ok(Math.abs(found.explainedVariance! - explained) <= tolerance)
    assert.equal(v, values(fitter.value, given))
  }
})

test('explained variance is 1 for perfect values, 0 for a constant, null if returns do not vary', () => {
  const given = data(20, 2, 9)
  const fitter = setup(given, [], 'identity', { valueEpochs: 0 })
  const explained = (returns: Float64Array, v: Float64Array): number | null =>
    fitByAdam(fitter, { ...given, returns, values: v }, new Random(5)).explainedVariance
  assert.is(explained(given.returns, given.returns.slice()), 1)
  const constant = explained(given.returns, new Float64Array(20).fill(3))!
  assert.ok(Math.abs(constant) < 1e-15, `${constant}`)
  assert.is(explained(new Float64Array(20).fill(7), new Float64Array(20)), null)
  assert.is(explained(new Float64Array(20), given.returns.slice()), null)
  const worse = explained(given.returns, given.returns.map((r) => -r))!
  // Var(2R) is 4 Var(R).
  assert.ok(Math.abs(worse + 3) < 1e-14)
})

test('with no epochs φ and the values keep their bits', () => {
  const given = data(30, 3, 10)
  const fitter = setup(given, [6], 'tanh', { valueEpochs: 0 })
  const phi = bits(phiOf(fitter.value)), v = values(fitter.value, given)
  const random = new Random(5)
  const found = fitByAdam(fitter, { ...given, values: v }, random)
  assert.is(found.status, 'fitted')
  assert.is(found.lossAfter, found.lossBefore)
  assert.is(bits(phiOf(fitter.value)), phi)
  assert.equal(v, values(fitter.value, given))
  assert.equal(random.getState(), new Random(5).getState(), 'nothing was drawn')
  assert.is(fitter.adam.beta1Power, 1)
})

test('a fit whose numbers overflow is undone: φ, Adam and values keep their bits, later fits too', () => {
  const given = data(30, 3, 11)
  for (const normalizeReturns of [false, true]) {
    const options = { valueEpochs: 2, valueMinibatch: 8, valueLearningRate: 0.01, normalizeReturns }
    const value = drawnValue(reference, 3, [6], 'relu', new Random(2))
    const fitter = createAdamFitter(value, 30, options)
    fit(fitter, given)
    const { adam } = fitter
    const state = (): string[] =>
      [bits(phiOf(value)), bits(adam.m.data), bits(adam.v.data), `${adam.beta1Power}`, `${adam.beta2Power}`]
    const before = state(), v = values(value, given)
    const faults: readonly (readonly [string, AdamFitter, Float64Array])[] = [
      ['rate', { ...fitter, options: { ...options, valueLearningRate: 1e300 } }, given.returns],
      ['one infinite return', fitter, given.returns.map((r, i) => (i === 17 ? Infinity : r))],
      ['one return that is NaN', fitter, given.returns.map((r, i) => (i === 29 ? NaN : r))],
      ['returns whose squares overflow', fitter, given.returns.map((r) => r * 1e200)],
    ]
    for (const [name, faulty, returns] of faults) {
      const found = fitByAdam(faulty, { ...given, returns, values: v }, new Random(5))
      assert.is(found.status, 'undone', name)
      assert.ok(Object.is(found.lossAfter, found.lossBefore))
      assert.equal(state(), before, name)
      assert.equal(v, values(value, given), name)
    }
    const twin = createAdamFitter(drawnValue(reference, 3, [6], 'relu', new Random(2)), 30, options)
    fit(twin, given)
    twin.order.set(fitter.order)
    fit(twin, given, new Random(6))
    fit(fitter, given, new Random(6))
    assert.is(bits(phiOf(value)), bits(phiOf(twin.value)))
  }
})

test('a minibatch larger than the batch is the batch', () => {
  const given = data(12, 2, 12)
  const results = [12, 13, 1000].map((valueMinibatch) => {
    const fitter = setup(given, [3], 'tanh', { valueMinibatch, valueEpochs: 4 })
    fit(fitter, given)
    return bits(phiOf(fitter.value))
  })
  assert.is(results[1], results[0])
  assert.is(results[2], results[0])
})

/** Returns of other means and deviations, as a policy that learns sees them. */
const HISTORY: readonly (readonly [mean: number, std: number])[] =
  [[3, 2], [-400, 50], [-350, 90], [-20, 0.5], [0, 1]]

function batches(N: number, seed: number): Data[] {
  return HISTORY.map(([mean, std], k) => {
    const given = data(N, 3, seed + k)
    return { ...given, returns: given.returns.map((r) => mean + std * (r - 3) / 2) }
  })
}

test('in units of the returns, Adam\'s means are those of the gradients of V itself, as units change', () => {
  for (const hidden of [[], [5], [6, 4]]) {
    const fitter = setup(batches(23, 20)[0], hidden, 'tanh', { normalizeReturns: true })
    const P = phiOf(fitter.value).length, m = new Float64Array(P), v = new Float64Array(P)
    for (const given of batches(23, 20)) {
      const gradient =
        naiveGradient(fitter.value, phiOf(fitter.value).slice(), given, [...given.returns.keys()])
      fit(fitter, given)
      gradient.forEach((g, p) => {
        m[p] = 0.9 * m[p] + 0.1 * g
        v[p] = 0.999 * v[p] + 0.001 * g * g
      })
      // Differences of losses of 2e5, rounded to 2e-11 of a step of 1e-5.
      const size = Math.max(...gradient.map(Math.abs))
      m.forEach((x, p) => assert.ok(Math.abs(fitter.adam.m.data[p] - x) < 1e-5 * (1 + size),
        `${p}: ${fitter.adam.m.data[p]} ${x}`))
      v.forEach((x, p) => assert.ok(Math.abs(fitter.adam.v.data[p] - x) < 1e-5 * (1 + size) * (1 + size),
        `${p}: ${fitter.adam.v.data[p]} ${x}`))
    }
  }
})

test('with no epochs V stays as it is, except for the rounding of the change of units and back', () => {
  for (const given of batches(30, 30)) {
    const fitter = setup(given, [6], 'tanh', { valueEpochs: 0, normalizeReturns: true })
    const phi = phiOf(fitter.value).slice(), v = values(fitter.value, given)
    fit(fitter, given)
    // The bias loses what lies below 2^-53 of the returns' mean, in units of their deviation.
    const size = 1 + Math.max(...given.returns.map(Math.abs))
    phi.forEach((x, p) => assert.ok(Math.abs(phiOf(fitter.value)[p] - x) < 2 ** -50 * size))
    values(fitter.value, given).forEach((x, i) => assert.ok(Math.abs(x - v[i]) < 2 ** -48 * size))
  }
})

test('returns times 2^k give V times 2^k, to the bit, fit after fit: their units do not matter', () => {
  const history = (k: number, normalizeReturns: boolean): string[] => {
    const scaled = batches(40, 40).map((given) => ({
      ...given, returns: given.returns.map((r) => r * 2 ** k),
    }))
    const fitter = setup(scaled[0], [6, 4], 'tanh', { valueMinibatch: 16, valueEpochs: 3, normalizeReturns })
    const phi = phiOf(fitter.value), last = phi.length - 5
    phi.fill(0, last)
    return scaled.map((given) => {
      const { lossAfter } = fit(fitter, given)
      const output = phi.slice(last).map((w) => w / 2 ** k)
      return [bits(phi.slice(0, last)), bits(output), lossAfter / 4 ** k].join()
    })
  }
  for (const k of [-20, 1, 30]) assert.equal(history(k, true), history(0, true))
  assert.not.equal(history(1, false), history(0, false))
})

// Their variance is 1e6.
test('in units of the returns, V reaches large returns for which Adam alone would need many steps', () => {
  const given = data(60, 2, 50)
  for (let i = 0; i < 60; i++) given.returns[i] = 1000 * given.observations.data[2 * i] - 5000
  const lossAfter = (normalizeReturns: boolean): number => {
    const fitter = setup(given, [], 'tanh', {
      valueEpochs: 300, valueMinibatch: 20, valueLearningRate: 0.03, normalizeReturns,
    })
    return fit(fitter, given).lossAfter
  }
  assert.ok(lossAfter(true) < 1e4, `${lossAfter(true)}`)
  assert.ok(lossAfter(false) > 1e7, '900 steps of 0.03 lead to 27')
})

test('returns beyond what doubles can square have no units of their own', () => {
  const huge = data(30, 3, 60).returns.map((r) => 1e60 * r)
  for (const returns of [huge]) {
    const given = { ...data(30, 3, 60), returns }
    const phis = [false, true].map((normalizeReturns) => {
      const fitter = setup(given, [5], 'tanh', { normalizeReturns })
      fit(fitter, given)
      return bits(phiOf(fitter.value))
    })
    assert.is(phis[1], phis[0])
  }
})

test('returns that do not vary are fitted in units of the error of V: the same fit times 2^k', () => {
  const fitted = [1, 2 ** -30, 2 ** 30].map((unit) => {
    const given = { ...data(30, 3, 60), returns: new Float64Array(30).fill(7 * unit) }
    const fitter = setup(given, [5], 'tanh', { normalizeReturns: true, valueEpochs: 40 })
    const { net } = fitter.value, { layers } = net.parameters
    for (const x of [layers.at(-1)!.W.data, layers.at(-1)!.b.data]) x.forEach((w, p) => { x[p] = w * unit })
    const { lossBefore, lossAfter } = fit(fitter, given)
    assert.ok(lossAfter < lossBefore)
    return lossAfter / unit ** 2
  })
  assert.equal(fitted, fitted.map(() => fitted[0]))
})

test('a V that is right within rounding is left alone', () => {
  for (const returns of [new Float64Array(30), new Float64Array(30).fill(1e5)]) {
    const given = { ...data(30, 3, 60), returns }
    const fitter = setup(given, [5], 'tanh', { normalizeReturns: true })
    const phi = phiOf(fitter.value)
    phi.fill(0)
    phi[phi.length - 1] = returns[0] * (1 + 2 ** -50)
    const before = bits(phi), { status, lossAfter } = fit(fitter, given)
    assert.is(bits(phi), before)
    assert.is(status, 'fitted')
    assert.ok(lossAfter < 1e-18)
  }
})

test.run()
