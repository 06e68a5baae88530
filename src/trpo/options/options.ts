/**
 * Every hyper-parameter: what it means, its unit, range and default, where the default comes from; and the one
 * place that checks them, all together, before anything is allocated.
 */
import type { Backend } from '../../math/backend.ts'
import { nearest } from '../../errors/nearest.ts'
import { expectFinite, expectInteger, expectNumber, expectOneOf, show } from '../../errors/expect.ts'
import type { ActivationName } from '../../nn/activation.ts'
import type { ActionOptions } from '../../rl/policy.ts'
import type { NormalizationOptions } from '../variants/normalization.ts'
import type { StepOptions } from '../step.ts'
import { type Peer, peers } from './conventions.ts'
import type { FitterOptions } from '../value/fitter.ts'
import type { TrustRegionOptions } from '../variants/trustRegion.ts'

export interface TrainOptions extends ActionOptions, StepOptions, TrustRegionOptions, FitterOptions, NormalizationOptions {
  /** Fixes everything random. Integer from 0. */
  readonly seed: number
  /** Environment steps after which no further iteration begins; the last one is whole, so up to one batch more. */
  readonly totalSteps: number
  /** Environment steps an iteration, over all environments; a multiple of `environments`. With a vine: at most. */
  readonly batchSteps: number
  /** Environments that act side by side, one forward pass for all. */
  readonly environments: number
  /** Units of each hidden layer of the policy, and of the value function; [] is linear. */
  readonly hidden: readonly number[]
  readonly valueHidden: readonly number[]
  readonly activation: ActivationName
  /** log σ at the start, in units of the action, or of what is squashed into its bounds; Box actions only. */
  readonly initialLogStd: number
  /** Steps that the noise of an action lasts, in the mean, from 1: each step draws anew with chance 1/noiseSteps. */
  readonly noiseSteps: number
  /** γ, in [0, 1]. */
  readonly discount: number
  /** λ of GAE, in [0, 1]; 1 is rewards-to-go less the value. */
  readonly gaeLambda: number
  /** GAE(γ, λ), or plain rewards-to-go G_t − V(s_t) with G_t as the value's target. */
  readonly advantages: 'gae' | 'rewards-to-go'
  /** Single paths and the advantages above, or a vine: several short rollouts from each of some states (rl/vine). */
  readonly sampling: 'single-path' | 'vine'
  /** Branches of a state, from 2; or each of a Discrete space's actions once. Vines only, as the next two. */
  readonly vineBranches: number | 'all'
  /** Steps of a branch, V thereafter. */
  readonly vineHorizon: number
  /** Steps of a trajectory from one of its states to the next. */
  readonly vineSpacing: number
  /** Advantages of a batch to mean 0 and variance 1. */
  readonly normalizeAdvantages: boolean
  /** Whose hyper-parameters and conventions hold where nothing else is given: ours, or a peer's (`peers`). */
  readonly like: 'trpo' | Peer
  /**
   * Where the arithmetic is done: `auto` is the fastest that works in this runtime, `simd` throws where there is no
   * WebAssembly SIMD, `reference` is plain TypeScript. All give the same bits. Or a backend of your own.
   */
  readonly backend: 'auto' | 'simd' | 'reference' | Backend
  /** A clock in milliseconds, for the phases of each iteration's record; none unless the host gives one. */
  readonly clock: (() => number) | undefined
}

type Check = (name: string, value: unknown) => unknown
interface Rule<T> { readonly default: T; readonly check: Check; readonly origin: string }

const integer = (low: number, high?: number): Check => (name, value) => expectInteger(name, value, low, high)
const number = (low: number, high?: number): Check => (name, value) => expectNumber(name, value, low, high)
const oneOf = (...words: readonly string[]): Check => (name, value) => expectOneOf(name, value, words)

const positive: Check = (name, value) => {
  if (typeof value !== 'number') throw new TypeError(`${name}: expected a number above 0, got ${show(value)}`)
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${name}: expected a number above 0, got ${show(value)}`)
}
const atLeastOne: Check = (name, value) => {
  if (typeof value !== 'number') throw new TypeError(`${name}: expected a number of at least 1, got ${show(value)}`)
  if (!(value >= 1)) throw new RangeError(`${name}: expected a number of at least 1, got ${show(value)}`)
}
const insideUnit: Check = (name, value) => {
  if (typeof value !== 'number') throw new TypeError(`${name}: expected a number between 0 and 1, got ${show(value)}`)
  if (!(value > 0 && value < 1)) throw new RangeError(`${name}: expected a number between 0 and 1, ends excluded, got ${show(value)}`)
}
const fraction: Check = (name, value) => {
  positive(name, value)
  expectNumber(name, value, 0, 1)
}
const boolean: Check = (name, value) => {
  if (typeof value !== 'boolean') throw new TypeError(`${name}: expected a boolean, got ${show(value)}`)
}
const units: Check = (name, value) => {
  if (!Array.isArray(value)) throw new TypeError(`${name}: expected an array of integers, got ${show(value)}`)
  // By index: forEach would pass over holes.
  for (let l = 0; l < value.length; l++) expectInteger(`${name}[${l}]`, value[l], 1, 65536)
}
const branches: Check = (name, value) => {
  if (value === 'all') return
  if (typeof value !== 'number') throw new TypeError(`${name}: expected "all" or an integer of at least 2, got ${show(value)}`)
  expectInteger(name, value, 2)
}
const backend: Check = (name, value) => {
  if (typeof value === 'string') expectOneOf(name, value, ['auto', 'simd', 'reference'])
  else if (typeof (value as Backend | null)?.multiply !== 'function') {
    throw new TypeError(`${name}: expected "auto", "simd", "reference" or a backend, got ${show(value)}`)
  }
}
const clock: Check = (name, value) => {
  if (value !== undefined && typeof value !== 'function') {
    throw new TypeError(`${name}: expected a function that returns milliseconds, got ${show(value)}`)
  }
}

/** The rules, in the order in which documentation lists them. Origins name the papers and peers of docs/deviations.md. */
export const rules: { readonly [K in keyof TrainOptions]: Rule<TrainOptions[K]> } = {
  seed: { default: 0, check: integer(0), origin: '' },
  totalSteps: { default: 100_000, check: integer(1), origin: '' },
  batchSteps: { default: 2048, check: integer(1), origin: 'SB3-contrib, whose n_steps are those of one environment' },
  environments: { default: 8, check: integer(1, 65536), origin: '' },
  hidden: { default: [64, 64], check: units, origin: 'Spinning Up, SB3-contrib' },
  valueHidden: { default: [64, 64], check: units, origin: 'Spinning Up, SB3-contrib' },
  activation: { default: 'tanh', check: oneOf('tanh', 'relu', 'identity'), origin: 'Spinning Up, SB3-contrib' },
  initialLogStd: { default: 0, check: expectFinite, origin: 'SB3-contrib' },
  stateDependentStd: { default: false, check: boolean, origin: 'Spinning Up, SB3-contrib' },
  bounds: { default: 'clip', check: oneOf('clip', 'squash'), origin: 'SB3-contrib' },
  noiseSteps: { default: 1, check: number(1, 1e6), origin: 'all peers; above 1 after Raffin et al. 2021' },
  discount: { default: 0.99, check: number(0, 1), origin: 'Schulman et al. 2015, table 2' },
  gaeLambda: { default: 0.95, check: number(0, 1), origin: 'SB3-contrib; within the best range of Schulman et al. 2016' },
  advantages: { default: 'gae', check: oneOf('gae', 'rewards-to-go'), origin: 'Schulman et al. 2016' },
  sampling: { default: 'single-path', check: oneOf('single-path', 'vine'), origin: 'Schulman et al. 2015, section 5' },
  vineBranches: { default: 2, check: branches, origin: 'measured: docs/benchmarks.md' },
  vineHorizon: { default: 5, check: integer(1), origin: 'measured: docs/benchmarks.md' },
  vineSpacing: { default: 5, check: integer(1), origin: 'measured: docs/benchmarks.md' },
  normalizeObservations: { default: 'off', check: oneOf('off', 'preserving', 'plain'), origin: 'measured: docs/design.md' },
  observationClip: { default: 10, check: positive, origin: 'SB3-contrib (VecNormalize)' },
  normalizeAdvantages: { default: true, check: boolean, origin: 'all peers' },
  maxKl: { default: 0.01, check: positive, origin: 'Schulman et al. 2015, table 2' },
  maxKlSchedule: { default: 'constant', check: oneOf('constant', 'linear', 'cosine'), origin: 'all peers' },
  finalMaxKl: { default: 0.1, check: fraction, origin: 'where maxKlSchedule is not constant' },
  constraint: { default: 'mean-kl', check: oneOf('mean-kl', 'max-kl'), origin: 'Schulman et al. 2015, section 6' },
  klUnit: { default: 'state', check: oneOf('state', 'dimension'), origin: 'Schulman et al. 2015; SB3-contrib averages over dimensions' },
  klSlack: { default: 1, check: atLeastOne, origin: 'Schulman et al. 2015; baselines 1.5' },
  leastGainRatio: { default: 0, check: number(0, 1), origin: 'Schulman et al. 2015; modular_rl 0.1' },
  entropyCoefficient: { default: 0, check: number(0, 1e6), origin: 'Schulman et al. 2015 have none' },
  fisherEstimate: { default: 'exact', check: oneOf('exact', 'empirical'), origin: 'Schulman et al. 2015, appendix C' },
  cgIterations: { default: 10, check: integer(1), origin: 'Schulman et al. 2015, appendix C' },
  cgTolerance: { default: 0.01, check: number(0, 1), origin: 'measured: docs/design.md' },
  damping: { default: 0.1, check: number(0, 1e6), origin: 'Spinning Up, SB3-contrib' },
  dampingRule: { default: 'fixed', check: oneOf('fixed', 'levenberg-marquardt'), origin: 'all peers' },
  preconditioner: { default: 'none', check: oneOf('none', 'diagonal'), origin: 'measured: docs/design.md' },
  warmStart: { default: false, check: boolean, origin: 'measured: docs/design.md' },
  stepLength: { default: 'undamped', check: oneOf('undamped', 'damped'), origin: 'Schulman et al. 2015, appendix C' },
  lineSearch: { default: true, check: boolean, origin: 'Schulman et al. 2015, appendix C' },
  search: { default: 'backtracking', check: oneOf('backtracking', 'longest'), origin: 'Schulman et al. 2015, appendix C' },
  backtrackCoefficient: { default: 0.8, check: insideUnit, origin: 'Spinning Up, SB3-contrib' },
  maxBacktracks: { default: 10, check: integer(0, 1000), origin: 'K; the 10 trials of Spinning Up and SB3-contrib are K = 9' },
  fisherFraction: { default: 1, check: fraction, origin: '' },
  valueFit: { default: 'adam', check: oneOf('adam', 'trust-region'), origin: 'measured: docs/design.md' },
  valueEpochs: { default: 5, check: integer(0), origin: 'measured: docs/design.md; SB3-contrib 10' },
  valueMinibatch: { default: 64, check: integer(1), origin: 'measured: docs/design.md; SB3-contrib 128' },
  valueLearningRate: { default: 5e-3, check: positive, origin: 'measured: docs/design.md; SB3-contrib 0.001' },
  valueMaxKl: { default: 1, check: positive, origin: 'measured: docs/design.md' },
  valueSteps: { default: 4, check: integer(0), origin: 'measured: docs/design.md' },
  valueCgIterations: { default: 5, check: integer(1), origin: 'measured: docs/design.md' },
  valueDamping: { default: 0.1, check: number(0, 1e6), origin: 'measured: docs/design.md' },
  valueFraction: { default: 0.1, check: fraction, origin: 'measured: docs/design.md' },
  normalizeReturns: { default: true, check: boolean, origin: 'measured: docs/design.md, after van Hasselt et al. 2016' },
  like: { default: 'trpo', check: oneOf('trpo', ...Object.keys(peers)), origin: '' },
  backend: { default: 'auto', check: backend, origin: '' },
  clock: { default: undefined, check: clock, origin: '' },
}

/** The full record for what the caller gave. Throws one error that lists everything wrong with it, a line each. */
export function resolveOptions(given: Partial<TrainOptions>): TrainOptions {
  if (typeof given !== 'object' || given === null) throw new TypeError(`options: expected a record, got ${show(given)}`)
  const problems: Error[] = []
  const names = Object.keys(rules) as (keyof TrainOptions)[]
  for (const name of Object.keys(given)) {
    if (!names.includes(name as keyof TrainOptions)) {
      problems.push(new TypeError(`${name}: expected a known option, perhaps ${nearest(name, names)}, got ${show(name)}`))
    }
  }
  const like: Partial<TrainOptions> = Object.hasOwn(peers, String(given.like)) ? peers[given.like as Peer] : {}
  const resolved: Record<string, unknown> = {}
  const wrong = new Set<keyof TrainOptions>()
  for (const name of names) {
    resolved[name] = given[name] !== undefined ? given[name] : like[name] ?? rules[name].default
    try {
      rules[name].check(name, resolved[name])
    } catch (error) {
      problems.push(error as Error)
      wrong.add(name)
    }
  }
  const options = resolved as unknown as TrainOptions
  // Rules between options, wherever each of the two is sound by itself.
  if (!wrong.has('batchSteps') && !wrong.has('environments') && options.batchSteps % options.environments !== 0) {
    problems.push(new RangeError(
      `batchSteps: expected a multiple of environments (${options.environments}), got ${options.batchSteps}`))
  }
  if (!wrong.has('batchSteps') && options.normalizeAdvantages === true && options.batchSteps < 2) {
    problems.push(new RangeError('batchSteps: expected at least 2 where advantages are normalized, got 1'))
  }
  const { vineBranches: K, vineHorizon: H, vineSpacing, environments } = options
  const vine: readonly (keyof TrainOptions)[] = ['batchSteps', 'environments', 'sampling', 'vineBranches', 'vineHorizon', 'vineSpacing']
  if (options.sampling === 'vine' && K !== 'all' && !vine.some((name) => wrong.has(name))) {
    const least = environments * (vineSpacing + K * H)
    if (options.batchSteps < least) {
      problems.push(new RangeError(
        `batchSteps: expected at least ${least} (environments × (vineSpacing + vineBranches × vineHorizon)), got ${options.batchSteps}`))
    }
  }
  if (options.sampling === 'vine' && K === 'all' && options.fisherEstimate === 'empirical') {
    problems.push(new RangeError('vineBranches: expected an integer where fisherEstimate is that of drawn actions, got "all"'))
  }
  if (options.dampingRule === 'levenberg-marquardt' && options.damping === 0) {
    problems.push(new RangeError(`damping: expected a number above 0 where dampingRule changes it, got 0`))
  }
  if (problems.length === 0) return options
  const message = problems.map((problem) => problem.message).join('\n')
  throw problems.every((problem) => problem instanceof TypeError) ? new TypeError(message) : new RangeError(message)
}
