/**
 * Training options as flags: maxKl is --max-kl. Names, defaults and ranges come from the rules of
 * trpo/options; only what each means, in half a line, is said here. Values are read, not judged: what cannot
 * be read is handed to the rules as it stands, and they refuse it in their own words.
 */
import { rules, type TrainOptions } from '../../trpo/options/options.ts'

/** The options that can be written as text. */
export type FlagName = Exclude<keyof TrainOptions, 'clock'>

export const meanings: { readonly [K in FlagName]: string } = {
  seed: 'fixes everything random',
  totalSteps: 'environment steps; the last iteration is whole',
  batchSteps: 'environment steps an iteration',
  environments: 'environments side by side',
  hidden: 'hidden layers of the policy, --hidden= for none',
  valueHidden: 'hidden layers of the value function',
  activation: 'of the hidden layers',
  initialLogStd: 'log σ of continuous actions at the start',
  stateDependentStd: 'log σ as an output of the network, not one for all states',
  bounds: 'how continuous actions keep their bounds',
  noiseSteps: 'steps that noise lasts, in the mean',
  discount: 'γ',
  gaeLambda: 'λ of generalized advantages',
  advantages: 'how advantages are estimated',
  sampling: 'single paths, or several rollouts from each state',
  vineBranches: 'rollouts a state; all: one an action',
  vineHorizon: 'steps of a branch, V thereafter',
  vineSpacing: 'steps between two such states',
  normalizeObservations: 'to mean 0, variance 1, running',
  observationClip: 'where they are cut, in deviations',
  normalizeAdvantages: 'advantages as they are, not to mean 0, variance 1',
  maxKl: 'δ: most mean KL(old‖new) a step, nats a state',
  maxKlSchedule: 'how δ shrinks over the training',
  finalMaxKl: 'share of δ that is left at the end',
  constraint: 'whether δ bounds the mean KL or the largest',
  klUnit: 'KL and λ of whole actions, or of a dimension',
  klSlack: 'KL is accepted up to that multiple of δ',
  leastGainRatio: 'share of the promised gain that is wanted',
  entropyCoefficient: 'surrogate gained for a nat of entropy',
  fisherEstimate: 'averaged over all actions, or over those taken',
  cgIterations: 'most conjugate-gradient iterations',
  cgTolerance: 'relative residual at which they stop',
  damping: 'λ in (F + λI) x = g',
  dampingRule: 'whether λ follows the gain of the last step',
  preconditioner: 'what conjugate gradients divide residuals by',
  warmStart: 'begin at the last direction',
  stepLength: 'whether √(2δ / xᵀFx) counts the damping',
  lineSearch: 'natural policy gradient: take every step whole',
  search: 'first acceptable αʲ, or longest step',
  backtrackCoefficient: 'α: each trial is that much of the last',
  maxBacktracks: 'shorter trials before a step is given up',
  fisherFraction: 'share of the states in Fisher products, at most 1',
  valueFit: 'how the value is fitted',
  valueEpochs: 'adam: passes over a batch',
  valueMinibatch: 'adam: states a gradient',
  valueLearningRate: 'adam: the rate',
  normalizeReturns: 'adam: returns at mean 0, variance 1',
  valueMaxKl: 'trust-region: ε, most mean (V − V_old)² / 2σ²',
  valueSteps: 'trust-region: Gauss–Newton steps a batch',
  valueCgIterations: 'trust-region: most products H v a step',
  valueDamping: 'trust-region: λ in (H + λI) x = b',
  valueFraction: 'trust-region: share of the states in H, at most 1',
  like: 'whose settings',
  backend: 'what computes; the bits are the same',
}

export const flagNames = Object.keys(meanings) as readonly FlagName[]

/** maxKl → --max-kl */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** Whether the flag stands alone, and --no-… denies it. */
export function isSwitch(name: FlagName): boolean {
  return typeof rules[name].default === 'boolean'
}

/** What the rule of an option expects, in its own words. */
export function expectation(name: FlagName): string {
  try {
    rules[name].check(name, null)
  } catch (error) {
    const words = /expected (.*), got/.exec((error as Error).message)?.[1] ?? ''
    return words.replaceAll('"', '').replace('an array of integers', 'integers with commas').replace(' or a backend', '')
  }
  return ''
}

/** A value from its text; null, which every rule refuses, where there is no text. */
export function readValue(name: FlagName, text: string | null): unknown {
  if (text === null) return null
  const example: unknown = rules[name].default
  if (Array.isArray(example)) return text === '' ? [] : text.split(',').map(readNumber)
  return typeof example === 'number' ? readNumber(text) : text
}

/** A decimal number; anything else stays text. `Number` alone would take '', ' 1' and '0x10'. */
export function readNumber(text: string): number | string {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
}

export function writeValue(value: unknown): string {
  return Array.isArray(value) ? value.join() : String(value)
}

/** The flag, value included, that `parseArguments` reads back as `value`. */
export function writeFlag(name: FlagName, value: unknown): string {
  const flag = flagOf(name)
  if (typeof value === 'boolean') return value ? flag : flag.replace('--', '--no-')
  const text = writeValue(value)
  return text === '' ? `${flag}=` : `${flag} ${text}`
}
