/**
 * The flags of training options by topic, and those that a first look at the help should show.
 * But: no other meaning: a topic is only a page of help.
 */
import type { FlagName } from './flags.ts'

export const topics = {
  sampling: 'how a batch of steps is collected',
  network: 'the networks, and how the policy acts',
  units: 'normalisation of observations, advantages and returns',
  step: 'the trust-region step: δ, conjugate gradients, line search',
  value: 'how the value function is fitted',
  general: 'length, seed, discount, conventions, backend',
} as const
export type Topic = keyof typeof topics

/** Every option has one topic: the compiler misses one that has none. */
const topicOf: { readonly [K in FlagName]: Topic } = {
  seed: 'general', totalSteps: 'general', discount: 'general', gaeLambda: 'general', conventions: 'general',
  backend: 'general',
  batchSteps: 'sampling', envCount: 'sampling', actionNoiseHold: 'sampling', sampling: 'sampling',
  vineBranches: 'sampling', vineHorizon: 'sampling', vineSpacing: 'sampling',
  hiddenSizes: 'network', valueHiddenSizes: 'network', activation: 'network', initialLogStd: 'network',
  stateDependentStd: 'network', actionBounds: 'network',
  normalizeObservations: 'units', observationClip: 'units', normalizeAdvantages: 'units',
  normalizeReturns: 'units',
  maxKl: 'step', maxKlSchedule: 'step', maxKlFinalFraction: 'step', constraint: 'step', klReduction: 'step',
  maxKlFactor: 'step', acceptRatio: 'step', entropyCoefficient: 'step', cgIterations: 'step',
  cgTolerance: 'step', damping: 'step', preconditioner: 'step', stepLength: 'step', lineSearch: 'step',
  backtrackCoefficient: 'step', maxBacktracks: 'step', fisherFraction: 'step',
  valueFit: 'value', valueEpochs: 'value', valueMinibatch: 'value', valueLearningRate: 'value',
  valueMaxKl: 'value', valueSteps: 'value', valueCgIterations: 'value', valueDamping: 'value',
  valueCurvatureFraction: 'value',
}

/** What most trainings set. */
const IMPORTANT: readonly FlagName[] = [
  'seed', 'totalSteps', 'batchSteps', 'envCount', 'actionNoiseHold', 'hiddenSizes', 'valueHiddenSizes',
  'initialLogStd', 'discount', 'gaeLambda', 'maxKl', 'maxKlSchedule', 'damping', 'entropyCoefficient',
  'valueEpochs', 'valueLearningRate',
]

export function isImportant(name: FlagName): boolean {
  return IMPORTANT.includes(name)
}

export function hasTopic(name: FlagName, topic: string): boolean {
  return topicOf[name] === topic
}
