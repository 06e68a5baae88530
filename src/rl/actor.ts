/**
 * Acting: observations of several environments in, one forward pass, actions out.
 */
import { matrix, type Tensor } from '../math/tensor.ts'
import { expectRandom, type Random } from '../math/random.ts'
import { allFinite } from '../math/vector.ts'
import { bounded } from './actionBounds.ts'
import { normalizeRow } from './normalizer.ts'
import { expectFitting, expectPolicy, type Policy } from './policy.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from './policyMap.ts'
import { encode } from './world/encoding.ts'
import { createMasks, writeMask } from './world/mask.ts'
import { type ActionOf, expectSpace, type Space, vectorSize } from './world/space.ts'

/** Memory for acting in several environments at once; `decide` and `actionOf` allocate nothing. */
export interface Actor<S extends Space = Space> {
  readonly policy: Policy<S>
  readonly map: PolicyMap
  /** Each environment's encoded observation (integers one-hot), not normalised: [rows, inputs]. */
  readonly observations: Tensor
  /** The normalised observations that the last `decide` used; the same tensor if there is no normaliser. */
  readonly inputs: Tensor
  /** Actions as drawn: [rows, actionSize]. */
  readonly actions: Tensor
  /** Buffers for the actions that environments get; null if these are plain integers. */
  readonly vectors: readonly Float64Array[] | null
}

/** `maskLength`: from `maskLengthOf`; 0 if actions are not masked. Masks are in map.eta.mask. */
export function createActor<S extends Space>(
  policy: Policy<S>, rows: number, maskLength: number = 0,
): Actor<S> {
  const { net, distribution, actionSpace } = policy
  const inputs = net.backend.allocate(rows, net.sizes[0])
  return {
    policy, inputs,
    observations: policy.normalizer === null
      ? inputs : matrix(new Float64Array(inputs.data.length), rows, inputs.cols),
    map: createPolicyMap(net, distribution, inputs, false, createMasks(rows, maskLength)),
    actions: net.backend.allocate(rows, distribution.actionSize),
    vectors: actionSpace.kind === 'discrete'
      ? null : Array.from({ length: rows }, () => new Float64Array(vectorSize(actionSpace))),
  }
}

/** actions ← draws from π(· | observations), row i from streams[i]; the most likely ones without streams. */
export function decide(
  { policy, observations, inputs, map, actions }: Actor, streams: readonly Random[] | null,
): void {
  if (inputs !== observations) {
    for (let i = 0; i < inputs.rows; i++) normalizeRow(inputs, i, observations, i, policy.normalizer)
  }
  forwardPolicy(map)
  if (streams === null) map.distribution.mode(actions, map.eta)
  else map.distribution.sample(actions, map.eta, streams)
}

/**
 * Why row i has no action, as *name: expected X, got Y*: its outputs, or the numbers drawn from them, are not
 * finite, since products of finite numbers overflow. null if it has one. An output that the mask forbids may
 * be anything.
 */
export function actionProblem({ map, actions }: Actor, i: number): string | null {
  const { rows: { data, cols }, mask } = map.eta
  for (let p = i * cols; p < (i + 1) * cols; p++) {
    // x − x is 0 for finite numbers alone.
    if (data[p] - data[p] !== 0 && (mask === null || mask[p] === 1)) return notFinite(data[p])
  }
  for (let p = i * actions.cols; p < (i + 1) * actions.cols; p++) {
    if (actions.data[p] - actions.data[p] !== 0) return notFinite(actions.data[p])
  }
  return null
}

function notFinite(x: number): string {
  return `policy: expected finite outputs for this observation, got ${x}`
}

/** Row i's action for the environment, inside its space; a vector is valid until the next call. */
export function actionOf<S extends Space>({ policy, actions, vectors }: Actor<S>, i: number): ActionOf<S> {
  const { actionSpace, actionBounds } = policy
  if (actionSpace.kind === 'discrete') return actionSpace.start + actions.data[i] as ActionOf<S>
  const vector = vectors![i]
  for (let j = 0; j < vector.length; j++) {
    const a = actions.data[i * vector.length + j]
    vector[j] = actionSpace.kind === 'box'
      ? bounded[actionBounds](a, actionSpace.low[j], actionSpace.high[j]) : a
  }
  return vector as ActionOf<S>
}

/**
 * The most likely action for one observation, or a draw if a stream is given; among the actions that `mask`
 * allows, if it is given (as from `Env.actionMask`). Throws if θ, its outputs or an argument are invalid.
 * Allocates on every call; for repeated use create an actor once (`createActor` of trpo/parts).
 */
export function act<S extends Space>(
  policy: Policy<S>, observation: unknown, random: Random | null = null,
  mask: ArrayLike<number> | null = null,
): ActionOf<S> {
  try {
    expectSpace('policy.observationSpace', policy.observationSpace)
    expectSpace('policy.actionSpace', policy.actionSpace)
    expectFitting(policy)
    return actOnce(policy, observation, random, mask)
  } catch (error) {
    // Every part of the policy is checked only if something is wrong: that takes as long as acting.
    expectPolicy(policy)
    throw error
  }
}

function actOnce<S extends Space>(
  policy: Policy<S>, observation: unknown, random: Random | null, mask: ArrayLike<number> | null,
): ActionOf<S> {
  if (random !== null) expectRandom('random', random)
  if (!allFinite(policy.net.parameters.flat)) {
    throw new RangeError('policy: expected finite parameters, got NaN or an infinity among them')
  }
  return policy.net.backend.temporarily(() => {
    const actor = createActor(policy, 1, mask === null ? 0 : policy.distribution.etaSize)
    const problem = encode(actor.observations.data, 0, policy.observationSpace, observation)
    if (problem !== null) throw new RangeError(`observation: ${problem}`)
    const maskProblem = mask === null ? null : writeMask(actor.map.eta.mask!, 0, policy.actionSpace, mask)
    if (maskProblem !== null) throw new RangeError(`mask: ${maskProblem}`)
    decide(actor, random === null ? null : [random])
    const noAction = actionProblem(actor, 0)
    if (noAction !== null) throw new RangeError(noAction)
    return actionOf(actor, 0)
  })
}
