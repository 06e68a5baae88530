/**
 * A policy π_θ: a network maps observations to η, and a distribution for the action space maps η to actions.
 */
import type { Backend } from '../math/backend.ts'
import { expectBoolean, expectFinite, expectIntegers, expectOneOf } from '../errors/expect.ts'
import { expectShape, nullOr, type Shape } from '../errors/shape.ts'
import type { Random } from '../math/random.ts'
import { type ActivationName, activations } from '../nn/activation.ts'
import { bernoulli } from '../nn/distributions/bernoulli.ts'
import { categorical, multiCategorical } from '../nn/distributions/categorical.ts'
import type { Distribution } from '../nn/distributions/distribution.ts'
import { gaussian } from '../nn/distributions/gaussian.ts'
import { createMlp, initializeMlp, type Mlp } from '../nn/mlp.ts'
import { stateGaussian } from '../nn/distributions/stateGaussian.ts'
import { expectDistribution, expectMlp } from '../nn/shapes.ts'
import type { ActionBounds } from './actionBounds.ts'
import { expectNormalizer, type Normalizer, normalizerProblem } from './normalizer.ts'
import { encodedSize } from './world/encoding.ts'
import { expectSpace, type Space, vectorSize } from './world/space.ts'

const BOUNDS = ['clip', 'squash'] as const

/** How Box actions are drawn and kept within their bounds; ignored for other spaces. */
export interface ActionOptions {
  /** log σ per dimension is a network output, not a parameter shared by all states. Default: false. */
  readonly stateDependentStd: boolean
  /**
   * `squash` maps ℝ into the bounds by tanh, so that σ and entropy do not depend on the action's unit.
   * Dimensions without two finite bounds, and all under `clip`, are clipped. Default: 'squash'.
   */
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
  const { stateDependentStd = false, actionBounds = 'squash', normalizer = null } = options
  expectIntegers('hiddenSizes', hiddenSizes, 1)
  expectOneOf('activation', activation, Object.keys(activations) as ActivationName[])
  expectBoolean('stateDependentStd', stateDependentStd)
  expectOneOf('actionBounds', actionBounds, BOUNDS)
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

const shape = (): Shape => ({
  observationSpace: expectSpace, actionSpace: expectSpace, distribution: expectDistribution, net: expectMlp,
  stateDependentStd: expectBoolean, actionBounds: (name, value) => expectOneOf(name, value, BOUNDS),
  normalizer: nullOr((name, value) => expectNormalizer(name, value)),
})

/** Throws unless `value` is a policy whose parts fit each other. */
export function expectPolicy(value: unknown, name: string = 'policy'): void {
  expectShape(name, value, 'a policy', shape())
  expectFitting(value as Policy, name)
}

/** Throws unless network, distribution and normaliser are of the sizes that the spaces ask for. */
export function expectFitting(policy: Policy, name: string = 'policy'): void {
  const { observationSpace, actionSpace, distribution, normalizer, net: { sizes, parameters } } = policy
  const { etaSize, sharedSize, actionSize } = distribution
  const numbers = actionSpace.kind === 'discrete' ? 1 : vectorSize(actionSpace)
  const inputs = encodedSize(observationSpace), outputs = sizes[sizes.length - 1]
  const misfit = sizes[0] !== inputs ? `a network of ${inputs} inputs for its observations, got ${sizes[0]}`
    : outputs !== etaSize ? `a network with ${etaSize} outputs for its distribution, got ${outputs}`
      : actionSize !== numbers ? `a distribution of ${numbers} numbers per action, got ${actionSize}`
        : parameters.shared.length === sharedSize ? null
          : `${sharedSize} shared parameters for its distribution, got ${parameters.shared.length}`
  if (misfit !== null) throw new RangeError(`${name}: expected ${misfit}`)
  const problem = normalizer === null ? null : normalizerProblem(normalizer, inputs)
  if (problem !== null) throw new RangeError(`normalizer: ${problem}`)
}
