/**
 * Fisher products against the dense matrix, the mean of Jᵀ M J by naive Jacobians and M = E[score scoreᵀ],
 * and against the second derivative of KL by differences. Tolerances: roundings, and of differences what is
 * said beside them.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import type { ActivationName } from '../../src/nn/activation.ts'
import { bernoulli } from '../../src/nn/distributions/bernoulli.ts'
import { categorical, multiCategorical } from '../../src/nn/distributions/categorical.ts'
import type { Distribution } from '../../src/nn/distributions/distribution.ts'
import { gaussian } from '../../src/nn/distributions/gaussian.ts'
import { byPasses, bySensitivities, createJacobian, type Jacobian } from '../../src/nn/jacobian.ts'
import { createMlp, type Mlp, type Tape } from '../../src/nn/mlp.ts'
import { createShards } from '../../src/nn/shards.ts'
import { stateGaussian } from '../../src/nn/distributions/stateGaussian.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../../src/rl/policyMap.ts'
import { createFisher, type Fisher, fisherOperator } from '../../src/trpo/fisher.ts'
import { createSubset, drawSubset } from '../../src/trpo/variants/subset.ts'
import {
  cholesky, fromEntries, inner, type Matrix, multiply, normals, plusDiagonal, rowsOf, timesVector, transpose,
} from '../support/dense.ts'
import {
  along, curvatureOf, naiveBernoulli, naiveCategorical, type NaiveDistribution, naiveEta, naiveFisher,
  naiveGaussian, naiveKl, type NaiveNet, naiveStateGaussian,
} from '../support/naive.ts'
import { failures, Worst } from '../support/worst.ts'

const MASK = [1, 1, 1, 0, 1]
/** The third entry is what all states allow. */
type FamilyOf = readonly [Distribution, NaiveDistribution, (readonly number[])?]
const FAMILIES: readonly FamilyOf[] = [
  [categorical(3), naiveCategorical([3])], [multiCategorical([2, 3]), naiveCategorical([2, 3])],
  [bernoulli(2), naiveBernoulli(2)], [gaussian(2), naiveGaussian(2)],
  [{ ...multiCategorical([2, 3]), name: 'masked' }, naiveCategorical([2, 3], MASK), MASK],
  [stateGaussian(2), naiveStateGaussian(2)],
]

interface Problem {
  map: PolicyMap; theta: Float64Array; net: NaiveNet; naive: NaiveDistribution; inputs: Float64Array[]
  jacobian: (net: Mlp, tape: Tape) => Jacobian
}

/** A policy on `N` random states, ready for products. */
function drawProblem(
  [distribution, naive, mask]: FamilyOf, activation: ActivationName,
  hidden: readonly number[], N: number, random: Random, jacobian: Problem['jacobian'] = createJacobian,
): Problem {
  const sizes = [2, ...hidden, distribution.etaSize]
  const mlp = createMlp(reference, sizes, activation, distribution.sharedSize)
  const theta = mlp.parameters.flat
  theta.set(normals(theta.length, random).map((x) => 0.5 * x))
  const observations = reference.allocate(N, 2)
  observations.data.set(normals(2 * N, random))
  const masks = mask === undefined
    ? null : Uint8Array.from({ length: N * mask.length }, (_, p) => mask[p % mask.length])
  const map = createPolicyMap(mlp, distribution, observations, true, masks)
  forwardPolicy(map)
  return { map, theta, net: { sizes, activation }, naive, inputs: rowsOf(observations), jacobian }
}

/** Every family with every activation, without and with hidden layers, and both ways to J. */
function eachProblem(N: number, seed: number, check: (problem: Problem, random: Random) => void): void {
  const random = new Random(seed)
  for (const family of FAMILIES) {
    for (const activation of ['tanh', 'relu', 'identity'] as const) {
      for (const hidden of [[], [3], [3, 2], [2, 4, 3]]) {
        for (const jacobian of hidden.length < 2 ? [byPasses] : [byPasses, bySensitivities]) {
          check(drawProblem(family, activation, hidden, N, random, jacobian), random)
        }
      }
    }
  }
}

function fisherOf({ map, jacobian }: Problem, damping: number = 0): Fisher {
  const fisher = createFisher(map, createShards(map.net, map.tape), damping, jacobian(map.net, map.tape))
  fisher.refresh()
  return fisher
}

function product({ apply: F }: Fisher, v: Float64Array): Float64Array {
  const out = new Float64Array(v.length).fill(NaN)
  F(out, v)
  return out
}

/** The operator's matrix, column by column. */
function formed(F: Fisher, P: number): Matrix {
  const unit = (j: number): Float64Array => Float64Array.from({ length: P }, (_, i) => i === j ? 1 : 0)
  return transpose(Array.from({ length: P }, (_, j) => product(F, unit(j))))
}

function largest(A: Matrix): number {
  return Math.max(...A.map((row) => Math.max(...row.map(Math.abs))))
}

test('F is the dense matrix of naive Jacobians and E[score scoreᵀ], for every family and activation', () => {
  const worst = new Worst()
  eachProblem(5, 191, (problem) => {
    const { map, net, naive, theta, inputs } = problem
    // Scores and Jacobians are exact: some hundred roundings are left, of terms that cancel.
    worst.relative(map.distribution.name, formed(fisherOf(problem), theta.length).flatMap((row) => [...row]),
      naiveFisher(net, naive, theta, inputs).flatMap((row) => [...row]), 1e-12)
  })
  assert.is(Object.keys(worst.report()).length, FAMILIES.length)
  assert.equal(failures(worst.report()), [])
})

test('also for batches of one tile, one more state than a tile, and several shards', () => {
  const random = new Random(192)
  const worst = new Worst()
  for (const N of [1, 95, 96, 97, 200, 400]) {
    const problem = drawProblem(FAMILIES[N % 3], 'tanh', [3], N, random)
    const { net, naive, theta, inputs } = problem
    worst.relative(`${N}`, formed(fisherOf(problem), theta.length).flatMap((row) => [...row]),
      naiveFisher(net, naive, theta, inputs).flatMap((row) => [...row]), 1e-12)
  }
  assert.equal(failures(worst.report()), [])
})

test('F is symmetric to 1e-13 of its largest entry', () => {
  eachProblem(40, 193, (problem) => {
    const F = formed(fisherOf(problem), problem.theta.length)
    const scale = largest(F)
    F.forEach((row, i) => row.forEach((x, j) => assert.ok(Math.abs(x - F[j][i]) <= 1e-13 * scale)))
  })
})

test('F is positive semi-definite: vᵀFv ≥ 0, and Cholesky succeeds with a rounding added', () => {
  eachProblem(40, 194, (problem, random) => {
    const P = problem.theta.length, operator = fisherOf(problem)
    for (let k = 0; k < 20; k++) {
      const v = normals(P, random)
      assert.ok(inner(v, product(operator, v)) >= 0)
    }
    const F = formed(operator, P)
    // Cholesky itself may lose P roundings of the largest entry.
    assert.ok(cholesky(plusDiagonal(F, 1e-13 * P * largest(F))) !== null)
  })
})

test('vᵀFv is the second derivative of mean KL(old ‖ new) along v', () => {
  const worst = new Worst()
  eachProblem(3, 195, (problem, random) => {
    // Relu has kinks along the way; between them it is the identity.
    if (problem.net.activation === 'relu') return
    const { net, naive, theta, inputs } = problem
    const v = normals(theta.length, random).map((x) => x / Math.sqrt(theta.length))
    const old = inputs.map((input) => naiveEta(net, naive, theta, input))
    const meanKl = (t: number): number => {
      const moved = along(theta, t, v)
      const kl = inputs.map((input, i) => naiveKl(naive, old[i], naiveEta(net, naive, moved, input)))
      return kl.reduce((sum, x) => sum + x, 0) / inputs.length
    }
    // Steps of 2^-6 along a unit v: 2^-24/90 of a sixth derivative of some hundreds, and 1e-15 over 2^-12.
    worst.relative(problem.map.distribution.name, [inner(v, product(fisherOf(problem), v))],
      [curvatureOf(meanKl, 2 ** -6)], 1e-6)
  })
  assert.is(Object.keys(worst.report()).length, FAMILIES.length)
  assert.equal(failures(worst.report()), [])
})

test('the product is linear', () => {
  const worst = new Worst()
  eachProblem(40, 196, (problem, random) => {
    const F = fisherOf(problem), P = problem.theta.length
    const v = normals(P, random), w = normals(P, random)
    const Fv = product(F, v), Fw = product(F, w)
    // Some hundred roundings in either, of numbers like the largest.
    worst.relative('2v − 3w', product(F, v.map((x, i) => 2 * x - 3 * w[i])),
      Fv.map((x, i) => 2 * x - 3 * Fw[i]), 1e-13)
    assert.equal(product(F, v.map((x) => -4 * x)), Fv.map((x) => -4 * x),
      'powers of two scale without rounding')
  })
  assert.equal(failures(worst.report()), [])
})

test('zero goes to zero, damped or not', () => {
  eachProblem(3, 197, (problem) => {
    for (const damping of [0, 0.1]) {
      const image = product(fisherOf(problem, damping), new Float64Array(problem.theta.length))
      assert.ok(image.every((x) => x === 0))
    }
  })
})

test('damping adds λ v with one more rounding each, and v is not changed', () => {
  eachProblem(5, 198, (problem, random) => {
    const v = normals(problem.theta.length, random), before = v.slice()
    const Fv = product(fisherOf(problem), v)
    assert.equal(product(fisherOf(problem, 0.1), v), Fv.map((x, i) => x + 0.1 * v[i]))
    assert.equal(v, before)
  })
})

test('a product repeats its bits: nothing of one is left in the next', () => {
  eachProblem(100, 199, (problem, random) => {
    const F = fisherOf(problem, 0.1), v = normals(problem.theta.length, random)
    const once = product(F, v)
    product(F, new Float64Array(v.length).fill(NaN))
    assert.equal(product(F, v), once)
  })
})

test('the product reads θ as of the last forward pass, and changes neither θ nor η', () => {
  const random = new Random(200)
  const problem = drawProblem(FAMILIES[3], 'tanh', [3], 10, random)
  const { map, theta } = problem
  const F = fisherOf(problem), v = normals(theta.length, random)
  const before = [theta.slice(), map.eta.rows.data.slice()]
  const once = product(F, v)
  assert.equal([theta, map.eta.rows.data], before)
  theta.set(along(theta, 0.1, normals(theta.length, random)))
  forwardPolicy(map)
  F.refresh()
  const moved = formed(F, theta.length)
  assert.not.equal(product(F, v), once)
  const worst = new Worst()
  worst.relative('F at the new θ', moved.flatMap((row) => [...row]),
    naiveFisher(problem.net, problem.naive, theta, problem.inputs).flatMap((row) => [...row]), 1e-12)
  assert.equal(failures(worst.report()), [])
})

test('a NaN in θ or in v shows in the product', () => {
  const random = new Random(201)
  for (const family of FAMILIES) {
    const problem = drawProblem(family, 'tanh', [3], 5, random)
    const v = normals(problem.theta.length, random)
    const spoilt = v.slice()
    spoilt[0] = NaN
    assert.ok(product(fisherOf(problem), spoilt).some(Number.isNaN))
    problem.theta[0] = NaN
    forwardPolicy(problem.map)
    assert.ok(product(fisherOf(problem), v).some(Number.isNaN))
  }
})

test('the Gaussian block of log σ is 2 I whatever the states, without coupling', () => {
  const random = new Random(202)
  const problem = drawProblem(FAMILIES[3], 'tanh', [4], 30, random)
  const P = problem.theta.length
  const F = formed(fisherOf(problem), P)
  for (let i = 0; i < P; i++) {
    for (let j = P - 2; j < P; j++) {
      assert.is(F[i][j], i === j ? 2 : 0)
      assert.is(F[j][i], i === j ? 2 : 0)
    }
  }
})

test('for a linear Gaussian policy of σ = 1 it is the second moment of (s, 1), output by output', () => {
  const random = new Random(203)
  const problem = drawProblem([gaussian(2), naiveGaussian(2)], 'identity', [], 50, random)
  problem.theta.fill(0, problem.theta.length - 2)
  forwardPolicy(problem.map)
  const S = problem.inputs.map((s) => Float64Array.of(...s, 1))
  const moment = multiply(transpose(S), S)
  // θ = W [2, 2] row by row, then b [2]: entry p belongs to input ⌊p/2⌋ (the third is the constant) and
  // output p mod 2.
  const wanted = fromEntries(6, 6, (p, q) => p % 2 === q % 2 ? moment[p >> 1][q >> 1] / 50 : 0)
  const F = formed(fisherOf(problem), 8)
  wanted.forEach((row, p) => row.forEach((x, q) =>
    assert.ok(Math.abs(F[p][q] - x) < 1e-14 * largest(wanted))))
})

test('a subset\'s product is the Fisher matrix of exactly the chosen states, none chosen twice', () => {
  const random = new Random(204)
  const worst = new Worst()
  for (const family of FAMILIES) {
    const problem = drawProblem(family, 'tanh', [3], 40, random)
    for (const [fraction, count] of [[0.1, 16], [0.5, 16], [0.9, 32], [1, 32], [1e-9, 16]]) {
      const subset = createSubset(problem.map, fraction, random)
      drawSubset(subset)
      const chosen = rowsOf(subset.map.tape.inputs)
      assert.is(chosen.length, count)
      assert.is(new Set(chosen.map((row) => row.join())).size, count, 'without replacement')
      assert.ok(chosen.every((row) => problem.inputs.some((input) => input.join() === row.join())))
      const F = createFisher(subset.map, createShards(subset.map.net, subset.map.tape), 0)
      F.refresh()
      const dense = naiveFisher(problem.net, problem.naive, problem.theta, chosen)
      const v = normals(problem.theta.length, random)
      // As for the whole batch.
      worst.relative(problem.map.distribution.name, product(F, v), timesVector(dense, v), 1e-12)
    }
  }
  assert.equal(failures(worst.report()), [])
})

test('a subset brings the masks of its states along', () => {
  const random = new Random(207)
  const N = 30
  const { map, net, theta, inputs } =
    drawProblem([categorical(4), naiveCategorical([4]), [1, 1, 1, 1]], 'tanh', [3], N, random)
  // Every third state forbids action 0, the next action 1, the next 2.
  const maskOf = (i: number): number[] => [0, 1, 2, 3].map((j) => (j === i % 3 ? 0 : 1))
  for (let i = 0; i < N; i++) map.eta.mask!.set(maskOf(i), 4 * i)
  forwardPolicy(map)
  const subset = createSubset(map, 0.4, random)
  const worst = new Worst(), v = normals(theta.length, random)
  for (let round = 0; round < 3; round++) {
    drawSubset(subset)
    const chosen = rowsOf(subset.map.tape.inputs)
    const wanted = new Float64Array(theta.length)
    chosen.forEach((row) => {
      const i = inputs.findIndex((input) => input.join() === row.join())
      timesVector(naiveFisher(net, naiveCategorical([4], maskOf(i)), theta, [row]), v)
        .forEach((x, p) => { wanted[p] += x / chosen.length })
    })
    // As for the whole batch.
    const F = createFisher(subset.map, createShards(subset.map.net, subset.map.tape), 0)
    F.refresh()
    worst.relative('Fv', product(F, v), wanted, 1e-12)
  }
  assert.equal(failures(worst.report()), [])
})

test('a choice stays the same for all products until the next, and leaves the full map alone', () => {
  const random = new Random(205)
  const problem = drawProblem(FAMILIES[0], 'tanh', [3], 60, random)
  const v = normals(problem.theta.length, random)
  const full = product(fisherOf(problem), v), inputs = problem.map.tape.inputs.data.slice()
  const subset = createSubset(problem.map, 0.2, random)
  const F = createFisher(subset.map, createShards(subset.map.net, subset.map.tape), 0.1)
  const choices = new Set<string>()
  for (let round = 0; round < 5; round++) {
    drawSubset(subset)
    F.refresh()
    const states = subset.map.tape.inputs.data.slice(), once = product(F, v)
    for (let k = 0; k < 3; k++) assert.equal(product(F, v), once)
    assert.equal(subset.map.tape.inputs.data, states)
    choices.add(states.join())
  }
  assert.is(choices.size, 5, 'each choice is drawn anew')
  assert.equal(product(fisherOf(problem), v), full)
  assert.equal(problem.map.tape.inputs.data, inputs)
})

test('every state is chosen as often as any other', () => {
  const random = new Random(206)
  // Sixteen shards of four rows.
  const N = 64, rounds = 4000
  const problem = drawProblem(FAMILIES[2], 'tanh', [], N, random)
  const subset = createSubset(problem.map, 0.25, random)
  const counts = new Map(problem.inputs.map((row) => [row.join(), 0]))
  for (let round = 0; round < rounds; round++) {
    drawSubset(subset)
    for (const row of rowsOf(subset.map.tape.inputs)) counts.set(row.join(), counts.get(row.join())! + 1)
  }
  // A quarter of the rounds each, standard deviation √(4000 · ¼ · ¾) = 27: six of them.
  for (const count of counts.values()) assert.ok(Math.abs(count - rounds / 4) < 165, `${count}`)
})

test('a map of one\'s own has the operator Jᵀ M J + λI', () => {
  const random = new Random(29)
  for (let P = 1; P <= 12; P++) {
    const K = 1 + random.integer(15), lambda = random.uniform()
    const J = fromEntries(K, P, () => random.normal()), root = fromEntries(K, K, () => random.normal())
    const M = multiply(root, transpose(root))
    const apply = fisherOperator({
      K,
      jvp: (etaDot, v) => { etaDot.set(timesVector(J, v)) },
      metric: (u) => { u.set(timesVector(M, u.slice())) },
      vjp: (out, u) => { out.set(timesVector(transpose(J), u)) },
    }, lambda)
    const F = multiply(transpose(J), multiply(M, J))
    const v = normals(P, random), out = new Float64Array(P)
    apply(out, v)
    const wanted = timesVector(F, v).map((x, i) => x + lambda * v[i])
    const scale = Math.max(...wanted.map(Math.abs))
    // Some 30 terms per product of three matrices, of entries whose sizes do not cancel by more than 1e3.
    out.forEach((x, i) => assert.ok(Math.abs(x - wanted[i]) < 1e-10 * scale, `${P}: ${x} ${wanted[i]}`))
  }
})

test.run()
