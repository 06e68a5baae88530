import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import type { Tensor } from '../../src/math/tensor.ts'
import { createPolicy, type Policy } from '../../src/rl/policy.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../src/rl/world/space.ts'
import type { Certificate, StepStatus } from '../../src/trpo/certificate.ts'
import { createStepper, step, type Stepper } from '../../src/trpo/step.ts'
import type { StepOptions } from '../../src/trpo/options/options.ts'
import {
  type Family, gradientAndFisher, jacobian, klOldNew, meanEntropy, meanKlOldNew, type NaiveBatch,
  type NaivePolicy, surrogate,
} from '../support/naiveUpdate.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'

const PROBLEMS = 10_000
const DEFAULTS: StepOptions = { ...resolveOptions({}), cgTolerance: 1e-6 }

interface Problem {
  readonly naive: NaivePolicy; readonly batch: NaiveBatch; readonly theta: Float64Array; readonly options: StepOptions
}
interface Outcome { readonly certificate: Certificate; readonly theta: Float64Array; readonly x: Float64Array }

const wide = (n: number): Space => box(new Array<number>(n).fill(-Infinity), new Array<number>(n).fill(Infinity))

function spaceOf(family: Family): Space {
  if (family.kind === 'gaussian') return wide(family.n)
  if (family.kind === 'categorical') return discrete(family.n)
  return family.kind === 'bernoulli' ? multiBinary(family.n) : multiDiscrete(family.sizes)
}

/** Everything that `step` is handed, for a problem. */
function prepare(problem: Problem): { policy: Policy; stepper: Stepper; observations: Tensor; actions: Tensor; advantages: Float64Array } {
  const { naive: { sizes, activation, family }, batch, theta, options } = problem
  const policy = createPolicy(reference, wide(sizes[0]), spaceOf(family), sizes.slice(1, -1), activation)
  policy.net.parameters.flat.set(theta)
  const observations = reference.allocate(batch.states.length, sizes[0])
  const actions = reference.allocate(batch.states.length, policy.distribution.actionSize)
  observations.data.set(batch.states.flatMap((state) => [...Array.from(state)]))
  actions.data.set(batch.actions.flatMap((action) => [...Array.from(action)]))
  const stepper = createStepper(policy, observations, options, new Random(99))
  return { policy, stepper, observations, actions, advantages: Float64Array.from(batch.advantages) }
}

function run(problem: Problem): Outcome {
  const { policy, stepper, actions, advantages } = prepare(problem)
  const certificate = step(stepper, { actions, advantages })
  return { certificate, theta: policy.net.parameters.flat, x: stepper.cg.x }
}

const bits = (x: Float64Array): string => new BigUint64Array(x.slice().buffer).join()
const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
  Array.from(x).reduce((sum, a, i) => sum + a * y[i], 0)
const times = (A: readonly number[][], x: ArrayLike<number>): number[] => A.map((row) => dot(row, x))
const pick = <T>(random: Random, items: readonly T[]): T => items[random.integer(items.length)]
const between = (random: Random, low: number, high: number): number => low + (high - low) * random.uniform()
/** From 10^low to 10^high, evenly in the exponent. */
const decades = (random: Random, low: number, high: number): number => 10 ** between(random, low, high)

function randomProblem(k: number): Problem {
  const random = new Random(1).fork(`problem ${k}`)
  const n = 1 + random.integer(4)
  const families: readonly Family[] = [
    { kind: 'gaussian', n }, { kind: 'categorical', n }, { kind: 'bernoulli', n },
    { kind: 'multiCategorical', sizes: Array.from({ length: 1 + random.integer(3) }, () => 1 + random.integer(4)) },
  ]
  const family = families[k % 4]
  const outputs = family.kind === 'multiCategorical' ? family.sizes.reduce((sum, size) => sum + size, 0) : family.n
  const hidden = Array.from({ length: random.integer(3) }, () => 1 + random.integer(5))
  const sizes = [1 + random.integer(4), ...hidden, outputs]
  let P = 0
  for (let l = 0; l + 1 < sizes.length; l++) P += (sizes[l] + 1) * sizes[l + 1]
  const scale = pick(random, [0, 0.01, 0.3, 1, 1, 3, 10, 100])
  const theta = Float64Array.from({ length: P }, () => scale * random.normal())
  const logStd = family.kind === 'gaussian' ? Array.from({ length: n }, () => between(random, -2, 2)) : []

  const N = 1 + random.integer(40)
  const seen = pick(random, [0, 1, 1, 1, 10])
  const rows = <T>(row: () => T): T[] => Array.from({ length: N }, row)
  const action = (): number[] =>
    family.kind === 'gaussian' ? Array.from({ length: n }, () => 2 * random.normal())
      : family.kind === 'categorical' ? [random.integer(n)]
        : family.kind === 'bernoulli' ? Array.from({ length: n }, () => random.integer(2))
          : family.sizes.map((size) => random.integer(size))
  return {
    naive: { sizes, activation: random.integer(2) === 0 ? 'tanh' : 'relu', family },
    theta: Float64Array.from([...theta, ...logStd]),
    batch: {
      states: rows(() => Array.from({ length: sizes[0] }, () => seen * random.normal())),
      actions: rows(action),
      advantages: randomAdvantages(random, N),
    },
    options: {
      ...DEFAULTS,
      maxKl: decades(random, -8, 1),
      cgIterations: 1 + random.integer(20),
      cgTolerance: pick(random, [0, 1e-10, 1e-6, 1e-2]),
      damping: pick(random, [0, 0, 1e-8, 1e-3, 0.1, 1]),
      preconditioner: pick(random, ['none', 'none', 'diagonal']),
      stepLength: pick(random, ['undamped', 'damped'] as const),
      lineSearch: 'backtracking',
      backtrackCoefficient: between(random, 0.3, 0.9),
      maxBacktracks: random.integer(16),
      fisherFraction: random.integer(3) === 0 ? between(random, 0.2, 1) : 1,
    },
  }
}

function randomAdvantages(random: Random, N: number): number[] {
  const draws = Array.from({ length: N }, () => random.normal())
  switch (random.integer(8)) {
    case 0: return draws.map(() => 0)
    case 1: return draws.map((_, i) => (i === 0 ? 1 : 0))
    case 2: return draws.map((a) => 1e6 * a)
    case 3: return draws.map((a) => 1e-12 * a)
    case 4: return draws.map(() => draws[0])
    default: return draws
  }
}

/** θ and what the trial j of the search amounts to. The margins are what rounding grants: see naiveUpdate.ts. */
function trial({ naive, theta, batch, options }: Problem, { certificate, x }: Outcome, j: number) {
  let scale = 1
  for (let i = 0; i < j; i++) scale *= options.backtrackCoefficient
  const moved = theta.map((t, i) => t + scale * certificate.beta * x[i])
  return { moved, ...judge(naive, theta, moved, batch) }
}

function judge(naive: NaivePolicy, old: Float64Array, moved: Float64Array, batch: NaiveBatch) {
  const kl = meanKlOldNew(naive, old, moved, batch)
  const before = surrogate(naive, old, old, batch), after = surrogate(naive, old, moved, batch)
  return { kl, before, after, gain: after.value - before.value, gainError: before.error + after.error }
}

test('on 10,000 random problems every promise of the certificate holds, recomputed state by state', () => {
  const seen = new Map<StepStatus, number>()
  let sharp = 0, rejectedTrials = 0, dense = 0
  for (let k = 0; k < PROBLEMS; k++) {
    const problem = randomProblem(k)
    const { naive, batch, theta, options } = problem
    const outcome = run(problem)
    const { certificate } = outcome
    const { status } = certificate
    const fail = (what: string): never => { throw new Error(`problem ${k}: ${what}: ${JSON.stringify(certificate)}`) }
    seen.set(status, (seen.get(status) ?? 0) + 1)
    for (const [name, value] of Object.entries(certificate)) {
      if (typeof value === 'number' && !Number.isFinite(value)) fail(name)
    }
    // A sum of at most 40 entropies, each of at most 12 terms: 1e-12 is generous, but for logits of 1e4 and more.
    const entropy = meanEntropy(naive, theta, batch)
    if (!(Math.abs(certificate.entropy - entropy) <= 1e-12 * (1 + Math.abs(entropy)) * sizeOf(problem))) fail('entropy')

    if (status !== 'accepted') {
      if (bits(outcome.theta) !== bits(theta)) fail('θ moved')
      if (certificate.kl !== 0 || certificate.surrogateAfter !== certificate.surrogateBefore) fail('told of a move')
    } else {
      const { kl, before, after, gain, gainError } = judge(naive, theta, outcome.theta, batch)
      if (bits(outcome.theta) === bits(theta)) fail('θ did not move')
      if (!(kl.value <= options.maxKl + kl.error)) fail(`KL ${kl.value} above δ`)
      if (!(gain >= -gainError)) fail(`gain ${gain} not above 0`)
      if (!(certificate.kl <= options.maxKl)) fail('its own KL')
      if (!(certificate.surrogateAfter > certificate.surrogateBefore)) fail('its own gain')
      if (kl.error < 0.01 * options.maxKl && gainError < 0.01 * gain) sharp++
      if (!(Math.abs(certificate.kl - kl.value) <= kl.error)) fail(`KL ${kl.value} ± ${kl.error}`)
      if (!(Math.abs(certificate.surrogateBefore - before.value) <= before.error)) fail(`L before ${before.value}`)
      if (!(Math.abs(certificate.surrogateAfter - after.value) <= after.error)) fail(`L after ${after.value}`)
      const kls = batch.states.map((state) => klOldNew(naive, theta, outcome.theta, state))
      const widest = Math.max(...kls.map(({ error }) => error))
      if (!(Math.abs(certificate.klMax - Math.max(...kls.map(({ value }) => value))) <= widest)) fail('largest KL')
      if (!(certificate.gainRatio * certificate.predictedGain - gain <= gainError + 1e-12 * Math.abs(gain))) fail('gain ratio')
      // Saturated logits leave few digits of p (1 − p), in whatever way F is formed: those cases have no dense oracle.
      if (k % 20 < 4 && theta.every((t) => Math.abs(t) < 10)) {
        dense++
        checkAgainstDense(problem, outcome, fail)
      }
    }

    // No earlier trial would have done, and where none did, the status tells what the last one lacked.
    const searched = status === 'kl-exceeded' || status === 'no-improvement'
    if (searched && certificate.backtracks !== options.maxBacktracks + 1) fail('trials')
    if (status === 'accepted' || searched) {
      for (let j = 0; j < certificate.backtracks; j++) {
        const { kl, gain, gainError } = trial(problem, outcome, j)
        const acceptable = kl.value <= options.maxKl - kl.error && gain > gainError && gain < Infinity
        if (acceptable) fail(`trial ${j} was acceptable`)
        rejectedTrials++
      }
    }
    if (searched) {
      const { kl } = trial(problem, outcome, options.maxBacktracks)
      if (status === 'kl-exceeded' && kl.value < options.maxKl - kl.error) fail('reason')
      if (status === 'no-improvement' && kl.value > options.maxKl + kl.error) fail('reason')
    }
    if (status === 'accepted') {
      const { moved } = trial(problem, outcome, certificate.backtracks)
      if (bits(moved) !== bits(outcome.theta)) fail('θ is not θ + αʲ β x')
    }
    if (status === 'zero-gradient' && certificate.gradientNorm !== 0) fail('gradient norm')
  }
  // The margins must leave the test its teeth: where both are below a hundredth of what they guard, it is sharp.
  const accepted = seen.get('accepted') ?? 0
  assert.ok(accepted > 0.5 * PROBLEMS, `accepted ${accepted}`)
  assert.ok(sharp > 0.8 * accepted, `sharp ${sharp} of ${accepted}`)
  assert.ok(rejectedTrials > PROBLEMS / 2 && dense > 500, `${rejectedTrials} trials, ${dense} dense`)
  for (const status of ['zero-gradient', 'kl-exceeded', 'no-improvement', 'non-positive-curvature'] as const) {
    assert.ok((seen.get(status) ?? 0) >= 10, `${status}: ${seen.get(status)}`)
  }
})

/** How large the logits, by which rounding of the entropy is measured, can be. */
function sizeOf({ theta, batch }: Problem): number {
  const weight = Math.max(1, ...theta.map(Math.abs))
  const state = Math.max(1, ...batch.states.flatMap((s) => Array.from(s, Math.abs)))
  return (5 * weight) ** 3 * state
}

/** Gradient, xᵀFx, β, quadratic KL and predicted gain against F and g formed in full. */
function checkAgainstDense(
  { naive, batch, theta, options }: Problem, { certificate, x }: Outcome, fail: (what: string) => never,
): void {
  const { gradient, fisher } = gradientAndFisher(naive, theta, batch)
  const close = (name: string, actual: number, wanted: number, tolerance: number): void => {
    if (!(Math.abs(actual - wanted) <= tolerance)) fail(`${name}: ${actual}, dense ${wanted}`)
  }
  let scale = certificate.beta
  for (let j = 0; j < certificate.backtracks; j++) scale *= options.backtrackCoefficient
  const move = Array.from(x, (d) => scale * d)
  // A score 1 − p has lost its digits where p is near 1: rounding of g is measured by scores of 1, not by its own size.
  const size = Math.sqrt(dot(gradient, gradient)) + 1e-3 * sizeOfJacobians(naive, theta, batch)
  close('gradient norm', certificate.gradientNorm, Math.sqrt(dot(gradient, gradient)), 1e-9 * size)
  const length = Math.sqrt(dot(move, move))
  close('predicted gain', certificate.predictedGain, dot(gradient, move), 1e-9 * size * length)
  if (options.fisherFraction < 1) return
  const xFx = dot(x, times(fisher, x)), xx = dot(x, x)
  // xᵀFx = xᵀg − xᵀr − λ xᵀx: the terms cancel, g has its own rounding, and r drifts from g − (F + λI) x by some
  // ulps of ‖F + λI‖ ‖x‖ (Greenbaum 1997); the trace is at least that norm.
  const trace = fisher.reduce((sum, row, p) => sum + row[p], options.damping)
  const lost = 1e-9 * (Math.abs(dot(x, gradient)) + size * Math.sqrt(xx)) + 1e-12 * trace * xx
  close('xᵀFx', certificate.xFx, xFx, lost)
  close('quadratic KL', certificate.quadraticKl, 0.5 * scale * scale * xFx,
    0.5 * scale * scale * lost + 1e-12 * certificate.quadraticKl)
  const divisor = options.stepLength === 'damped' ? certificate.xFx + options.damping * xx : certificate.xFx
  close('δ spent by β', 0.5 * certificate.beta ** 2 * divisor, options.maxKl, 1e-12 * options.maxKl)
}

/** Mean of |Â| ‖∂η/∂θ‖, and for a Gaussian of what its scores are at most beside. */
function sizeOfJacobians(naive: NaivePolicy, theta: Float64Array, { states, advantages }: NaiveBatch): number {
  const score = naive.family.kind === 'gaussian' ? Math.exp(4) * (10 + Math.max(...theta.map(Math.abs))) : 1
  return states.reduce((sum, state, i) => {
    const J = jacobian(naive, theta, state).flat()
    return sum + score * Math.abs(advantages[i]) * Math.sqrt(1 + dot(J, J)) / states.length
  }, 0)
}

// One state 0, one Gaussian dimension, no hidden layer: θ = (weight, mean, log σ), σ = 1, mean 0.
const gaussianAt = (action: number, advantage: number, options: Partial<StepOptions>): Problem => ({
  naive: { sizes: [1, 1], activation: 'tanh', family: { kind: 'gaussian', n: 1 } },
  theta: new Float64Array(3),
  batch: { states: [[0]], actions: [[action]], advantages: [advantage] },
  options: { ...DEFAULTS, damping: 0, ...options },
})

test('an action at the mean with advantage 1 narrows σ by √δ αʲ: the first j that keeps KL within δ', () => {
  // ∇L = (0, 0, −1) and F = diag(0, 1, 2): log σ goes down by √δ αʲ =: s, with KL(old‖new) = ½(e^2s − 1) − s > s².
  for (const maxKl of [1e-8, 1e-4, 0.01, 0.1, 1, 10]) {
    for (const alpha of [0.3, 0.5, 0.8, 0.9]) {
      const { certificate, theta } = run(gaussianAt(0, 1, { maxKl, backtrackCoefficient: alpha, maxBacktracks: 30 }))
      let s = Math.sqrt(maxKl), j = 0
      while (Math.expm1(2 * s) / 2 - s > maxKl) {
        s *= alpha
        j++
      }
      assert.is(certificate.status, 'accepted')
      assert.is(certificate.backtracks, j)
      assert.ok(j > 0)
      // A few roundings each of s; KL is a difference whose terms are 1/s times as large.
      assert.ok(Math.abs(theta[2] + s) <= 1e-15 * (1 + s) && theta[0] === 0 && theta[1] === 0)
      assert.ok(Math.abs(certificate.kl - (Math.expm1(2 * s) / 2 - s)) <= 1e-15 * s + 1e-14 * certificate.kl)
      assert.ok(Math.abs(certificate.quadraticKl - s * s) <= 1e-14 * s * s)
      assert.ok(Math.abs(certificate.xFx - 0.5) <= 1e-15 && Math.abs(certificate.predictedGain - s) <= 1e-14 * s)
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

// N(0, 1), action 1: ∇L = (0, 1, 0). The damped β moves the mean m to √(2δ/1.1) αʲ, where L = exp(½ − ½(1 − m)²).
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

test('non-positive-curvature: where F = 0 but the gradient is not, with damping or without', () => {
  // With a power of two for λ, λ‖x‖² is exactly xᵀ(F + λI)x, so that nothing but 0 can be left for xᵀFx.
  for (const [damping, cgStatus] of [[0, 'non-positive-curvature'], [0.5, 'converged'], [1, 'converged']] as const) {
    const problem = certain(1, damping)
    const { certificate, theta } = run(problem)
    assert.is(certificate.status, 'non-positive-curvature')
    assert.is(certificate.cgStatus, cgStatus)
    assert.is(certificate.gradientNorm, Math.SQRT2)
    assert.is(certificate.xFx, 0)
    assert.is(bits(theta), bits(problem.theta))
  }
})

function finiteNumbers(certificate: Certificate): boolean {
  return Object.values(certificate).every((value) => typeof value !== 'number' || Number.isFinite(value))
}

test('not-finite: NaN or an infinity in any parameter or any advantage, with line search or without', () => {
  for (let k = 0; k < 40; k++) {
    const random = randomProblem(k)
    for (const lineSearch of ['backtracking', 'none'] as const) {
      const problem = { ...random, options: { ...random.options, lineSearch } }
      for (const bad of [NaN, Infinity, -Infinity]) {
        for (let i = 0; i < problem.theta.length; i++) {
          const theta = problem.theta.slice()
          theta[i] = bad
          const found = run({ ...problem, theta })
          assert.is(found.certificate.status, 'not-finite', `problem ${k}: θ[${i}] = ${bad}`)
          assert.is(bits(found.theta), bits(theta))
          assert.ok(finiteNumbers(found.certificate))
        }
        for (let i = 0; i < problem.batch.advantages.length; i++) {
          const advantages = Float64Array.from(problem.batch.advantages)
          advantages[i] = bad
          const found = run({ ...problem, batch: { ...problem.batch, advantages } })
          assert.is(found.certificate.status, 'not-finite', `problem ${k}: advantages[${i}] = ${bad}`)
          assert.is(bits(found.theta), bits(problem.theta))
          assert.ok(finiteNumbers(found.certificate))
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
    assert.ok(finiteNumbers(certificate))
  }
})

test('a surrogate that overflows is no improvement: the search goes on to a length where it is finite', () => {
  // Logit w s + b, w = −800, b = 0, at s = 0 and 1: F has ⅛ for b and 0 for w, the gradient ¾ and ½. With this λ the
  // full step moves b by 0.4 and w by 750: KL stays within δ, but the ratio at s = 1 is e^750.
  const lambda = 4.44e-5
  const problem: Problem = {
    naive: { sizes: [1, 1], activation: 'tanh', family: { kind: 'bernoulli', n: 1 } },
    theta: Float64Array.of(-800, 0),
    batch: { states: [[0], [1]], actions: [[1], [1]], advantages: [1, 1] },
    options: { ...DEFAULTS, damping: lambda },
  }
  const found = run(problem)
  const full = trial(problem, found, 0)
  assert.is(full.after.value, Infinity)
  assert.ok(full.kl.value < 0.01)
  assert.is(found.certificate.status, 'accepted')
  assert.is(found.certificate.backtracks, 1)
  assert.ok(finiteNumbers(found.certificate))
  assert.is(run({ ...problem, options: { ...problem.options, maxBacktracks: 0 } }).certificate.status, 'no-improvement')
  assert.is(run({ ...problem, options: { ...problem.options, lineSearch: 'none' } }).certificate.status, 'not-finite')
})

test('unconditional: without line search the full step is taken, whatever KL and surrogate', () => {
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
  // p = (½, ¼, ¼), each action as often as p says: g = p ∘ (A − E A), and F x = p ∘ (x − E x), so x = A − mean A.
  const p = [0.5, 0.25, 0.25], A = [0.3, -1, 2]
  const expected = dot(p, A), variance = dot(p, A.map((a) => (a - expected) ** 2))
  for (const maxKl of [1e-6, 1e-4, 0.01]) {
    const { certificate, theta } = run({
      naive: { sizes: [1, 3], activation: 'tanh', family: { kind: 'categorical', n: 3 } },
      theta: Float64Array.of(0, 0, 0, ...p.map(Math.log)),
      batch: { states: [[0], [0], [0], [0]], actions: [[0], [0], [1], [2]], advantages: [A[0], A[0], A[1], A[2]] },
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

test('a step is a function of θ, batch and options: repeated, and after another batch, it gives the same bits', () => {
  for (let k = 0; k < 300; k++) {
    const problem = randomProblem(k)
    const once = run(problem)
    const again = run(problem)
    assert.is(bits(again.theta), bits(once.theta))
    assert.equal(again.certificate, once.certificate)
    // A subset is drawn anew for each step: that is its purpose.
    if (problem.options.fisherFraction < 1) continue

    const { policy, stepper, observations, actions, advantages } = prepare(problem)
    const states = observations.data.slice()
    for (let i = 0; i < states.length; i++) observations.data[i] = 3 * states[states.length - 1 - i] + 0.1
    step(stepper, { actions, advantages: advantages.map((a) => 1 - a) })
    observations.data.set(states)
    policy.net.parameters.flat.set(problem.theta)
    const kept = advantages.slice()
    const certificate = step(stepper, { actions, advantages })
    assert.is(bits(policy.net.parameters.flat), bits(once.theta), `problem ${k}`)
    assert.equal(certificate, once.certificate)
    assert.equal(advantages, kept, 'the batch is left as it was')
    assert.equal(observations.data, states)
  }
})

test('advantages times 2^k give the same θ, bit for bit: x grows as β shrinks, all by powers of two', () => {
  for (let k = 0; k < 300; k++) {
    const problem = randomProblem(k)
    // 1e-12 times 2^-60, squared, is still far above the least normal number.
    const once = run(problem)
    for (const power of [-60, -1, 3, 60]) {
      const advantages = Float64Array.from(problem.batch.advantages, (a) => a * 2 ** power)
      const { theta, certificate } = run({ ...problem, batch: { ...problem.batch, advantages } })
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
    const once = run(problem)
    const turned = run({
      ...problem,
      batch: {
        states: [...states].reverse(), actions: [...actions].reverse(), advantages: Array.from(advantages).reverse(),
      },
    })
    if (once.certificate.status !== 'accepted' || once.certificate.cgResidual < 1e-10) continue
    compared++
    assert.is(turned.certificate.backtracks, once.certificate.backtracks)
    const move = problem.theta.map((t, i) => once.theta[i] - t), length = Math.sqrt(dot(move, move))
    // Rounding of g and F v is amplified by at most the condition of F + λI, some 1e4 at λ = 0.1 here, in each product.
    once.theta.forEach((t, i) =>
      assert.ok(Math.abs(turned.theta[i] - t) < 1e-8 * length, `problem ${k}: ${t} ${turned.theta[i]}`))
  }
  assert.ok(compared > 100, `${compared}`)
})

test('the Fisher product may see one state of many, and the certificate still speaks of all', () => {
  for (let k = 0; k < 200; k++) {
    const drawn = randomProblem(k)
    const problem: Problem = { ...drawn, options: { ...drawn.options, fisherFraction: 1e-9, damping: 0.1 } }
    const { stepper } = prepare(problem)
    assert.is(stepper.parts.subset!.map.tape.inputs.rows, 1)
    const { certificate, theta } = run(problem)
    if (certificate.status !== 'accepted') continue
    const { kl } = judge(problem.naive, problem.theta, theta, problem.batch)
    assert.ok(Math.abs(certificate.kl - kl.value) <= kl.error && certificate.kl <= problem.options.maxKl)
  }
})

test('lap is told of gradient, fisher and line search, in this order, each once, as far as the step came', () => {
  for (const [problem, wanted] of [
    [gaussianAt(0, 1, {}), ['gradient', 'fisher', 'lineSearch']],
    [gaussianAt(0, 0, {}), ['gradient']],
    [certain(1, 0), ['gradient', 'fisher']],
  ] as const) {
    const { stepper, actions, advantages } = prepare(problem)
    const told: string[] = []
    step(stepper, { actions, advantages }, (phase) => told.push(phase))
    assert.equal(told, wanted)
  }
})

test.run()
