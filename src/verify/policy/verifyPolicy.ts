/**
 * Whether the mathematics of a certified step holds for a network, a distribution and data of your own: each
 * derivative is compared with differences, each product with what it should be. The report lists parts before
 * what is made of them, so the first check that fails is nearest to the error.
 * But: it does not say that a policy is good, or that an environment is correct (`checkEnv` does).
 */
import { expectInteger, expectNumber, expectRecord } from '../../errors/expect.ts'
import { Random } from '../../math/random.ts'
import type { Tensor } from '../../math/tensor.ts'
import { allFinite } from '../../math/vector.ts'
import { expectPolicy, type Policy } from '../../rl/policy.ts'
import type { Observation } from '../../rl/world/env.ts'
import { type Check, judge } from '../comparison.ts'
import { verifyCurvature, verifyGradient, verifyPasses, verifyProducts } from './derivatives.ts'
import { REACH } from '../differences.ts'
import { verifyDistribution } from '../distribution/distribution.ts'
import { createNeighborhood, createTwins, smoothNeighborhood } from './neighborhood.ts'
import { reportText } from './report.ts'
import { spreadRows, statesFrom } from './states.ts'
import { chooseParameters, randomDirection, unitDirection } from './thetaDirections.ts'

/** How many directions and parameters `verifyPolicy` tries. */
export interface VerifyOptions {
  /** Fixes directions, actions and advantages; an integer of at least 0. Default: 0. */
  readonly seed?: number
  /** Number of random directions; an integer from 2 to 10000. Default: 4. */
  readonly directions?: number
  /** Number of single parameters to check as well, log σ first; an integer of at least 0. Default: 8. */
  readonly coordinates?: number
  /** Up to this many parameters, every entry of F is compared; an integer of at least 0. Default: 300. */
  readonly denseLimit?: number
}

/** What `verifyPolicy` found: plain data. */
export interface PolicyReport {
  /** Whether every check passed. */
  readonly passed: boolean
  readonly checks: readonly Check[]
  /** Number of parameters. */
  readonly parameters: number
  /** Number of states given, and of those that are far enough from every relu's kink for differences. */
  readonly states: number
  readonly statesClear: number
  /** `dense`: every entry of F was compared, on at most 64 states; `projected`: F between some directions. */
  readonly fisher: 'dense' | 'projected'
  /** The report as text, line by line. */
  readonly text: readonly string[]
}

/** More directions than anyone waits for. */
const MAX_DIRECTIONS = 10_000
/** Maximum number of states on which every entry of F is compared. */
const DENSE_STATES = 64

/**
 * Check the derivatives of `policy` at its θ, which keeps its bits, on `observations`: members of its
 * observation space, or a tensor [N, inputs] of what its network reads. Invalid arguments throw; defects of
 * the policy are reported.
 */
export function verifyPolicy(
  policy: Policy, observations: readonly Observation[] | Tensor, options: VerifyOptions = {},
): PolicyReport {
  const known = ['seed', 'directions', 'coordinates', 'denseLimit'] as const
  const { seed = 0, directions = 4, coordinates = 8, denseLimit = 300 } =
    expectRecord<VerifyOptions>('options', options, known)
  expectInteger('seed', seed, 0)
  expectInteger('directions', directions, 2)
  expectNumber('directions', directions, 2, MAX_DIRECTIONS)
  expectInteger('coordinates', coordinates, 0)
  expectInteger('denseLimit', denseLimit, 0)
  expectPolicy(policy)
  if (!allFinite(policy.net.parameters.flat)) {
    throw new RangeError('policy: expected finite parameters, got NaN or an infinity among them')
  }
  return policy.net.backend.temporarily(() =>
    verify(policy, statesFrom(policy, observations), { seed, directions, coordinates, denseLimit }))
}

function verify(policy: Policy, states: Tensor, options: Required<VerifyOptions>): PolicyReport {
  const { net: { backend, parameters }, distribution } = policy
  const random = new Random(options.seed).fork('verify')
  const P = parameters.flat.length
  const twins = createTwins(policy)
  const directions = Array.from({ length: options.directions }, () => randomDirection(P, random))
  const units = chooseParameters(P, distribution.sharedSize, options.coordinates, random)
    .map((p) => unitDirection(P, p))

  const { old: { eta } } = createNeighborhood(twins, states, [], REACH)
  const checks = verifyDistribution({ backend, distribution, eta }, options.directions, random)
  const smooth = smoothNeighborhood(twins, states, [...directions, ...units], REACH)
  const dense = P <= options.denseLimit
  if (smooth === null) {
    const reason = 'no derivative exists on a kink'
    checks.push(judge('kinks', 'states at which no relu sits on its kink', [], { tolerance: 0, reason }))
  } else {
    checks.push(...verifyPasses(smooth, random), verifyGradient(smooth, random))
    const allUnits = (): Float64Array[] => Array.from({ length: P }, (_, p) => unitDirection(P, p))
    const whole = dense
      ? smoothNeighborhood(twins, spreadRows(states, DENSE_STATES, backend), allUnits(), REACH) : null
    checks.push(whole === null
      ? verifyProducts(smooth, 'aᵀFb along the directions') : verifyProducts(whole, 'every entry of F'))
    // Without single parameters: along them KL may be flat, and they bring more kinks near.
    checks.push(...verifyCurvature(smoothNeighborhood(twins, states, directions, REACH) ?? smooth))
  }
  const counts = { states: states.rows, statesClear: smooth?.old.tape.inputs.rows ?? 0 }
  return {
    passed: checks.every(({ passed }) => passed),
    checks,
    parameters: P,
    ...counts,
    fisher: dense ? 'dense' : 'projected',
    text: reportText(policy, counts, checks),
  }
}
