/**
 * One row per option: its default with a check, which knows the range; its meaning with its origin. The
 * command line's help and docs/options.md are generated from them. Origins name papers and libraries of
 * docs/deviations.md; *measured* refers to a table of docs/results.
 */
import {
  argumentError, expectAbove, expectBetween, expectBoolean, expectFinite, expectFunction, expectInteger,
  expectIntegers, expectNumber, expectOneOf,
} from '../../errors/expect.ts'
import { expectBackend } from '../../math/backend.ts'
import { conventions } from './conventions.ts'
import type { TrainOptions } from './options.ts'

/** Throws if the option cannot have this value. */
type Check = (name: string, value: unknown) => unknown
interface Rule<T> { readonly default: T; readonly check: Check }

/** Limit of options that have no limit of their own: a larger number is a mistake. */
const MAX = 1e6
/** Limit of counts for which memory is allocated. */
const MAX_COUNT = 65536

const integer = (low: number, high?: number): Check => (name, value) => expectInteger(name, value, low, high)
const number = (low: number, high?: number): Check => (name, value) => expectNumber(name, value, low, high)
const above = (low: number, high?: number): Check => (name, value) => expectAbove(name, value, low, high)
const between = (low: number, high: number): Check => (name, value) => expectBetween(name, value, low, high)
const oneOf = (...words: readonly string[]): Check => (name, value) => expectOneOf(name, value, words)

const layers: Check = (name, value) => expectIntegers(name, value, 1, MAX_COUNT)
const branches: Check = (name, value) => {
  if (value === 'all') return
  if (typeof value !== 'number') {
    throw argumentError(name, '"all" or an integer of at least 2', value)
  }
  expectInteger(name, value, 2)
}
const backend: Check = (name, value) => {
  if (typeof value === 'string') expectOneOf(name, value, ['auto', 'simd', 'reference'])
  else expectBackend(name, value, '"auto", "simd", "reference" or ')
}
const clock: Check = (name, value) => {
  if (value !== undefined) expectFunction(name, value, 'a function that returns milliseconds')
}

export const rules: { readonly [K in keyof TrainOptions]: Rule<TrainOptions[K]> } = {
  seed: { default: 0, check: integer(0) },
  totalSteps: { default: 100_000, check: integer(1) },
  batchSteps: { default: 2048, check: integer(1) },
  envCount: { default: 8, check: integer(1, MAX_COUNT) },
  hiddenSizes: { default: [64, 64], check: layers },
  valueHiddenSizes: { default: [64, 64], check: layers },
  activation: { default: 'tanh', check: oneOf('tanh', 'relu', 'identity') },
  initialLogStd: { default: 0, check: expectFinite },
  stateDependentStd: { default: false, check: expectBoolean },
  actionBounds: { default: 'squash', check: oneOf('clip', 'squash') },
  actionNoiseHold: { default: 1, check: number(1, MAX) },
  discount: { default: 0.99, check: number(0, 1) },
  gaeLambda: { default: 0.95, check: number(0, 1) },
  sampling: { default: 'single-path', check: oneOf('single-path', 'vine') },
  vineBranches: { default: 2, check: branches },
  vineHorizon: { default: 5, check: integer(1) },
  vineSpacing: { default: 5, check: integer(1) },
  normalizeObservations: { default: 'preserving', check: oneOf('off', 'preserving', 'plain') },
  observationClip: { default: 10, check: above(0, Infinity) },
  normalizeAdvantages: { default: true, check: expectBoolean },
  maxKl: { default: 0.01, check: above(0) },
  maxKlSchedule: { default: 'constant', check: oneOf('constant', 'linear', 'cosine') },
  maxKlFinalFraction: { default: 0.1, check: above(0, 1) },
  constraint: { default: 'mean-kl', check: oneOf('mean-kl', 'max-kl') },
  klReduction: { default: 'sum', check: oneOf('sum', 'mean') },
  maxKlFactor: { default: 1, check: number(1, Infinity) },
  acceptRatio: { default: 0, check: number(0, 1) },
  entropyCoefficient: { default: 0, check: number(0, MAX) },
  cgIterations: { default: 10, check: integer(1, MAX) },
  cgTolerance: { default: 0.01, check: number(0, 1) },
  damping: { default: 0.1, check: number(0, MAX) },
  preconditioner: { default: 'none', check: oneOf('none', 'kronecker') },
  stepLength: { default: 'undamped', check: oneOf('undamped', 'damped') },
  lineSearch: { default: 'backtracking', check: oneOf('backtracking', 'longest', 'none') },
  backtrackCoefficient: { default: 0.8, check: between(0, 1) },
  maxBacktracks: { default: 10, check: integer(0, 1000) },
  fisherFraction: { default: 1, check: above(0, 1) },
  valueFit: { default: 'adam', check: oneOf('adam', 'trust-region') },
  valueEpochs: { default: 5, check: integer(0, MAX) },
  valueMinibatch: { default: 64, check: integer(1) },
  valueLearningRate: { default: 5e-3, check: above(0) },
  normalizeReturns: { default: true, check: expectBoolean },
  valueMaxKl: { default: 1, check: above(0) },
  valueSteps: { default: 4, check: integer(0, MAX) },
  valueCgIterations: { default: 5, check: integer(1, MAX) },
  valueDamping: { default: 0.1, check: number(0, MAX) },
  valueCurvatureFraction: { default: 0.1, check: above(0, 1) },
  conventions: { default: 'trpo', check: oneOf('trpo', ...Object.keys(conventions)) },
  backend: { default: 'auto', check: backend },
  clock: { default: undefined, check: clock },
}

/**
 * Each option's meaning, in half a line, and the origin of its default. It is separate from the rules, so
 * that the bundle of a training does not contain it.
 */
export const texts: { readonly [K in keyof TrainOptions]: readonly [meaning: string, origin: string] } = {
  seed: ['fixes everything random', ''],
  totalSteps: ['environment steps; the last iteration is whole', ''],
  batchSteps: ['environment steps per iteration', 'SB3-contrib, whose n_steps are per environment'],
  envCount: ['number of environments side by side', ''],
  hiddenSizes: ['hidden layers of the policy; empty is linear', 'Spinning Up, SB3-contrib'],
  valueHiddenSizes: ['hidden layers of the value function', 'Spinning Up, SB3-contrib'],
  activation: ['after hidden layers', 'Spinning Up, SB3-contrib'],
  initialLogStd: ['log σ at the start; Box actions', 'SB3-contrib'],
  stateDependentStd: [
    'log σ is an output of the network; Box actions', 'Spinning Up, SB3-contrib have one σ',
  ],
  actionBounds: ['how Box actions keep to their bounds', 'measured; SB3-contrib clips'],
  actionNoiseHold: ['mean number of steps that noise is held', 'all peers; above 1 after Raffin et al. 2021'],
  discount: ['γ', 'Schulman et al. 2015, table 2'],
  gaeLambda: [
    'λ of GAE; 1: rewards-to-go less the value', 'SB3-contrib; in the best range of Schulman et al. 2016',
  ],
  sampling: ['single paths, or branches from states', 'Schulman et al. 2015, section 5'],
  vineBranches: ['vine: branches per state', 'measured'],
  vineHorizon: ['vine: steps per branch, V thereafter', 'measured'],
  vineSpacing: ['vine: steps between branching states', 'measured'],
  normalizeObservations: ['to running mean 0, variance 1; Box', 'measured; SB3-contrib: off'],
  observationClip: ['where they are clipped, in deviations', 'SB3-contrib (VecNormalize)'],
  normalizeAdvantages: ['advantages to mean 0, variance 1 per batch', 'all peers'],
  maxKl: ['δ: maximum mean KL(old‖new), nats per state', 'Schulman et al. 2015, table 2'],
  maxKlSchedule: ['how δ falls over totalSteps', 'most peers'],
  maxKlFinalFraction: ['fraction of δ at the end of a schedule', 'ours'],
  constraint: ['KL that δ bounds: mean or largest', 'Schulman et al. 2015, section 6'],
  klReduction: ['KL over the dimensions of an action', 'Schulman et al. 2015; SB3-contrib: mean'],
  maxKlFactor: ['accept KL up to this multiple of δ', 'Schulman et al. 2015; baselines 1.5'],
  acceptRatio: ['accept gains above this fraction of predicted', 'Schulman et al. 2015; modular_rl 0.1'],
  entropyCoefficient: [
    'surrogate added per nat of entropy', 'Schulman et al. 2015; baselines and pfrl have one',
  ],
  cgIterations: ['maximum of conjugate-gradient iterations', 'Schulman et al. 2015, appendix C'],
  cgTolerance: ['relative residual at which they stop', 'measured'],
  damping: ['λ in (F + λI) x = g', 'Spinning Up, SB3-contrib'],
  preconditioner: ['approximate inverse that helps CG', 'measured'],
  stepLength: ['√(2δ / xᵀFx), or with F + λI', 'Schulman et al. 2015, appendix C; the peers: damped'],
  lineSearch: ['which step is taken', 'Schulman et al. 2015, appendix C'],
  backtrackCoefficient: ['α: factor from trial to trial', 'Spinning Up, SB3-contrib'],
  maxBacktracks: ['K: trials after the first', 'the 10 trials of Spinning Up and SB3-contrib are K = 9'],
  fisherFraction: [
    'fraction of the states in Fisher products', 'SB3-contrib; Schulman et al. 2015, appendix C: 0.1',
  ],
  valueFit: ['how V is fitted', 'measured'],
  valueEpochs: ['adam: passes over a batch', 'measured; SB3-contrib 10'],
  valueMinibatch: ['adam: states per gradient', 'measured; SB3-contrib 128'],
  valueLearningRate: ['adam: learning rate', 'measured; SB3-contrib 0.001'],
  normalizeReturns: ['adam: fit in units of the returns', 'measured, after van Hasselt et al. 2016'],
  valueMaxKl: ['trust-region: ε, nats per state', 'measured'],
  valueSteps: ['trust-region: maximum of steps per batch', 'measured'],
  valueCgIterations: ['trust-region: maximum of products per step', 'measured'],
  valueDamping: ['trust-region: λ in (H + λI) x = b', 'measured'],
  valueCurvatureFraction: ['trust-region: fraction of the states in H', 'measured'],
  conventions: ['whose defaults hold', ''],
  backend: ['what computes; the bits are the same', ''],
  clock: ['a clock in milliseconds', ''],
}

/** A rule between options that are valid one by one: *name: expected X, got Y*, or null. */
interface Relation {
  readonly of: readonly (keyof TrainOptions)[]
  readonly problem: (options: TrainOptions) => string | null
}

export const relations: readonly Relation[] = [
  {
    of: ['batchSteps', 'envCount'],
    problem: ({ batchSteps, envCount }) => batchSteps % envCount === 0
      ? null : `batchSteps: expected a multiple of envCount (${envCount}), got ${batchSteps}`,
  },
  {
    of: ['batchSteps', 'normalizeAdvantages'],
    problem: ({ batchSteps, normalizeAdvantages }) => batchSteps > 1 || !normalizeAdvantages
      ? null : 'batchSteps: expected at least 2 with normalizeAdvantages, got 1',
  },
  {
    of: ['batchSteps', 'envCount', 'sampling', 'vineBranches', 'vineHorizon', 'vineSpacing'],
    problem({ batchSteps, envCount, sampling, vineBranches, vineHorizon, vineSpacing }) {
      if (sampling !== 'vine' || vineBranches === 'all') return null
      const low = envCount * (vineSpacing + vineBranches * vineHorizon)
      if (batchSteps >= low) return null
      const formula = 'envCount × (vineSpacing + vineBranches × vineHorizon)'
      return `batchSteps: expected at least ${low} (${formula}), got ${batchSteps}`
    },
  },
]
