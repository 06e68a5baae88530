/**
 * A policy π_θ: observations ↦ η by a network, η ↦ actions by a distribution that suits the action space.
 * Here it is made, seen as a differentiable map on a fixed set of states, and asked for actions.
 */
import type { Backend } from '../math/backend.ts'
import { expectFinite, expectInteger, expectOneOf, show } from '../errors/expect.ts'
import type { Random } from '../math/random.ts'
import { matrix, type Tensor } from '../math/tensor.ts'
import { allFinite } from '../math/vector.ts'
import { activations, type ActivationName } from '../nn/activation.ts'
import { bernoulli } from '../nn/distributions/bernoulli.ts'
import { categorical, multiCategorical } from '../nn/distributions/categorical.ts'
import { createEta, type Distribution, type Eta } from '../nn/distributions/distribution.ts'
import { gaussian } from '../nn/distributions/gaussian.ts'
import { createMlp, createTape, forward, initializeMlp, type Mlp, type Tape } from '../nn/mlp.ts'
import { stateGaussian } from '../nn/distributions/stateGaussian.ts'
import { bounded, type Bounds, boundsFault } from './actionBounds.ts'
import type { Action } from './world/env.ts'
import { createMasks, writeMask } from './world/mask.ts'
import { type Normalizer, normalizerFault, normalizeRow } from './normalizer.ts'
import { encode, encodedSize, type Space, vectorSize } from './world/space.ts'

/** How Box actions are drawn and keep their bounds; other spaces take no notice. */
export interface ActionOptions {
  /** log σ of each dimension as a further output of the network, instead of one parameter for all states. */
  readonly stateDependentStd: boolean
  /** `squash` takes all of ℝ into the bounds by tanh, so that σ and entropy are those of what is squashed. */
  readonly bounds: Bounds
}

/** Plain data, but for `distribution` and `net`, which follow from it and from net.sizes, net.activation and θ. */
export interface Policy extends ActionOptions {
  readonly observationSpace: Space
  readonly actionSpace: Space
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
export function createPolicy(
  backend: Backend, observationSpace: Space, actionSpace: Space, hidden: readonly number[], activation: ActivationName,
  { stateDependentStd = false, bounds = 'clip', normalizer = null }: Partial<ActionOptions & Pick<Policy, 'normalizer'>> = {},
): Policy {
  if (!Array.isArray(hidden)) throw new TypeError(`hidden: expected an array of integers, got ${show(hidden)}`)
  hidden.forEach((units, l) => expectInteger(`hidden[${l}]`, units, 1))
  expectOneOf('activation', activation, Object.keys(activations) as ActivationName[])
  if (typeof stateDependentStd !== 'boolean') {
    throw new TypeError(`stateDependentStd: expected a boolean, got ${show(stateDependentStd)}`)
  }
  const fault = boundsFault(expectOneOf('bounds', bounds, ['clip', 'squash']), actionSpace)
  if (fault !== null) throw new RangeError(fault)
  const distribution = distributionFor(actionSpace, stateDependentStd)
  const sizes = [encodedSize(observationSpace), ...hidden, distribution.inputs]
  const unfit = normalizer === null ? null : normalizerFault(normalizer, sizes[0])
  if (unfit !== null) throw new RangeError(`normalizer: ${unfit}`)
  const net = createMlp(backend, sizes, activation, distribution.shared)
  // What an option cannot mean here is not said of the policy either.
  const drawn = actionSpace.kind === 'box' ? { stateDependentStd, bounds } : { stateDependentStd: false, bounds: 'clip' as const }
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

/** θ ↦ η(s) on a fixed set of states, with what its derivatives need. */
export interface PolicyMap {
  readonly net: Mlp
  readonly distribution: Distribution
  readonly tape: Tape
  readonly eta: Eta
  /** Scratch for what concerns the shared parameters: [shared]. */
  readonly sharedBar: Float64Array
}

/**
 * The map on the states `observations` [N, inputs], which allow the actions in `mask` [N, logits], or all of them;
 * with `keep`, `tangent` and `backward` may follow `forwardPolicy`.
 */
export function createPolicyMap(
  net: Mlp, distribution: Distribution, observations: Tensor, keep: boolean, mask: Uint8Array | null = null,
): PolicyMap {
  const tape = createTape(net, observations, keep)
  return {
    net, distribution, tape,
    eta: createEta(net.backend, distribution, tape.outputs, net.parameters.shared, mask),
    sharedBar: new Float64Array(distribution.shared),
  }
}

/** eta ← η(s) at the network's present θ. */
export function forwardPolicy({ net, distribution, tape, eta }: PolicyMap): void {
  forward(net, tape)
  distribution.prepare(eta)
}

/** Acts for several environments at once: observations in, one forward pass, actions out. Allocates nothing a step. */
export interface Actor {
  readonly policy: Policy
  readonly map: PolicyMap
  /** Each environment's observation as it came, integers one-hot: [rows, inputs]. */
  readonly observations: Tensor
  /** What the network read of it in the last `decide`; the same tensor where there is no normaliser. */
  readonly inputs: Tensor
  /** Actions as drawn: [rows, actionSize]. */
  readonly actions: Tensor
  /** Actions as an environment wants them; null where that is a plain integer. */
  readonly vectors: readonly Float64Array[] | null
}

/** `maskLength` is that of `maskLengthOf`: 0 where actions are not masked. Masks lie in map.eta.mask. */
export function createActor(policy: Policy, rows: number, maskLength: number = 0): Actor {
  const { net, distribution, actionSpace } = policy
  const inputs = net.backend.allocate(rows, net.sizes[0])
  return {
    policy, inputs,
    observations: policy.normalizer === null ? inputs : matrix(new Float64Array(inputs.data.length), rows, inputs.cols),
    map: createPolicyMap(net, distribution, inputs, false, createMasks(rows, maskLength)),
    actions: net.backend.allocate(rows, distribution.actionSize),
    vectors: actionSpace.kind === 'discrete'
      ? null : Array.from({ length: rows }, () => new Float64Array(vectorSize(actionSpace))),
  }
}

/** actions ← draws from π(· | observations), row i from streams[i]; the most likely actions where streams is null. */
export function decide({ policy, observations, inputs, map, actions }: Actor, streams: readonly Random[] | null): void {
  if (inputs !== observations) for (let i = 0; i < inputs.rows; i++) normalizeRow(inputs, i, observations, i, policy.normalizer)
  forwardPolicy(map)
  if (streams === null) map.distribution.mode(actions, map.eta)
  else map.distribution.sample(actions, map.eta, streams)
}

/** Row i's action as the environment wants it: inside its space, a vector valid until the next call. */
export function actionOf({ policy: { actionSpace, bounds }, actions, vectors }: Actor, i: number): Action {
  if (actionSpace.kind === 'discrete') return actionSpace.start + actions.data[i]
  const vector = vectors![i]
  for (let j = 0; j < vector.length; j++) {
    const a = actions.data[i * vector.length + j]
    vector[j] = actionSpace.kind === 'box' ? bounded[bounds](a, actionSpace.low[j], actionSpace.high[j]) : a
  }
  return vector
}

/**
 * The most likely action for one observation, or, given a stream, a draw; of those that `mask` allows, where there
 * is one (as `Env.actionMask` gives it). For use outside of training: it allocates; who asks often keeps a `createActor`.
 */
export function act(
  policy: Policy, observation: unknown, random: Random | null = null, mask: ArrayLike<number> | null = null,
): Action {
  if (!allFinite(policy.net.parameters.flat)) {
    throw new RangeError('policy: expected finite parameters, got NaN or an infinity among them')
  }
  return policy.net.backend.temporarily(() => {
    const actor = createActor(policy, 1, mask === null ? 0 : policy.distribution.inputs)
    const problem = encode(actor.observations.data, 0, policy.observationSpace, observation)
    if (problem !== null) throw new RangeError(`observation: ${problem}`)
    const fault = mask === null ? null : writeMask(actor.map.eta.mask!, 0, policy.actionSpace, mask)
    if (fault !== null) throw new RangeError(`mask: ${fault}`)
    decide(actor, random === null ? null : [random])
    return actionOf(actor, 0)
  })
}
