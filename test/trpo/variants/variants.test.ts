/**
 * What options change in a step: every promise of the certificate, recomputed by the naive update
 * (support/promises.ts), and objective, bound and length against the naive update; two ways to the same step
 * against each other, to the bit.
 * Tolerances: the naive update's own error bounds, and of differences what is said beside each.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import type { Tensor } from '../../../src/math/tensor.ts'
import { createPolicy } from '../../../src/rl/policy.ts'
import { createPolicyMap, forwardPolicy } from '../../../src/rl/policyMap.ts'
import type { StepOptions } from '../../../src/trpo/options/options.ts'
import { normals, rowsOf } from '../../support/dense.ts'
import { gradientOf } from '../../support/naive.ts'
import { entropyAt, type Family, statesAt, surrogateBetween } from '../../support/naiveUpdate.ts'
import { DEFAULTS, type Outcome, outcomeOf, prepare, type Problem, spaceOf } from '../../support/problems.ts'
import { assertPromises, pointAt, recompute, startOf } from '../../support/promises.ts'
import { wide } from '../../support/spaces.ts'
import { failures, Worst } from '../../support/worst.ts'

const FAMILIES: readonly Family[] = [
  { kind: 'gaussian', n: 2 }, { kind: 'categorical', n: 3 }, { kind: 'bernoulli', n: 2 },
  { kind: 'multiCategorical', sizes: [2, 3] },
]

/** A random policy on N random states, with random advantages and actions as the policy draws them. */
function draw(
  family: Family, hidden: readonly number[], N: number, options: Partial<StepOptions>, random: Random,
): Problem {
  const policy = createPolicy(reference, wide(2), spaceOf(family), hidden, 'tanh')
  const { net, distribution } = policy, theta = net.parameters.flat
  theta.set(normals(theta.length, random).map((x) => 0.6 * x))
  const observations = reference.allocate(N, 2)
  observations.data.set(normals(2 * N, random))
  const map = createPolicyMap(net, distribution, observations, false)
  forwardPolicy(map)
  const actions: Tensor = reference.allocate(N, distribution.actionSize)
  distribution.sample(actions, map.eta, Array.from({ length: N }, () => random))
  return {
    naive: { sizes: net.sizes, activation: 'tanh', family },
    batch: { states: rowsOf(observations), actions: rowsOf(actions), advantages: normals(N, random) },
    theta, options: { ...DEFAULTS, cgTolerance: 0.01, ...options },
  }
}

/** A step whose certificate keeps all its promises. */
function run(problem: Problem): Outcome {
  const outcome = outcomeOf(prepare(problem))
  assertPromises(recompute(problem, outcome), 'the problem')
  return outcome
}

test('whatever options a step has, its certificate keeps every promise', () => {
  const random = new Random(400), checked = new Map<string, number>()
  const changes: readonly Partial<StepOptions>[] = [
    { entropyCoefficient: 0.1 }, { maxKlFactor: 1.5, damping: 0 }, { acceptRatio: 0.6, maxKl: 0.3 },
    { constraint: 'max-kl' }, { constraint: 'max-kl', maxKlFactor: 1.5, maxBacktracks: 2 },
    { klReduction: 'mean', stepLength: 'damped' }, { preconditioner: 'kronecker', fisherFraction: 0.3 },
    { lineSearch: 'none' }, { lineSearch: 'longest' }, { lineSearch: 'longest', maxBacktracks: 0 },
    { lineSearch: 'longest', entropyCoefficient: 0.1, maxKlFactor: 2 },
  ]
  for (const change of changes) {
    for (let k = 0; k < 40; k++) {
      const problem = draw(FAMILIES[k % 4], [4], 30, change, random), outcome = outcomeOf(prepare(problem))
      // The dense gradient is that of the surrogate alone.
      const found = recompute(problem, outcome, problem.options.entropyCoefficient === 0)
      assertPromises(found, `problem ${k} with ${JSON.stringify(change)}`, checked)
    }
  }
  // Those that step.test.ts cannot see: its problems have other options.
  for (const promise of [
    'accepted-above-max-kl: KL is above δ, and at most maxKlFactor δ',
    'a move gained more than acceptRatio of what the slope predicts',
  ]) assert.ok(checked.get(promise)! > 10, promise)
})

test('the entropy bonus adds c times the mean entropy to L, and its gradient to the gradient', () => {
  const random = new Random(401)
  const worst = new Worst()
  for (const family of FAMILIES) {
    for (const hidden of [[], [4], [4, 3]]) {
      const c = 0.3
      const problem = draw(family, hidden, 130, { entropyCoefficient: c, cgIterations: 1 }, random)
      const { naive, batch, theta } = problem, old = statesAt(naive, theta, batch)
      const objective = (at: Float64Array): number => {
        const states = statesAt(naive, at, batch)
        return surrogateBetween(old, states, batch.advantages).value + c * entropyAt(states).value
      }
      const { certificate, gradient, theta: moved } = run(problem)
      // Central differences of width 1e-5: an error of some 1e-10, and rounding of 1e-16 / 1e-5.
      worst.relative(`${family.kind}, ${hidden}`, gradient, gradientOf(objective, theta, 1e-5), 1e-7)
      worst.absolute('before', [certificate.surrogateBefore], [objective(theta)], 1e-12)
      worst.absolute('after', [certificate.surrogateAfter], [objective(moved)], 1e-11)
    }
  }
  assert.equal(failures(worst.report()), [])
})

test('a bonus on entropy alone, without advantages, makes the policy more random', () => {
  const random = new Random(402)
  for (const family of FAMILIES) {
    const drawn = draw(family, [4], 60, { entropyCoefficient: 1 }, random)
    const problem = { ...drawn, batch: { ...drawn.batch, advantages: new Float64Array(60) } }
    const { certificate, theta } = run(problem)
    assert.is(certificate.status, 'accepted')
    const entropy = (at: Float64Array): number => entropyAt(statesAt(problem.naive, at, problem.batch)).value
    assert.ok(entropy(theta) > entropy(problem.theta))
  }
})

test('with constraint max-kl no state is moved by more than δ, and a longer trial moved one', () => {
  const random = new Random(404)
  let shortened = 0
  for (let k = 0; k < 200; k++) {
    const problem =
      draw(FAMILIES[k % 4], [4], 30, { constraint: 'max-kl', maxBacktracks: 40, maxKl: 0.02 }, random)
    const { certificate, theta: moved, x } = run(problem)
    if (certificate.status !== 'accepted') continue
    // Sums of a few terms of size 1.
    assert.ok(pointAt(problem, moved).klMax.value <= 0.02 + 1e-13)
    assert.ok(certificate.klMax <= 0.02 && certificate.kl <= certificate.klMax)
    if (certificate.backtracks === 0) continue
    const longer = problem.theta.map((t, i) => t + certificate.scale / 0.8 * certificate.beta * x[i])
    if (pointAt(problem, longer).klMax.value > 0.02) shortened++
  }
  assert.ok(shortened > 50, `${shortened}`)
})

test('the longest step is acceptable, and 5 % longer would not be; θ is θ + scale β x to the bit', () => {
  const random = new Random(405)
  let beyond = 0, found = 0
  for (let k = 0; k < 200; k++) {
    const problem = draw(FAMILIES[k % 4], [4], 40, { lineSearch: 'longest', maxBacktracks: 30 }, random)
    const { certificate, theta: moved, x } = run(problem)
    if (certificate.status !== 'accepted') continue
    found++
    const start = startOf(problem)
    const at = (scale: number): Float64Array =>
      problem.theta.map((t, i) => t + scale * certificate.beta * x[i])
    assert.equal(moved, at(certificate.scale))
    const acceptable = (scale: number): boolean => {
      const { kl, gain } = pointAt(problem, at(scale), start)
      return kl.value <= 0.01 && gain.value > 0
    }
    assert.ok(acceptable(certificate.scale * (1 - 1e-9)), 'acceptable')
    assert.not.ok(acceptable(1.05 * certificate.scale), 'longest')
    if (certificate.scale > 1) beyond++
  }
  assert.ok(found > 150 && beyond > 20, `${found} found, ${beyond} beyond β`)
})

test('δ and λ of a step are the stepper\'s region, and the certificate reports them', () => {
  const problem = draw(FAMILIES[0], [4], 40, { maxKl: 0.01, damping: 0.1 }, new Random(406))
  const other: Problem = { ...problem, options: { ...problem.options, maxKl: 0.003, damping: 0.5 } }
  const prepared = prepare(problem)
  prepared.stepper.region.maxKl = 0.003
  prepared.stepper.region.damping = 0.5
  const { certificate, theta } = outcomeOf(prepared)
  assert.equal([certificate.maxKl, certificate.damping], [0.003, 0.5])
  const wanted = run(other)
  assert.equal(wanted.certificate, certificate, 'as if it had been made with them')
  assert.equal(wanted.theta, theta)
})

test('maxKlFactor accepts KL beyond δ and marks it; acceptRatio refuses gains far below the slope', () => {
  const random = new Random(407)
  let beyond = 0, short = 0
  for (let k = 0; k < 300; k++) {
    const options = { maxKl: 0.05, damping: 0, maxKlFactor: 1.5, acceptRatio: 0.6 }
    const { status, kl, maxKl, gainRatio, backtracks } =
      run(draw(FAMILIES[k % 4], [4], 30, options, random)).certificate
    if (status === 'accepted') assert.ok(kl <= maxKl)
    if (status === 'accepted-above-max-kl') {
      assert.ok(kl > maxKl && kl <= 1.5 * maxKl)
      beyond++
    }
    if (status === 'accepted' || status === 'accepted-above-max-kl') assert.ok(gainRatio > 0.6 - 1e-12)
    if (backtracks > 0 && kl < 0.5 * maxKl) short++
  }
  assert.ok(beyond > 20 && short > 20, `${beyond} beyond δ, ${short} shortened for lack of gain`)
})

test('klReduction mean is δ and λ times as many dimensions: the step of SB3-contrib', () => {
  const dimensions = [2, 1, 2, 1]
  FAMILIES.forEach((family, f) => {
    const d = dimensions[f]
    const stepLength = 'damped'
    const theirs = { klReduction: 'mean', maxKl: 0.01, damping: 0.1, stepLength } as const
    const ours = { maxKl: d * 0.01, damping: d * 0.1, stepLength } as const
    const [a, b] = [theirs, ours].map((options) => run(draw(family, [4], 50, options, new Random(408))))
    assert.equal(a.certificate, b.certificate)
    assert.equal(a.theta, b.theta)
  })
})

test.run()
