/**
 * Updates at random, from the ordinary to the extreme, and each judged exactly: the certificate of a step on
 * one of them against exactCertificate.ts.
 * Weights, observations, advantages and log σ have random sizes, each of its own; actions are drawn from the
 * policy, except a few that no policy would draw.
 */
import type { Backend } from '../../src/math/backend.ts'
import { Random } from '../../src/math/random.ts'
import type { Tensor } from '../../src/math/tensor.ts'
import { createPolicy, initializePolicy, type Policy } from '../../src/rl/policy.ts'
import { forwardPolicy } from '../../src/rl/policyMap.ts'
import { box, discrete, multiBinary, multiDiscrete, type Space } from '../../src/rl/world/space.ts'
import type { Certificate } from '../../src/trpo/certificate.ts'
import type { StepOptions } from '../../src/trpo/options/options.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import { createStepper, step, type Stepper } from '../../src/trpo/step.ts'
import { bigArithmetic } from './bigFloat.ts'
import { exactCertificate, type ExactFamily } from './exactCertificate.ts'

export interface Update {
  readonly policy: Policy
  readonly observations: Tensor
  readonly actions: Tensor
  readonly masks: Uint8Array | null
  readonly advantages: Float64Array
  readonly options: StepOptions
  /** log σ that the policy was made with, in nats; it has none if actions are discrete. */
  readonly logStd: number
}

export interface Judgement {
  readonly family: string
  /** The smallest log (σ / |μ|) of a batch, or log σ where |μ| < 1; null if actions are discrete. */
  readonly logStd: number | null
  readonly certificate: Certificate
  /** θ moved, and the certificate claims something of it. */
  readonly judged: boolean
  /** Of the judged, exactly: (KL − limit) / limit, mean or maximum as constrained; and the gain's sign. */
  readonly klExcess: number
  readonly gainSign: number
  /** What is untrue, in words; empty if nothing is. */
  readonly faults: readonly string[]
}

/** An update with log σ from `low` to `high`, in `backend`'s memory. */
export function drawUpdate(
  backend: Backend, random: Random, [low, high]: readonly [number, number],
): Update {
  const chance = (p: number): boolean => random.uniform() < p
  const between = (a: number, b: number): number => a + (b - a) * random.uniform()
  const pick = <T>(...list: readonly T[]): T => list[random.integer(list.length)]
  const sizes = (count: number, highest: number): number[] =>
    Array.from({ length: count }, () => 1 + random.integer(highest))

  const space = drawSpace(random, sizes)
  const inputs = 1 + random.integer(4), bounds = new Array<number>(inputs).fill(Infinity)
  const policy = createPolicy(backend, box(bounds.map((x) => -x), bounds), space,
    sizes(random.integer(3), 8), pick('tanh', 'relu', 'identity'), { stateDependentStd: chance(0.5) })
  const logStd = between(low, high), { net, distribution } = policy
  initializePolicy(policy, logStd, random)
  const { layers, shared, flat } = net.parameters
  const gain = 10 ** pick(0, 1, 2, between(-2, 3)), last = layers[layers.length - 1].W.data
  for (let p = 0; p < last.length; p++) last[p] *= gain
  if (chance(0.3)) for (let p = 0; p < flat.length; p++) flat[p] += 0.3 * random.normal()
  if (chance(0.3)) shared.forEach((x, j) => { shared[j] = x + between(-5, 5) })

  const N = Math.ceil(pick(4, 8, 16, chance(0.2) ? 300 : 30) * random.uniform() + 1e-9)
  const observations = backend.allocate(N, inputs)
  const size = 10 ** pick(0, 0, 0, between(-12, 3), between(-1, 1), chance(0.3) ? between(-150, 150) : 0)
  for (let p = 0; p < N * inputs; p++) observations.data[p] = chance(0.05) ? 0 : size * random.normal()
  const masks = maskFor(space, N, distribution.etaSize, random)
  const advantages = new Float64Array(N)
  const unit = 10 ** pick(0, 0, 0, 0, between(-12, 12), pick(-300, 300, 12, -12)), shift = chance(0.2) ? 1 : 0
  for (let i = 0; i < N; i++) advantages[i] = chance(0.05) ? 0 : unit * (random.normal() + shift)

  const options = drawOptions(chance, between, pick)
  const actions = backend.allocate(N, distribution.actionSize)
  const update = { policy, observations, actions, masks, advantages, options, logStd }
  // A stream of its own, so that the other updates of a seed stay what they are.
  const level = random.fork('level')
  return level.uniform() < 0.05 ? nearMostEntropy(update, level) : update
}

/** With hardly any advantage, an entropy bonus, and weights so small that entropy is almost the largest. */
export function nearMostEntropy(update: Update, random: Random): Update {
  const { policy: { net: { parameters: { flat, shared } } }, advantages, options } = update
  const weights = 10 ** (-16 * random.uniform()), unit = 10 ** (-20 * random.uniform())
  for (let p = 0; p < flat.length - shared.length; p++) flat[p] *= weights
  for (let i = 0; i < advantages.length; i++) advantages[i] = unit * random.normal()
  return { ...update, options: { ...options, entropyCoefficient: 10 ** (4 * random.uniform() - 1) } }
}

function drawSpace(random: Random, sizes: (count: number, highest: number) => number[]): Space {
  const kind = random.integer(5), n = 1 + random.integer(3)
  if (kind < 2) return box(new Array<number>(n).fill(-Infinity), new Array<number>(n).fill(Infinity))
  if (kind === 2) return discrete(2 + random.integer(4))
  return kind === 3 ? multiDiscrete(sizes(n, 4)) : multiBinary(n)
}

/** In 45 of 100 discrete batches: 1 with a chance of a half, but at least one 1 per component. */
function maskFor(space: Space, N: number, logits: number, random: Random): Uint8Array | null {
  if ((space.kind !== 'discrete' && space.kind !== 'multiDiscrete') || random.uniform() > 0.45) return null
  const masks = new Uint8Array(N * logits)
  const components = space.kind === 'discrete' ? [space.n] : space.nvec
  for (let i = 0, at = 0; i < N; i++) {
    for (const n of components) {
      for (let j = 0; j < n; j++) masks[at + j] = random.uniform() < 0.5 ? 1 : 0
      masks[at + random.integer(n)] = 1
      at += n
    }
  }
  return masks
}

function drawOptions(
  chance: (p: number) => boolean, between: (a: number, b: number) => number,
  pick: <T>(...list: readonly T[]) => T,
): StepOptions {
  return {
    ...resolveOptions({}),
    maxKl: chance(0.5) ? 0.01 : 10 ** between(-6, 0.5),
    damping: chance(0.4) ? 0.1 : pick(0, 10 ** between(-6, 1)),
    lineSearch: chance(0.8) ? 'backtracking' : chance(0.8) ? 'longest' : 'none',
    backtrackCoefficient: chance(0.5) ? 0.8 : between(0.2, 0.95),
    maxBacktracks: chance(0.5) ? 10 : Math.floor(between(0, 30)),
    maxKlFactor: chance(0.75) ? 1 : between(1, 3),
    constraint: chance(0.8) ? 'mean-kl' : 'max-kl',
    acceptRatio: chance(0.8) ? 0 : between(0, 1),
    entropyCoefficient: chance(0.85) ? 0 : 10 ** between(-4, 1),
    klReduction: chance(0.8) ? 'sum' : 'mean',
    fisherFraction: chance(0.8) ? 1 : between(0.1, 1),
    stepLength: chance(0.7) ? 'undamped' : 'damped',
    preconditioner: chance(0.8) ? 'none' : 'kronecker',
    cgIterations: chance(0.6) ? 10 : Math.floor(between(1, 20)),
    cgTolerance: chance(0.6) ? 0.01 : pick(0, 10 ** between(-8, -0.1)),
  }
}

/** Draw actions from the policy of an update, some of them far off; step; judge. */
export function judgeUpdate(update: Update, random: Random): Judgement {
  const { policy, observations, actions, masks, advantages, options, logStd } = update
  const { distribution, actionSpace } = policy
  const stepper = createStepper(policy, observations, options, random.fork('fisher'), masks)
  forwardPolicy(stepper.old)
  distribution.sample(actions, stepper.old.eta, Array.from({ length: advantages.length }, () => random))
  if (actionSpace.kind === 'box' && random.uniform() < 0.03) {
    actions.data[0] += Math.exp(logStd) * 10 ** (20 * random.uniform())
  }
  return judgeStep(stepper, update)
}

/** Step, and judge what it did by the exact numbers. */
export function judgeStep(stepper: Stepper, update: Update): Judgement {
  const { policy: { net, distribution, actionSpace }, masks, advantages, options } = update
  const before = net.parameters.flat.slice(), logStd = smallestLogStd(stepper)
  const certificate = step(stepper, update), after = net.parameters.flat.slice()
  const { status, maxKl } = certificate
  const moved = !after.every((x, p) => Object.is(x, before[p]))
  const accepted = status === 'accepted' || status === 'accepted-above-max-kl'
  const faults: string[] = []
  if (moved && !accepted && status !== 'unconditional') faults.push(`θ moved though ${status}`)
  if (moved && !after.every(Number.isFinite)) faults.push('θ is not finite')
  const common = { family: distribution.name, logStd, certificate }
  if (!accepted) return { ...common, judged: false, klExcess: 0, gainSign: 0, faults }

  const limit = status === 'accepted' ? maxKl : options.maxKlFactor * maxKl
  const exact = exactCertificate({
    family: familyOf(actionSpace, distribution.name), sizes: net.sizes, activation: net.activation.name,
    before, after, observations: update.observations.data, actions: update.actions.data, masks, advantages,
    entropyCoefficient: options.entropyCoefficient,
  }, limit, options.constraint)
  const of = bigArithmetic(exact.bits), kl = options.constraint === 'mean-kl' ? exact.klMean : exact.klMax
  const klExcess = of.value(of.divide(of.subtract(kl, of.constant(limit)), of.constant(limit)))
  const gainSign = of.compare(exact.gain, of.constant(0))
  if (klExcess > 0) faults.push(`KL exceeds its limit by ${klExcess} of it`)
  if (gainSign <= 0) faults.push(`the gain is ${of.value(exact.gain)}`)
  return { ...common, judged: true, klExcess, gainSign, faults }
}

/** As in `Judgement`, after `forwardPolicy`. */
function smallestLogStd({ old: { eta: { rows, shared } }, policy }: Stepper): number | null {
  const { name } = policy.distribution
  if (name !== 'gaussian' && name !== 'stateGaussian') return null
  const d = name === 'gaussian' ? rows.cols : rows.cols / 2
  let smallest = Infinity
  for (let i = 0; i < rows.rows; i++) {
    for (let j = 0; j < d; j++) {
      const mean = Math.abs(rows.data[i * rows.cols + j])
      const logStd = name === 'gaussian' ? shared[j] : rows.data[i * rows.cols + d + j]
      const relative = Math.max(-150, Math.min(150, logStd)) - Math.log(Math.max(1, mean))
      if (!(relative >= smallest)) smallest = relative
    }
  }
  return smallest
}

function familyOf(space: Space, name: string): ExactFamily {
  if (space.kind === 'box') return { kind: name as 'gaussian' | 'stateGaussian', n: space.low.length }
  if (space.kind === 'discrete') return { kind: 'categorical', choices: [space.n] }
  return space.kind === 'multiDiscrete'
    ? { kind: 'multiCategorical', choices: space.nvec } : { kind: 'bernoulli', n: space.n }
}

/**
 * The smallest problem: two inputs, no hidden layer, one action, three states, default options. Everything is
 * normal, so that μ is some 1 and σ alone decides how much rounding there is.
 */
export function smallestUpdate(backend: Backend, random: Random, logStd: number): Update {
  const policy = createPolicy(backend, box([-Infinity, -Infinity], [Infinity, Infinity]),
    box([-Infinity], [Infinity]), [], 'tanh')
  initializePolicy(policy, logStd, random)
  policy.net.parameters.layers[0].W.data.set([random.normal(), random.normal()])
  const observations = backend.allocate(3, 2), advantages = new Float64Array(3)
  for (let p = 0; p < 6; p++) observations.data[p] = random.normal()
  for (let i = 0; i < 3; i++) advantages[i] = random.normal()
  const actions = backend.allocate(3, 1)
  return { policy, observations, actions, masks: null, advantages, options: resolveOptions({}), logStd }
}
