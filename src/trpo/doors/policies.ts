/**
 * Policies, actors and value functions of `trpo/parts` with their arguments checked: kinds and sizes, not
 * every number. Inside, the same functions run unchecked.
 */
import { expectBoolean, expectInteger, expectIntegers, expectRecord } from '../../errors/expect.ts'
import {
  arrayOf, type Check, expectShape, float64, integer, nullOr, type Shape, typed,
} from '../../errors/shape.ts'
import { type Backend, expectBackend } from '../../math/backend.ts'
import { expectCommunicator } from '../../math/communicator.ts'
import { expectRandom, type Random } from '../../math/random.ts'
import { expectTensor, type Tensor } from '../../math/tensor.ts'
import type { ActivationName } from '../../nn/activation.ts'
import type { Distribution } from '../../nn/distributions/distribution.ts'
import type { Mlp } from '../../nn/mlp.ts'
import { aTensor, expectDistribution, expectEta, expectMlp, expectTape } from '../../nn/shapes.ts'
import * as acting from '../../rl/actor.ts'
import type { Batch } from '../../rl/batch.ts'
import { expectNormalizer, type Normalizer, normalizerProblem } from '../../rl/normalizer.ts'
import * as policies from '../../rl/policy.ts'
import * as maps from '../../rl/policyMap.ts'
import * as values from '../../rl/value.ts'
import { expectValue } from '../../rl/value.ts'
import type { Env } from '../../rl/world/env.ts'
import { maskLengthOf as lengthOf } from '../../rl/world/mask.ts'
import { type ActionOf, expectSpace, type Space } from '../../rl/world/space.ts'
import type { TrainOptions } from '../options/options.ts'
import { optionNames } from '../options/resolve.ts'
import { expectActivation } from './networks.ts'
import { expectBatch, expectEnvs } from './records.ts'

const random: Check = expectRandom

/** The distribution for actions of `space`: a Gaussian, categorical, multi-categorical or Bernoulli. */
export function distributionFor(space: Space, stateDependentStd: boolean = false): Distribution {
  expectSpace('space', space)
  return policies.distributionFor(space, expectBoolean('stateDependentStd', stateDependentStd))
}

/**
 * A policy with θ all 0; `initializePolicy` gives it weights, or copy your own into net.parameters.flat.
 * `options` may also hold other options of a training, which do not concern it.
 */
export function createPolicy<S extends Space>(
  backend: Backend, observationSpace: Space, actionSpace: S, hiddenSizes: readonly number[],
  activation: ActivationName,
  options: Partial<policies.ActionOptions & Pick<policies.Policy, 'normalizer'>> = {},
): policies.Policy<S> {
  expectBackend('backend', backend)
  expectSpace('observationSpace', observationSpace)
  expectSpace('actionSpace', actionSpace)
  expectIntegers('hiddenSizes', hiddenSizes, 1)
  type Known = TrainOptions & Pick<policies.Policy, 'normalizer'>
  const { stateDependentStd, actionBounds, normalizer } =
    expectRecord<Known>('options', options, ['normalizer', ...optionNames])
  if (normalizer !== undefined) nullOr(expectNormalizer)('options.normalizer', normalizer)
  return policies.createPolicy(backend, observationSpace, actionSpace, [...hiddenSizes], activation, {
    ...(stateDependentStd === undefined ? {} : { stateDependentStd }),
    ...(actionBounds === undefined ? {} : { actionBounds }),
    normalizer: normalizer ?? null,
  })
}

/**
 * Orthogonal weights, with gain 0.01 in the last layer, so that the first policy hardly depends on the state;
 * 0 with a normaliser. `initialLogStd`: log σ of Box actions, finite.
 */
export function initializePolicy(policy: policies.Policy, initialLogStd: number, random: Random): void {
  policies.expectPolicy(policy)
  expectRandom('random', random)
  policies.initializePolicy(policy, initialLogStd, random)
}

const map = (): Shape => ({
  net: expectMlp, distribution: expectDistribution, tape: () => {}, eta: () => {}, sharedBar: float64(),
  ranks: expectCommunicator, states: integer(1),
})

/** Throws unless `value` is a map whose tape and η fit its network and distribution. */
export function expectMap(name: string, value: unknown): void {
  expectShape(name, value, 'a map of createPolicyMap', map())
  const { net, distribution, tape, eta, sharedBar } = value as maps.PolicyMap
  expectTape(`${name}.tape`, tape, net)
  expectEta(`${name}.eta`, eta, distribution, tape)
  float64(distribution.sharedSize)(`${name}.sharedBar`, sharedBar)
}

/**
 * The map on the states `observations` [N, inputs]. `mask` [N, logits]: their allowed actions; null: all.
 * With `keep`, `tangent` and `backward` may follow `forwardPolicy`.
 */
export function createPolicyMap(
  net: Mlp, distribution: Distribution, observations: Tensor, keep: boolean, mask: Uint8Array | null = null,
): maps.PolicyMap {
  expectMlp('net', net)
  expectDistribution('distribution', distribution)
  expectTensor('observations', observations, null, net.sizes[0])
  nullOr(typed('Uint8Array', observations.rows * distribution.etaSize))('mask', mask)
  return maps.createPolicyMap(net, distribution, observations, expectBoolean('keep', keep), mask)
}

/** eta ← η(s) at the network's current θ. */
export function forwardPolicy(map: maps.PolicyMap): void {
  expectMap('map', map)
  maps.forwardPolicy(map)
}

const actor = (): Shape => ({
  policy: (name, value) => policies.expectPolicy(value, name), map: expectMap,
  observations: aTensor, inputs: aTensor, actions: aTensor,
  vectors: nullOr(arrayOf(float64(), 'Float64Arrays')),
})

/** Throws unless `value` is an actor. */
export function expectActor(name: string, value: unknown): void {
  expectShape(name, value, 'an actor', actor())
  const { policy: { net, distribution, actionSpace }, observations, inputs, actions, vectors, map } =
    value as acting.Actor
  const rows = map.tape.inputs.rows
  expectTensor(`${name}.observations`, observations, rows, net.sizes[0])
  expectTensor(`${name}.inputs`, inputs, rows, net.sizes[0])
  expectTensor(`${name}.actions`, actions, rows, distribution.actionSize)
  const each = float64(distribution.actionSize)
  if (actionSpace.kind !== 'discrete') arrayOf(each, 'Float64Arrays', rows)(`${name}.vectors`, vectors)
}

/** `maskLength`: from `maskLengthOf`; 0 if actions are not masked. Masks are in map.eta.mask. */
export function createActor<S extends Space>(
  policy: policies.Policy<S>, rows: number, maskLength: number = 0,
): acting.Actor<S> {
  policies.expectPolicy(policy)
  expectInteger('rows', rows, 1)
  expectMaskLength('maskLength', maskLength, policy.distribution)
  return acting.createActor(policy, rows, maskLength)
}

/** Throws unless masks of this length fit the distribution, or there are none. */
export function expectMaskLength(name: string, maskLength: unknown, { etaSize }: Distribution): void {
  if (maskLength !== 0) expectInteger(name, maskLength, etaSize, etaSize)
}

/** actions ← draws from π(· | observations), row i from streams[i]; the most likely ones without streams. */
export function decide(actor: acting.Actor, streams: readonly Random[] | null): void {
  expectActor('actor', actor)
  nullOr(arrayOf(random, 'streams, one per row', actor.actions.rows))('streams', streams)
  acting.decide(actor, streams)
}

/** Row i's action for the environment, inside its space; a vector is valid until the next call. */
export function actionOf<S extends Space>(actor: acting.Actor<S>, i: number): ActionOf<S> {
  expectActor('actor', actor)
  expectInteger('i', i, 0, actor.actions.rows - 1)
  const problem = acting.actionProblem(actor, i)
  if (problem !== null) throw new RangeError(problem)
  return acting.actionOf(actor, i)
}

/** Length of a mask; 0 if no environment masks actions. Throws if the action space cannot be masked. */
export function maskLengthOf(envs: readonly Env[]): number {
  expectEnvs('envs', envs)
  return lengthOf(envs)
}

/** V with φ all 0; `initializeValue` gives it weights. `inputs`: numbers in an encoded observation. */
export function createValue(
  backend: Backend, inputs: number, hiddenSizes: readonly number[], activation: ActivationName,
  normalizer: Normalizer | null = null,
): values.Value {
  expectBackend('backend', backend)
  expectInteger('inputs', inputs, 1)
  expectIntegers('hiddenSizes', hiddenSizes, 1)
  expectActivation('activation', activation)
  if (normalizer !== null) {
    expectNormalizer('normalizer', normalizer)
    const problem = normalizerProblem(normalizer, inputs)
    if (problem !== null) throw new RangeError(`normalizer: ${problem}`)
  }
  return values.createValue(backend, inputs, hiddenSizes, activation, normalizer)
}

/** Orthogonal weights, as `train` begins with. */
export function initializeValue(value: values.Value, random: Random): void {
  expectValue('value', value)
  expectRandom('random', random)
  values.initializeValue(value, random)
}

/** values ← V(s) for the first `count` rows of observations [·, inputs], which must be normalised already. */
export function predict(
  values_: Float64Array, value: values.Value, observations: Tensor, count: number,
): void {
  expectValue('value', value)
  expectTensor('observations', observations, null, value.net.sizes[0])
  expectInteger('count', count, 0, observations.rows)
  float64(null, count)('values', values_)
  values.predict(values_, value, observations, count)
}

/** batch.values ← V(s_t); batch.finalValues ← V of its final observations. */
export function predictValues(value: values.Value, batch: Batch): void {
  expectValue('value', value)
  expectBatch('batch', batch, value.net.sizes[0])
  values.predictValues(value, batch)
}

