/**
 * PointMass, compared with its matrices, and mean returns of linear policies with their closed forms
 * (support/riccati). Tolerance: rounding, and for sampled means five of their standard errors.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { pointMass, pointMassMatrices as world } from '../../src/envs/index.ts'
import { Random } from '../../src/math/random.ts'
import {
  add, expectedReturn, multiply, optimum, solve, stationaryGain, transpose, zeros,
} from '../support/riccati.ts'
import type { Matrix } from '../support/riccati.ts'

const NOTHING = zeros(2, 4)
const column = (values: ArrayLike<number>): Matrix => Array.from(values, (x) => [x])
const identity = (n: number, scale = 1): Matrix =>
  zeros(n, n).map((row, i) => row.map((_, j) => i === j ? scale : 0))

/** Mean return of a_t = K_t s + √exploration · ε over many episodes, with its standard error. */
function simulated(
  gain: (t: number) => Matrix, episodes: number, seed: number, exploration: number,
): { mean: number; error: number } {
  const env = pointMass()
  const random = new Random(seed)
  env.reset({ seed })
  let sum = 0, squares = 0
  for (let episode = 0; episode < episodes; episode++) {
    let s = env.reset().observation as Float64Array
    let total = 0
    for (let t = 0; ; t++) {
      const a = multiply(gain(t), column(s))
      const step = env.step(Float64Array.from(a, ([x]) => x + Math.sqrt(exploration) * random.normal()))
      total += step.reward
      s = step.observation as Float64Array
      assert.is(step.terminated, false)
      if (step.truncated) break
    }
    sum += total
    squares += total * total
  }
  const mean = sum / episodes
  return { mean, error: Math.sqrt((squares / episodes - mean * mean) / episodes) }
}

test('a step is A s + B a + w, its reward −(sᵀQ s + aᵀR a), and w has the stated covariance', () => {
  const env = pointMass({ maxEpisodeSteps: 1 })
  const random = new Random(1)
  const n = 20_000
  let W = zeros(4, 4)
  for (let i = 0; i < n; i++) {
    const s = Float64Array.from({ length: 4 }, () => 3 * random.normal())
    const a = Float64Array.from({ length: 2 }, () => 20 * random.normal())
    env.reset({ options: { state: s } })
    const { reward, observation } = env.step(a)
    const charge = multiply(transpose(column(s)), multiply(world.Q, column(s)))[0][0]
      + multiply(transpose(column(a)), multiply(world.R, column(a)))[0][0]
    // The same sum in another order, of numbers up to a few hundred.
    assert.ok(Math.abs(reward + charge) < 1e-12)
    const mean = add(multiply(world.A, column(s)), multiply(world.B, column(a)))
    const w = add(column(observation as Float64Array), mean, -1)
    W = add(W, multiply(w, transpose(w)), 1 / n)
  }
  W.forEach((row, i) => row.forEach((x, j) => {
    // Standard errors of a sample covariance are σ²√(2/n) on the diagonal and σ²/√n off it; positions have no
    // noise.
    const scale = Math.max(world.noiseCovariance[i][i], world.noiseCovariance[j][j])
    const error = Math.abs(x - world.noiseCovariance[i][j])
    assert.ok(error < 5 * scale * Math.sqrt(2 / n) + 1e-12, `W[${i}][${j}] = ${x}`)
  }))
})

test('the horizon is the time limit', () => {
  const env = pointMass()
  env.reset()
  for (let t = 1; t <= world.horizon; t++) {
    assert.is(env.step(Float64Array.of(0, 0)).truncated, t === world.horizon)
  }
})

test('elimination solves linear equations', () => {
  const m = [[0, 2, 1], [1, 1e-9, 3], [4, 5, 6]]
  const y = [[1, 0], [2, 1], [3, 5]]
  const left = add(multiply(m, solve(m, y)), y, -1)
  for (const x of left.flat()) assert.ok(Math.abs(x) < 1e-12)
})

test('the recursion and the covariance agree on the return of the optimal gains', () => {
  const { gains, expectedReturn: best } = optimum(world)
  // Two sums of the same return, one of costs-to-go backwards, one of covariances forwards.
  assert.ok(Math.abs(expectedReturn(world, (t) => gains[t]) - best) < 1e-11 * Math.abs(best))
  const last = gains[world.horizon - 1].flat()
  assert.ok(last.every((x) => x === 0), 'the last action has no effect')
})

test('no gain near the optimal ones does better, at any step', () => {
  const { gains, expectedReturn: best } = optimum(world)
  const random = new Random(2)
  for (let i = 0; i < 200; i++) {
    const at = random.integer(world.horizon)
    const other = gains[at].map((row) => row.map((x) => x + 0.1 * random.normal()))
    assert.ok(expectedReturn(world, (t) => t === at ? other : gains[t]) < best)
  }
})

// Seeds are fixed; a correct formula stays within five standard errors for all but one in a million seeds.
const POLICIES: [string, (t: number) => Matrix, number][] = [
  ['the optimal gains', ((gains) => (t: number) => gains[t])(optimum(world).gains), 0],
  ['the stationary gain of discount 0.99', ((K) => () => K)(stationaryGain(world, 0.99)), 0],
  ['doing nothing', () => NOTHING, 0],
  ['pure noise of variance 1', () => NOTHING, 1],
  ['a gain that mixes the axes, with noise', () => [[-1, 0.3, -1.5, 0], [-0.2, -0.8, 0.1, -1.2]], 0.25],
]
for (const [name, gain, exploration] of POLICIES) {
  test(`the simulated return of ${name} is the expected one`, () => {
    const expected = expectedReturn(world, gain, identity(2, exploration))
    const { mean, error } = simulated(gain, 4000, 3, exploration)
    assert.ok(Math.abs(mean - expected) < 5 * error, `${mean} ± ${error}, expected ${expected}`)
    assert.ok(error < 0.05 * Math.abs(expected), 'the sample is large enough')
  })
}

test('a constant gain is within 0.5 % of the optimum at discounts from 0.95, 0.15 % from 0.99', () => {
  const best = optimum(world).expectedReturn
  const loss = (gamma: number): number => {
    const K = stationaryGain(world, gamma)
    return expectedReturn(world, () => K) / best - 1
  }
  for (const gamma of [0.95, 0.97, 0.99, 0.995, 0.999, 1]) {
    assert.ok(loss(gamma) > 0 && loss(gamma) < (gamma < 0.99 ? 0.005 : 0.0015), `${gamma}: ${loss(gamma)}`)
  }
})

test('doing nothing costs some twenty times the optimum, and acting at random more', () => {
  const best = optimum(world).expectedReturn
  // The value itself, so that a change of the constants is noticed.
  assert.ok(Math.abs(best - -15.688) < 0.001, `${best}`)
  const nothing = expectedReturn(world, () => NOTHING) / best
  assert.ok(nothing > 15 && nothing < 25, `${nothing}`)
  assert.ok(expectedReturn(world, () => NOTHING, identity(2)) / best > nothing)
})

test.run()
