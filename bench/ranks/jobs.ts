/**
 * What several ranks do together, each with its part of the states or of the environments. A job is prepared
 * once per rank; each call does all of it and returns a number of the result, equal for any number of ranks.
 */
import { performance } from 'node:perf_hooks'
import { cartPole } from '../../src/envs/index.ts'
import { type Communicator, solo, sumOf } from '../../src/math/communicator.ts'
import { matrix } from '../../src/math/tensor.ts'
import { Random } from '../../src/math/random.ts'
import { createFastest } from '../../src/math/simd/backend.ts'
import { createBatch } from '../../src/rl/batch.ts'
import { atOnce } from '../../src/rl/play/late.ts'
import { createPolicy, initializePolicy } from '../../src/rl/policy.ts'
import { forwardPolicy } from '../../src/rl/policyMap.ts'
import { collect, openRollout } from '../../src/rl/rollout.ts'
import { createValue, initializeValue, predict } from '../../src/rl/value.ts'
import type { Env } from '../../src/rl/world/env.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import { resolveOptions } from '../../src/trpo/options/resolve.ts'
import { shardsOf } from '../../src/trpo/value/adamFit.ts'
import { createFitter } from '../../src/trpo/value/fitter.ts'
import { createStepper, step } from '../../src/trpo/step.ts'
import type { Phases } from '../../src/trpo/phases.ts'
import { train } from '../../src/trpo/train.ts'
import { EXCHANGES, LENGTHS } from './lengths.ts'
import { createProblem, label, type Problem, problemBytes, type Size } from '../harness/problem.ts'

/** Prepares a rank's part of a job. */
export type Job = (ranks: Communicator) => () => number

const SIZES: readonly Size[] = [
  { sizes: [4, 64, 64, 2], kind: 'categorical', states: 1024 },
  { sizes: [11, 64, 64, 3], kind: 'gaussian', states: 5000 },
  { sizes: [17, 256, 256, 6], kind: 'gaussian', states: 5000 },
]

/** The sizes of steps; a smoke run has next to no states. */
export function sizesOf(smoke: boolean): Size[] {
  return SIZES.map((size) => smoke ? { ...size, states: 64 } : size)
}

/** Of a step. */
export const PRODUCTS = 10

export const stepName = (size: Size): string => `step, ${label(size)}`

/** The problem of `createProblem`, of which a rank has its states. */
function problemOf(ranks: Communicator, size: Size): Problem {
  const backend = createFastest((1 + ranks.size) * problemBytes(size))
  const whole = createProblem(backend, size, { cgTolerance: 0, cgIterations: PRODUCTS })
  if (ranks.size === 1) return whole
  const { policy } = whole, { old, options } = whole.stepper
  const rows = size.states / ranks.size, first = ranks.rank * rows
  const part = (x: Float64Array): Float64Array => {
    const width = x.length / size.states
    return x.subarray(first * width, (first + rows) * width)
  }
  const observations = backend.allocate(rows, size.sizes[0])
  observations.data.set(part(old.tape.inputs.data))
  const actions = backend.allocate(rows, whole.actions.cols)
  actions.data.set(part(whole.actions.data))
  const stepper = createStepper(policy, observations, options, new Random(1), null, ranks)
  forwardPolicy(stepper.old)
  stepper.parts.fisher.refresh()
  return { policy, stepper, actions, advantages: part(whole.advantages).slice() }
}

const product = (size: Size): Job => (ranks) => {
  const { stepper: { parts: { fisher }, gradient } } = problemOf(ranks, size)
  const random = new Random(2), out = new Float64Array(gradient.length)
  const v = Float64Array.from(gradient, () => random.normal())
  return () => {
    fisher.apply(out, v)
    return out[0]
  }
}

/** θ is put back after each call, so that every call does the same work. */
const policyStep = (size: Size): Job => (ranks) => {
  const { policy, stepper, actions, advantages } = problemOf(ranks, size)
  const theta = policy.net.parameters.flat, before = theta.slice()
  return () => {
    const { kl } = step(stepper, { actions, advantages })
    theta.set(before)
    return kl
  }
}

/** Exchanges of `length` numbers, one after the other. */
const exchange = (length: number): Job => (ranks) => {
  const mine = new Float64Array(length), all = new Float64Array(ranks.size * length)
  return () => {
    for (let k = 0; k < EXCHANGES; k++) ranks.allGather(all, mine)
    return 0
  }
}

/** φ goes on from call to call: what is compared is the first. */
const valueFit = (minibatch: number): Job => (ranks) => {
  const states = 1024, rows = states / ranks.size, first = ranks.rank * rows, random = new Random(1)
  const value = createValue(createFastest(1 << 24), 4, [64, 64], 'tanh', null)
  initializeValue(value, random)
  const options = resolveOptions({ valueEpochs: 20, valueMinibatch: minibatch })
  const fitter = createFitter(value, rows, options, ranks)
  const drawn = Float64Array.from({ length: 5 * states }, () => random.normal())
  const batch = {
    observations: matrix(drawn.slice(4 * first, 4 * (first + rows)), rows, 4),
    returns: drawn.slice(4 * states + first, 4 * states + first + rows), values: new Float64Array(rows),
  }
  predict(batch.values, value, batch.observations, rows)
  let checksum: number | null = null
  return () => {
    const { lossAfter } = fitter.fit(batch, random)
    return checksum ??= lossAfter
  }
}

/** CartPole in which each step takes so many microseconds of a core, as a simulator does. */
function slow(microseconds: number): Env<number> {
  const env = cartPole()
  return {
    ...env,
    step(action) {
      const end = performance.now() + microseconds / 1000
      const result = env.step(action)
      while (performance.now() < end);
      return result
    },
  }
}

const STEPS = 1024, ENVS = 16

const slowRollout = (microseconds: number): Job => (ranks) => {
  const envs = Array.from({ length: ENVS / ranks.size }, () => slow(microseconds))
  const { observationSpace, actionSpace } = envs[0]
  const random = new Random(1)
  const policy = createPolicy(createFastest(1 << 22), observationSpace, actionSpace, [64, 64], 'tanh')
  initializePolicy(policy, 0, random)
  const { net: { backend, sizes }, distribution: { actionSize } } = policy
  const batch = createBatch(backend, STEPS / ENVS, envs.length, sizes[0], actionSize)
  const running = atOnce(openRollout(envs, policy, random, 1, '', ranks), 'train')
  // Each call continues where the last one ended: what is compared is the first.
  let checksum: number | null = null
  return () => {
    collect(running, batch)
    // It ends when all ranks have ended.
    const sum = sumOf(ranks, batch.observations.data)
    return checksum ??= sum
  }
}

/** What the model of the cost measures. */
export const exchanges: Readonly<Record<string, Job>> =
  Object.fromEntries(LENGTHS.map((length) => [`exchange ${length}`, exchange(length)] as const))

/** Kernels by their names in the table. */
export const kernelsOf = (smoke: boolean): Readonly<Record<string, Job>> => Object.fromEntries([
  ...sizesOf(smoke).map((size) => [`Fisher product, ${label(size)}`, product(size)] as const),
  ...sizesOf(smoke).map((size) => [stepName(size), policyStep(size)] as const),
  ...[64, 512].map((n) => [`value fit, 4-64-64-1, 1,024 states, 20 epochs by ${n}`, valueFit(n)] as const),
  [`rollout, ${STEPS} steps of 100 µs`, slowRollout(100)] as const,
])

/** Stable-Baselines3-contrib's defaults, and what its zoo changes of them for CartPole. */
const ZOO: Partial<TrainOptions> = {
  conventions: 'sb3', batchSteps: 1024, envCount: 2, gaeLambda: 0.98, damping: 1e-3, valueEpochs: 20,
  valueMinibatch: 512,
}

export interface Training {
  readonly make: () => Env
  readonly options: Partial<TrainOptions>
}

/** Whole trainings by their names. */
export const trainings: Readonly<Record<string, Training>> = {
  'CartPole, SB3-contrib zoo, 100,000 steps': { make: cartPole, options: { ...ZOO, totalSteps: 100_000 } },
  'CartPole, defaults, 8 environments, 50,000 steps': {
    make: cartPole, options: { envCount: 8, totalSteps: 50_000 },
  },
  'CartPole of 100 µs per step, defaults, 8 environments, 20,000 steps': {
    make: () => slow(100), options: { envCount: 8, totalSteps: 20_000 },
  },
  'CartPole, 256-256, 8 environments, V by trust regions, 20,000 steps': {
    make: cartPole,
    options: {
      envCount: 8, totalSteps: 20_000, batchSteps: 5_000, valueFit: 'trust-region',
      hiddenSizes: [256, 256], valueHiddenSizes: [256, 256],
    },
  },
}

/** What a training did, on this rank. */
export interface Outcome {
  readonly iterations: number
  /** Milliseconds per iteration. */
  readonly phases: Phases
  /** Products of conjugate gradients per iteration, and P. */
  readonly products: number
  readonly parameters: number
  /** Steps of Adam per iteration, and their parameters. */
  readonly criticSteps: number
  readonly criticParameters: number
  /** Whether every rank does the same fit of V, since its minibatches are too small to be shared. */
  readonly isFitRepeated: boolean
}

/** Train once; returns a number of θ, and calls `done` with what it did. */
export function trainOn(
  ranks: Communicator, { make, options }: Training, smoke: boolean,
  done: (outcome: Outcome) => void = () => {},
): number {
  const total: Record<string, number> = {}
  let weight = NaN, iterations = 0, products = 0, parameters = 0, criticParameters = 0
  const short = smoke ? { totalSteps: 1, batchSteps: 64, valueEpochs: 1 } : {}
  for (const { policy, value, phases, certificate } of train(() => make(), {
    ...options, ...short, ...ranks === solo ? {} : { communicator: ranks },
    seed: 0, clock: () => performance.now(),
  })) {
    iterations++
    products += certificate.cgIterations
    parameters = policy.net.parameters.flat.length
    criticParameters = value.net.parameters.flat.length
    for (const [name, spent] of Object.entries(phases)) total[name] = (total[name] ?? 0) + spent
    weight = policy.net.parameters.flat.reduce((sum, x) => sum + x, 0)
  }
  const phases = Object.fromEntries(Object.entries(total).map(([name, ms]) => [name, ms / iterations]))
  const { valueFit, valueEpochs, valueMinibatch, batchSteps } = resolveOptions(options)
  const criticSteps = valueFit === 'adam' ? valueEpochs * Math.ceil(batchSteps / valueMinibatch) : 0
  done({
    iterations, parameters, criticParameters, criticSteps, products: products / iterations,
    isFitRepeated: criticSteps > 0 && shardsOf(valueMinibatch) === 1, phases: phases as unknown as Phases,
  })
  return weight
}
