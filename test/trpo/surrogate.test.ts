/**
 * Policy gradients against central differences of the naive surrogate; the surrogate against its formula.
 * Tolerances: truncation and rounding of five-point differences; roundings of sums.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import type { Tensor } from '../../src/math/tensor.ts'
import { bernoulli } from '../../src/nn/distributions/bernoulli.ts'
import { categorical, multiCategorical } from '../../src/nn/distributions/categorical.ts'
import type { Distribution } from '../../src/nn/distributions/distribution.ts'
import { gaussian } from '../../src/nn/distributions/gaussian.ts'
import { createMlp } from '../../src/nn/mlp.ts'
import { createShards } from '../../src/nn/shards.ts'
import { stateGaussian } from '../../src/nn/distributions/stateGaussian.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../../src/rl/policyMap.ts'
import { policyGradient, surrogate } from '../../src/trpo/surrogate.ts'
import { normals } from '../support/dense.ts'
import {
  along, gradientOf, naiveBernoulli, naiveCategorical, type NaiveDistribution, naiveEta, naiveGaussian,
  naiveMargin, type NaiveNet, naiveStateGaussian, slopeOf,
} from '../support/naive.ts'
import { failures, Worst } from '../support/worst.ts'

const MASK = [1, 0, 1, 0, 1]
/** The third entry is what all states allow. */
const FAMILIES: readonly (readonly [Distribution, NaiveDistribution, (readonly number[])?])[] = [
  [categorical(4), naiveCategorical([4])], [multiCategorical([2, 3]), naiveCategorical([2, 3])],
  [bernoulli(3), naiveBernoulli(3)], [gaussian(2), naiveGaussian(2)],
  [{ ...multiCategorical([2, 3]), name: 'masked' }, naiveCategorical([2, 3], MASK), MASK],
  [stateGaussian(2), naiveStateGaussian(2)],
]
const KINDS = FAMILIES.length

interface Problem {
  map: PolicyMap; theta: Float64Array; net: NaiveNet; naive: NaiveDistribution
  inputs: Float64Array[]; actions: Tensor; advantages: Float64Array; oldLog: Float64Array
}

/** A policy on `N` random states, with actions and advantages; every relu is at least 0.02 from its kink. */
function drawProblem(index: number, N: number, random: Random): Problem {
  const [distribution, naive, mask] = FAMILIES[index % KINDS]
  const activation = index % (2 * KINDS) < KINDS ? 'tanh' : 'relu'
  const hidden = Array.from({ length: index % 3 }, () => 2 + random.integer(4))
  for (;;) {
    const sizes = [1 + random.integer(4), ...hidden, distribution.etaSize]
    const net = { sizes, activation } as const
    const mlp = createMlp(reference, sizes, activation, distribution.sharedSize)
    const theta = mlp.parameters.flat
    theta.set(normals(theta.length, random).map((x) => 0.5 * x))
    const observations = reference.allocate(N, sizes[0])
    observations.data.set(normals(N * sizes[0], random))
    const inputs = Array.from({ length: N }, (_, i) =>
      observations.data.slice(i * sizes[0], (i + 1) * sizes[0]))
    if (activation === 'relu' && inputs.some((input) => naiveMargin(net, theta, input) < 0.02)) continue
    const masks = mask === undefined ? null : Uint8Array.from(inputs.flatMap(() => mask))
    const map = createPolicyMap(mlp, distribution, observations, true, masks)
    forwardPolicy(map)
    const actions = reference.allocate(N, distribution.actionSize)
    distribution.sample(actions, map.eta, inputs.map(() => random))
    const oldLog = new Float64Array(N)
    distribution.logProbability(oldLog, actions, map.eta)
    return { map, theta, net, naive, inputs, actions, advantages: normals(N, random), oldLog }
  }
}

/** log π(aᵢ|sᵢ) of all states at theta, by the naive network and density. */
function naiveLogs({ net, naive, inputs, actions }: Problem, theta: ArrayLike<number>): Float64Array {
  return Float64Array.from(inputs, (input, i) =>
    naive.logProbability(naiveEta(net, naive, theta, input),
      actions.data.subarray(i * actions.cols, (i + 1) * actions.cols)))
}

/** mean of π_theta(a|s) / π_old(a|s) · Â */
function naiveSurrogate(problem: Problem, theta: ArrayLike<number>): number {
  const { advantages, oldLog, inputs } = problem
  const terms = naiveLogs(problem, theta).map((log, i) => Math.exp(log - oldLog[i]) * advantages[i])
  return terms.reduce((total, x) => total + x, 0) / inputs.length
}

function gradientFor({ map, actions, theta }: Problem, weights: Float64Array): Float64Array {
  const gradient = new Float64Array(theta.length).fill(NaN)
  policyGradient(gradient, map, createShards(map.net, map.tape), actions, weights)
  return gradient
}

// Differences are of steps 2^-10: 2^-40/30 of a fifth derivative of some thousands, and roundings of 2^-52
// over 2^-10, relative to the largest entry of a gradient that may be ten or a hundred times smaller than the
// terms it sums.
const STEP = 2 ** -10, TOLERANCE = 1e-8

test('the policy gradient is the central difference of the naive surrogate, on 200 random networks', () => {
  const random = new Random(181)
  const worst = new Worst()
  for (let i = 0; i < 200; i++) {
    const problem = drawProblem(i, 1 + random.integer(8), random)
    const gradient = gradientFor(problem, problem.advantages.slice())
    worst.relative(problem.map.distribution.name, gradient,
      gradientOf((theta) => naiveSurrogate(problem, theta), problem.theta, STEP), TOLERANCE)
  }
  assert.is(Object.keys(worst.report()).length, KINDS)
  assert.equal(failures(worst.report()), [])
})

test('with weights ratio · advantage it is the gradient away from the old parameters too', () => {
  const random = new Random(182)
  const worst = new Worst()
  for (let i = 0; i < 40; i++) {
    const problem = drawProblem(i, 5, random)
    if (problem.net.activation === 'relu') continue
    const { theta, map, oldLog, advantages, actions } = problem
    theta.set(along(theta, 0.1, normals(theta.length, random)))
    forwardPolicy(map)
    const log = new Float64Array(5)
    map.distribution.logProbability(log, actions, map.eta)
    const gradient = gradientFor(problem, advantages.map((a, k) => Math.exp(log[k] - oldLog[k]) * a))
    worst.relative(map.distribution.name, gradient,
      gradientOf((x) => naiveSurrogate(problem, x), theta, STEP), TOLERANCE)
  }
  assert.is(Object.keys(worst.report()).length, KINDS)
  assert.equal(failures(worst.report()), [])
})

test('over several tiles and shards it is the same mean', () => {
  const random = new Random(183)
  const worst = new Worst()
  for (let i = 0; i < KINDS; i++) {
    const problem = drawProblem(i, 300, random)
    assert.is(createShards(problem.map.net, problem.map.tape).parts.length, 16)
    assert.is(problem.map.tape.tiles.length, 16)
    const gradient = gradientFor(problem, problem.advantages.slice())
    const v = normals(problem.theta.length, random)
    // One direction at 300 states instead of every parameter; relative to the terms of the sum over v.
    const along_v = slopeOf((t) => naiveSurrogate(problem, along(problem.theta, t, v)), STEP)
    const terms = gradient.map((g, p) => g * v[p])
    worst.scaled(problem.map.distribution.name, [terms.reduce((a, b) => a + b, 0)], [along_v],
      terms.reduce((a, b) => a + Math.abs(b), 0), TOLERANCE)
  }
  assert.equal(failures(worst.report()), [])
})

test('advantages of 0 give a gradient of 0, and powers of two scale it without rounding', () => {
  const random = new Random(184)
  for (let i = 0; i < 2 * KINDS; i++) {
    const problem = drawProblem(i, 5, random)
    assert.ok(gradientFor(problem, new Float64Array(5)).every((g) => g === 0))
    const gradient = gradientFor(problem, problem.advantages.slice())
    assert.equal(gradientFor(problem, problem.advantages.map((a) => 8 * a)), gradient.map((g) => 8 * g))
  }
})

test('the gradient repeats its bits: nothing of one is left in the next', () => {
  const random = new Random(185)
  for (let i = 0; i < 2 * KINDS; i++) {
    const problem = drawProblem(i, 5, random)
    const gradient = gradientFor(problem, problem.advantages.slice())
    gradientFor(problem, new Float64Array(5).fill(NaN))
    assert.equal(gradientFor(problem, problem.advantages.slice()), gradient)
  }
})

test('a NaN weight or parameter shows in the gradient', () => {
  const random = new Random(186)
  for (let i = 0; i < KINDS; i++) {
    const problem = drawProblem(i, 5, random)
    assert.ok(gradientFor(problem, problem.advantages.map((a, k) => k === 2 ? NaN : a)).some(Number.isNaN))
    problem.theta[0] = NaN
    forwardPolicy(problem.map)
    assert.ok(gradientFor(problem, problem.advantages.slice()).some(Number.isNaN))
  }
})

test('the surrogate is the mean of ratio · advantage', () => {
  const random = new Random(187)
  const worst = new Worst()
  for (let i = 0; i < 40; i++) {
    const problem = drawProblem(i, 20, random)
    const { oldLog, advantages } = problem
    const moved = along(problem.theta, 0.1, normals(problem.theta.length, random))
    const got = surrogate(reference, naiveLogs(problem, moved), oldLog, advantages, reference.allocate(1, 20))
    // Twenty terms of some units; exp within 2 units in the last place of a number near 1.
    worst.absolute('L', [got], [naiveSurrogate(problem, moved)], 1e-13)
  }
  assert.equal(failures(worst.report()), [])
})

test('the surrogate at the old policy is the mean advantage', () => {
  const log = Float64Array.of(-1, -2, -30, 0.5)
  const L = surrogate(reference, log, log.slice(), Float64Array.of(1, 2, 3, -4), reference.allocate(1, 4))
  assert.is(L, 0.5)
})

test.run()
