/**
 * Gauss–Newton steps against dense algebra: normal equations, ridge regression, (mean j jᵀ + λ D²) x = b with
 * naive j.
 * Tolerances: central differences of j, the residual of conjugate gradients times the condition, and
 * roundings of sums.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Backend } from '../../../src/math/backend.ts'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { createSimd } from '../../../src/math/simd/backend.ts'
import type { Tensor } from '../../../src/math/tensor.ts'
import type { ActivationName } from '../../../src/nn/activation.ts'
import { drawnValue, phiOf } from '../../support/value.ts'
import { predict } from '../../../src/rl/value.ts'
import type { ValueFit } from '../../../src/trpo/value/loss.ts'
import {
  fromEntries, inner, type Matrix, multiply, plusDiagonal, solve, timesVector, transpose,
} from '../../support/dense.ts'
import { naiveForward } from '../../support/naive.ts'
import { bits } from '../../support/same.ts'
import type { GaussNewtonFitOptions } from '../../../src/trpo/options/options.ts'
import {
  createGaussNewtonFitter, fitByGaussNewton, type GaussNewtonFitter,
} from '../../../src/trpo/value/gaussNewtonFit.ts'

interface Data { readonly observations: Tensor; readonly returns: Float64Array }

/**
 * Everything exact: all states in H, no damping, no bound that is ever met, conjugate gradients to the last
 * digit.
 */
const EXACT: GaussNewtonFitOptions = {
  valueMaxKl: 1e6, valueSteps: 1, valueCgIterations: 200, valueDamping: 0, valueCurvatureFraction: 1,
  cgTolerance: 1e-15, backtrackCoefficient: 0.8, maxBacktracks: 10,
}
const USUAL: GaussNewtonFitOptions = {
  ...EXACT, valueMaxKl: 1, valueSteps: 2, valueCgIterations: 10, valueDamping: 0.1,
  valueCurvatureFraction: 0.1, cgTolerance: 0.01,
}

const mean = (x: readonly number[]): number => x.reduce((sum, a) => sum + a, 0) / x.length

function data(N: number, inputs: number, seed: number, backend: Backend = reference): Data {
  const random = new Random(seed)
  const observations = backend.allocate(N, inputs)
  for (let i = 0; i < N * inputs; i++) observations.data[i] = random.normal()
  return { observations, returns: Float64Array.from({ length: N }, () => 3 + 2 * random.normal()) }
}

function setup(
  given: Data, hidden: readonly number[], activation: ActivationName, options: Partial<GaussNewtonFitOptions>,
  backend: Backend = reference,
): GaussNewtonFitter {
  const value = drawnValue(backend, given.observations.cols, hidden, activation, new Random(2))
  // Biases of 0 would leave dead units exactly on the kink of relu.
  const random = new Random(3)
  for (let p = 0; p < phiOf(value).length; p++) phiOf(value)[p] += 0.1 * random.normal()
  return createGaussNewtonFitter(value, given.returns.length, { ...EXACT, ...options })
}

function values({ value }: GaussNewtonFitter, { observations }: Data): Float64Array {
  const out = new Float64Array(observations.rows)
  predict(out, value, observations, observations.rows)
  return out
}

function fit(fitter: GaussNewtonFitter, given: Data, random: Random = new Random(5)): ValueFit {
  return fitByGaussNewton(fitter, { ...given, values: values(fitter, given) }, random)
}

/** V_φ of every state, by scalar code. */
function naiveValues(
  { value: { net } }: GaussNewtonFitter, phi: Float64Array, { observations: { data, rows, cols } }: Data,
): number[] {
  const naive = { sizes: net.sizes, activation: net.activation.name }
  return Array.from({ length: rows }, (_, i) =>
    naiveForward(naive, phi, data.subarray(i * cols, (i + 1) * cols))[0])
}

const squares = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
  mean(Array.from(x, (a, i) => (a - y[i]) ** 2))

/** ∂V/∂φ, a row per state, by central differences of scalar code: good to some 1e-9 of its size. */
function naiveJacobian(fitter: GaussNewtonFitter, given: Data): Matrix {
  const phi = phiOf(fitter.value).slice(), h = 1e-5
  return transpose(Array.from(phi, (x, p) => {
    const up = phi.slice(), down = phi.slice()
    up[p] = x + h
    down[p] = x - h
    const low = naiveValues(fitter, down, given)
    return Float64Array.from(naiveValues(fitter, up, given), (v, i) => (v - low[i]) / (up[p] - down[p]))
  }))
}

/**
 * x of (mean j jᵀ + λ D²) x = mean (R̂ − V) j for j = ∂V/∂φ, D = σ in hidden layers and 1 in the output
 * layer.
 */
function naiveStep(fitter: GaussNewtonFitter, given: Data, lambda: number): Float64Array {
  const J = naiveJacobian(fitter, given), Jt = transpose(J), N = J.length
  const v = naiveValues(fitter, phiOf(fitter.value), given)
  const sigma2 = squares(given.returns, v)
  const sizes = fitter.value.net.sizes
  const hidden = phiOf(fitter.value).length - sizes[sizes.length - 2] - 1
  const JtJ = multiply(Jt, J)
  const H = fromEntries(Jt.length, Jt.length, (p, q) =>
    JtJ[p][q] / N + (p === q ? lambda * (p < hidden ? sigma2 : 1) : 0))
  return solve(H, timesVector(Jt, given.returns.map((r, i) => (r - v[i]) / N)))
}

/** Weights, then bias, of ridge regression by the normal equations; `lambda` draws towards `from`. */
function ridge(
  { observations: { data, rows, cols }, returns }: Data, lambda: number, from: Float64Array,
): Float64Array {
  const X = fromEntries(rows, cols + 1, (i, j) => j < cols ? data[i * cols + j] : 1)
  const Xt = transpose(X)
  const rest = returns.map((r, i) => r - inner(X[i], from))
  return solve(plusDiagonal(multiply(Xt, X), rows * lambda), timesVector(Xt, rest)).map((x, p) => x + from[p])
}

test('one step of a linear V without damping or bound is the least squares of the normal equations', () => {
  for (const [N, inputs, seed] of [[50, 3, 7], [200, 8, 8], [97, 1, 9]]) {
    const given = data(N, inputs, seed)
    const fitter = setup(given, [], 'identity', {})
    const wanted = ridge(given, 0, new Float64Array(inputs + 1))
    const { status, lossAfter } = fit(fitter, given)
    assert.is(status, 'fitted')
    // Conjugate gradients to a residual of 1e-15, on systems whose condition is below 100.
    wanted.forEach((w, p) =>
      assert.ok(Math.abs(phiOf(fitter.value)[p] - w) < 1e-12, `${p}: ${phiOf(fitter.value)[p]} ${w}`))
    assert.ok(Math.abs(lossAfter - squares(given.returns, naiveValues(fitter, wanted, given))) < 1e-12)
  }
})

test('with damping it is ridge regression towards the φ of before', () => {
  const given = data(60, 4, 10)
  for (const valueDamping of [0.01, 1, 30]) {
    const fitter = setup(given, [], 'tanh', { valueDamping })
    const wanted = ridge(given, valueDamping, phiOf(fitter.value).slice())
    fit(fitter, given)
    wanted.forEach((w, p) => assert.ok(Math.abs(phiOf(fitter.value)[p] - w) < 1e-12, `${p}`))
  }
})

test('V of a linear network moves by half the fraction of σ² that it explains, at most by ½', () => {
  const given = data(80, 5, 11)
  const fitter = setup(given, [], 'identity', {})
  const before = values(fitter, given)
  const { lossBefore, lossAfter } = fit(fitter, given)
  const kl = squares(values(fitter, given), before) / (2 * lossBefore)
  // Pythagoras: least squares is a projection.
  assert.ok(Math.abs(kl - (1 - lossAfter / lossBefore) / 2) < 1e-14)
  assert.ok(kl < 0.5 && kl > 0.1)
})

test('a step goes along the damped Gauss–Newton direction of dense algebra, with σφ in hidden layers', () => {
  for (const activation of ['tanh', 'relu', 'identity'] as const) {
    for (const hidden of [[5], [4, 3]]) {
      const given = data(40, 2, 12)
      const fitter = setup(given, hidden, activation, { valueDamping: 0.2 })
      const phi = phiOf(fitter.value).slice()
      const x = naiveStep(fitter, given, 0.2)
      assert.is(fit(fitter, given).status, 'fitted')
      const moved = phiOf(fitter.value).map((p, i) => p - phi[i])
      // The line search may have shortened it, by a power of 0.8.
      const scale = inner(moved, x) / inner(x, x)
      const j = Math.round(Math.log(scale) / Math.log(0.8))
      assert.ok(j >= 0 && j <= 10 && Math.abs(scale - 0.8 ** j) < 1e-7, `${activation}: ${scale}`)
      // The Jacobian is good to 1e-9 or so, and the damped system's condition is below 100.
      const largest = Math.max(...x.map(Math.abs))
      x.forEach((d, p) =>
        assert.ok(Math.abs(moved[p] - scale * d) < 1e-6 * largest, `${activation} ${hidden}: ${p}`))
    }
  }
})

test('at what is kept the loss is lower and the constraint holds, whatever ε, steps and network', () => {
  const random = new Random(13)
  let bound = 0
  for (let round = 0; round < 120; round++) {
    const given = data(20 + random.integer(150), 1 + random.integer(3), 100 + round)
    const epsilon = 10 ** (-4 + 4 * random.uniform())
    const hidden = [[], [6], [5, 4]][round % 3]
    const activation = (['tanh', 'relu', 'identity'] as const)[random.integer(3)]
    const fitter = setup(given, hidden, activation, {
      valueMaxKl: epsilon, valueSteps: 1 + random.integer(4),
      valueCurvatureFraction: random.uniform() < 0.5 ? 1 : 0.3,
      valueDamping: 0.01, valueCgIterations: 10,
    })
    const before = naiveValues(fitter, phiOf(fitter.value), given)
    const sigma2 = squares(given.returns, before)
    const { status, lossBefore, lossAfter } = fit(fitter, given)
    const after = naiveValues(fitter, phiOf(fitter.value), given)
    const kl = squares(after, before) / (2 * sigma2)
    // Both sides are sums of some 100 squares, each good to 1e-14.
    assert.ok(kl <= epsilon * (1 + 1e-12), `${round}: ${kl} ${epsilon}`)
    assert.is(status, 'fitted')
    assert.ok(lossAfter < lossBefore)
    assert.ok(Math.abs(lossBefore - sigma2) < 1e-12 * sigma2)
    assert.ok(Math.abs(lossAfter - squares(given.returns, after)) < 1e-12 * sigma2)
    if (kl > 0.6 * epsilon) bound++
  }
  // 0.8² of the radius is 0.64 of ε: most small regions are used up to that fraction.
  assert.ok(bound > 40, `${bound}`)
})

test('in a small region a linear V goes to its edge exactly, along the direction, however damped', () => {
  for (const valueDamping of [0, 0.5]) {
    const given = data(70, 3, 14)
    const fitter = setup(given, [], 'identity', { valueMaxKl: 1e-3, valueDamping })
    const before = values(fitter, given), phi = phiOf(fitter.value).slice()
    const wanted = ridge(given, valueDamping, phi)
    const { lossBefore } = fit(fitter, given)
    const kl = squares(values(fitter, given), before) / (2 * lossBefore)
    // V is linear, so the quadratic model is exact; whether rounding puts the full step outside, the search
    // decides.
    assert.ok(Math.abs(kl - 1e-3) < 1e-12 || Math.abs(kl - 0.64e-3) < 1e-12, `${kl}`)
    const scale = (phiOf(fitter.value)[0] - phi[0]) / (wanted[0] - phi[0])
    wanted.forEach((w, p) =>
      assert.ok(Math.abs(phiOf(fitter.value)[p] - phi[p] - scale * (w - phi[p])) < 1e-12))
  }
})

test('losses and explained variance are what their formulas say, and values are those of the new φ', () => {
  for (const valueCurvatureFraction of [1, 0.4]) {
    const given = data(137, 3, 15)
    const fitter = setup(given, [6, 5], 'tanh', { ...USUAL, valueCurvatureFraction, valueSteps: 3 })
    const v = values(fitter, given)
    const variance = (x: number[]): number => mean(x.map((a) => (a - mean(x)) ** 2))
    const explained =
      1 - variance(Array.from(v, (x, i) => given.returns[i] - x)) / variance([...given.returns])
    const found = fitByGaussNewton(fitter, { ...given, values: v }, new Random(5))
    assert.ok(Math.abs(found.explainedVariance! - explained) < 1e-13)
    assert.ok(found.lossAfter < found.lossBefore)
    assert.equal(v, values(fitter, given))
  }
})

test('if there is nothing to fit, φ and values keep their bits, and the loss stays the same', () => {
  const given = data(30, 3, 16)
  const fitter = setup(given, [6], 'tanh', {})
  const none = setup(given, [6], 'tanh', { valueSteps: 0, valueCurvatureFraction: 0.5 })
  const perfect: Data = { ...given, returns: values(fitter, given) }
  // The square of a residual underflows: the loss is 0.
  const tiny: Data = { ...given, returns: perfect.returns.slice() }
  phiOf(fitter.value).fill(0)
  tiny.returns.fill(1e-170)
  // Errors of 1 and −1 at states that look alike: the gradient is exactly 0.
  const balanced: Data = {
    observations: reference.allocate(30, 3), returns: perfect.returns.map((_, i) => i % 2 === 0 ? 1 : -1),
  }
  for (const [name, which, what] of [
    ['no steps', none, given], ['tiny', fitter, tiny], ['balanced', fitter, balanced],
    ['perfect', fitter, { ...given, returns: new Float64Array(30) }],
  ] as const) {
    const phi = bits(phiOf(which.value)), v = values(which, what), random = new Random(5)
    const found = fitByGaussNewton(which, { ...what, values: v }, random)
    assert.is(found.status, 'fitted', name)
    assert.is(found.lossAfter, found.lossBefore, name)
    assert.is(bits(phiOf(which.value)), phi, name)
    assert.equal(v, values(which, what), name)
    assert.equal(random.getState(), new Random(5).getState(), `${name}: nothing was drawn`)
  }
})

test('a fit is undone if numbers are not finite or no trial is acceptable: φ, values keep their bits', () => {
  const given = data(30, 3, 17)
  const fitter = setup(given, [6], 'tanh', { ...USUAL, valueCurvatureFraction: 0.5 })
  fit(fitter, given)
  const before = bits(phiOf(fitter.value)), v = values(fitter, given)
  const faults: readonly (readonly [string, Float64Array])[] = [
    ['one infinite return', given.returns.map((r, i) => (i === 17 ? Infinity : r))],
    ['one return that is NaN', given.returns.map((r, i) => (i === 29 ? NaN : r))],
    ['returns whose squares overflow', given.returns.map((r) => r * 1e200)],
  ]
  for (const [name, returns] of faults) {
    const found = fitByGaussNewton(fitter, { ...given, returns, values: v }, new Random(5))
    assert.is(found.status, 'undone', name)
    assert.ok(Number.isFinite(found.lossBefore) && Object.is(found.lossAfter, found.lossBefore), name)
    assert.is(bits(phiOf(fitter.value)), before, name)
    assert.equal(v, values(fitter, given), name)
  }
  // H of a state near 0 alone sees next to no curvature: the step overshoots at the far one, and there is one
  // trial only.
  // Sixteen shards of two states, and one of each is drawn.
  const observations = reference.allocate(32, 1)
  observations.data.fill(0.01)
  observations.data[31] = 100
  const far: Data = { observations, returns: new Float64Array(32).fill(1) }
  const blind = setup(far, [], 'identity', {
    valueMaxKl: 1e300, valueCurvatureFraction: 0.5, valueDamping: 1e-3, maxBacktracks: 0,
  })
  const phi = bits(phiOf(blind.value)), w = values(blind, far)
  const found = fitByGaussNewton(blind, { observations, returns: far.returns, values: w }, new Random(6))
  assert.ok(blind.part.tape.inputs.data.every((x) => x === 0.01))
  assert.is(found.status, 'undone')
  assert.ok(Object.is(found.lossAfter, found.lossBefore))
  assert.is(bits(phiOf(blind.value)), phi)
  assert.equal(w, values(blind, far))
  // And the fit after a failed one is unaffected.
  const twin = setup(given, [6], 'tanh', { ...USUAL, valueCurvatureFraction: 0.5 })
  fit(twin, given)
  fit(twin, given, new Random(6))
  fit(fitter, given, new Random(6))
  assert.is(bits(phiOf(fitter.value)), bits(phiOf(twin.value)))
})

test('returns and output layer 2ᵏ times as large leave the same hidden layers, to the bit', () => {
  const results = [0, 20, -30].map((k) => {
    const c = 2 ** k
    const given = data(120, 3, 18)
    const fitter = setup(given, [7, 5], 'tanh', { ...USUAL, valueCurvatureFraction: 0.5 })
    const phi = phiOf(fitter.value), hidden = phi.length - 6
    for (let p = hidden; p < phi.length; p++) phi[p] *= c
    const returns = given.returns.map((r) => r * c)
    for (let round = 0; round < 3; round++) {
      const { status, lossBefore, lossAfter } = fit(fitter, { ...given, returns }, new Random(round))
      assert.is(status, 'fitted')
      assert.ok(lossAfter < lossBefore)
    }
    return bits(phi.map((x, p) => (p < hidden ? x : x / c)))
  })
  assert.is(results[1], results[0])
  assert.is(results[2], results[0])
})

test('the states of H depend on the stream alone, drawn anew each step; all of them need no draw', () => {
  const given = data(100, 2, 19)
  const drawn = (fraction: number, past: number): Set<number> => {
    const fitter = setup(given, [4], 'tanh', { ...USUAL, valueCurvatureFraction: fraction, valueSteps: 1 })
    for (let k = 0; k < past; k++) fit(fitter, given, new Random(40 + k))
    fit(fitter, given, new Random(6))
    const rows = fitter.part.tape.inputs.data
    return new Set(Array.from({ length: fitter.part.tape.inputs.rows }, (_, i) => {
      const state = given.observations.data.findIndex((x, at) => at % 2 === 0 && x === rows[2 * i])
      assert.is(given.observations.data[state + 1], rows[2 * i + 1])
      return state / 2
    }))
  }
  assert.is(drawn(0.3, 0).size, 16)
  assert.equal(drawn(0.3, 0), drawn(0.3, 2))
  assert.is(drawn(1e-9, 0).size, 16)
  const fitter = setup(given, [4], 'tanh', { ...USUAL, valueCurvatureFraction: 0.3, valueSteps: 2 })
  const random = new Random(6)
  fit(fitter, given, random)
  const again = new Random(6)
  // One row of each shard of 6 or 7 rows.
  for (let step = 0; step < 2; step++) {
    for (let s = 0; s < 16; s++) again.integer(Math.floor((s + 1) * 100 / 16) - Math.floor(s * 100 / 16))
  }
  assert.equal(random.getState(), again.getState())
  const all = setup(given, [4], 'tanh', { ...USUAL, valueCurvatureFraction: 1 })
  const still = new Random(6)
  fit(all, given, still)
  assert.equal(still.getState(), new Random(6).getState())
})

test('every state is drawn equally often', () => {
  // Sixteen shards of four rows.
  const given = data(64, 1, 20)
  const fitter = setup(given, [], 'identity', { ...USUAL, valueCurvatureFraction: 0.25, valueSteps: 1 })
  const random = new Random(21), counts = new Map<number, number>()
  const rounds = 4000
  for (let round = 0; round < rounds; round++) {
    phiOf(fitter.value).fill(0)
    fit(fitter, given, random)
    for (const x of fitter.part.tape.inputs.data) counts.set(x, (counts.get(x) ?? 0) + 1)
  }
  assert.is(counts.size, 64)
  // Binomial: 1000 ± 27.4; five deviations.
  for (const count of counts.values()) assert.ok(Math.abs(count - rounds / 4) < 137, `${count}`)
})

test('both backends leave the same bits', () => {
  const simd = createSimd(1 << 24)!
  for (const hidden of [[], [8], [16, 9]]) {
    const results = [reference, simd].map((backend) => {
      const given = data(230, 3, 22, backend)
      const fitter =
        setup(given, hidden, 'tanh', { ...USUAL, valueCurvatureFraction: 0.5, valueSteps: 3 }, backend)
      const reports = [0, 1, 2].map((seed) => JSON.stringify(fit(fitter, given, new Random(seed))))
      return `${bits(phiOf(fitter.value))} ${reports.join()}`
    })
    assert.is(results[1], results[0])
  }
})

test.run()
