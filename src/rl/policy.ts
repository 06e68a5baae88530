/**
 * A policy π_θ: observations ↦ η by a network, η ↦ actions by a distribution that suits the action space.
 * Here it is made, seen as a differentiable map on a fixed set of states, and asked for actions.
 */
import type { Backend } from '../math/backend.ts'
import { expectFinite, expectInteger, expectOneOf, show } from '../math/expect.ts'
import type { Random } from '../math/random.ts'
import { matrix, type Tensor } from '../math/tensor.ts'
import { allFinite } from '../math/vector.ts'
import { activations, type ActivationName } from '../nn/activation.ts'
import { bernoulli } from '../nn/bernoulli.ts'
import { categorical, multiCategorical } from '../nn/categorical.ts'
import { createEta, type Distribution, type Eta } from '../nn/distribution.ts'
import { gaussian } from '../nn/gaussian.ts'
import { createMlp, createTape, forward, initializeMlp, type Mlp, type Tape } from '../nn/mlp.ts'
import type { Action } from './env.ts'
import { type Normalizer, normalizeRow } from './normalizer.ts'
import { encode, encodedSize, type Space, vectorSize } from './space.ts'

export interface Policy {
  readonly observationSpace: Space
  readonly actionSpace: Space
  readonly distribution: Distribution
  /** net.parameters.flat is θ. */
  readonly net: Mlp
  /** What stands between an observation and the network; null where nothing does. */
  readonly normalizer: Normalizer | null
}

/** The distribution for actions of `space`: Gaussian, categorical, multi-categorical or Bernoulli. */
export function distributionFor(space: Space): Distribution {
  if (space.kind === 'box') return gaussian(space.low.length)
  if (space.kind === 'discrete') return categorical(space.n)
  if (space.kind === 'multiDiscrete') return multiCategorical(space.nvec)
  return bernoulli(space.n)
}

/** A policy with θ all 0; `initializePolicy` gives it weights, or copy your own into net.parameters.flat. */
export function createPolicy(
  backend: Backend, observationSpace: Space, actionSpace: Space, hidden: readonly number[], activation: ActivationName,
  normalizer: Normalizer | null = null,
): Policy {
  if (!Array.isArray(hidden)) throw new TypeError(`hidden: expected an array of integers, got ${show(hidden)}`)
  hidden.forEach((units, l) => expectInteger(`hidden[${l}]`, units, 1))
  expectOneOf('activation', activation, Object.keys(activations) as ActivationName[])
  const distribution = distributionFor(actionSpace)
  const sizes = [encodedSize(observationSpace), ...hidden, distribution.inputs]
  return {
    observationSpace, actionSpace, distribution, normalizer,
    net: createMlp(backend, sizes, activation, distribution.shared),
  }
}

/**
 * Orthogonal weights; the last layer's gain is 0.01, so that the first policy hardly depends on the state. With a
 * normaliser it is 0: then the first statistics, which come after the first batch, change nothing of the policy.
 */
export function initializePolicy({ net, normalizer }: Policy, initialLogStd: number, random: Random): void {
  expectFinite('initialLogStd', initialLogStd)
  initializeMlp(net, normalizer === null ? 0.01 : 0, random)
  net.parameters.shared.fill(initialLogStd)
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

/** The map on the states `observations` [N, inputs]; with `keep`, `tangent` and `backward` may follow `forwardPolicy`. */
export function createPolicyMap(net: Mlp, distribution: Distribution, observations: Tensor, keep: boolean): PolicyMap {
  const tape = createTape(net, observations, keep)
  return {
    net, distribution, tape,
    eta: createEta(net.backend, distribution, tape.outputs, net.parameters.shared),
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

export function createActor(policy: Policy, rows: number): Actor {
  const { net, distribution, actionSpace } = policy
  const inputs = net.backend.allocate(rows, net.sizes[0])
  return {
    policy, inputs,
    observations: policy.normalizer === null ? inputs : matrix(new Float64Array(inputs.data.length), rows, inputs.cols),
    map: createPolicyMap(net, distribution, inputs, false),
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
export function actionOf({ policy: { actionSpace }, actions, vectors }: Actor, i: number): Action {
  if (actionSpace.kind === 'discrete') return actionSpace.start + actions.data[i]
  const vector = vectors![i]
  for (let j = 0; j < vector.length; j++) {
    const a = actions.data[i * vector.length + j]
    vector[j] = actionSpace.kind === 'box' ? Math.max(actionSpace.low[j], Math.min(actionSpace.high[j], a)) : a
  }
  return vector
}

/**
 * The most likely action for one observation, or, given a stream, a draw. For use outside of training:
 * it allocates; who asks often keeps a `createActor`.
 */
export function act(policy: Policy, observation: unknown, random: Random | null = null): Action {
  if (!allFinite(policy.net.parameters.flat)) {
    throw new RangeError('policy: expected finite parameters, got NaN or an infinity among them')
  }
  return policy.net.backend.temporarily(() => {
    const actor = createActor(policy, 1)
    const problem = encode(actor.observations.data, 0, policy.observationSpace, observation)
    if (problem !== null) throw new RangeError(`observation: ${problem}`)
    decide(actor, random === null ? null : [random])
    return actionOf(actor, 0)
  })
}
