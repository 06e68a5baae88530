/**
 * A policy π_θ: observations ↦ η by a network, η ↦ actions by a distribution that suits the action space.
 * Here it is made, seen as a differentiable map on a fixed set of states, and asked for actions.
 */
import type { Backend } from '../math/backend.ts'
import { expectFinite, expectInteger, expectOneOf, show } from '../errors/expect.ts'
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

/** How Box actions are drawn and keep to their bounds; other spaces ignore both. */
export interface ActionOptions {
  /** log σ of each dimension as a further output of the network, not one parameter for all states. Default: false. */
  readonly stateDependentStd: boolean
  /** `squash` takes all of ℝ into the bounds by tanh; σ and entropy are those before squashing. Default: 'clip'. */
  readonly actionBounds: ActionBounds
}

/** Plain data, but for `distribution` and `net`, which follow from it and from net.sizes, net.activation and θ. */
export interface Policy<S extends Space = Space> extends ActionOptions {
  readonly observationSpace: Space
  readonly actionSpace: S
  readonly distribution: Distribution
  /** net.parameters.flat is θ. */
  readonly net: Mlp
  /** What stands between an observation and the network; null where nothing does. */
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
  backend: Backend, observationSpace: Space, actionSpace: S, hiddenSizes: readonly number[], activation: ActivationName,
  { stateDependentStd = false, actionBounds = 'clip', normalizer = null }: Partial<ActionOptions & Pick<Policy, 'normalizer'>> = {},
): Policy<S> {
  if (!Array.isArray(hiddenSizes)) throw new TypeError(`hiddenSizes: expected an array of integers, got ${show(hiddenSizes)}`)
  hiddenSizes.forEach((units, l) => expectInteger(`hiddenSizes[${l}]`, units, 1))
  expectOneOf('activation', activation, Object.keys(activations) as ActivationName[])
  if (typeof stateDependentStd !== 'boolean') {
    throw new TypeError(`stateDependentStd: expected a boolean, got ${show(stateDependentStd)}`)
  }
  const fault = boundsProblem(expectOneOf('actionBounds', actionBounds, ['clip', 'squash']), actionSpace)
  if (fault !== null) throw new RangeError(fault)
  const distribution = distributionFor(actionSpace, stateDependentStd)
  const sizes = [encodedSize(observationSpace), ...hiddenSizes, distribution.etaSize]
  const unfit = normalizer === null ? null : normalizerProblem(normalizer, sizes[0])
  if (unfit !== null) throw new RangeError(`normalizer: ${unfit}`)
  const net = createMlp(backend, sizes, activation, distribution.sharedSize)
  // What an option cannot mean here is not said of the policy either.
  const drawn = actionSpace.kind === 'box' ? { stateDependentStd, actionBounds } : { stateDependentStd: false, actionBounds: 'clip' as const }
  return { observationSpace, actionSpace, ...drawn, distribution, net, normalizer }
}

/**
 * Orthogonal weights; the last layer's gain is 0.01, so that the first policy hardly depends on the state. With a
 * normaliser it is 0: then the first statistics, which come after the first batch, change nothing of the policy.
 */
export function initializePolicy({ net, distribution, normalizer }: Policy, initialLogStd: number, random: Random): void {
  expectFinite('initialLogStd', initialLogStd)
  initializeMlp(net, normalizer === null ? 0.01 : 0, random)
  const { layers, shared } = net.parameters
  distribution.setLogStd(layers[layers.length - 1].b.data, shared, initialLogStd)
}
