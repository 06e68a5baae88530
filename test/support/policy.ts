/** Policies with random weights, for tests. */
import { Random } from '../../src/math/random.ts'
import { reference } from '../../src/math/reference.ts'
import { createPolicy, initializePolicy, type Policy } from '../../src/rl/policy.ts'
import type { Space } from '../../src/rl/world/space.ts'

type Options = Parameters<typeof createPolicy>[5] & {
  /** Units of the one hidden layer. */
  readonly units?: number
  readonly logStd?: number
  readonly seed?: number
}

/** A policy on the reference backend with one hidden layer of tanh and initial weights. */
export function drawnPolicy(
  observationSpace: Space, actionSpace: Space, { units = 4, logStd = 0, seed = 1, ...options }: Options = {},
): Policy {
  const policy = createPolicy(reference, observationSpace, actionSpace, [units], 'tanh', options)
  initializePolicy(policy, logStd, new Random(seed))
  return policy
}
