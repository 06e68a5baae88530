import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import type { Tensor } from '../../../src/math/tensor.ts'
import { createPolicy, type Policy } from '../../../src/rl/policy.ts'
import { forwardPolicy } from '../../../src/rl/policyMap.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../../src/rl/world/space.ts'
import { resolveOptions } from '../../../src/trpo/options/resolve.ts'
import type { Certificate } from '../../../src/trpo/certificate.ts'
import { createStepper, step, type Stepper } from '../../../src/trpo/step.ts'
import type { StepOptions } from '../../../src/trpo/options/options.ts'
import { normals } from '../../support/dense.ts'
import { gradientOf } from '../../support/naive.ts'
import {
  type Family, klOldNew, meanEntropy, type NaiveBatch, type NaivePolicy, surrogate,
} from '../../support/naiveUpdate.ts'
import { failures, Worst } from '../../support/worst.ts'

const wide = (n: number): Space => box(new Array<number>(n).fill(-Infinity), new Array<number>(n).fill(Infinity))
const FAMILIES: readonly (readonly [Family, Space])[] = [
  [{ kind: 'gaussian', n: 2 }, wide(2)], [{ kind: 'categorical', n: 3 }, discrete(3)],
  [{ kind: 'bernoulli', n: 2 }, multiBinary(2)], [{ kind: 'multiCategorical', sizes: [2, 3] }, multiDiscrete([2, 3])],
]

interface Problem {
  readonly naive: NaivePolicy; readonly batch: NaiveBatch; readonly theta: Float64Array
  readonly policy: Policy; readonly stepper: Stepper; readonly actions: Tensor; readonly advantages: Float64Array
}

/** A random policy on N random states, with random actions and advantages. */
function draw([family, space]: readonly [Family, Space], hidden: readonly number[], N: number, options: Partial<StepOptions>, random: Random): Problem {
  const policy = createPolicy(reference, wide(2), space, hidden, 'tanh')
  const flat = policy.net.parameters.flat
  flat.set(normals(flat.length, random).map((x) => 0.6 * x))
  const observations = reference.allocate(N, 2)
  observations.data.set(normals(2 * N, random))
  const stepper = createStepper(policy, observations, { ...resolveOptions({}), ...options }, random)
  const { actionSize } = policy.distribution
  const actions = reference.allocate(N, actionSize)
  forwardPolicy(stepper.old)
  policy.distribution.sample(actions, stepper.old.eta, Array.from({ length: N }, () => random))
  const advantages = normals(N, random)
  const rows = (tensor: Tensor): Float64Array[] =>
    Array.from({ length: N }, (_, i) => tensor.data.slice(i * tensor.cols, (i + 1) * tensor.cols))
  return {
    naive: { sizes: policy.net.sizes, activation: 'tanh', family },
    batch: { states: rows(observations), actions: rows(actions), advantages },
    theta: flat.slice(), policy, stepper, actions, advantages,
  }
}

const run = ({ stepper, actions, advantages }: Problem): Certificate => step(stepper, { actions, advantages })

test('the entropy bonus adds c times the mean entropy to the objective, and its gradient to the gradient', () => {
  const random = new Random(401)
  const worst = new Worst()
  for (const family of FAMILIES) {
    for (const hidden of [[], [4], [4, 3]]) {
      const c = 0.3
      const problem = draw(family, hidden, 130, { entropyCoefficient: c, cgIterations: 1 }, random)
      const { naive, batch, theta, stepper } = problem
      const objective = (at: Float64Array): number => surrogate(naive, theta, at, batch).value + c * meanEntropy(naive, at, batch)
      const certificate = run(problem)
      // Central differences of width 1e-5: an error of some 1e-10, and rounding of 1e-16 / 1e-5.
      worst.relative(`${family[0].kind}, ${hidden}`, stepper.gradient, gradientOf(objective, theta, 1e-5), 1e-7)
      worst.absolute('before', [certificate.surrogateBefore], [objective(theta)], 1e-12)
      worst.absolute('after', [certificate.surrogateAfter], [objective(problem.policy.net.parameters.flat)], 1e-11)
    }
  }
  assert.equal(failures(worst.report()), [])
})

test('a bonus on entropy alone, without advantages, makes the policy more random', () => {
  const random = new Random(402)
  for (const family of FAMILIES) {
    const problem = draw(family, [4], 60, { entropyCoefficient: 1 }, random)
    problem.advantages.fill(0)
    const before = meanEntropy(problem.naive, problem.theta, problem.batch)
    assert.is(run(problem).status, 'accepted')
    assert.ok(meanEntropy(problem.naive, problem.policy.net.parameters.flat, problem.batch) > before)
  }
})

test('with constraint max-kl no state is moved by more than δ, and a longer trial moved one', () => {
  const random = new Random(404)
  let shortened = 0
  for (let k = 0; k < 200; k++) {
    const problem = draw(FAMILIES[k % 4], [4], 30, { constraint: 'max-kl', maxBacktracks: 40, maxKl: 0.02 }, random)
    const { naive, batch, theta, stepper } = problem
    const certificate = run(problem)
    if (certificate.status !== 'accepted') continue
    const moved = problem.policy.net.parameters.flat
    const largest = (at: Float64Array): number => Math.max(...batch.states.map((state) => klOldNew(naive, theta, at, state).value))
    // Sums of a few terms of size 1.
    assert.ok(largest(moved) <= 0.02 + 1e-13)
    assert.ok(certificate.klMax <= 0.02 && certificate.kl <= certificate.klMax)
    if (certificate.backtracks === 0) continue
    const longer = theta.map((t, i) => t + certificate.scale / 0.8 * certificate.beta * stepper.cg.x[i])
    if (largest(longer) > 0.02) shortened++
  }
  assert.ok(shortened > 50, `${shortened}`)
})

test('the longest step is acceptable, and 5 % longer would not be; θ is θ + scale β x to the bit', () => {
  const random = new Random(405)
  let beyond = 0, found = 0
  for (let k = 0; k < 200; k++) {
    const problem = draw(FAMILIES[k % 4], [4], 40, { lineSearch: 'longest', maxBacktracks: 30 }, random)
    const { naive, batch, theta, stepper } = problem
    const certificate = run(problem)
    if (certificate.status !== 'accepted') continue
    found++
    const at = (scale: number): Float64Array => theta.map((t, i) => t + scale * certificate.beta * stepper.cg.x[i])
    assert.equal(problem.policy.net.parameters.flat, at(certificate.scale))
    const acceptable = (theta2: Float64Array): boolean => {
      const kl = batch.states.reduce((sum, state) => sum + klOldNew(naive, theta, theta2, state).value, 0) / batch.states.length
      return kl <= 0.01 && surrogate(naive, theta, theta2, batch).value > surrogate(naive, theta, theta, batch).value
    }
    assert.ok(acceptable(at(certificate.scale * (1 - 1e-9))), 'acceptable')
    assert.not.ok(acceptable(at(1.05 * certificate.scale)), 'longest')
    if (certificate.scale > 1) beyond++
  }
  assert.ok(found > 150 && beyond > 20, `${found} found, ${beyond} beyond β`)
})

test('δ and λ of a step are the stepper\'s region, and the certificate tells them', () => {
  const random = new Random(406)
  const problem = draw(FAMILIES[0], [4], 40, { maxKl: 0.01, damping: 0.1 }, random)
  const other = draw(FAMILIES[0], [4], 40, { maxKl: 0.003, damping: 0.5 }, new Random(406))
  problem.stepper.region.maxKl = 0.003
  problem.stepper.region.damping = 0.5
  const certificate = run(problem)
  assert.equal([certificate.maxKl, certificate.damping], [0.003, 0.5])
  assert.equal(run(other), certificate, 'as if it had been made with them')
  assert.equal(problem.policy.net.parameters.flat, other.policy.net.parameters.flat)
})

test('maxKlFactor accepts KL beyond δ and marks it; acceptRatio refuses gains that fall short of the slope', () => {
  const random = new Random(407)
  let beyond = 0, short = 0
  for (let k = 0; k < 300; k++) {
    const options = { maxKl: 0.05, damping: 0, maxKlFactor: 1.5, acceptRatio: 0.6 }
    const certificate = run(draw(FAMILIES[k % 4], [4], 30, options, random))
    const { status, kl, maxKl, gainRatio, backtracks } = certificate
    if (status === 'accepted') assert.ok(kl <= maxKl)
    if (status === 'accepted-above-max-kl') {
      assert.ok(kl > maxKl && kl <= 1.5 * maxKl)
      beyond++
    }
    if (status === 'accepted' || status === 'accepted-above-max-kl') assert.ok(gainRatio > 0.6 - 1e-12)
    if (backtracks > 0 && kl < 0.5 * maxKl) short++
  }
  assert.ok(beyond > 20 && short > 20, `${beyond} beyond δ, ${short} shortened for want of gain`)
})

test('KL in units of a dimension is δ and λ times as many dimensions: the step that SB3-contrib means', () => {
  const dimensions = [2, 1, 2, 1]
  FAMILIES.forEach((family, f) => {
    const d = dimensions[f]
    const theirs = draw(family, [4], 50, { klReduction: 'mean', maxKl: 0.01, damping: 0.1, stepLength: 'damped' }, new Random(408))
    const ours = draw(family, [4], 50, { maxKl: d * 0.01, damping: d * 0.1, stepLength: 'damped' }, new Random(408))
    assert.equal(run(theirs), run(ours))
    assert.equal(theirs.policy.net.parameters.flat, ours.policy.net.parameters.flat)
  })
})

test.run()
