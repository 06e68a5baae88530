/**
 * Whether what the certified step rests on holds for a network, a distribution and data of one's own: every
 * derivative against differences, every product against what it stands for. In the report the parts come before
 * what is made of them, so that the first check that fails is nearest to the fault.
 * But: nothing here says that a policy is good, or that an environment is sound (rl/checkEnv does).
 */
import { type Check, judge } from './comparison.ts'
import { expectInteger, show } from '../errors/expect.ts'
import { Random } from '../math/random.ts'
import type { Tensor } from '../math/tensor.ts'
import { allFinite } from '../math/vector.ts'
import { clearOfKinks } from './kinks.ts'
import { createMlp, createTape, type Mlp } from '../nn/mlp.ts'
import { verifyDistribution } from './distribution.ts'
import type { Observation } from '../rl/world/env.ts'
import { createActor, decide } from '../rl/actor.ts'
import type { Policy } from '../rl/policy.ts'
import { encode } from '../rl/world/encoding.ts'
import {
  createSite, type Site, verifyCurvature, verifyGradient, verifyPasses, verifyProducts,
} from './derivatives.ts'

/** How many directions and parameters `verifyPolicy` tries. */
export interface VerifyOptions {
  /** Fixes directions, actions and advantages; an integer from 0, 0 unless told. */
  readonly seed?: number
  /** Random directions; an integer from 2, 4 unless told. */
  readonly directions?: number
  /** Single parameters, beside them; an integer from 0, 8 unless told. Log σ and its like come first. */
  readonly coordinates?: number
  /** The Fisher matrix is formed, entry by entry, up to that many parameters; an integer from 0, 300 unless told. */
  readonly denseLimit?: number
}

/** What `verifyPolicy` found: plain data. */
export interface PolicyReport {
  /** Whether every check passed. */
  readonly passed: boolean
  readonly checks: readonly Check[]
  readonly parameters: number
  /** States given; and those on which the network was differenced, the others being too near to a relu's kink. */
  readonly states: number
  readonly statesClear: number
  /** `dense`: every entry of F was compared, on at most 64 states; `projected`: F between some directions alone. */
  readonly fisher: 'dense' | 'projected'
  /** The report for a person, a line each. */
  readonly text: readonly string[]
}

/** Differences of θ begin with this step along a direction of length 1, and go down to 4⁻⁷ of it. */
const REACH = 1 / 16
/** States on which a dense Fisher matrix is compared. */
const DENSE_STATES = 64

/**
 * Check the derivatives of `policy` at its θ, which keeps its bits, on `observations`: members of its observation
 * space, or a tensor [N, inputs] of what its network reads. A fault of the caller throws; one of the policy is told.
 */
export function verifyPolicy(
  policy: Policy, observations: readonly Observation[] | Tensor, options: VerifyOptions = {},
): PolicyReport {
  const { seed = 0, directions = 4, coordinates = 8, denseLimit = 300 } = options
  expectInteger('seed', seed, 0)
  expectInteger('directions', directions, 2)
  expectInteger('coordinates', coordinates, 0)
  expectInteger('denseLimit', denseLimit, 0)
  const { net, distribution } = policy
  const outputs = net.sizes[net.sizes.length - 1]
  if (outputs !== distribution.etaSize) {
    throw new RangeError(`policy: expected a network with ${distribution.etaSize} outputs for its distribution, got ${outputs}`)
  }
  if (net.parameters.shared.length !== distribution.sharedSize) {
    throw new RangeError(
      `policy: expected ${distribution.sharedSize} shared parameters for its distribution, got ${net.parameters.shared.length}`)
  }
  if (!allFinite(net.parameters.flat)) {
    throw new RangeError('policy: expected finite parameters, got NaN or an infinity among them')
  }
  return net.backend.temporarily(() =>
    verify(policy, gather(policy, observations), { seed, directions, coordinates, denseLimit }))
}

function verify(policy: Policy, observations: Tensor, options: Required<VerifyOptions>): PolicyReport {
  const { net: { backend, sizes, activation, parameters: { flat: theta } }, distribution } = policy
  const random = new Random(options.seed).fork('verify')
  const P = theta.length, N = observations.rows
  const net = twinOf(policy.net), trial = twinOf(policy.net)
  net.parameters.flat.set(theta)

  /** A site at those of the states that keep clear of kinks along all directions; null where none does. */
  const siteFor = (states: Tensor, directions: readonly Float64Array[]): Site | null => {
    const { reach, rows } = clearOfKinks(trial, createTape(trial, states, true), theta, directions, REACH)
    return rows.length === 0
      ? null : createSite(net, trial, distribution, chosen(states, rows, policy), directions, reach)
  }
  const directions = Array.from({ length: options.directions }, () => randomDirection(P, random))
  const units = coordinatesFor(P, distribution.sharedSize, options.coordinates, random).map((p) => unit(P, p))
  const all = createSite(net, trial, distribution, observations, [], REACH)
  const checks = verifyDistribution(backend, distribution, all.old.eta, options.directions, random)
  const site = siteFor(observations, [...directions, ...units])
  const dense = P <= options.denseLimit
  if (site === null) {
    checks.push(judge('kinks', 'states at which no relu sits on its kink', [], 0, 'no derivative exists on a kink'))
  } else {
    checks.push(...verifyPasses(site, random), verifyGradient(site, random))
    const whole = dense ? siteFor(spread(observations, policy), Array.from({ length: P }, (_, p) => unit(P, p))) : null
    checks.push(whole === null ? verifyProducts(site, 'aᵀFb along the directions') : verifyProducts(whole, 'every entry of F'))
    // Without single parameters, along which KL may be flat, and that bring more kinks near.
    checks.push(...verifyCurvature(siteFor(observations, directions) ?? site))
  }

  const passed = checks.every((check) => check.passed)
  const statesClear = site === null ? 0 : site.old.tape.inputs.rows
  const width = checks.reduce((most, { name }) => Math.max(most, name.length), 0)
  const text = [
    `${distribution.name} on a network ${sizes.join('-')} (${activation.name}), ${P} parameters: ${passed ? 'every check passed' : 'FAILED'}`,
    `${N} states${statesClear < N ? `, ${N - statesClear} of them left out: a relu's kink is too near` : ''}`,
    ...checks.map(({ name, error, tolerance, reason, compares, passed: ok }) =>
      `${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(width)}  ${digits(error)} of ${digits(tolerance)}  ${compares} (${reason})`),
  ]
  return {
    passed, checks, parameters: P, states: N, statesClear, fisher: dense ? 'dense' : 'projected', text,
  }
}

/** What the network reads of the observations, [N, inputs], in memory of its backend. */
function gather(policy: Policy, observations: readonly Observation[] | Tensor): Tensor {
  const { net: { backend, sizes }, observationSpace } = policy
  if (Array.isArray(observations)) {
    if (observations.length === 0) throw new RangeError('observations: expected at least one, got none')
    const actor = createActor(policy, observations.length)
    observations.forEach((observation, i) => {
      const problem = encode(actor.observations.data, i * sizes[0], observationSpace, observation)
      if (problem !== null) throw new RangeError(`observations[${i}]: ${problem}`)
    })
    decide(actor, null)
    return actor.map.tape.inputs
  }
  const given = observations as Tensor | null
  if (!(given?.data instanceof Float64Array)) {
    throw new TypeError(`observations: expected an array of observations or a tensor, got ${show(observations)}`)
  }
  if (given.cols !== sizes[0]) throw new RangeError(`observations: expected ${sizes[0]} columns, got ${given.cols}`)
  expectInteger('observations.rows', given.rows, 1)
  const inputs = backend.allocate(given.rows, given.cols)
  for (let i = 0; i < given.rows; i++) {
    for (let j = 0; j < given.cols; j++) {
      const x = given.data[i * given.rowStride + j * given.colStride]
      if (!Number.isFinite(x)) throw new RangeError(`observations[${i}]: expected [${j}] to be a finite number, got ${show(x)}`)
      inputs.data[i * given.cols + j] = x
    }
  }
  return inputs
}

/** A network like `net`, own activation included, whose parameters are all 0. */
function twinOf({ backend, sizes, activation, parameters }: Mlp): Mlp {
  return { ...createMlp(backend, sizes, 'identity', parameters.shared.length), activation }
}

/** The given rows of `states`, in memory of the network's backend. */
function chosen(states: Tensor, rows: readonly number[], { net: { backend } }: Policy): Tensor {
  const { data, cols } = states
  const some = backend.allocate(rows.length, cols)
  rows.forEach((row, i) => { for (let j = 0; j < cols; j++) some.data[i * cols + j] = data[row * cols + j] })
  return some
}

/** At most so many states as a dense comparison takes, evenly spread over all. */
function spread(states: Tensor, policy: Policy): Tensor {
  const count = Math.min(states.rows, DENSE_STATES)
  return chosen(states, Array.from({ length: count }, (_, i) => Math.floor(i * states.rows / count)), policy)
}

/** Of length 1. */
function randomDirection(P: number, random: Random): Float64Array {
  const v = Float64Array.from({ length: P }, () => random.normal())
  const length = Math.sqrt(v.reduce((total, x) => total + x * x, 0))
  return v.map((x) => x / length)
}

function unit(P: number, p: number): Float64Array {
  const v = new Float64Array(P)
  v[p] = 1
  return v
}

/** `count` different parameters, or all there are: shared ones first, then random ones. */
function coordinatesFor(P: number, shared: number, count: number, random: Random): number[] {
  const order = Int32Array.from({ length: P - shared }, (_, p) => p)
  random.shuffle(order)
  return [...Array.from({ length: shared }, (_, k) => P - shared + k), ...order].slice(0, count)
}

function digits(x: number): string {
  return x === Infinity ? 'not finite' : x.toExponential(1)
}
