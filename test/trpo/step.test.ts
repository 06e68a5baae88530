/**
 * Steps on random problems against the naive update, promise by promise (support/promises.ts); on small
 * problems against closed forms; and steps against each other, to the bit.
 * Tolerances: the naive update's own error bounds; elsewhere so many roundings, counted beside each.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { StepStatus } from '../../src/trpo/certificate.ts'
import type { StepOptions } from '../../src/trpo/options/options.ts'
import { step } from '../../src/trpo/step.ts'
import { inner } from '../support/dense.ts'
import {
  DEFAULTS, type Outcome, outcomeOf, prepare, type Problem, randomProblem,
} from '../support/problems.ts'
import { assertPromises, isSharp, pointAt, recompute, trialAt, untested } from '../support/promises.ts'
import { bits } from '../support/same.ts'

const PROBLEMS = 10_000

/** A step whose certificate keeps all its promises. */
function run(problem: Problem, label: string = 'the problem'): Outcome {
  const outcome = outcomeOf(prepare(problem))
  assertPromises(recompute(problem, outcome), label)
  return outcome
}

test('on 10,000 random problems every promise of the certificate holds, recomputed state by state', () => {
  const seen = new Map<StepStatus, number>(), checked = new Map<string, number>()
  let sharp = 0, refusedTrials = 0, dense = 0
  for (let k = 0; k < PROBLEMS; k++) {
    const problem = randomProblem(k), outcome = outcomeOf(prepare(problem))
    const { status } = outcome.certificate
    // Saturated logits leave few digits of p (1 − p), in whatever way F is formed: those cases have no dense
    // oracle.
    const withDense = status === 'accepted' && k % 20 < 4 && problem.theta.every((t) => Math.abs(t) < 10)
    const found = recompute(problem, outcome, withDense)
    assertPromises(found, `problem ${k}`, checked)
    seen.set(status, (seen.get(status) ?? 0) + 1)
    if (isSharp(found)) sharp++
    if (withDense) dense++
    refusedTrials += found.refused.length
  }
  // The margins must leave the test its teeth: where both are below a hundredth of what they guard, it is
  // sharp.
  const accepted = seen.get('accepted') ?? 0
  assert.ok(accepted > 0.5 * PROBLEMS, `accepted ${accepted}`)
  assert.ok(sharp > 0.8 * accepted, `sharp ${sharp} of ${accepted}`)
  assert.ok(refusedTrials > PROBLEMS / 2 && dense > 500, `${refusedTrials} trials, ${dense} dense`)
  const others = ['zero-gradient', 'kl-exceeded', 'no-improvement', 'non-positive-curvature'] as const
  for (const status of others) {
    assert.ok((seen.get(status) ?? 0) >= 10, `${status}: ${seen.get(status)}`)
  }
  // Those of options that these problems leave at their defaults: variants.test.ts.
  assert.equal(untested(checked, 10), [
    'accepted-above-max-kl: KL is above δ, and at most maxKlFactor δ',
    'a move gained more than acceptRatio of what the slope predicts',
  ])
})

// One state 0, one Gaussian dimension, no hidden layer: θ = (weight, mean, log σ), σ = 1, mean 0.
const gaussianAt = (action: number, advantage: number, options: Partial<StepOptions>): Problem => ({
  naive: { sizes: [1, 1], activation: 'tanh', family: { kind: 'gaussian', n: 1 } },
  theta: new Float64Array(3),
  batch: { states: [[0]], actions: [[action]], advantages: [advantage] },
  options: { ...DEFAULTS, damping: 0, ...options },
})

test('an action at the mean with advantage 1 narrows σ by √δ αʲ: the first j that keeps KL within δ', () => {
  // ∇L = (0, 0, −1) and F = diag(0, 1, 2): log σ goes down by √δ αʲ =: s, with KL(old‖new) = ½(e^2s − 1) − s
  // > s².
  for (const maxKl of [1e-8, 1e-4, 0.01, 0.1, 1, 10]) {
    for (const alpha of [0.3, 0.5, 0.8, 0.9]) {
      const options = { maxKl, backtrackCoefficient: alpha, maxBacktracks: 30 }
      const { certificate, theta } = run(gaussianAt(0, 1, options))
      let s = Math.sqrt(maxKl), j = 0
      while (Math.expm1(2 * s) / 2 - s > maxKl) {
        s *= alpha
        j++
      }
      assert.is(certificate.status, 'accepted')
      assert.is(certificate.backtracks, j)
      assert.ok(j > 0)
      // A few roundings of s each; KL is a difference whose terms are 1/s times as large.
      assert.ok(Math.abs(theta[2] + s) <= 1e-15 * (1 + s) && theta[0] === 0 && theta[1] === 0)
      assert.ok(Math.abs(certificate.kl - (Math.expm1(2 * s) / 2 - s)) <= 1e-15 * s + 1e-14 * certificate.kl)
      assert.ok(Math.abs(certificate.quadraticKl - s * s) <= 1e-14 * s * s)
      assert.ok(Math.abs(certificate.xFx - 0.5) <= 1e-15
        && Math.abs(certificate.predictedGain - s) <= 1e-14 * s)
      assert.is(certificate.klMax, certificate.kl)
    }
  }
})

test('kl-exceeded: the one trial spends more than δ', () => {
  const { certificate, theta } = run(gaussianAt(0, 1, { maxBacktracks: 0 }))
  assert.is(certificate.status, 'kl-exceeded')
  assert.is(certificate.backtracks, 1)
  assert.equal(theta, new Float64Array(3))
})

// N(0, 1), action 1: ∇L = (0, 1, 0). The damped β moves the mean m to √(2δ/1.1) αʲ, where L = exp(½ − ½(1 −
// m)²).
const overshooting: Partial<StepOptions> = { maxKl: 10, damping: 0.1, stepLength: 'damped' }

test('no-improvement: a step that overshoots the action lowers the surrogate although KL is within δ', () => {
  const { certificate, theta } = run(gaussianAt(1, 1, { ...overshooting, maxBacktracks: 0 }))
  assert.is(certificate.status, 'no-improvement')
  assert.is(certificate.surrogateAfter, certificate.surrogateBefore)
  assert.equal(theta, new Float64Array(3))
})

test('the same step is shortened until the mean lies below 2, where the surrogate is 1 again', () => {
  const { certificate, theta } = run(gaussianAt(1, 1, overshooting))
  const mean = Math.sqrt(20 / 1.1) * 0.8 ** 4
  assert.is(certificate.status, 'accepted')
  assert.is(certificate.backtracks, 4, 'j = 3 gives 2.18, j = 4 gives 1.75')
  // A few roundings of numbers of size 1.
  assert.ok(Math.abs(theta[1] - mean) < 1e-14 && theta[2] === 0)
  assert.ok(Math.abs(certificate.surrogateAfter - Math.exp(0.5 - (1 - mean) ** 2 / 2)) < 1e-14)
  assert.ok(Math.abs(certificate.kl - mean * mean / 2) < 1e-14)
})

test('zero-gradient: advantages 0, and an action that the policy takes for certain', () => {
  for (const problem of [gaussianAt(0.3, 0, {}), certain(0, 0)]) {
    const { certificate, theta } = run(problem)
    assert.is(certificate.status, 'zero-gradient')
    assert.is(certificate.cgStatus, 'not-run')
    assert.is(bits(theta), bits(problem.theta))
  }
})

/** Two actions, of which the first has probability 1 to the last bit; the one state is 0. */
function certain(action: number, damping: number): Problem {
  return {
    naive: { sizes: [1, 2], activation: 'tanh', family: { kind: 'categorical', n: 2 } },
    theta: Float64Array.of(0, 0, 0, -1e4),
    batch: { states: [[0]], actions: [[action]], advantages: [1] },
    options: { ...DEFAULTS, damping },
  }
}

test('non-positive-curvature: F = 0 and a gradient that is not 0, with damping or without', () => {
  // With a power of two for λ, λ‖x‖² is exactly xᵀ(F + λI)x, so that nothing but 0 can be left for xᵀFx.
  for (const [damping, cgStatus] of [
    [0, 'non-positive-curvature'], [0.5, 'converged'], [1, 'converged'],
  ] as const) {
    const problem = certain(1, damping)
    const { certificate, theta } = run(problem)
    assert.is(certificate.status, 'non-positive-curvature')
    assert.is(certificate.cgStatus, cgStatus)
    assert.is(certificate.gradientNorm, Math.SQRT2)
    assert.is(certificate.xFx, 0)
    assert.is(bits(theta), bits(problem.theta))
  }
})

test('not-finite: NaN or an infinity in any parameter or any advantage, with line search or without', () => {
  for (let k = 0; k < 40; k++) {
    const random = randomProblem(k)
    for (const lineSearch of ['backtracking', 'none'] as const) {
      const problem = { ...random, options: { ...random.options, lineSearch } }
      for (const bad of [NaN, Infinity, -Infinity]) {
        for (let i = 0; i < problem.theta.length; i++) {
          const theta = problem.theta.slice()
          theta[i] = bad
          const { certificate } = run({ ...problem, theta }, `problem ${k}`)
          assert.is(certificate.status, 'not-finite', `problem ${k}: θ[${i}] = ${bad}`)
        }
        for (let i = 0; i < problem.batch.advantages.length; i++) {
          const advantages = Float64Array.from(problem.batch.advantages)
          advantages[i] = bad
          const { certificate } = run({ ...problem, batch: { ...problem.batch, advantages } }, `problem ${k}`)
          assert.is(certificate.status, 'not-finite', `problem ${k}: advantages[${i}] = ${bad}`)
        }
      }
    }
  }
})

test('not-finite: δ so large that β overflows', () => {
  for (const lineSearch of ['backtracking', 'none'] as const) {
    const { certificate, theta } = run(gaussianAt(1, 1, { maxKl: 1e308, lineSearch }))
    assert.is(certificate.status, 'not-finite')
    assert.equal(theta, new Float64Array(3))
  }
})

test('a surrogate that overflows is no improvement: the search goes on until it is finite', () => {
  // Logit w s + b, w = −800, b = 0, at s = 0 and 1: F has ⅛ for b and 0 for w, the gradient ¾ and ½. With
  // this λ the full step moves b by 0.4 and w by 750: KL stays within δ, but the ratio at s = 1 is e^750.
  const lambda = 4.44e-5
  const problem: Problem = {
    naive: { sizes: [1, 1], activation: 'tanh', family: { kind: 'bernoulli', n: 1 } },
    theta: Float64Array.of(-800, 0),
    batch: { states: [[0], [1]], actions: [[1], [1]], advantages: [1, 1] },
    options: { ...DEFAULTS, damping: lambda },
  }
  const outcome = run(problem)
  const full = pointAt(problem, trialAt(problem, outcome, 0))
  assert.is(full.surrogate.value, Infinity)
  assert.ok(full.kl.value < 0.01)
  assert.is(outcome.certificate.status, 'accepted')
  assert.is(outcome.certificate.backtracks, 1)
  const endWith = (options: Partial<StepOptions>): [StepStatus, number] => {
    const { certificate } = run({ ...problem, options: { ...problem.options, ...options } })
    return [certificate.status, certificate.backtracks]
  }
  // Either way one trial was made, and failed.
  assert.equal(endWith({ maxBacktracks: 0 }), ['no-improvement', 1])
  assert.equal(endWith({ lineSearch: 'none' }), ['not-finite', 1])
})

test('unconditional: without line search the full step is taken, even if KL is above δ or L falls', () => {
  const narrow = run(gaussianAt(0, 1, { lineSearch: 'none' }))
  assert.is(narrow.certificate.status, 'unconditional')
  assert.ok(narrow.certificate.kl > 0.01 && narrow.certificate.backtracks === 0)
  assert.ok(Math.abs(narrow.theta[2] + 0.1) < 1e-15)
  const worse = run(gaussianAt(1, 1, { ...overshooting, lineSearch: 'none' }))
  assert.is(worse.certificate.status, 'unconditional')
  assert.ok(worse.certificate.surrogateAfter < worse.certificate.surrogateBefore)
  assert.ok(Math.abs(worse.theta[1] - Math.sqrt(20 / 1.1)) < 1e-14)
})

test('a softmax bandit moves to p exp(βA): the natural gradient in closed form', () => {
  // p = (½, ¼, ¼), each action as often as p says: g = p ∘ (A − E A), and F x = p ∘ (x − E x), so x = A −
  // mean A.
  const p = [0.5, 0.25, 0.25], A = [0.3, -1, 2]
  const expected = inner(p, A), variance = inner(p, A.map((a) => (a - expected) ** 2))
  for (const maxKl of [1e-6, 1e-4, 0.01]) {
    const { certificate, theta } = run({
      naive: { sizes: [1, 3], activation: 'tanh', family: { kind: 'categorical', n: 3 } },
      theta: Float64Array.of(0, 0, 0, ...p.map(Math.log)),
      batch: {
        states: [[0], [0], [0], [0]], actions: [[0], [0], [1], [2]], advantages: [A[0], A[0], A[1], A[2]],
      },
      options: { ...DEFAULTS, damping: 0, cgTolerance: 1e-12, maxKl },
    })
    const beta = Math.sqrt(2 * maxKl / variance)
    assert.is(certificate.status, 'accepted')
    // CG on 2 dimensions converges to rounding: 1e-12 of its own, by its tolerance.
    assert.ok(Math.abs(certificate.beta - beta) < 1e-11 * beta)
    const length = beta * 0.8 ** certificate.backtracks
    const q = p.map((x, a) => x * Math.exp(length * A[a]))
    const total = q[0] + q[1] + q[2]
    const logits = theta.slice(3)
    const sum = logits.reduce((s, z) => s + Math.exp(z), 0)
    q.forEach((x, a) => assert.ok(Math.abs(Math.exp(logits[a]) / sum - x / total) < 1e-12))
    assert.equal([...theta.slice(0, 3)], [0, 0, 0])
  }
})

test('a step is a function of θ, batch and options: repeated, or after another batch, the same bits', () => {
  for (let k = 0; k < 300; k++) {
    const problem = randomProblem(k)
    const once = run(problem, `problem ${k}`), again = outcomeOf(prepare(problem))
    assert.is(bits(again.theta), bits(once.theta))
    assert.equal(again.certificate, once.certificate)
    // A subset is drawn anew for each step: that is its purpose.
    if (problem.options.fisherFraction < 1) continue

    const { policy, stepper, observations, batch } = prepare(problem)
    const { actions, advantages } = batch
    const states = observations.data.slice()
    for (let i = 0; i < states.length; i++) observations.data[i] = 3 * states[states.length - 1 - i] + 0.1
    step(stepper, { actions, advantages: advantages.map((a) => 1 - a) })
    observations.data.set(states)
    policy.net.parameters.flat.set(problem.theta)
    const kept = advantages.slice()
    const certificate = step(stepper, batch)
    assert.is(bits(policy.net.parameters.flat), bits(once.theta), `problem ${k}`)
    assert.equal(certificate, once.certificate)
    assert.equal(advantages, kept, 'the batch is left as it was')
    assert.equal(observations.data, states)
  }
})

test('advantages times 2^k give the same θ, bit for bit: x grows as β shrinks, all by powers of two', () => {
  for (let k = 0; k < 300; k++) {
    const problem = randomProblem(k)
    // 1e-12 times 2^-60, squared, is still far above the smallest normal number.
    const once = run(problem, `problem ${k}`)
    for (const power of [-60, -1, 3, 60]) {
      const advantages = Float64Array.from(problem.batch.advantages, (a) => a * 2 ** power)
      const scaled = { ...problem, batch: { ...problem.batch, advantages } }
      const { theta, certificate } = outcomeOf(prepare(scaled))
      assert.is(certificate.status, once.certificate.status, `problem ${k}`)
      assert.is(bits(theta), bits(once.theta), `problem ${k}`)
      assert.is(certificate.kl, once.certificate.kl)
    }
  }
})

test('the order of the states changes a step by no more than rounding', () => {
  let compared = 0
  for (let k = 0; k < 1000; k++) {
    const drawn = randomProblem(k)
    if (drawn.theta.some((t) => Math.abs(t) > 3)) continue
    const problem: Problem = { ...drawn, options: { ...DEFAULTS, cgIterations: 5, cgTolerance: 0 } }
    const { states, actions, advantages } = problem.batch
    const once = run(problem, `problem ${k}`)
    const turned = outcomeOf(prepare({
      ...problem,
      batch: {
        states: [...states].reverse(), actions: [...actions].reverse(),
        advantages: Array.from(advantages).reverse(),
      },
    }))
    if (once.certificate.status !== 'accepted' || once.certificate.cgResidual < 1e-10) continue
    compared++
    assert.is(turned.certificate.backtracks, once.certificate.backtracks)
    const move = problem.theta.map((t, i) => once.theta[i] - t), length = Math.sqrt(inner(move, move))
    // Rounding of g and F v is amplified by at most the condition of F + λI, some 1e4 at λ = 0.1 here, in
    // each product.
    once.theta.forEach((t, i) =>
      assert.ok(Math.abs(turned.theta[i] - t) < 1e-8 * length, `problem ${k}: ${t} ${turned.theta[i]}`))
  }
  assert.ok(compared > 100, `${compared}`)
})

test('the Fisher product may see one state of each shard, and the certificate still speaks of all', () => {
  let accepted = 0
  for (let k = 0; k < 200; k++) {
    const drawn = randomProblem(k)
    const problem: Problem = { ...drawn, options: { ...drawn.options, fisherFraction: 1e-9, damping: 0.1 } }
    const states = Math.min(16, problem.batch.states.length)
    assert.is(prepare(problem).stepper.parts.subset!.map.tape.inputs.rows, states)
    if (run(problem, `problem ${k}`).certificate.status === 'accepted') accepted++
  }
  assert.ok(accepted > 50, `${accepted}`)
})

test('the states of Fisher products are drawn anew for each step', () => {
  const states = Array.from({ length: 40 }, (_, i) => [i])
  const problem: Problem = {
    ...gaussianAt(1, 1, { fisherFraction: 0.25 }),
    batch: { states, actions: states.map(() => [1]), advantages: states.map((_, i) => i % 3) },
  }
  const { stepper, batch } = prepare(problem)
  const choices = Array.from({ length: 5 }, () => {
    step(stepper, batch)
    return [...stepper.parts.subset!.map.tape.inputs.data].sort((a, b) => a - b).join()
  })
  assert.is(new Set(choices).size, 5)
})

test('lap is called after gradient, Fisher products and line search, as far as the step came', () => {
  for (const [problem, wanted] of [
    [gaussianAt(0, 1, {}), ['gradient', 'fisher', 'lineSearch']],
    [gaussianAt(0, 0, {}), ['gradient']],
    [certain(1, 0), ['gradient', 'fisher']],
  ] as const) {
    const { stepper, batch } = prepare(problem)
    const phases: string[] = []
    step(stepper, batch, (phase) => phases.push(phase))
    assert.equal(phases, wanted)
  }
})

test('without lap a step is the same', () => {
  for (let k = 0; k < 50; k++) {
    const one = prepare(randomProblem(k)), two = prepare(randomProblem(k))
    assert.equal(step(one.stepper, one.batch), step(two.stepper, two.batch, () => {}))
    assert.is(bits(one.policy.net.parameters.flat), bits(two.policy.net.parameters.flat))
  }
})

test.run()
