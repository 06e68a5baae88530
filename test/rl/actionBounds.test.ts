/**
 * Squashed actions against densities, KL and entropy integrated on a grid of the squashed interval.
 * Tolerances: those of the midpoint rule and of differences; five standard deviations for draws.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { createEta, type Distribution, type Eta } from '../../src/nn/distributions/distribution.ts'
import { createBatch } from '../../src/rl/batch.ts'
import { bounded } from '../../src/rl/actionBounds.ts'
import type { Env } from '../../src/rl/world/env.ts'
import { evaluate } from '../../src/rl/evaluate.ts'
import { act } from '../../src/rl/actor.ts'
import {
  type ActionOptions, createPolicy, distributionFor, initializePolicy, type Policy,
} from '../../src/rl/policy.ts'
import { collect, createRollout } from '../../src/rl/rollout.ts'
import { box, discrete } from '../../src/rl/world/space.ts'
import { contains, wide } from '../support/spaces.ts'
import { along, curvatureOf, slopeOf } from '../support/naive.ts'
import { drawnPolicy } from '../support/policy.ts'

const { clip, squash } = bounded

test('clipping changes nothing inside the bounds, and gives the nearer bound outside', () => {
  for (const [u, wanted] of [[-5, -1], [-1, -1], [0.3, 0.3], [2, 2], [2.001, 2], [Infinity, 2]]) {
    assert.is(clip(u, -1, 2), wanted)
  }
  assert.is(clip(-7, -Infinity, Infinity), -7)
})

test('squashing is low + (high − low)(tanh u + 1)/2', () => {
  const random = new Random(401)
  for (let k = 0; k < 1000; k++) {
    const low = 10 * random.normal(), high = low + 10 * random.uniform(), u = 2 * random.normal()
    // Some roundings of numbers of the bounds' size.
    const wanted = low + (high - low) * (Math.tanh(u) + 1) / 2
    assert.ok(Math.abs(squash(u, low, high) - wanted) < 1e-15 * (10 + Math.abs(low) + Math.abs(high)))
  }
})

test('squashed actions never leave their bounds, and reach them exactly for large |u|', () => {
  const random = new Random(402)
  const ordinary = [[-1, 1], [-3, -1], [-2, 3], [0.1, 0.1], [0.1, 0.3]]
  for (const [low, high] of [...ordinary, [-1.7e308, 1.7e308], [-5e-324, 5e-324], [1e300, 1.7e308]]) {
    assert.is(squash(1e9, low, high), high)
    assert.is(squash(-1e9, low, high), low)
    assert.is(squash(Infinity, low, high), high)
    for (let k = 0; k < 1000; k++) {
      const a = squash(5 * random.normal(), low, high)
      assert.ok(a >= low && a <= high, `${a}`)
    }
  }
  assert.ok(Number.isNaN(squash(NaN, -1, 1)))
})

/** One state's η, as `along` takes it: μ, then log σ. */
function etaOf(distribution: Distribution, { 0: mean, 1: logStd }: ArrayLike<number>, rows: number): Eta {
  const tensor = reference.allocate(rows, distribution.etaSize)
  for (let i = 0; i < rows; i++) {
    tensor.data.set([mean, logStd].slice(0, distribution.etaSize), i * distribution.etaSize)
  }
  const eta = createEta(reference, distribution, tensor,
    Float64Array.of(logStd).slice(0, distribution.sharedSize))
  distribution.prepare(eta)
  return eta
}

// The midpoint rule on the interval of squashed actions: the densities below fall faster than any power
// towards its ends, so that the rule converges as fast as on the whole line.
const LOW = -2, HIGH = 3, CELLS = 20_000, WIDTH = (HIGH - LOW) / CELLS
const grid = Array.from({ length: CELLS }, (_, i) => LOW + (i + 0.5) * WIDTH)
const drawn = grid.map((a) => Math.atanh(2 * (a - LOW) / (HIGH - LOW) - 1))
/** log |∂a/∂u| by differences of the very function that environments' actions go through. */
const logSlopes = drawn.map((u) => Math.log(slopeOf((t) => squash(u + t, LOW, HIGH), 1e-3)))

/** log of the density of the squashed action at every cell of the grid: that of u, less log |∂a/∂u|. */
function squashedLogDensities(distribution: Distribution, eta: ArrayLike<number>): Float64Array {
  const actions = reference.allocate(CELLS, 1)
  actions.data.set(drawn)
  const out = new Float64Array(CELLS)
  distribution.logProbability(out, actions, etaOf(distribution, eta, CELLS))
  return out.map((log, i) => log - logSlopes[i])
}

function klOfSquashed(distribution: Distribution, old: ArrayLike<number>, new_: ArrayLike<number>): number {
  const p = squashedLogDensities(distribution, old), q = squashedLogDensities(distribution, new_)
  return p.reduce((total, log, i) => total + Math.exp(log) * (log - q[i]) * WIDTH, 0)
}

for (const stateDependentStd of [false, true]) {
  const distribution = distributionFor(box([LOW], [HIGH]), stateDependentStd)
  const OLD = [0.2, -0.5], NEW = [0.35, -0.7]

  test(`${distribution.name}: densities of squashed actions integrate to 1 and are those of draws`, () => {
    const p = squashedLogDensities(distribution, OLD).map(Math.exp)
    const total = p.reduce((sum, x) => sum + x * WIDTH, 0)
    // Five-point differences of step 1e-3: relative errors of 1e-12, if the slope is not small.
    assert.ok(Math.abs(total - 1) < 1e-9, `${total}`)
    const draws = 20_000, actions = reference.allocate(draws, 1), random = new Random(403)
    distribution.sample(actions, etaOf(distribution, OLD, draws), new Array<Random>(draws).fill(random))
    for (const edge of [-1, 0, 1, 2]) {
      const wanted = p.reduce((sum, x, i) => sum + (grid[i] < edge ? x * WIDTH : 0), 0)
      const found = actions.data.filter((u) => squash(u, LOW, HIGH) < edge).length / draws
      // Five standard deviations of a share, and one cell.
      assert.ok(Math.abs(found - wanted) < 5 * Math.sqrt(wanted * (1 - wanted) / draws) + WIDTH,
        `${edge}: ${found} ${wanted}`)
    }
  })

  test(`${distribution.name}: the ratio of squashed densities is that of the draws`, () => {
    const p = squashedLogDensities(distribution, OLD), q = squashedLogDensities(distribution, NEW)
    const actions = reference.allocate(CELLS, 1)
    const out = new Float64Array(CELLS), other = new Float64Array(CELLS)
    actions.data.set(drawn)
    distribution.logProbability(out, actions, etaOf(distribution, OLD, CELLS))
    distribution.logProbability(other, actions, etaOf(distribution, NEW, CELLS))
    // Roundings of log π down to −300, and of log |∂a/∂u|.
    for (let i = 0; i < CELLS; i++) assert.ok(Math.abs((q[i] - p[i]) - (other[i] - out[i])) < 1e-12)
  })

  test(`${distribution.name}: KL of squashed actions, and its second derivative, are those of u`, () => {
    const kl = new Float64Array(1)
    distribution.klOldNew(kl, etaOf(distribution, OLD, 1), etaOf(distribution, NEW, 1))
    // As exact as the total of 1.
    assert.ok(Math.abs(klOfSquashed(distribution, OLD, NEW) - kl[0]) < 1e-9, `${kl[0]}`)
    for (const v of [[1, 0], [0, 1], [1, 1]]) {
      const eta = etaOf(distribution, OLD, 1), rows = reference.allocate(1, distribution.etaSize)
      rows.data.set(v.slice(0, distribution.etaSize))
      distribution.metric(rows, eta, 0, 1, 1)
      const shared = new Float64Array(distribution.sharedSize)
      distribution.sharedMetric(shared, Float64Array.from(v.slice(distribution.etaSize)), eta)
      const Mv = [...rows.data, ...shared]
      const curvature = curvatureOf((t) => klOfSquashed(distribution, OLD, along(OLD, t, v)), 2 ** -7)
      // 2^-28/90 of a sixth derivative of some thousands, and roundings of 1e-13 over 2^-14.
      assert.ok(Math.abs(curvature - (v[0] * Mv[0] + v[1] * Mv[1])) < 1e-5, `${curvature}`)
    }
  })

  test(`${distribution.name}: entropy of squashed actions is that of u plus E log |∂a/∂u|`, () => {
    const entropy = new Float64Array(1)
    distribution.entropy(entropy, etaOf(distribution, OLD, 1))
    const log = squashedLogDensities(distribution, OLD)
    const ofAction = -log.reduce((total, x) => total + Math.exp(x) * x * WIDTH, 0)
    const bent = log.reduce((total, x, i) => total + Math.exp(x) * logSlopes[i] * WIDTH, 0)
    assert.ok(Math.abs(ofAction - (entropy[0] + bent)) < 1e-8 && Math.abs(bent) > 0.1,
      `${ofAction} ${entropy[0]} ${bent}`)
  })
}

const seen = box([-9, -9], [9, 9]), torque = box([-2, 0], [2, 0.5])

function policyWith(options: Partial<ActionOptions>): Policy {
  const policy = drawnPolicy(seen, torque, { units: 5, logStd: 0.3, seed: 404, ...options })
  for (const { W } of policy.net.parameters.layers) for (let p = 0; p < W.data.length; p++) W.data[p] *= 5
  return policy
}

/** Observations of two random numbers; keeps the actions that it gets. */
function listener(got: number[][]): Env {
  let t = 0
  const random = new Random(405)
  const look = (): number[] => [random.normal(), random.normal()]
  return {
    observationSpace: seen, actionSpace: torque,
    reset() { t = 0; return { observation: look() } },
    step(action) {
      got.push([...action as Float64Array])
      return { observation: look(), reward: 0, terminated: ++t === 5, truncated: false }
    },
  }
}

test('acting clips or squashes the u of the policy, most likely or drawn', () => {
  for (const stateDependentStd of [false, true]) {
    // Without bounds the action is u.
    const open = { ...policyWith({ stateDependentStd }), actionSpace: wide(2) }
    const policies = {
      clip: policyWith({ stateDependentStd, actionBounds: 'clip' }),
      squash: policyWith({ stateDependentStd, actionBounds: 'squash' }),
    }
    const random = new Random(406)
    for (let k = 0; k < 50; k++) {
      const observation = [random.normal(), random.normal()]
      for (const stream of [(): null => null, (): Random => new Random(k)]) {
        const u = act(open, observation, stream()) as Float64Array
        for (const bounds of ['clip', 'squash'] as const) {
          const action = act(policies[bounds], observation, stream())
          assert.equal(action, u.map((x, j) => bounded[bounds](x, torque.low[j], torque.high[j])))
          assert.ok(contains(torque, action))
        }
      }
    }
  }
})

test('a rollout keeps u, and its environments get bounded actions; so do those of an evaluation', () => {
  for (const bounds of ['clip', 'squash'] as const) {
    const got: number[][] = []
    const policy = policyWith({ actionBounds: bounds })
    const batch = createBatch(reference, 20, 1, 2, 2)
    collect(createRollout([listener(got)], policy, new Random(407)), batch)
    assert.equal(got, Array.from({ length: 20 }, (_, i) =>
      [0, 1].map((j) => bounded[bounds](batch.actions.data[2 * i + j], torque.low[j], torque.high[j]))))
    assert.ok(batch.actions.data.some((u, p) => u > torque.high[p % 2] + 0.5))
    const evaluated: number[][] = []
    evaluate(policy, () => listener(evaluated), { episodes: 1 })
    const random = new Random(405)
    for (const action of evaluated) {
      assert.equal(action, [...act(policy, [random.normal(), random.normal()]) as Float64Array])
    }
  }
})

test('a policy has its options as plain data', () => {
  assert.equal([policyWith({}).actionBounds, policyWith({}).stateDependentStd], ['squash', false])
  const other = policyWith({ actionBounds: 'clip', stateDependentStd: true })
  assert.equal([other.actionBounds, other.stateDependentStd, other.distribution.name],
    ['clip', true, 'stateGaussian'])
})

test('if actions are not a Box, a policy stores the defaults of both options', () => {
  const { stateDependentStd, actionBounds, distribution } =
    createPolicy(reference, seen, discrete(3), [], 'tanh',
      { actionBounds: 'squash', stateDependentStd: true })
  assert.equal([stateDependentStd, actionBounds, distribution.name], [false, 'clip', 'categorical'])
})

test('dimensions without two finite bounds are clipped, the others squashed', () => {
  const low = [0, -1, -Infinity, -Infinity], high = [1, Infinity, 1, Infinity]
  for (const u of [-1e9, -3, -0.2, 0, 0.7, 40]) {
    const actions = low.map((_, j) => bounded.squash(u, low[j], high[j]))
    assert.ok(Math.abs(actions[0] - (1 + Math.tanh(u)) / 2) < 1e-15)
    assert.equal(actions.slice(1), [Math.max(-1, u), Math.min(1, u), u])
  }
  // The widest interval of all.
  assert.ok(Number.isFinite(bounded.squash(3, -1.7e308, 1.7e308)))
})

test('invalid values of either option are refused by name', () => {
  const make = (options: object): unknown => createPolicy(reference, seen, torque, [], 'tanh', options)
  for (const bounds of ['tanh', '', null, 1]) {
    assert.throws(() => make({ actionBounds: bounds }), /^actionBounds: expected "clip" \| "squash", got /)
  }
  for (const std of ['state', 1, null]) {
    assert.throws(() => make({ stateDependentStd: std }), /^stateDependentStd: expected a boolean, got /)
  }
})

test('state-dependent σ doubles the outputs, begins at the given log σ, and depends on the state', () => {
  const policy = createPolicy(reference, seen, torque, [8], 'tanh', { stateDependentStd: true })
  initializePolicy(policy, -0.7, new Random(408))
  const { layers, shared, flat } = policy.net.parameters
  assert.equal(policy.net.sizes, [2, 8, 4])
  assert.is(shared.length, 0)
  assert.is(flat.length, 2 * 8 + 8 + 8 * 4 + 4)
  assert.equal([...layers[1].b.data], [0, 0, -0.7, -0.7])
  assert.ok(layers[0].b.data.every((b) => b === 0))
  // Draws in one state: σ is about e^−0.7, since the weights of the last layer are small.
  const random = new Random(409), n = 4000
  const open = { ...policy, actionSpace: box([-Infinity, -Infinity], [Infinity, Infinity]) }
  const means = act(open, [0.3, -1]) as Float64Array
  let squares = 0
  for (let k = 0; k < n; k++) {
    const a = act(open, [0.3, -1], random) as Float64Array
    squares += (a[0] - means[0]) ** 2
  }
  // Five standard errors √(2/n) of a mean square, and 3 % for the weights of gain 0.01.
  assert.ok(Math.abs(squares / n / Math.exp(-1.4) - 1) < 5 * Math.sqrt(2 / n) + 0.03, `${squares / n}`)
})

test.run()
