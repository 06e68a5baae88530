/** Problems for one step as plain data: made at random, handed to src, run. */
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import type { Tensor } from '../../src/math/tensor.ts'
import { createPolicy, type Policy } from '../../src/rl/policy.ts'
import { discrete, multiBinary, multiDiscrete, type Space } from '../../src/rl/world/space.ts'
import type { Certificate } from '../../src/trpo/certificate.ts'
import type { StepOptions } from '../../src/trpo/options/options.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import { createStepper, step, type StepBatch, type Stepper } from '../../src/trpo/step.ts'
import type { Family, NaiveBatch, NaivePolicy } from './naiveUpdate.ts'
import { wide } from './spaces.ts'
import { between } from './dense.ts'

export const DEFAULTS: StepOptions = { ...resolveOptions({}), cgTolerance: 1e-6 }

export interface Problem {
  readonly naive: NaivePolicy
  readonly batch: NaiveBatch
  readonly theta: Float64Array
  readonly options: StepOptions
}

export interface Outcome {
  readonly certificate: Certificate
  /** θ after the step, the direction x and the gradient g. */
  readonly theta: Float64Array
  readonly x: Float64Array
  readonly gradient: Float64Array
}

export interface Prepared {
  readonly policy: Policy
  readonly stepper: Stepper
  readonly observations: Tensor
  readonly batch: StepBatch
}

export function spaceOf(family: Family): Space {
  if (family.kind === 'gaussian') return wide(family.n)
  if (family.kind === 'categorical') return discrete(family.n)
  return family.kind === 'bernoulli' ? multiBinary(family.n) : multiDiscrete(family.sizes)
}

/** Everything that `step` is given, for a problem. */
export function prepare({ naive: { sizes, activation, family }, batch, theta, options }: Problem): Prepared {
  const policy = createPolicy(reference, wide(sizes[0]), spaceOf(family), sizes.slice(1, -1), activation)
  policy.net.parameters.flat.set(theta)
  const observations = reference.allocate(batch.states.length, sizes[0])
  const actions = reference.allocate(batch.states.length, policy.distribution.actionSize)
  observations.data.set(batch.states.flatMap((state) => [...Array.from(state)]))
  actions.data.set(batch.actions.flatMap((action) => [...Array.from(action)]))
  const stepper = createStepper(policy, observations, options, new Random(99))
  return {
    policy, stepper, observations, batch: { actions, advantages: Float64Array.from(batch.advantages) },
  }
}

export function outcomeOf({ policy, stepper, batch }: Prepared): Outcome {
  const certificate = step(stepper, batch)
  return { certificate, theta: policy.net.parameters.flat, x: stepper.cg.x, gradient: stepper.gradient }
}

const pick = <T>(random: Random, items: readonly T[]): T => items[random.integer(items.length)]
/** From 10^low to 10^high, evenly in the exponent. */
const decades = (random: Random, low: number, high: number): number => 10 ** between(random, low, high)

/** The k-th of many: families in turn, sizes, scales, advantages and options at random. */
export function randomProblem(k: number): Problem {
  const random = new Random(1).fork(`problem ${k}`)
  const n = 1 + random.integer(4)
  const families: readonly Family[] = [
    { kind: 'gaussian', n }, { kind: 'categorical', n }, { kind: 'bernoulli', n },
    {
      kind: 'multiCategorical',
      sizes: Array.from({ length: 1 + random.integer(3) }, () => 1 + random.integer(4)),
    },
  ]
  const family = families[k % 4]
  const outputs = family.kind === 'multiCategorical'
    ? family.sizes.reduce((sum, size) => sum + size, 0) : family.n
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
      preconditioner: pick(random, ['none', 'none', 'kronecker']),
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
