/**
 * Each distribution against a naive one (closed log π, summed expectations, differences); draws by χ² tests.
 * Tolerances: roundings, truncation of differences, six standard deviations of χ².
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import type { Tensor } from '../../../src/math/tensor.ts'
import { allFinite } from '../../../src/math/vector.ts'
import { bernoulli } from '../../../src/nn/distributions/bernoulli.ts'
import { categorical, multiCategorical } from '../../../src/nn/distributions/categorical.ts'
import { createEta, type Distribution, type Eta } from '../../../src/nn/distributions/distribution.ts'
import { gaussian } from '../../../src/nn/distributions/gaussian.ts'
import { stateGaussian } from '../../../src/nn/distributions/stateGaussian.ts'
import { inner, lengthOf, normals } from '../../support/dense.ts'
import {
  along, curvatureOf, expectation, gradientOf, naiveBernoulli, naiveCategorical, type NaiveDistribution,
  naiveGaussian, naiveKl, naiveMetric, naiveScore, naiveStateGaussian, slopeOf,
} from '../../support/naive.ts'
import { failures, Worst } from '../../support/worst.ts'

type Vector = ArrayLike<number>
interface Case {
  readonly name: string
  readonly distribution: Subject
  readonly naive: NaiveDistribution
}
/** A distribution, and the mask of all its states. */
type Subject = Distribution & { readonly mask?: readonly number[] }

const CASES: readonly Case[] = [
  ...[2, 5].map((n) => (
    { name: `categorical(${n})`, distribution: categorical(n), naive: naiveCategorical([n]) })),
  ...[[3], [2, 3, 2], [1, 4]].map((n) => (
    { name: `multiCategorical(${n})`, distribution: multiCategorical(n), naive: naiveCategorical(n) })),
  ...[[[3], [1, 0, 1]], [[5], [0, 1, 0, 1, 1]], [[2, 3, 2], [1, 0, 0, 1, 1, 1, 1]]].map(([n, mask]) => ({
    name: `multiCategorical(${n}) masked by ${mask}`,
    distribution: { ...multiCategorical(n), mask }, naive: naiveCategorical(n, mask),
  })),
  ...[1, 3].map((n) => ({ name: `bernoulli(${n})`, distribution: bernoulli(n), naive: naiveBernoulli(n) })),
  ...[1, 2].map((d) => ({ name: `gaussian(${d})`, distribution: gaussian(d), naive: naiveGaussian(d) })),
  ...[1, 2].map((d) => (
    { name: `stateGaussian(${d})`, distribution: stateGaussian(d), naive: naiveStateGaussian(d) })),
]
const DISCRETE = CASES.filter(({ naive }) => naive.means === 0)
const GAUSSIANS = CASES.filter(({ naive }) => naive.means > 0)

function each(cases: readonly Case[], fact: string, check: (c: Case) => void): void {
  for (const c of cases) test(`${c.name}: ${fact}`, () => check(c))
}

/** η of several states, prepared; the shared part is the end of the first one. */
function etaOf(distribution: Subject, states: readonly Vector[]): Eta {
  const { etaSize: inputs, sharedSize: shared } = distribution
  const rows = reference.allocate(states.length, inputs)
  states.forEach((state, i) => { for (let j = 0; j < inputs; j++) rows.data[i * inputs + j] = state[j] })
  const common = Float64Array.from(Array.from(states[0]).slice(inputs, inputs + shared))
  const { mask } = distribution
  const masks = mask === undefined ? null : Uint8Array.from(states.flatMap(() => mask))
  const eta = createEta(reference, distribution, rows, common, masks)
  distribution.prepare(eta)
  return eta
}

function actionsOf(distribution: Distribution, list: readonly Vector[]): Tensor {
  const actions = reference.allocate(list.length, distribution.actionSize)
  list.forEach((action, i) => actions.data.set(Array.from(action), i * distribution.actionSize))
  return actions
}

/** Logits and means of size 1, log σ of size ½. */
function drawEta({ inputs, shared, means }: NaiveDistribution, random: Random): Float64Array {
  const isLogStd = (j: number): boolean => means > 0 && j >= means
  return Float64Array.from({ length: inputs + shared }, (_, j) => (isLogStd(j) ? 0.5 : 1) * random.normal())
}

/** `states` many η with one shared part, as `etaOf` takes them. */
function drawStates(naive: NaiveDistribution, states: number, random: Random): Float64Array[] {
  const first = drawEta(naive, random)
  return Array.from({ length: states }, () => {
    const eta = drawEta(naive, random)
    eta.set(first.subarray(naive.inputs), naive.inputs)
    return eta
  })
}

/** One action that the distribution may draw. */
function drawAction(naive: NaiveDistribution, eta: Vector, random: Random): Vector {
  const d = naive.means
  const draw = (j: number): number => eta[j] + Math.exp(eta[d + j]) * random.normal()
  if (d > 0) return Array.from({ length: d }, (_, j) => draw(j))
  const list = naive.support(eta)
  return list[random.integer(list.length)].action
}

function logProbabilities(distribution: Distribution, eta: Eta, actions: readonly Vector[]): Float64Array {
  const out = new Float64Array(actions.length)
  distribution.logProbability(out, actionsOf(distribution, actions), eta)
  return out
}

/** KL(old ‖ new) of one state. */
function klOf(distribution: Distribution, old: Vector, new_: Vector): number {
  const out = new Float64Array(1)
  distribution.klOldNew(out, etaOf(distribution, [old]), etaOf(distribution, [new_]))
  return out[0]
}

/** M v of one state, the shared part included. */
function metricTimes(distribution: Distribution, eta: Vector, v: Vector): Float64Array {
  const at = etaOf(distribution, [eta]), rows = reference.allocate(1, distribution.etaSize)
  rows.data.set(Array.from(v).slice(0, distribution.etaSize))
  distribution.metric(rows, at, 0, 1, 1)
  const shared = new Float64Array(distribution.sharedSize)
  distribution.sharedMetric(shared, Float64Array.from(Array.from(v).slice(distribution.etaSize)), at)
  return Float64Array.of(...rows.data, ...shared)
}

function check(record: (worst: Worst) => void): void {
  const worst = new Worst()
  record(worst)
  assert.equal(failures(worst.report()), [])
}

// Densities and expectations.

each(CASES, 'log-probabilities are those of the closed form', ({ distribution, naive }) => check((worst) => {
  const random = new Random(151)
  const states = drawStates(naive, 50, random)
  const actions = states.map((eta) => drawAction(naive, eta, random))
  // A handful of roundings of terms up to 10.
  worst.absolute('log π', logProbabilities(distribution, etaOf(distribution, states), actions),
    states.map((eta, i) => naive.logProbability(eta, actions[i])), 1e-14)
}))

each(CASES, 'probabilities add up to 1', ({ distribution, naive }) => {
  const random = new Random(152)
  for (let i = 0; i < 5; i++) {
    const eta = drawEta(naive, random), support = naive.support(eta)
    const log = logProbabilities(distribution, etaOf(distribution, support.map(() => eta)),
      support.map(({ action }) => action))
    const total = support.reduce((sum, { weight }, k) => sum + weight * Math.exp(log[k]), 0)
    // Up to 961 terms, each with the relative error of exp at arguments up to 80: 80 · 2^-53.
    assert.ok(Math.abs(total - 1) < 1e-13, `${total}`)
  }
})

each(CASES, 'the score is w times the derivative of log π, summed if shared', (c) => check((worst) => {
  const { distribution, naive } = c
  const random = new Random(153)
  const N = 40
  const states = drawStates(naive, N, random)
  const actions = states.map((eta) => drawAction(naive, eta, random))
  const weights = normals(N, random)
  weights[3] = 0
  const etaBar = reference.allocate(N, distribution.etaSize)
  // In two ranges of rows: the shared part adds up.
  const sharedBar = new Float64Array(distribution.sharedSize)
  etaBar.data.fill(NaN)
  for (const [first, count] of [[15, 25], [0, 15]]) {
    distribution.score(etaBar, sharedBar, weights, actionsOf(distribution, actions),
      etaOf(distribution, states), first, count)
  }
  const scores = states.map((eta, i) => naiveScore(naive, eta, actions[i]).map((s) => weights[i] * s))
  // Differences of 2^-9: 2^-36/30 of a fifth derivative (32/2 z² for log σ, z up to 4) and 2^-52 over 2^-9.
  worst.absolute('etaBar', etaBar.data, scores.flatMap((s) => [...s.subarray(0, naive.inputs)]), 1e-9)
  worst.absolute('sharedBar', sharedBar,
    sharedBar.map((_, j) => scores.reduce((sum, s) => sum + s[naive.inputs + j], 0)), 1e-8)
}))

each(CASES, 'the score has mean 0 under π', ({ distribution, naive }) => {
  const random = new Random(154)
  for (let i = 0; i < 5; i++) {
    const eta = drawEta(naive, random), support = naive.support(eta)
    const p = Float64Array.from(support, ({ action, weight }) =>
      weight * Math.exp(naive.logProbability(eta, action)))
    const etaBar = reference.allocate(support.length, distribution.etaSize)
    const sharedBar = new Float64Array(distribution.sharedSize)
    distribution.score(etaBar, sharedBar, p, actionsOf(distribution, support.map(({ action }) => action)),
      etaOf(distribution, support.map(() => eta)), 0, support.length)
    const mean = Float64Array.from({ length: distribution.etaSize }, (_, j) =>
      etaBar.data.reduce((sum, x, at) => at % distribution.etaSize === j ? sum + x : sum, 0))
    // Sums of positive and negative parts of size 1 (1/σ, up to 5, for means), each as exact as the total of
    // 1 above.
    for (const x of [...mean, ...sharedBar]) assert.ok(Math.abs(x) < 1e-12, `${x}`)
  }
})

each(CASES, 'entropy is −E log π', ({ distribution, naive }) => check((worst) => {
  const random = new Random(155)
  const states = drawStates(naive, 6, random)
  const out = new Float64Array(6)
  distribution.entropy(out, etaOf(distribution, states))
  worst.absolute('entropy', out,
    states.map((eta) => -expectation(naive, eta, (action) => naive.logProbability(eta, action))), 1e-13)
}))

each(CASES, 'the entropy score is w times the derivative, summed if shared', (c) => check((worst) => {
  const { distribution, naive } = c
  const random = new Random(180), N = 3
  const states = drawStates(naive, N, random)
  const etaBar = reference.allocate(N, distribution.etaSize)
  const sharedBar = new Float64Array(distribution.sharedSize)
  etaBar.data.fill(NaN)
  for (const [first, count] of [[0, 2], [2, 1]]) {
    distribution.entropyScore(etaBar, sharedBar, -0.7, etaOf(distribution, states), first, count)
  }
  const slopes = states.map((eta) => gradientOf((x) =>
    -0.7 * -expectation(naive, x, (action) => naive.logProbability(x, action)), eta, 2 ** -7))
  // Differences of 2^-7: 2^-28/30 of a fifth derivative of some units, and roundings of 1e-14 over 2^-7.
  worst.absolute('etaBar', etaBar.data, slopes.flatMap((s) => [...s.subarray(0, naive.inputs)]), 1e-8)
  worst.absolute('sharedBar', sharedBar,
    sharedBar.map((_, j) => slopes.reduce((sum, s) => sum + s[naive.inputs + j], 0)), 1e-8)
}))

each(CASES, 'KL(old ‖ new) is E log π_old / π_new under the old one, not the reverse', (c) => {
  const { distribution, naive } = c
  const random = new Random(156)
  let asymmetric = 0
  for (let i = 0; i < 20; i++) {
    const old = drawEta(naive, random), new_ = drawEta(naive, random)
    const wanted = naiveKl(naive, old, new_), reverse = naiveKl(naive, new_, old)
    const got = klOf(distribution, old, new_)
    // The expectation is good to 1e-13 of terms that may be 1,000 if σ is small.
    assert.ok(Math.abs(got - wanted) < 1e-12 * (1 + wanted), `${got} ${wanted}`)
    if (Math.abs(wanted - reverse) > 0.01 * wanted) asymmetric++
  }
  assert.ok(asymmetric > 10, 'the directions differ')
})

each(CASES, 'KL of many states is that of each', ({ distribution, naive }) => {
  const random = new Random(157)
  const old = drawStates(naive, 9, random), new_ = drawStates(naive, 9, random)
  const out = new Float64Array(9)
  distribution.klOldNew(out, etaOf(distribution, old), etaOf(distribution, new_))
  out.forEach((kl, i) => assert.is(kl, klOf(distribution, old[i], new_[i])))
})

each(CASES, 'KL is 0 between equals, positive otherwise, and never negative', (c) => {
  const { distribution, naive } = c
  const random = new Random(158)
  for (let i = 0; i < 300; i++) {
    const old = drawEta(naive, random)
    assert.ok(Object.is(klOf(distribution, old, old.slice()), 0))
    const step = 2 ** -random.integer(60)
    const kl = klOf(distribution, old, along(old, step, normals(old.length, random)))
    assert.ok(kl >= 0, `${kl}`)
    if (step >= 2 ** -10) assert.ok(kl > 0, `step ${step}`)
  }
})

each(CASES, 'KL has gradient 0 at the old distribution', ({ distribution, naive }) => {
  const random = new Random(159)
  for (let i = 0; i < 20; i++) {
    const old = drawEta(naive, random), v = normals(old.length, random)
    // 2^-40/30 of a fifth derivative of some thousands (1/σ), and roundings of 2^-53 · KL over 2^-10.
    assert.ok(Math.abs(slopeOf((t) => klOf(distribution, old, along(old, t, v)), 2 ** -10)) < 1e-9)
  }
})

each(CASES, 'the metric is E[score scoreᵀ], without coupling of means and log σ', (c) => check((worst) => {
  const { distribution, naive } = c
  const random = new Random(160)
  for (let i = 0; i < 4; i++) {
    const eta = drawEta(naive, random), M = naiveMetric(naive, eta)
    for (let j = 0; j < eta.length; j++) {
      const unit = new Float64Array(eta.length)
      unit[j] = 1
      // Twice the relative error of the differenced scores, of which those of log σ are the worst.
      worst.scaled('M', metricTimes(distribution, eta, unit), M.map((row) => row[j]),
        Math.max(...M.map((row, k) => row[k])), 1e-8)
    }
  }
}))

each(CASES, 'the metric is the second derivative of KL(old ‖ new) in new at old', (c) => check((worst) => {
  const { distribution, naive } = c
  const random = new Random(161)
  for (let i = 0; i < 6; i++) {
    const old = drawEta(naive, random), n = old.length
    // By polarisation: vᵀMw = ¼ ((v + w)ᵀM(v + w) − (v − w)ᵀM(v − w)), for unit vectors.
    const second = (a: number, b: number, sign: number): number => {
      const v = new Float64Array(n)
      v[a] += 1
      v[b] += sign
      return curvatureOf((t) => naiveKl(naive, old, along(old, t, v)), 2 ** -7)
    }
    for (let a = 0; a < n; a++) {
      const unit = new Float64Array(n)
      unit[a] = 1
      const wanted = Array.from({ length: n }, (_, b) => (second(a, b, 1) - second(a, b, -1)) / 4)
      // 2^-28/90 of a sixth derivative (64 e² for 2 log σ, as much as 16 · 64 along the sum of two), and
      // roundings of 1e-15 over 2^-14; both relative to the largest of a row, 0.1 at least.
      worst.absolute('M', metricTimes(distribution, old, unit), wanted, 1e-6)
    }
  }
}))

each(CASES, 'the metric changes only the given rows, and multiplies by the scale', (c) => {
  const { distribution, naive } = c
  const random = new Random(162)
  const N = 7, n = distribution.etaSize
  const states = drawStates(naive, N, random)
  const eta = etaOf(distribution, states)
  for (const [first, count] of [[0, 7], [0, 3], [2, 4], [6, 1], [3, 0]]) {
    const v = normals(N * n, random)
    const rows = reference.allocate(N, n)
    rows.data.set(v)
    distribution.metric(rows, eta, first, count, 0.25)
    for (let i = 0; i < N; i++) {
      const row = v.subarray(i * n, (i + 1) * n)
      const got = rows.data.subarray(i * n, (i + 1) * n)
      if (i < first || i >= first + count) assert.equal(got, row)
      else {
        const wanted = metricTimes(distribution, Float64Array.of(...states[i]), [...row, ...eta.shared])
        got.forEach((x, j) => assert.is(x, 0.25 * wanted[j]), 'a power of two scales without rounding')
      }
    }
  }
})

each(CASES, 'the metric is symmetric and positive semi-definite', ({ distribution, naive }) => {
  const random = new Random(163)
  for (let i = 0; i < 50; i++) {
    const eta = drawEta(naive, random), v = normals(eta.length, random), w = normals(eta.length, random)
    const Mv = metricTimes(distribution, eta, v), Mw = metricTimes(distribution, eta, w)
    assert.ok(inner(v, Mv) >= 0)
    // Each product sums at most ten terms, and a categorical's M v is p times a difference of numbers like v.
    const size = lengthOf(Mv) * lengthOf(w) + lengthOf(Mw) * lengthOf(v) + lengthOf(v) * lengthOf(w)
    assert.ok(Math.abs(inner(w, Mv) - inner(v, Mw)) <= 1e-15 * size)
  }
})

// Draws and modes.

each(DISCRETE, 'draws have the frequencies of their probabilities', ({ distribution, naive }) => {
  const random = new Random(164)
  const draws = 20_000
  for (let round = 0; round < 3; round++) {
    const eta = drawEta(naive, random)
    const at = etaOf(distribution, new Array<Vector>(draws).fill(eta))
    const actions = reference.allocate(draws, distribution.actionSize)
    distribution.sample(actions, at, new Array<Random>(draws).fill(random))
    const counts = new Map<string, number>()
    for (let i = 0; i < draws; i++) {
      const key = actions.data.slice(i * distribution.actionSize, (i + 1) * distribution.actionSize).join()
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    const support = naive.support(eta)
    let chi = 0
    for (const { action } of support) {
      const expected = draws * Math.exp(naive.logProbability(eta, action))
      chi += ((counts.get(action.join()) ?? 0) - expected) ** 2 / expected
      counts.delete(action.join())
    }
    assert.is(counts.size, 0, 'nothing else is drawn')
    // Mean cells − 1, standard deviation √(2 (cells − 1)): six of them.
    assert.ok(chi < support.length - 1 + 6 * Math.sqrt(2 * (support.length - 1)),
      `chi² ${chi} of ${support.length} cells`)
  }
})

each(GAUSSIANS, 'draws fall evenly into the tenths of the normal distribution, per dimension', (c) => {
  const { distribution, naive } = c
  const random = new Random(165)
  const draws = 20_000, d = naive.means
  // Φ⁻¹ of 0.6, 0.7, 0.8, 0.9 (Abramowitz & Stegun, table 26.5).
  const tenths = [0.2533471031, 0.5244005127, 0.8416212336, 1.2815515655]
  const beyond = (z: number): number => tenths.filter((x) => x < z).length
  const tenthOf = (z: number): number => z < 0 ? 4 - beyond(-z) : 5 + beyond(z)
  const eta = drawEta(naive, random)
  const at = etaOf(distribution, new Array<Vector>(draws).fill(eta)), actions = reference.allocate(draws, d)
  distribution.sample(actions, at, new Array<Random>(draws).fill(random))
  const cells = new Array<number>(10 ** d).fill(0)
  for (let i = 0; i < draws; i++) {
    let cell = 0
    for (let j = 0; j < d; j++) {
      cell = 10 * cell + tenthOf((actions.data[i * d + j] - eta[j]) / Math.exp(eta[d + j]))
    }
    cells[cell]++
  }
  const expected = draws / cells.length
  const chi = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  assert.ok(chi < cells.length - 1 + 6 * Math.sqrt(2 * (cells.length - 1)),
    `chi² ${chi} of ${cells.length} cells`)
})

each(CASES, 'row i is drawn from stream i alone', ({ distribution, naive }) => {
  const random = new Random(166)
  const N = 8, size = distribution.actionSize
  const states = drawStates(naive, N, random)
  const draw = (list: readonly Vector[], seeds: readonly number[]): Float64Array => {
    const actions = reference.allocate(list.length, size)
    distribution.sample(actions, etaOf(distribution, list), seeds.map((seed) => new Random(seed)))
    return actions.data
  }
  const seeds = states.map((_, i) => 1000 + i)
  const together = draw(states, seeds)
  for (let i = 0; i < N; i++) {
    assert.equal(draw([states[i]], [seeds[i]]), together.slice(i * size, (i + 1) * size))
  }
})

each(CASES, 'no action is more likely than the mode', ({ distribution, naive }) => {
  const random = new Random(167)
  const states = drawStates(naive, 20, random)
  const modes = reference.allocate(20, distribution.actionSize)
  distribution.mode(modes, etaOf(distribution, states))
  states.forEach((eta, i) => {
    const mode = modes.data.slice(i * distribution.actionSize, (i + 1) * distribution.actionSize)
    const others = [...naive.support(eta).map(({ action }) => action), drawAction(naive, eta, random)]
    const top = naive.logProbability(eta, mode)
    // Where two are equally likely either may be ahead by a rounding.
    for (const action of others) assert.ok(naive.logProbability(eta, action) <= top + 1e-15 * Math.abs(top))
  })
})

test('the mode is the lowest of equally likely actions', () => {
  for (const [distribution, eta, wanted] of [
    [categorical(4), [1, 2, 2, 0], [1]], [categorical(3), [0, 0, 0], [0]],
    [multiCategorical([2, 3]), [0, 0, 1, 3, 3], [0, 1]], [bernoulli(3), [0, 1e-9, -0], [0, 1, 0]],
  ] as const) {
    const actions = reference.allocate(1, distribution.actionSize)
    distribution.mode(actions, etaOf(distribution, [eta]))
    assert.equal([...actions.data], [...wanted])
  }
})

test('an impossible action is never drawn, for any uniform number', () => {
  for (const u of [0, 0.5, 1 - 2 ** -53]) {
    const stream = { uniform: () => u } as unknown as Random
    for (const [distribution, eta, wanted] of [
      [categorical(4), [-1e4, 0, -1e4, -1e4], [1]], [categorical(2), [-Infinity, 0], [1]],
      [multiCategorical([2, 3]), [1e308, -1e308, -1e308, 0, -1e308], [0, 1]],
      [bernoulli(2), [-1e4, 1e4], [0, 1]],
    ] as const) {
      const actions = reference.allocate(1, distribution.actionSize)
      distribution.sample(actions, etaOf(distribution, [eta]), [stream])
      assert.equal([...actions.data], [...wanted], `${distribution.name} at ${u}`)
    }
  }
})

test('if rounding leaves probabilities short of 1, a number above their sum draws the last one', () => {
  // Ten probabilities of 1/10 add up to 1 − 2^-53; the eleventh is 0.
  const distribution = categorical(11)
  const eta = etaOf(distribution, [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1e4]])
  assert.is([...eta.cache.data.slice(0, 10)].reduce((a, b) => a + b, 0), 1 - 2 ** -53)
  const actions = reference.allocate(1, 1)
  distribution.sample(actions, eta, [{ uniform: () => 1 - 2 ** -53 } as unknown as Random])
  assert.is(actions.data[0], 9)
})

// Relations between distributions.

test('the categorical is the multi-categorical of one component, under its own name', () => {
  const random = new Random(171)
  assert.equal([categorical(3).name, multiCategorical([3]).name], ['categorical', 'multiCategorical'])
  const states = drawStates(naiveCategorical([3]), 5, random)
  const one = etaOf(categorical(3), states), joint = etaOf(multiCategorical([3]), states)
  assert.equal(one.cache.data, joint.cache.data)
})

test('the multi-categorical is the product of its components in log π, entropy, KL, metric and draws', () => {
  const random = new Random(172)
  const sizes = [2, 3, 1, 4], joint = multiCategorical(sizes), parts = sizes.map((n) => categorical(n))
  const split = (eta: Vector): number[][] => {
    let start = 0
    return sizes.map((n) => Array.from(eta).slice(start, start += n))
  }
  check((worst) => {
    for (let i = 0; i < 20; i++) {
      const old = normals(10, random), new_ = normals(10, random)
      const action = sizes.map((n) => random.integer(n))
      const sum = (f: (part: Distribution, c: number) => number): number =>
        parts.reduce((total, part, c) => total + f(part, c), 0)
      const entropy = (distribution: Distribution, eta: Vector): number => {
        const out = new Float64Array(1)
        distribution.entropy(out, etaOf(distribution, [eta]))
        return out[0]
      }
      // The same terms, added in another order.
      worst.absolute('log π', logProbabilities(joint, etaOf(joint, [old]), [action]),
        [sum((part, c) => logProbabilities(part, etaOf(part, [split(old)[c]]), [[action[c]]])[0])], 1e-15)
      worst.absolute('entropy', [entropy(joint, old)],
        [sum((part, c) => entropy(part, split(old)[c]))], 1e-15)
      worst.absolute('KL', [klOf(joint, old, new_)],
        [sum((part, c) => klOf(part, split(old)[c], split(new_)[c]))], 1e-15)
      worst.absolute('metric', metricTimes(joint, old, new_),
        parts.flatMap((part, c) => [...metricTimes(part, split(old)[c], split(new_)[c])]), 0)

      const actions = reference.allocate(1, 4), stream = new Random(i)
      joint.sample(actions, etaOf(joint, [old]), [new Random(i)])
      parts.forEach((part, c) => {
        const alone = reference.allocate(1, 1)
        part.sample(alone, etaOf(part, [split(old)[c]]), [stream])
        assert.is(actions.data[c], alone.data[0])
      })
    }
  })
})

test('a Bernoulli variable is the categorical one with logits 0 and z', () => check((worst) => {
  const random = new Random(173)
  for (let i = 0; i < 50; i++) {
    const [z, y] = normals(2, random).map((x) => 5 * x)
    for (const a of [0, 1]) {
      worst.absolute('log π', logProbabilities(bernoulli(1), etaOf(bernoulli(1), [[z]]), [[a]]),
        logProbabilities(categorical(2), etaOf(categorical(2), [[0, z]]), [[a]]), 1e-15)
    }
    worst.absolute('KL', [klOf(bernoulli(1), [z], [y])], [klOf(categorical(2), [0, z], [0, y])], 2e-15)
    worst.absolute('metric', metricTimes(bernoulli(1), [z], [1]),
      metricTimes(categorical(2), [0, z], [0, 1]).slice(1), 1e-15)
  }
}))

test('adding a number to all logits of a component changes only roundings', () => check((worst) => {
  const random = new Random(174), joint = multiCategorical([2, 3])
  for (let i = 0; i < 50; i++) {
    const eta = normals(5, random), moved = eta.map((z, j) => z + (j < 2 ? 100 : -30))
    // Logits near 100 are themselves rounded by 2^-47.
    worst.absolute('KL', [klOf(joint, eta, moved)], [0], 3e-14)
    const log = (at: Vector): Float64Array => logProbabilities(joint, etaOf(joint, [at]), [[1, 2]])
    worst.absolute('log π', log(moved), log(eta), 3e-14)
  }
}))

const eitherGaussian = [['gaussian', gaussian], ['stateGaussian', stateGaussian]] as const

for (const [name, make] of eitherGaussian) {
  test(`${name}: KL has the values of the textbook formula`, () => {
    // log σ′/σ + (σ² + (μ − μ′)²) / 2σ′² − ½
    assert.ok(Math.abs(klOf(make(1), [0, 0], [1, 0]) - 0.5) < 1e-15)
    assert.ok(Math.abs(klOf(make(1), [0, 0], [0, Math.log(2)]) - (Math.log(2) + 1 / 8 - 1 / 2)) < 1e-15)
    assert.ok(Math.abs(klOf(make(1), [0, Math.log(2)], [0, 0]) - (-Math.log(2) + 2 - 1 / 2)) < 2e-15)
    // Near by, the part of log σ is x² for x = log σ′/σ, with all its digits (the next term is −2/3 x³).
    for (const x of [1e-3, 1e-6, 1e-9, -1e-9]) {
      const kl = klOf(make(1), [0, 0], [0, x])
      assert.ok(Math.abs(kl / (x * x - 2 / 3 * x * x * x) - 1) < Math.max(x * x, 1e-6), `${x}: ${kl}`)
    }
  })

  test(`${name}: KL is the mean of log π_old / π_new over its own draws`, () => {
    const random = new Random(175)
    const draws = 20_000, distribution = make(3), naive = naiveGaussian(3)
    for (let round = 0; round < 3; round++) {
      const old = drawEta(naive, random), new_ = drawEta(naive, random)
      const repeated = (eta: Vector): Eta => etaOf(distribution, new Array<Vector>(draws).fill(eta))
      const actions = reference.allocate(draws, 3)
      distribution.sample(actions, repeated(old), new Array<Random>(draws).fill(random))
      const ratios = Float64Array.from({ length: draws }, (_, i) => {
        const action = actions.data.subarray(3 * i, 3 * i + 3)
        return naive.logProbability(old, action) - naive.logProbability(new_, action)
      })
      const mean = ratios.reduce((sum, x) => sum + x, 0) / draws
      const deviation = Math.sqrt(ratios.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws)
      assert.ok(Math.abs(mean - klOf(distribution, old, new_)) < 5 * deviation / Math.sqrt(draws))
    }
  })

  test(`${name}: log π, entropy and KL of a vector are sums over its dimensions`, () => check((worst) => {
    const random = new Random(176)
    for (let i = 0; i < 20; i++) {
      const old = drawEta(naiveGaussian(3), random), new_ = drawEta(naiveGaussian(3), random)
      const a = normals(3, random)
      const one = (eta: Float64Array, j: number): number[] => [eta[j], eta[3 + j]]
      const sum = (f: (j: number) => number): number[] => [[0, 1, 2].reduce((total, j) => total + f(j), 0)]
      const entropy = (distribution: Distribution, eta: Vector): number => {
        const out = new Float64Array(1)
        distribution.entropy(out, etaOf(distribution, [eta]))
        return out[0]
      }
      worst.absolute('log π', logProbabilities(make(3), etaOf(make(3), [old]), [a]),
        sum((j) => logProbabilities(make(1), etaOf(make(1), [one(old, j)]), [[a[j]]])[0]), 1e-14)
      worst.absolute('entropy', [entropy(make(3), old)], sum((j) => entropy(make(1), one(old, j))), 1e-14)
      worst.absolute('KL', [klOf(make(3), old, new_)], sum((j) => klOf(make(1), one(old, j), one(new_, j))),
        1e-14)
    }
  }))

  test(`${name}: setLogStd sets log σ and nothing else`, () => {
    const { etaSize: inputs, sharedSize: shared, setLogStd } = make(3)
    const bias = new Float64Array(inputs), common = new Float64Array(shared)
    setLogStd(bias, common, -0.5)
    assert.equal([...bias, ...common], [0, 0, 0, -0.5, -0.5, -0.5])
  })
}

test('discrete actions have no log σ to set', () => {
  for (const distribution of [categorical(3), multiCategorical([2, 1]), bernoulli(3)]) {
    const bias = new Float64Array(3)
    distribution.setLogStd(bias, new Float64Array(0), -0.5)
    assert.equal([...bias], [0, 0, 0])
  }
})

test('with the same log σ in all states both Gaussians agree in everything', () => check((worst) => {
  const random = new Random(179), N = 6, d = 2
  const states = drawStates(naiveGaussian(d), N, random), moved = drawStates(naiveGaussian(d), N, random)
  const weights = normals(N, random)
  const seen = ([gaussian(d), stateGaussian(d)] as const).map((distribution) => {
    const eta = etaOf(distribution, states), other = etaOf(distribution, moved)
    const actions = reference.allocate(N, d), mode = reference.allocate(N, d)
    distribution.sample(actions, eta, states.map((_, i) => new Random(i)))
    distribution.mode(mode, eta)
    const log = new Float64Array(N), entropy = new Float64Array(N), kl = new Float64Array(N)
    distribution.logProbability(log, actions, eta)
    distribution.entropy(entropy, eta)
    distribution.klOldNew(kl, eta, other)
    const bar = reference.allocate(N, distribution.etaSize)
    const shared = new Float64Array(distribution.sharedSize)
    distribution.score(bar, shared, weights, actions, eta, 0, N)
    const entry = (i: number, j: number): number => bar.data[i * distribution.etaSize + j]
    const over = (f: (i: number) => number): number => states.reduce((sum, _, i) => sum + f(i), 0)
    return {
      draws: actions.data, modes: mode.data, log, entropy, kl,
      means: states.flatMap((_, i) => [entry(i, 0), entry(i, 1)]),
      spread: distribution.sharedSize > 0 ? shared : [over((i) => entry(i, 2)), over((i) => entry(i, 3))],
    }
  })
  // The same terms, added in another order.
  for (const name of ['draws', 'modes', 'means'] as const) {
    worst.absolute(name, seen[1][name], seen[0][name], 0)
  }
  for (const name of ['log', 'entropy', 'kl', 'spread'] as const) {
    worst.absolute(name, seen[1][name], seen[0][name], 1e-14)
  }
}))

// Extremes.

/** Every vector of `length` entries from `choices`. */
function combinations(choices: readonly number[], length: number): number[][] {
  if (length === 0) return [[]]
  return combinations(choices, length - 1).flatMap((head) => choices.map((x) => [...head, x]))
}

const EXTREME: readonly (Case & { readonly states: readonly number[][] })[] = [
  {
    name: 'categorical(3)', distribution: categorical(3), naive: naiveCategorical([3]),
    states: combinations([-1e308, -1e4, 0, 1e4, 1e308], 3),
  },
  {
    name: 'multiCategorical(2,2)', distribution: multiCategorical([2, 2]), naive: naiveCategorical([2, 2]),
    states: combinations([-1e308, 0, 1e4, 1e308], 4).filter((_, i) => i % 5 === 0),
  },
  {
    name: 'bernoulli(2)', distribution: bernoulli(2), naive: naiveBernoulli(2),
    states: combinations([-1e308, -1e4, -0, 1e4, 1e308], 2),
  },
  ...([[gaussian(2), naiveGaussian(2)], [stateGaussian(2), naiveStateGaussian(2)]] as const).map(
    ([distribution, naive]) => ({
      name: `${distribution.name}(2)`, distribution, naive,
      states: combinations([-1e4, 0, 1e4], 2).flatMap((mean) =>
        combinations([-1e3, 0, 1e3], 2).map((log) => [...mean, ...log])),
    })),
]

for (const { name, distribution, naive, states } of EXTREME) {
  test(`${name}: extreme logits, means and log σ give finite numbers, and draws inside the space`, () => {
    const random = new Random(177)
    const one = new Float64Array(1)
    for (const state of states) {
      const eta = etaOf(distribution, [state])
      assert.ok(allFinite(eta.cache.data))
      const drawn = reference.allocate(1, distribution.actionSize)
      const mode = reference.allocate(1, distribution.actionSize)
      distribution.sample(drawn, eta, [random])
      distribution.mode(mode, eta)
      distribution.entropy(one, eta)
      assert.ok(allFinite(one), `entropy at ${state}`)
      const discrete = naive.means === 0
      const members = discrete ? naive.support(state).map(({ action }) => action) : []
      if (discrete) assert.ok(members.some((action) => action.join() === drawn.data.join()))
      for (const action of [...members, drawn.data, mode.data]) {
        assert.ok(allFinite(logProbabilities(distribution, eta, [action])), `log π at ${state}`)
        const etaBar = reference.allocate(1, distribution.etaSize)
        const sharedBar = new Float64Array(distribution.sharedSize)
        const taken = actionsOf(distribution, [action])
        distribution.score(etaBar, sharedBar, Float64Array.of(1), taken, eta, 0, 1)
        assert.ok(allFinite(etaBar.data) && allFinite(sharedBar), `score at ${state}`)
      }
      assert.ok(allFinite(metricTimes(distribution, state, normals(state.length, random))),
        `metric at ${state}`)
      for (const other of states) {
        const kl = klOf(distribution, state, other)
        assert.ok(kl >= 0 && kl < Infinity, `KL ${state} ‖ ${other}: ${kl}`)
      }
    }
  })
}

test('KL of two certain distributions is 0 if they agree, and huge if not', () => {
  for (const size of [1e4, 1e308]) {
    assert.is(klOf(categorical(2), [size, -size], [size, -size]), 0)
    assert.is(klOf(bernoulli(1), [size], [size]), 0)
    assert.ok(klOf(categorical(2), [size, -size], [-size, size]) >= size / 1e10)
    assert.ok(klOf(bernoulli(1), [size], [-size]) >= size / 1e10)
  }
})

for (const [name, make] of eitherGaussian) {
  test(`${name}: log σ outside ±150 counts as ±150`, () => {
    for (const sign of [-1, 1]) {
      const at = (logStd: number): Eta => etaOf(make(1), [[0.5, logStd]])
      const actions = [[0.5 + 1e-3]]
      assert.is(logProbabilities(make(1), at(sign * 1e3), actions)[0],
        logProbabilities(make(1), at(sign * 150), actions)[0])
      assert.is(klOf(make(1), [0, sign * 1e3], [0, sign * 150]), 0)
    }
  })

  test(`${name}: derivatives with respect to log σ are 0 outside ±150, the usual ones inside`, () => {
    // log π changes with log σ exactly if its derivative is not 0.
    const cases = [[-1e300, 0], [-151, 0], [151, 0], [1e300, 0], [-150, 1], [-149, 1], [149, 1], [150, 1]]
    for (const [logStd, slope] of cases) {
      const distribution = make(1), eta = etaOf(distribution, [[0, logStd]])
      const actions = [[3 * Math.exp(Math.max(-150, Math.min(150, logStd)))]]
      const bar = reference.allocate(1, distribution.etaSize)
      const shared = new Float64Array(distribution.sharedSize)
      distribution.score(bar, shared, Float64Array.of(2), actionsOf(distribution, actions), eta, 0, 1)
      const score = [...bar.data, ...shared][1]
      // w (z² − 1) = 2 · 8, for z = 3 up to the error of exp.
      assert.ok(Math.abs(score - 16 * slope) < 1e-12, `${logStd}: ${score}`)
      assert.is(metricTimes(distribution, [0, logStd], [0, 1])[1], 2 * slope)
      shared.fill(0)
      distribution.entropyScore(bar, shared, 2, eta, 0, 1)
      assert.equal([...bar.data, ...shared], [0, 2 * slope])
    }
  })
}

each(CASES, 'NaN in η gives NaN in log π, entropy and KL', ({ distribution, naive }) => {
  const random = new Random(178)
  const good = drawEta(naive, random), one = new Float64Array(1)
  for (let j = 0; j < good.length; j++) {
    // A component with one allowed action has log π = 0 for any logit, so only allowed entries are tried.
    if (distribution.mask?.[j] === 0) continue
    const bad = good.slice()
    bad[j] = NaN
    const eta = etaOf(distribution, [bad])
    assert.ok(Number.isNaN(logProbabilities(distribution, eta, [naive.support(good)[0].action])[0]),
      `log π, entry ${j}`)
    if (naive.means === 0 || j >= naive.means) {
      distribution.entropy(one, eta)
      assert.ok(Number.isNaN(one[0]), `entropy, entry ${j}`)
    }
    assert.ok(Number.isNaN(klOf(distribution, good, bad)) && Number.isNaN(klOf(distribution, bad, good)),
      `KL, entry ${j}`)
  }
})

test.run()
