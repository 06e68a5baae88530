/**
 * The derivatives in θ that a step rests on, each against differences of what it derives:
 *
 *   tangent         J v against differences of the network's outputs
 *   adjoint         ⟨J v, u⟩ = ⟨v, Jᵀ u⟩
 *   gradient        ∇L · v against differences of the surrogate L, for random actions of π and random advantages
 *   fisher          aᵀ F b against the mean of (J a)ᵀ M (J b), with J a and J b by differences
 *   fisherCurvature vᵀ F v against second differences of mean KL(old ‖ new)
 *   fisherSymmetry  uᵀ F v = vᵀ F u,    fisherSign  vᵀ F v ≥ 0
 */
import { type Check, compare, type Comparison, judge } from './comparison.ts'
import type { Operator } from '../math/conjugateGradient.ts'
import { curvaturesOf, slopesOf } from './differences.ts'
import type { Random } from '../math/random.ts'
import type { Tensor } from '../math/tensor.ts'
import { combine, dot, largestMagnitude, norm, sum } from '../math/vector.ts'
import type { Distribution } from '../nn/distributions/distribution.ts'
import { backward, forward, type Mlp, tangent, transposeWeights } from '../nn/mlp.ts'
import { bindParameters } from '../nn/parameters.ts'
import { createShards, type Shards, sumOverTiles } from '../nn/shards.ts'
import { LEAST } from './distribution.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../rl/policyMap.ts'
import { createFisher } from '../trpo/fisher.ts'
import { policyGradient, surrogate } from '../trpo/surrogate.ts'

/** A policy at θ on some states, a second one to move, and the directions along which to look, as far as `reach`. */
export interface Site {
  readonly old: PolicyMap
  readonly moved: PolicyMap
  readonly shards: Shards
  readonly directions: readonly Float64Array[]
  readonly reach: number
  /** J v, as the network has it: [N · outputs]. */
  push(v: Float64Array): Float64Array
}

/** `net` holds θ and keeps it; the parameters of `trial` are moved about. Leaves `net` ready for every pass. */
export function createSite(
  net: Mlp, trial: Mlp, distribution: Distribution, observations: Tensor, directions: readonly Float64Array[], reach: number,
): Site {
  const old = createPolicyMap(net, distribution, observations, true)
  const { tape } = old
  const bound = bindParameters(net.backend.allocate(1, net.parameters.flat.length).data, net.sizes, distribution.sharedSize)
  forwardPolicy(old)
  transposeWeights(net)
  return {
    old, directions, reach,
    moved: createPolicyMap(trial, distribution, observations, false),
    shards: createShards(net, tape),
    push(v) {
      bound.flat.set(v)
      for (const tile of tape.tiles) tangent(net, tile, bound)
      return tape.outputDerivatives.data.slice(0, tape.inputs.rows * tape.outputs.cols)
    },
  }
}

/** What a metric of the least size that counts would make of two directions: below it, F is rounding. */
function least(site: Site, u: Float64Array, v: Float64Array): number {
  return LEAST * norm(site.push(u)) * norm(site.push(v)) / site.old.tape.inputs.rows
}

/** J and Jᵀ of the network by themselves, along every direction of the site. */
export function verifyPasses(site: Site, random: Random): Check[] {
  const { old: { net, tape }, shards, directions } = site
  const n = tape.inputs.rows * tape.outputs.cols
  const pulled = new Float64Array(net.parameters.flat.length)
  const adjoints: Comparison[] = []
  const pairs = directions.map((v) => {
    const Jv = site.push(v), u = Float64Array.from({ length: n }, () => random.normal())
    tape.outputDerivatives.data.set(u)
    sumOverTiles(pulled, shards, (tile, into) => backward(net, tile, into))
    adjoints.push(compare(dot(Jv, u), dot(v, pulled), norm(Jv) * norm(u)))
    return { Jv, ...differenced(site, v) }
  })
  // Relative to the largest of all: a single parameter may move nothing but by rounding.
  const scale = pairs.reduce((most, { Jv, wanted }) => Math.max(most, largestMagnitude(Jv), largestMagnitude(wanted)), 0)
  const tangents = pairs.map(({ Jv, wanted, uncertainty }) => {
    const apart = new Float64Array(n)
    combine(apart, Jv, -1, wanted)
    return compare(largestMagnitude(apart), 0, scale, uncertainty)
  })
  return [
    judge('tangent', 'J v against differences of the network\'s outputs', tangents, 1e-6,
      'extrapolated differences are good to 1e-9'),
    judge('adjoint', '⟨Jv, u⟩ against ⟨v, Jᵀu⟩', adjoints, 1e-10, 'rounding alone'),
  ]
}

/** J v by differences of the outputs, [N · outputs], and how uncertain its entries are. */
function differenced({ old, moved, reach }: Site, v: Float64Array): { wanted: Float64Array; uncertainty: number } {
  const wanted = new Float64Array(old.tape.inputs.rows * old.tape.outputs.cols)
  const uncertainty = slopesOf(wanted, (values, t) => {
    combine(moved.net.parameters.flat, old.net.parameters.flat, t, v)
    forward(moved.net, moved.tape)
    for (let i = 0; i < values.length; i++) values[i] = moved.tape.outputs.data[i]
  }, reach)
  return { wanted, uncertainty }
}

/** ∇L at θ_old. */
export function verifyGradient(site: Site, random: Random): Check {
  const { old, moved, shards, directions, reach } = site
  const { net: { backend, parameters }, distribution, eta, tape } = old
  const N = tape.inputs.rows
  const actions = backend.allocate(N, distribution.actionSize)
  distribution.sample(actions, eta, new Array<Random>(N).fill(random))
  const advantages = Float64Array.from({ length: N }, () => random.normal())
  const oldLog = new Float64Array(N), newLog = new Float64Array(N), scratch = backend.allocate(1, N)
  distribution.logProbability(oldLog, actions, eta)
  const gradient = new Float64Array(parameters.flat.length)
  policyGradient(gradient, old, shards, actions, advantages.slice())
  const length = norm(gradient)
  const comparisons = directions.map((v) => {
    const slope = new Float64Array(1)
    const uncertainty = slopesOf(slope, (values, t) => {
      combine(moved.net.parameters.flat, parameters.flat, t, v)
      forwardPolicy(moved)
      distribution.logProbability(newLog, actions, moved.eta)
      values[0] = surrogate(backend, newLog, oldLog, advantages, scratch)
    }, reach)
    const scale = Math.max(length, Math.abs(slope[0]), Math.sqrt(LEAST * least(site, v, v)))
    return compare(dot(gradient, v), slope[0], scale, uncertainty)
  })
  return judge('gradient', '∇L · v against differences of the surrogate', comparisons, 1e-6,
    'extrapolated differences are good to 1e-9')
}

/** aᵀ F b for every two directions a, b of the site: where these are all units of θ, F entry by entry. */
export function verifyProducts(site: Site, of: string): Check {
  const { old: { net, distribution, tape, eta }, directions } = site
  const N = tape.inputs.rows, P = net.parameters.flat.length
  const F = operatorOf(site)
  const sharedOf = (v: Float64Array): Float64Array => v.subarray(P - distribution.sharedSize)
  const columns = directions.map((b) => differenced(site, b))
  const metrics = columns.map(({ wanted }) => {
    tape.outputDerivatives.data.set(wanted)
    for (const { first, rows } of tape.tiles) distribution.metric(tape.outputDerivatives, eta, first, rows, 1 / N)
    return tape.outputDerivatives.data.slice(0, wanted.length)
  })
  const product = new Float64Array(P), sharedProduct = new Float64Array(distribution.sharedSize)
  const actual: number[] = [], wanted: number[] = []
  let uncertainty = 0
  directions.forEach((b, j) => {
    F(product, b)
    distribution.sharedMetric(sharedProduct, sharedOf(b), eta)
    directions.forEach((a, i) => {
      actual.push(dot(a, product))
      wanted.push(dot(columns[i].wanted, metrics[j]) + dot(sharedOf(a), sharedProduct))
    })
    // M J b changes by as much, relatively, as J b.
    uncertainty = Math.max(uncertainty, columns[j].uncertainty / Math.max(largestMagnitude(columns[j].wanted), 1e-300))
  })
  const scale = actual.reduce((most, x, k) => Math.max(most, Math.abs(x), Math.abs(wanted[k])), 0)
  const comparisons = actual.map((x, k) => compare(x, wanted[k], scale, uncertainty * scale))
  return judge('fisher', `${of} against the mean of (J a)ᵀM(J b), J by differences`, comparisons, 1e-6,
    'extrapolated differences are good to 1e-9')
}

/** F as the second derivative of KL, symmetric, and of no negative curvature. */
export function verifyCurvature(site: Site): Check[] {
  const { old, moved, directions, reach } = site
  const { net: { parameters }, distribution, eta, tape } = old
  const F = operatorOf(site)
  const products = directions.map((v) => {
    const out = new Float64Array(v.length)
    F(out, v)
    return out
  })
  const kl = new Float64Array(tape.inputs.rows)
  const curvatures = directions.map((v, k) => {
    const wanted = new Float64Array(1)
    const uncertainty = curvaturesOf(wanted, (values, t) => {
      combine(moved.net.parameters.flat, parameters.flat, t, v)
      forwardPolicy(moved)
      distribution.klOldNew(kl, eta, moved.eta)
      values[0] = sum(kl) / kl.length
    }, reach)
    const actual = dot(v, products[k])
    return compare(actual, wanted[0], Math.max(Math.abs(actual), Math.abs(wanted[0]), least(site, v, v)), uncertainty)
  })
  const size = (k: number): number => norm(directions[k]) * norm(products[k])
  const pairs = products.slice(1).map((product, k) => {
    const u = directions[k], v = directions[k + 1]
    return compare(dot(u, product), dot(v, products[k]), size(k) + size(k + 1) + least(site, u, v))
  })
  const signs = directions.map((v, k) => compare(Math.min(0, dot(v, products[k])), 0, size(k) + least(site, v, v)))
  return [
    judge('fisherCurvature', 'vᵀFv against second differences of mean KL(old‖new)', curvatures, 1e-5,
      'second differences are good to 1e-7'),
    judge('fisherSymmetry', 'uᵀFv against vᵀFu', pairs, 1e-10, 'rounding alone'),
    judge('fisherSign', 'vᵀFv where it is negative', signs, 1e-12, 'rounding alone'),
  ]
}

function operatorOf({ old, shards }: Site): Operator {
  const fisher = createFisher(old, shards, 0)
  fisher.refresh()
  return fisher.apply
}
