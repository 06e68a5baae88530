/**
 * A policy as one file, and back, bit for bit; docs/guides/files.md lists the contents of the file.
 * But: no optimiser and no random streams, which a training needs to continue: see trainingFile.ts.
 */
import { type Backend, expectBackend } from '../math/backend.ts'
import { expectOneOf, show } from '../errors/expect.ts'
import { expectShape, type Shape } from '../errors/shape.ts'
import { reference } from '../math/reference.ts'
import { expectDistribution, expectMlp } from '../nn/shapes.ts'
import { createPolicy, distributionFor, expectPolicy, type Policy } from '../rl/policy.ts'
import { encodedSize } from '../rl/world/encoding.ts'
import type { Space } from '../rl/world/space.ts'
import {
  type Contents, expectNothingLeft, expectOnlyParts, expectSize, type Extra, seal, takeWord, unseal,
} from './contents.ts'
import { fillNetwork, putNetwork, putParameters, takeNetwork, takeParameters } from './network.ts'
import { putNormalizer, takeNormalizer } from './normalizer.ts'
import { putSpace, takeSpace } from './spaces.ts'

const FORMAT = 'trpo policy'
/** Spaces and all else are checked one by one. */
const parts = (): Shape => ({ net: expectMlp, distribution: expectDistribution })
/** The parts of a policy that the file holds. */
const PARTS: readonly string[] = [
  'observationSpace', 'actionSpace', 'distribution', 'net', 'stateDependentStd', 'actionBounds', 'normalizer',
]
const BOUNDS = ['clip', 'squash'] as const
/** The key of `actionBounds` in the metadata. It keeps its first name: files with it exist. */
const BOUNDS_KEY = 'bounds'
const LOG_STD = 'policy.log_std'

/**
 * The policy as bytes, the same for the same policy; `extra` is your own text to store with it, by name.
 * Throws if a parameter is not finite, and if the policy has a part that the file cannot hold.
 */
export function encodePolicy(policy: Policy, extra: Extra = {}): Uint8Array {
  expectShape('policy', policy, 'a policy', parts())
  expectOnlyParts('policy', policy, PARTS)
  const contents: Contents = { tensors: new Map(), metadata: new Map() }
  putSpace(contents, 'observation_space', policy.observationSpace)
  putSpace(contents, 'action_space', policy.actionSpace)
  const { actionSpace, distribution, net, stateDependentStd, normalizer } = policy
  const expected = distributionFor(actionSpace, stateDependentStd).name
  if (distribution.name !== expected) {
    const problem = `expected ${show(expected)} for its actions, got ${show(distribution.name)}`
    throw new RangeError(`policy.distribution: ${problem}`)
  }
  expectPolicy(policy)
  contents.metadata.set('distribution', distribution.name)
  const actionBounds = expectOneOf('policy.actionBounds', policy.actionBounds, BOUNDS)
  // Written only if it is not 'clip', which a file without it means.
  if (actionBounds === 'squash') contents.metadata.set(BOUNDS_KEY, actionBounds)
  putNetwork(contents, 'policy', net)
  const { shared } = net.parameters
  if (shared.length > 0) putParameters(contents, LOG_STD, [shared.length], shared)
  putNormalizer(contents, normalizer, net.sizes[0])
  return seal(FORMAT, contents, extra)
}

/**
 * The policy in the bytes, on `backend`. S, the action space that you expect, is for the compiler alone.
 * Throws a FileError for any bytes that are not a valid policy file.
 */
export function decodePolicy<S extends Space = Space>(
  bytes: Uint8Array, backend: Backend = reference,
): Policy<S> {
  expectBackend('backend', backend)
  const contents = unseal(FORMAT, bytes)
  const observationSpace = takeSpace(contents, 'observation_space')
  const actionSpace = takeSpace(contents, 'action_space')
  const families = [distributionFor(actionSpace), distributionFor(actionSpace, true)]
  const name = takeWord(contents, 'distribution', [...new Set(families.map((family) => family.name))])
  const { etaSize, sharedSize } = families.find((family) => family.name === name)!
  const stated = actionSpace.kind === 'box' && contents.metadata.has(BOUNDS_KEY)
  const actionBounds = stated ? takeWord(contents, BOUNDS_KEY, BOUNDS) : 'clip'
  const stored = takeNetwork(contents, 'policy')
  const logStd = sharedSize > 0 ? takeParameters(contents, LOG_STD, 1).data : new Float64Array(0)
  const normalizer = takeNormalizer(contents, stored.sizes[0])
  expectNothingLeft(contents)

  const { activation, sizes, layers } = stored
  expectSize('inputs of policy.layers.0, for its observations', encodedSize(observationSpace), sizes[0])
  expectSize(`outputs of policy.layers.${layers.length - 1}, for its actions`, etaSize, sizes[layers.length])
  expectSize(`length of ${LOG_STD}, for its actions`, sharedSize, logStd.length)
  const parts = { stateDependentStd: name === 'stateGaussian', actionBounds, normalizer }
  const policy = createPolicy(backend, observationSpace, actionSpace, sizes.slice(1, -1), activation, parts)
  fillNetwork(policy.net, stored)
  policy.net.parameters.shared.set(logStd)
  return policy as Policy<Space> as Policy<S>
}
