/**
 * A policy π_θ: a network maps observations to η, and a distribution for the action space maps η to actions.
 */
import type { Backend } from '../math/backend.ts'
import {
  argumentError, expectBoolean, expectFinite, expectIntegers, expectOneOf,
} from '../errors/expect.ts'
import type { Random } from '../math/random.ts'
import { type ActivationName, activations } from '../nn/activation.ts'
import { bernoulli } from '../nn/distributions/bernoulli.ts'
import { categorical, multiCategorical } from '../nn/distributions/categorical.ts'
import type { Distribution } from '../nn/distributions/distribution.ts'
import { gaussian } from '../nn/distributions/gaussian.ts'
import { createMlp, initializeMlp, type Mlp } from '../nn/mlp.ts'
import { stateGaussian } from '../nn/distributions/stateGaussian.ts'
import { type ActionBounds, boundsProblem } from './actionBounds.ts'
import { type Normalizer, normalizerProblem } from './normalizer.ts'
import { encodedSize } from './world/encoding.ts'
import type { Space } from './world/space.ts'

/** How Box actions are drawn and kept within their bounds; ignored for other spaces. */
export interface ActionOptions {
  /** log σ per dimension is a network output, not a parameter shared by all states. Default: false. */
  readonly stateDependentStd: boolean
  /** `squash` maps ℝ into the bounds by tanh; σ and entropy are those before squashing. Default: 'clip'. */
  readonly actionBounds: ActionBounds
}

/** Plain data, except `distribution` and `net`: the rest, net.sizes, net.activation and θ determine both. */
export interface Policy<S extends Space = Space> extends ActionOptions {
  readonly observationSpace: Space
  readonly actionSpace: S
  readonly distribution: Distribution
  /** net.parameters.flat is θ. */
  readonly net: Mlp
  /** Normalises observations for the network; null if they are not normalised. */
  readonly normalizer: Normalizer | null
}

/** The distribution for actions of `space`: a Gaussian, categorical, multi-categorical or Bernoulli. */
export function distributionFor(space: Space, stateDependentStd: boolean = false): Distribution {
  if (space.kind === 'box') return (stateDependentStd ? stateGaussian : gaussian)(space.low.length)
  if (space.kind === 'discrete') return categorical(space.n)
  if (space.kind === 'multiDiscrete') return multiCategorical(space.nvec)
  return bernoulli(space.n)
}

/** A policy with θ all 0; `initializePolicy` gives it weights, or copy your own into net.parameters.flat. */
export function createPolicy<S extends Space>(
  backend: Backend, observationSpace: Space, actionSpace: S, hiddenSizes: readonly number[],
  activation: ActivationName,
  options: Partial<ActionOptions & Pick<Policy, 'normalizer'>> = {},
): Policy<S> {
  const { stateDependentStd = false, actionBounds = 'clip', normalizer = null } = options
  expectIntegers('hiddenSizes', hiddenSizes, 1)
  expectOneOf('activation', activation, Object.keys(activations) as ActivationName[])
  expectBoolean('stateDependentStd', stateDependentStd)
  const problem = boundsProblem(expectOneOf('actionBounds', actionBounds, ['clip', 'squash']), actionSpace)
  if (problem !== null) throw new RangeError(problem)
  const distribution = distributionFor(actionSpace, stateDependentStd)
  const sizes = [encodedSize(observationSpace), ...hiddenSizes, distribution.etaSize]
  const misfit = normalizer === null ? null : normalizerProblem(normalizer, sizes[0])
  if (misfit !== null) throw new RangeError(`normalizer: ${misfit}`)
  const net = createMlp(backend, sizes, activation, distribution.sharedSize)
  // Options that do not apply to this action space are stored with their defaults.
  const applicable = actionSpace.kind === 'box'
    ? { stateDependentStd, actionBounds } : { stateDependentStd: false, actionBounds: 'clip' as const }
  return { observationSpace, actionSpace, ...applicable, distribution, net, normalizer }
}

/**
 * Orthogonal weights, with gain 0.01 in the last layer, so that the first policy hardly depends on the state.
 * With a normaliser this gain is 0, so that the first statistics, after the first batch, do not change the
 * policy. `initialLogStd`: log σ of Box actions, finite.
 */
export function initializePolicy(
  { net, distribution, normalizer }: Policy, initialLogStd: number, random: Random,
): void {
  expectFinite('initialLogStd', initialLogStd)
  initializeMlp(net, normalizer === null ? 0.01 : 0, random)
  const { layers, shared } = net.parameters
  distribution.setLogStd(layers[layers.length - 1].b.data, shared, initialLogStd)
}

/** Throws a TypeError unless `value` has the parts of a policy. */
export function expectPolicy(value: unknown): void {
  const { net, distribution } = (value ?? {}) as Partial<Policy>
  if (net?.parameters !== undefined && distribution !== undefined) return
  throw argumentError('policy', 'a policy', value)
}
