/**
 * The verifier against policies that are right, and against faults planted one at a time: which checks must
 * fail is listed.
 * Tolerances: the verifier's own; errors of right policies must lie below a tenth of the smallest.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Backend } from '../../../src/math/backend.ts'
import { Random } from '../../../src/math/random.ts'
import { reference } from '../../../src/math/reference.ts'
import { createSimd } from '../../../src/math/simd/backend.ts'
import { matrix, transposed } from '../../../src/math/tensor.ts'
import type { Activation, ActivationName } from '../../../src/nn/activation.ts'
import type { Distribution } from '../../../src/nn/distributions/distribution.ts'
import { createPolicy, initializePolicy, type Policy } from '../../../src/rl/policy.ts'
import { discrete, multiBinary, multiDiscrete, type Space } from '../../../src/rl/world/space.ts'
import { sample } from '../../../src/rl/world/membership.ts'
import { type PolicyReport, verifyPolicy } from '../../../src/verify/policy/verifyPolicy.ts'
import { bits } from '../../support/same.ts'
import { wide } from '../../support/spaces.ts'

const SPACES: readonly Space[] = [wide(2), discrete(3), multiDiscrete([2, 3]), multiBinary(3)]

/** A policy with normal parameters, of the size that keeps signals near 1. */
function drawPolicy(
  actionSpace: Space, hidden: readonly number[], activation: ActivationName, random: Random,
  backend: Backend = reference,
): Policy {
  const policy = createPolicy(backend, wide(3), actionSpace, hidden, activation)
  const { layers, shared } = policy.net.parameters
  for (const { W, b } of layers) {
    for (let p = 0; p < W.rows * W.cols; p++) W.data[p] = random.normal() / Math.sqrt(W.rows)
    for (let j = 0; j < b.cols; j++) b.data[j] = 0.5 * random.normal()
  }
  for (let j = 0; j < shared.length; j++) shared[j] = 0.5 * random.normal()
  return policy
}

const drawObservations = (count: number, random: Random): Float64Array[] =>
  Array.from({ length: count }, () => Float64Array.from({ length: 3 }, () => random.normal()))
const failed = ({ checks }: PolicyReport): string[] =>
  checks.filter(({ passed }) => !passed).map(({ name }) => name)
const bitsOf = ({ net }: Policy): string => bits(net.parameters.flat)

const NAMES = [
  'score', 'metric', 'metricFactor', 'entropyScore', 'klOldNew', 'entropy', 'tangent', 'adjoint',
  'gradient', 'fisher', 'fisherCurvature', 'fisherSymmetry', 'fisherSign',
]

test('every built-in distribution passes, on networks of depth 0 to 3, tanh, relu and identity', () => {
  const random = new Random(301)
  for (const space of SPACES) {
    for (const activation of ['tanh', 'relu', 'identity'] as const) {
      for (const hidden of [[], [6], [5, 4], [4, 5, 3]]) {
        const policy = drawPolicy(space, hidden, activation, random)
        const report = verifyPolicy(policy, drawObservations(110, random), { seed: random.integer(1000) })
        const label = `${report.text.join('\n')}`
        assert.ok(report.passed, label)
        assert.equal(report.checks.map(({ name }) => name), NAMES)
        assert.is(report.fisher, 'dense')
        if (activation !== 'relu') assert.is(report.statesClear, 110)
        // Half of them at least; and relu does come near its kinks with so many units and states.
        else assert.ok(report.statesClear >= 55, label)
      }
    }
  }
})

test('so does the Gaussian whose σ the network gives', () => {
  const random = new Random(313)
  for (const hidden of [[], [6], [5, 4]]) {
    const policy = createPolicy(reference, wide(3), wide(2), hidden, 'tanh', { stateDependentStd: true })
    initializePolicy(policy, -0.5, random)
    const theta = policy.net.parameters.flat
    for (let p = 0; p < theta.length; p++) theta[p] += 0.3 * random.normal()
    const report = verifyPolicy(policy, drawObservations(110, random), { seed: 1 })
    assert.ok(report.passed, report.text.join('\n'))
    assert.equal(report.checks.map(({ name }) => name), NAMES)
  }
})

test('errors of a correct policy lie far below the tolerances', () => {
  const random = new Random(302)
  for (const space of SPACES) {
    const { checks } = verifyPolicy(drawPolicy(space, [6], 'tanh', random), drawObservations(50, random))
    for (const { name, error } of checks) {
      // KL and entropy are means of draws, in nats.
      if (name !== 'klOldNew' && name !== 'entropy') assert.ok(error < 1e-7, `${name}: ${error}`)
    }
  }
})

test('no false alarm from initial or nearly certain policies, single states, large inputs, wide nets', () => {
  const random = new Random(303)
  for (const space of SPACES) {
    for (const activation of ['tanh', 'relu'] as const) {
      const first = createPolicy(reference, wide(3), space, [64, 64], activation)
      initializePolicy(first, -2, random)
      const certain = drawPolicy(space, [8, 8], activation, random)
      for (let p = 0; p < certain.net.parameters.flat.length; p++) certain.net.parameters.flat[p] *= 8
      const given: readonly (readonly [Policy, Float64Array[]])[] = [
        [first, drawObservations(200, random)], [first, drawObservations(1, random)],
        [certain, drawObservations(100, random)],
        [drawPolicy(space, [8], activation, random),
          drawObservations(100, random).map((x) => x.map((each) => 1000 * each))],
      ]
      for (const [policy, observations] of given) {
        const report = verifyPolicy(policy, observations)
        assert.ok(report.passed, report.text.join('\n'))
        assert.is(report.fisher, policy === first ? 'projected' : 'dense')
      }
    }
  }
})

// Planted faults.

type Fault = (sound: Distribution) => Partial<Distribution>

/** The checks that fail if `fault` is planted into the distribution of a policy on `space`. */
function failing(space: Space, fault: Fault, hidden: readonly number[] = [5]): string[] {
  const random = new Random(304)
  const policy = drawPolicy(space, hidden, 'tanh', random)
  const { distribution } = policy
  const wrong = { ...policy, distribution: { ...distribution, ...fault(distribution) } }
  return failed(verifyPolicy(wrong, drawObservations(120, random)))
}

const scaledMetric = (factor: number): Fault => (sound) => ({
  metric: (etaDot, eta, first, count, scale) => sound.metric(etaDot, eta, first, count, factor * scale),
})

test('a score without its mean, or off by a thousandth, fails the score first, then the gradient', () => {
  assert.equal(failing(discrete(3), () => ({
    score(etaBar, _, weights, actions, __, first, count) {
      etaBar.data.fill(0, 3 * first, 3 * (first + count))
      for (let i = first; i < first + count; i++) etaBar.data[3 * i + actions.data[i]] = weights[i]
    },
  })), ['score', 'gradient'])
  for (const space of SPACES) {
    assert.equal(failing(space, (sound) => ({
      score(etaBar, sharedBar, weights, actions, eta, first, count) {
        sound.score(etaBar, sharedBar, weights, actions, eta, first, count)
        const { cols } = etaBar
        for (let p = first * cols; p < (first + count) * cols; p++) etaBar.data[p] *= 1.001
      },
    })), ['score', 'gradient'])
  }
})

test('a score that forgets the shared parameters fails likewise', () => {
  assert.equal(failing(wide(2), (sound) => ({
    score(etaBar, sharedBar, weights, actions, eta, first, count) {
      sound.score(etaBar, sharedBar, weights, actions, eta, first, count)
      sharedBar.fill(0)
    },
  })), ['score', 'gradient'])
})

test('a metric off by a factor fails the metric, its factor, and the curvature of KL', () => {
  for (const space of SPACES) {
    for (const factor of [2, 0.5, 1.01]) {
      assert.equal(failing(space, scaledMetric(factor)), ['metric', 'metricFactor', 'fisherCurvature'])
    }
  }
})

test('a shared metric of 1 instead of 2 fails the metric and the curvature', () => {
  assert.equal(failing(wide(2), () => ({ sharedMetric(out, v) { out.set(v) } })),
    ['metric', 'fisherCurvature'])
})

test('a metric that always works on the first rows fails: batches have several tiles', () => {
  const failures = failing(discrete(3), (sound) => ({
    metric: (etaDot, eta, _, count, scale) => sound.metric(etaDot, eta, 0, count, scale),
  }))
  assert.ok(failures.includes('metric') && failures.includes('fisherCurvature'), failures.join())
})

test('a negative metric fails the sign, too', () => {
  const failures = failing(discrete(3), scaledMetric(-1))
  assert.is(failures[0], 'metric')
  assert.ok(failures.includes('fisherSign'))
})

test('a metric with a part that is not symmetric fails the symmetry alone: no square shows it', () => {
  assert.equal(failing(discrete(3), (sound) => ({
    metric(etaDot, eta, first, count, scale) {
      const before = etaDot.data.slice()
      sound.metric(etaDot, eta, first, count, scale)
      for (let i = first; i < first + count; i++) {
        etaDot.data[3 * i] += 0.01 * scale * before[3 * i + 1]
        etaDot.data[3 * i + 1] -= 0.01 * scale * before[3 * i]
      }
    },
  })), ['fisherSymmetry'])
})

test('a factor of the metric that leaves out one output fails metricFactor alone', () => {
  assert.equal(failing(multiBinary(3), (sound) => ({
    metricFactor(etaDot, eta, k, first, count) {
      sound.metricFactor(etaDot, eta, k, first, count)
      if (k === 2) etaDot.data.fill(0)
    },
  })), ['metricFactor'])
})

test('a gradient of the entropy of wrong sign, or without the shared part, fails entropyScore alone', () => {
  for (const space of SPACES) {
    assert.equal(failing(space, (sound) => ({
      entropyScore: (etaBar, sharedBar, weight, eta, first, count) =>
        sound.entropyScore(etaBar, sharedBar, -weight, eta, first, count),
    })), ['entropyScore'])
  }
  assert.equal(failing(wide(2), (sound) => ({
    entropyScore(etaBar, sharedBar, weight, eta, first, count) {
      sound.entropyScore(etaBar, sharedBar, weight, eta, first, count)
      sharedBar.fill(0)
    },
  })), ['entropyScore'])
})

test('KL the wrong way round fails klOldNew alone: both ways have the same metric', () => {
  for (const space of SPACES) {
    assert.equal(failing(space, (sound) => ({
      klOldNew: (out, old, new_) => sound.klOldNew(out, new_, old),
    })), ['klOldNew'])
  }
})

test('KL averaged over the components of an action fails the metric and klOldNew', () => {
  for (const [space, components] of [[wide(2), 2], [multiBinary(3), 3]] as const) {
    assert.equal(failing(space, (sound) => ({
      klOldNew(out, old, new_) {
        sound.klOldNew(out, old, new_)
        for (let i = 0; i < out.length; i++) out[i] /= components
      },
    })), ['metric', 'klOldNew', 'fisherCurvature'])
  }
})

test('draws at another temperature fail the means over draws, an entropy off by a tenth itself alone', () => {
  const failures = failing(discrete(3), (sound) => ({
    sample(actions, eta, streams) {
      const flat = {
        ...eta, rows: matrix(eta.rows.data.map((z) => z / 2), eta.rows.rows, 3),
        cache: matrix(new Float64Array(eta.cache.data.length), eta.cache.rows, eta.cache.cols),
      }
      sound.prepare(flat)
      sound.sample(actions, flat, streams)
    },
  }))
  assert.equal(failures, ['klOldNew', 'entropy'])
  for (const space of SPACES) {
    assert.equal(failing(space, (sound) => ({
      entropy(out, eta) {
        sound.entropy(out, eta)
        for (let i = 0; i < out.length; i++) out[i] += 0.1
      },
    })), ['entropy'])
  }
})

test('NaN anywhere fails, with an infinite error and no NaN in the record', () => {
  const faults: readonly (readonly [string, Fault])[] = [
    ['score', (sound) => ({
      score(etaBar, sharedBar, weights, actions, eta, first, count) {
        sound.score(etaBar, sharedBar, weights, actions, eta, first, count)
        etaBar.data[0] = NaN
      },
    })],
    ['metric', (sound) => ({
      metric(etaDot, eta, first, count, scale) {
        sound.metric(etaDot, eta, first, count, scale)
        etaDot.data[first * eta.rows.cols] = NaN
      },
    })],
    ['klOldNew', (sound) => ({
      klOldNew(out, old, new_) {
        sound.klOldNew(out, old, new_)
        out[0] = NaN
      },
    })],
    ['entropy', (sound) => ({
      entropy(out, eta) {
        sound.entropy(out, eta)
        out[0] = NaN
      },
    })],
  ]
  const random = new Random(305)
  for (const [name, fault] of faults) {
    const policy = drawPolicy(discrete(3), [5], 'tanh', random)
    const wrong = { ...policy, distribution: { ...policy.distribution, ...fault(policy.distribution) } }
    const report = verifyPolicy(wrong, drawObservations(20, random))
    assert.is(report.passed, false)
    assert.is(report.checks.find((check) => check.name === name)?.error, Infinity)
    for (const { error, tolerance } of report.checks) {
      assert.ok(!Number.isNaN(error) && Number.isFinite(tolerance))
    }
  }
})

/** The checks that fail if the network's activation is given another slope. */
function failingSlope(
  activation: ActivationName, hidden: readonly number[], slope: Activation['multiplyBySlope'],
): string[] {
  const random = new Random(306)
  const policy = drawPolicy(discrete(3), hidden, activation, random)
  const net = { ...policy.net, activation: { ...policy.net.activation, multiplyBySlope: slope } }
  return failed(verifyPolicy({ ...policy, net }, drawObservations(120, random)))
}

test('a wrong slope of the activation fails the tangent and what is made of it, but not the adjoint', () => {
  const wanted = ['tangent', 'gradient', 'fisher', 'fisherCurvature']
  for (const hidden of [[5], [5, 4]]) {
    // 1 − y for 1 − y².
    assert.equal(failingSlope('tanh', hidden, (_, G, Y) => {
      for (let p = 0; p < G.rows * G.cols; p++) G.data[p] *= 1 - Y.data[p]
    }), wanted)
    // A leak of 0.01 that forward does not have.
    assert.equal(failingSlope('relu', hidden, (_, G, Y) => {
      for (let p = 0; p < G.rows * G.cols; p++) if (Y.data[p] === 0) G.data[p] *= 0.01
    }), wanted)
    assert.equal(failingSlope('relu', hidden, () => {}), wanted)
  }
})

test('a backward pass that counts biases twice fails the adjoint, the gradient, but not the tangent', () => {
  const random = new Random(307)
  const policy = drawPolicy(discrete(3), [5], 'tanh', random)
  const backend: Backend = {
    ...reference,
    addColumnSums(b, Y) {
      reference.addColumnSums(b, Y)
      reference.addColumnSums(b, Y)
    },
  }
  const failures =
    failed(verifyPolicy({ ...policy, net: { ...policy.net, backend } }, drawObservations(120, random)))
  assert.equal(failures, ['adjoint', 'gradient', 'fisher', 'fisherCurvature', 'fisherSymmetry'])
})

test('without hidden layers no activation is used, and a wrong slope harms nothing', () => {
  assert.equal(failingSlope('tanh', [], (_, G) => { G.data.fill(0) }), [])
})

test('faults show if F is projected, too: for large networks it is not formed', () => {
  const random = new Random(308)
  const policy = drawPolicy(discrete(3), [40, 40], 'tanh', random)
  const net = { ...policy.net, activation: { ...policy.net.activation, multiplyBySlope: () => {} } }
  const report = verifyPolicy({ ...policy, net }, drawObservations(50, random))
  assert.is(report.fisher, 'projected')
  assert.equal(failed(report), ['tangent', 'gradient', 'fisher', 'fisherCurvature'])
})

// The door.

test('θ, transposes and observations keep their bits, on both backends, and the report is the same', () => {
  const simd = createSimd(1 << 24)
  const backends = simd === null ? [reference] : [reference, simd]
  for (const space of SPACES) {
    for (const activation of ['tanh', 'relu'] as const) {
      const reports = backends.map((backend) => {
        const random = new Random(309)
        const policy = drawPolicy(space, [6, 4], activation, random, backend)
        const observations = drawObservations(30, random)
        const before = JSON.stringify(observations.map((x) => [...x]))
        const theta = bitsOf(policy), transposes = policy.net.transposes.map(({ data }) => data.slice())
        const report = verifyPolicy(policy, observations)
        assert.is(bitsOf(policy), theta)
        assert.equal(policy.net.transposes.map(({ data }) => data.slice()), transposes)
        assert.is(JSON.stringify(observations.map((x) => [...x])), before)
        assert.equal(verifyPolicy(policy, observations), report, 'nothing is left behind')
        return report
      })
      for (const report of reports) assert.equal(report, reports[0])
    }
  }
})

test('a tensor of what the network reads gives the same report as the observations, strides included', () => {
  const random = new Random(310)
  const policy = drawPolicy(discrete(3), [4], 'tanh', random)
  const observations = drawObservations(10, random)
  const rows = matrix(Float64Array.from(observations.flatMap((x) => [...x])), 10, 3)
  const columns = transposed(matrix(new Float64Array(30), 3, 10))
  observations.forEach((x, i) => x.forEach((each, j) => { columns.data[j * 10 + i] = each }))
  const report = verifyPolicy(policy, observations)
  assert.equal(verifyPolicy(policy, rows), report)
  assert.equal(verifyPolicy(policy, columns), report)
})

test('observations pass the policy\'s normaliser on their way to the network, a tensor does not', () => {
  const random = new Random(319)
  const normalizer = {
    mean: Float64Array.of(1, 2, 3), scale: Float64Array.of(0.5, 1, 4), clip: 10,
    statistics: { count: 5, mean: Float64Array.of(1, 2, 3), squares: Float64Array.of(1, 1, 1) },
  }
  const policy = { ...drawPolicy(discrete(3), [4], 'tanh', random), normalizer }
  const observations = drawObservations(10, random)
  const read = Float64Array.from(observations.flatMap((x) =>
    [...x].map((each, j) => (each - normalizer.mean[j]) / normalizer.scale[j])))
  const report = verifyPolicy(policy, observations)
  assert.ok(report.passed)
  assert.equal(verifyPolicy(policy, matrix(read, 10, 3)), report)
  assert.not.equal(verifyPolicy({ ...policy, normalizer: null }, observations), report)
})

test('observations of every kind of space are encoded as the policy encodes them', () => {
  const random = new Random(311)
  for (const space of [discrete(4, 2), multiDiscrete([2, 3]), multiBinary(3)]) {
    const policy = createPolicy(reference, space, discrete(2), [4], 'tanh')
    initializePolicy(policy, 0, random)
    const report = verifyPolicy(policy, Array.from({ length: 12 }, () => sample(space, random)))
    assert.ok(report.passed, report.text.join('\n'))
  }
})

test('another seed checks other directions', () => {
  const random = new Random(312)
  const policy = drawPolicy(discrete(3), [4], 'tanh', random), observations = drawObservations(10, random)
  const [one, two] = [1, 2].map((seed) => verifyPolicy(policy, observations, { seed }))
  assert.ok(one.passed && two.passed)
  assert.is.not(one.checks[0].error, two.checks[0].error)
})

test('a state on the kink of a relu has no derivative: it is left out, or reported if all are', () => {
  const random = new Random(313)
  const policy = createPolicy(reference, wide(3), discrete(3), [8], 'relu')
  // Zero biases: the input 0 lies on every kink.
  initializePolicy(policy, 0, random)
  const some = verifyPolicy(policy, [...drawObservations(20, random), [0, 0, 0]])
  assert.ok(some.passed, some.text.join('\n'))
  assert.ok(some.statesClear <= 20)
  assert.match(some.text[1], /^21 states, \d+ of them left out: a relu's kink is too near$/)
  const all = verifyPolicy(policy, [[0, 0, 0], [0, 0, 0]])
  assert.equal(failed(all), ['kinks'])
  assert.is(all.statesClear, 0)
})

test('the text has a line for every check, with its verdict, error, tolerance and reason', () => {
  const random = new Random(314)
  const policy = drawPolicy(discrete(3), [4], 'tanh', random)
  const wrong = {
    ...policy, distribution: { ...policy.distribution, ...scaledMetric(2)(policy.distribution) },
  }
  const good = verifyPolicy(policy, drawObservations(10, random))
  const bad = verifyPolicy(wrong, drawObservations(10, random))
  assert.is(good.text[0], 'categorical on a network 3-4-3 (tanh), 31 parameters: every check passed')
  assert.is(bad.text[0], 'categorical on a network 3-4-3 (tanh), 31 parameters: FAILED')
  for (const { text, checks } of [good, bad]) {
    assert.is(text[1], '10 states')
    checks.forEach(({ name, passed, compares, reason }, k) => {
      const line = text[2 + k]
      assert.ok(line.startsWith(passed ? `ok   ${name} ` : `FAIL ${name} `), line)
      assert.match(line, / \d\.\de[+-]\d+ of \d\.\de-\d+ /)
      assert.ok(line.endsWith(`${compares} (${reason})`), line)
    })
    assert.is(text.length, 2 + checks.length)
    // The errors begin in one column, two places after the longest name.
    const longest = Math.max(...checks.map(({ name }) => name.length))
    const columns = text.slice(2).map((line) => line.search(/\d\.\de[+-]\d+ of /))
    assert.equal([...new Set(columns)], ['ok   '.length + longest + 2])
  }
})

test('no single parameters and no dense F may be asked for: those checks are left out', () => {
  const random = new Random(316)
  const policy = drawPolicy(wide(2), [4], 'tanh', random), observations = drawObservations(10, random)
  const least = verifyPolicy(policy, observations, { seed: 0, coordinates: 0, denseLimit: 0, directions: 2 })
  assert.ok(least.passed)
  assert.is(least.fisher, 'projected')
  const { checks } = verifyPolicy(policy, observations, { coordinates: 1, denseLimit: 0, directions: 2 })
  assert.ok(checks.some(({ error }, k) => error !== least.checks[k].error), 'one parameter more is checked')
  // At the limit itself F is dense.
  const P = policy.net.parameters.flat.length
  assert.is(verifyPolicy(policy, observations, { denseLimit: P }).fisher, 'dense')
  assert.is(verifyPolicy(policy, observations, { denseLimit: P - 1 }).fisher, 'projected')
})

test('invalid arguments are refused in one line', () => {
  const random = new Random(315)
  const policy = drawPolicy(discrete(3), [4], 'tanh', random)
  const other = drawPolicy(wide(3), [4], 'tanh', random)
  const good = drawObservations(3, random)
  const refused = (wanted: RegExp, ...[given, observations, options]: unknown[]): void => {
    const before = bitsOf(policy)
    assert.throws(() => verifyPolicy(
      given as Policy, observations as Float64Array[], options as { seed: number }), wanted)
    assert.is(bitsOf(policy), before)
  }
  refused(/^observations: expected at least one, got none$/, policy, [])
  refused(/^observations\[1\]: expected 3 numbers, got 2$/, policy, [good[0], [1, 2]])
  refused(/^observations\[2\]: expected \[1\] to be a finite number, got NaN$/, policy,
    [good[0], good[1], [1, NaN, 1]])
  refused(/^observations: expected an array of observations or a tensor, got null$/, policy, null)
  refused(/^observations: expected an array of observations or a tensor, got Float64Array of length 3$/,
    policy, good[0])
  refused(/^observations: expected 3 columns, got 2$/, policy, matrix(new Float64Array(4), 2, 2))
  refused(/^observations.rows: expected an integer of at least 1, got 0$/, policy,
    matrix(new Float64Array(0), 0, 3))
  refused(/^observations\[0\]: expected \[2\] to be a finite number, got Infinity$/, policy,
    matrix(Float64Array.of(1, 2, Infinity), 1, 3))
  const wrong = [['seed', -1], ['directions', 1], ['coordinates', 0.5], ['denseLimit', NaN]] as const
  for (const [name, bad] of wrong) {
    refused(new RegExp(`^${name}: expected an integer of at least \\d, got ${bad}$`), policy, good,
      { [name]: bad })
  }
  refused(/^policy: expected a network with 3 outputs for its distribution, got 2$/,
    { ...drawPolicy(discrete(2), [4], 'tanh', random), distribution: policy.distribution }, good)
  refused(/^policy: expected a distribution of 1 numbers per action, got 3$/,
    { ...policy, distribution: other.distribution }, good)
  refused(/^policy: expected 3 shared parameters for its distribution, got 0$/,
    { ...other, net: policy.net }, good)
  const broken = drawPolicy(discrete(3), [4], 'tanh', random)
  broken.net.parameters.flat[5] = NaN
  refused(/^policy: expected finite parameters, got NaN or an infinity among them$/, broken, good)
})

test.run()
