/**
 * Acting and η against a naive network; initial weights by dense algebra; draws by their frequencies.
 * Tolerances: the naive network's error bounds, some roundings, five standard deviations of counts.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { createNormalizer } from '../../src/rl/normalizer.ts'
import { act, actionOf, createActor, decide } from '../../src/rl/actor.ts'
import { createPolicy, distributionFor, initializePolicy, type Policy } from '../../src/rl/policy.ts'
import { createPolicyMap, forwardPolicy } from '../../src/rl/policyMap.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../src/rl/world/space.ts'
import { contains } from '../support/spaces.ts'
import { encodedSize } from '../../src/rl/world/encoding.ts'
import { type Family, forward, type NaivePolicy } from '../support/naiveUpdate.ts'
import { rowOf } from '../support/rows.ts'

const SPACES: readonly (readonly [Space, Family])[] = [
  [box([-1, -2], [1, 2]), { kind: 'gaussian', n: 2 }],
  [discrete(4, 3), { kind: 'categorical', n: 4 }],
  [multiDiscrete([3, 1, 2]), { kind: 'multiCategorical', sizes: [3, 1, 2] }],
  [multiBinary(3), { kind: 'bernoulli', n: 3 }],
]
const seen = box([-9, -9], [9, 9])

/** A policy with random θ, which clips its actions, and its description for the naive network. */
function drawn(
  actionSpace: Space, family: Family, observationSpace: Space = seen,
): { policy: Policy; naive: NaivePolicy } {
  const policy = createPolicy(reference, observationSpace, actionSpace, [5], 'tanh', { actionBounds: 'clip' })
  const random = new Random(3), theta = policy.net.parameters.flat
  for (let p = 0; p < theta.length; p++) theta[p] = random.normal()
  return { policy, naive: { sizes: policy.net.sizes, activation: 'tanh', family } }
}

const list = (action: number | Float64Array): number[] =>
  (typeof action === 'number' ? [action] : [...action])
const largest = (z: readonly number[]): number => z.indexOf(Math.max(...z))

/** The most likely action for η, in the action space. */
function modeOf(space: Space, eta: readonly number[]): number[] {
  if (space.kind === 'discrete') return [space.start + largest(eta)]
  if (space.kind === 'multiBinary') return eta.map((z) => (z > 0 ? 1 : 0))
  if (space.kind === 'box') return eta.map((z, j) => Math.min(space.high[j], Math.max(space.low[j], z)))
  let at = 0
  return space.nvec.map((n) => largest(eta.slice(at, at += n)))
}

test('the distribution suits the action space, and the network its sizes', () => {
  for (const [space, family] of SPACES) {
    const distribution = distributionFor(space)
    assert.is(distribution.name, family.kind)
    const outputs = space.kind === 'box' ? 2 : encodedSize(space)
    for (const [observations, inputs] of [
      [seen, 2], [discrete(5, -2), 5], [multiBinary(4), 4], [multiDiscrete([2, 3]), 5],
    ] as const) {
      const policy = createPolicy(reference, observations, space, [6, 7], 'relu')
      assert.equal(policy.net.sizes, [inputs, 6, 7, outputs])
      const P = (inputs + 1) * 6 + 7 * 7 + 8 * outputs + (space.kind === 'box' ? 2 : 0)
      assert.is(policy.net.parameters.flat.length, P)
      assert.ok(policy.net.parameters.flat.every((t) => t === 0))
    }
  }
})

test('initial weights are orthogonal, of gain 0.01 in the last layer, biases 0, log σ as given', () => {
  const policy = createPolicy(reference, seen, SPACES[0][0], [8], 'tanh')
  initializePolicy(policy, -0.5, new Random(4))
  const { layers, shared, flat } = policy.net.parameters
  assert.equal([...shared], [-0.5, -0.5])
  for (const { b } of layers) assert.ok(b.data.every((x) => x === 0))
  layers.forEach(({ W }, l) => {
    const { data, rows, cols } = W
    const column = (j: number): number[] => Array.from({ length: rows }, (_, i) => data[i * cols + j])
    const basis = Array.from({ length: Math.min(rows, cols) }, (_, i) =>
      (rows >= cols ? column(i) : rowOf(W, i)))
    const gain = l === 0 ? Math.SQRT2 : 0.01
    for (const [i, p] of basis.entries()) {
      for (const [j, q] of basis.entries()) {
        const inner = p.reduce((sum, x, k) => sum + x * q[k], 0)
        // Gram–Schmidt twice: orthogonal to rounding.
        assert.ok(Math.abs(inner - (i === j ? gain * gain : 0)) < 1e-14 * gain * gain * 8)
      }
    }
  })
  const twin = createPolicy(reference, seen, SPACES[0][0], [8], 'tanh')
  initializePolicy(twin, -0.5, new Random(4))
  assert.equal(twin.net.parameters.flat, flat)
  initializePolicy(twin, -0.5, new Random(5))
  assert.not.equal(twin.net.parameters.flat, flat)
})

test('with a normaliser only the last layer differs: it is 0, so that π is the same in all states', () => {
  const [plain, normalized] = [null, createNormalizer(seen, 10)].map((normalizer) => {
    const policy = createPolicy(reference, seen, SPACES[0][0], [8], 'tanh', { normalizer })
    initializePolicy(policy, -0.5, new Random(4))
    return policy
  })
  const last = 3 * 8
  assert.equal(normalized.net.parameters.flat.slice(0, last), plain.net.parameters.flat.slice(0, last))
  assert.ok(normalized.net.parameters.flat.slice(last, -2).every((w) => w === 0))
  for (const observation of [[0, 0], [9, -9]]) {
    assert.equal(list(act(normalized, observation)).map(Math.abs), [0, 0])
  }
  assert.ok(list(act(plain, [9, -9])).some((a) => a !== 0))
})

test('act without a stream gives the most likely action of the naive network, inside the space', () => {
  const random = new Random(6)
  for (const [space, family] of SPACES) {
    const { policy, naive } = drawn(space, family)
    for (let k = 0; k < 50; k++) {
      const observation = [3 * random.normal(), 3 * random.normal()]
      const eta = forward(naive, policy.net.parameters.flat, observation).map(({ value }) => value)
      const wanted = modeOf(space, eta)
      const action = act(policy, observation)
      assert.ok(contains(space, action))
      // Sums of five products and two tanh: some ulps apart.
      list(action).forEach((a, j) =>
        assert.ok(Math.abs(a - wanted[j]) < 1e-13, `${space.kind}: ${a} ${wanted[j]}`))
      assert.is(typeof action, space.kind === 'discrete' ? 'number' : 'object')
      assert.equal(act(policy, Float64Array.from(observation)), action)
    }
  }
})

test('act with a stream draws with the probabilities of π, and the same from the same stream', () => {
  for (const [space, family] of SPACES) {
    if (space.kind === 'box') continue
    const { policy, naive } = drawn(space, family)
    const eta = forward(naive, policy.net.parameters.flat, [0.4, -1]).map(({ value }) => value)
    const random = new Random(8)
    const n = 20_000, counts = new Map<string, number>()
    for (let k = 0; k < n; k++) {
      const action = act(policy, [0.4, -1], random)
      if (!contains(space, action)) assert.unreachable(`${action}`)
      list(action).forEach((a, j) => counts.set(`${j}: ${a}`, (counts.get(`${j}: ${a}`) ?? 0) + 1))
    }
    let at = 0
    const blocks = space.kind === 'multiBinary' ? eta.map((z) => [0, z])
      : space.kind === 'discrete' ? [eta] : space.nvec.map((size) => eta.slice(at, at += size))
    blocks.forEach((logits, j) => {
      const total = logits.reduce((sum, z) => sum + Math.exp(z), 0)
      logits.forEach((z, a) => {
        const p = Math.exp(z) / total
        const count = counts.get(`${j}: ${a + (space.kind === 'discrete' ? space.start : 0)}`) ?? 0
        // Five standard deviations of a binomial count.
        assert.ok(Math.abs(count - n * p) <= 5 * Math.sqrt(n * p * (1 - p)),
          `${space.kind} ${j}: ${a}: ${count} of ${n * p}`)
      })
    })
    assert.equal(act(policy, [0.4, -1], new Random(9)), act(policy, [0.4, -1], new Random(9)))
  }
})

test('draws of a Gaussian policy have its mean and standard deviation, and are clipped', () => {
  const { policy, naive } = drawn(box([-Infinity, -0.1], [Infinity, 0.1]), { kind: 'gaussian', n: 2 })
  const theta = policy.net.parameters.flat
  const mean = forward(naive, theta, [0.4, -1])[0].value, std = Math.exp(policy.net.parameters.shared[0])
  const random = new Random(10), n = 20_000
  let sum = 0, squares = 0, bound = 0
  for (let k = 0; k < n; k++) {
    const [a, b] = list(act(policy, [0.4, -1], random))
    sum += a
    squares += ((a - mean) / std) ** 2
    if (!(Math.abs(b) <= 0.1)) assert.unreachable(`${b}`)
    if (Math.abs(b) === 0.1) bound++
  }
  // Five standard errors: of a mean σ/√n, of a mean square √(2/n).
  assert.ok(Math.abs(sum / n - mean) < 5 * std / Math.sqrt(n))
  assert.ok(Math.abs(squares / n - 1) < 5 * Math.sqrt(2 / n))
  assert.ok(bound > n / 2)
})

test('an actor for several rows acts as `act` for each row, bit for bit', () => {
  for (const [space, family] of SPACES) {
    const { policy } = drawn(space, family)
    const actor = createActor(policy, 7)
    const random = new Random(11)
    for (let p = 0; p < actor.observations.data.length; p++) actor.observations.data[p] = random.normal()
    const rows = Array.from({ length: 7 }, (_, i) => [...actor.observations.data.subarray(2 * i, 2 * i + 2)])
    const stream = (i: number): Random => new Random(12).fork(`${i}`)
    decide(actor, null)
    rows.forEach((row, i) => assert.equal(list(actionOf(actor, i)), list(act(policy, row))))
    decide(actor, rows.map((_, i) => stream(i)))
    rows.forEach((row, i) => assert.equal(list(actionOf(actor, i)), list(act(policy, row, stream(i)))))
  }
})

test('act changes nothing about the policy', () => {
  const { policy } = drawn(...SPACES[0])
  const theta = policy.net.parameters.flat.slice()
  const first = list(act(policy, [1, 2]))
  act(policy, [5, 5], new Random(1))
  assert.equal(list(act(policy, [1, 2])), first)
  assert.equal(policy.net.parameters.flat, theta)
})

test('an observation of another type or length, or with NaN, is refused by name', () => {
  const faults: readonly (readonly [Space, unknown, string])[] = [
    [seen, [1], 'observation: expected 2 numbers, got 1'],
    [seen, [1, 2, 3], 'observation: expected 2 numbers, got 3'],
    [seen, [1, NaN], 'observation: expected [1] to be a finite number, got NaN'],
    [seen, [-Infinity, 1], 'observation: expected [0] to be a finite number, got -Infinity'],
    [seen, ['1', 2], 'observation: expected [0] to be a finite number, got "1"'],
    [seen, undefined, 'observation: expected an array of 2 numbers, got undefined'],
    [seen, 3, 'observation: expected an array of 2 numbers, got 3'],
    [discrete(3), 3, 'observation: expected an integer from 0 to 2, got 3'],
    [discrete(3), 0.5, 'observation: expected an integer from 0 to 2, got 0.5'],
    [multiBinary(2), [0, 2], 'observation: expected [1] an integer from 0 to 1, got 2'],
  ]
  for (const [space, observation, message] of faults) {
    const { policy } = drawn(...SPACES[1], space)
    assert.throws(() => act(policy, observation), (error: Error) => error.message === message)
  }
})

test('a policy with NaN or an infinity in θ refuses to act', () => {
  for (const [space, family] of SPACES) {
    const { policy } = drawn(space, family)
    const theta = policy.net.parameters.flat
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const p of [0, theta.length - 1]) {
        const before = theta[p]
        theta[p] = bad
        assert.throws(() => act(policy, [0, 0]),
          /^policy: expected finite parameters, got NaN or an infinity among them$/)
        theta[p] = before
      }
    }
    act(policy, [0, 0])
  }
})

test('wrong layers, activations and log σ are refused by name', () => {
  const make = (hidden: unknown, activation: unknown): unknown =>
    createPolicy(reference, seen, discrete(2), hidden as number[], activation as 'tanh')
  for (const hidden of [null, 64, '64', {}]) {
    assert.throws(() => make(hidden, 'tanh'), /^hiddenSizes: expected an array of integers, got /)
  }
  for (const units of [0, -1, 0.5, NaN, '4']) {
    assert.throws(() => make([3, units], 'tanh'),
      /^hiddenSizes\[1\]: expected an integer of at least 1, got /)
  }
  for (const activation of ['sigmoid', '', null, 1]) {
    assert.throws(() => make([3], activation), /^activation: expected "tanh" \| "relu" \| "identity", got /)
  }
  const policy = createPolicy(reference, seen, discrete(2), [], 'tanh')
  for (const logStd of [NaN, Infinity, '0', null]) {
    assert.throws(() => initializePolicy(policy, logStd as number, new Random(1)),
      /^initialLogStd: expected a finite number, got /)
  }
})

test('a map gives η of the naive network on each of its states', () => {
  for (const [space, family] of SPACES) {
    const { policy, naive } = drawn(space, family)
    const observations = reference.allocate(100, 2), random = new Random(13)
    for (let p = 0; p < 200; p++) observations.data[p] = random.normal()
    for (const keep of [true, false]) {
      const map = createPolicyMap(policy.net, policy.distribution, observations, keep)
      forwardPolicy(map)
      const { data, cols } = map.eta.rows
      for (let i = 0; i < 100; i++) {
        const wanted = forward(naive, policy.net.parameters.flat, rowOf(observations, i))
        wanted.forEach(({ value, error }, j) => {
          assert.ok(Math.abs(data[i * cols + j] - value) <= error)
        })
      }
      assert.is(map.eta.shared, policy.net.parameters.shared)
    }
  }
})

test('act refuses arguments in the wrong place or of the wrong kind by name', () => {
  const wrong = act as unknown as (...given: unknown[]) => unknown
  const policy = createPolicy(reference, box([0], [1]), discrete(2), [], 'tanh')
  assert.throws(() => wrong([0.5], policy), /^policy: expected a policy, got Array of length 1$/)
  assert.throws(() => wrong(policy, [0.5], 7), /^random\.normal: expected a function, got undefined$/)
  assert.is(wrong(policy, [0.5], null), 0)
})

test.run()
