/**
 * The derivatives in θ that a step uses, each against differences of what it is a derivative of:
 *
 *   tangent         J v against differences of the network's outputs
 *   adjoint         ⟨J v, u⟩ = ⟨v, Jᵀ u⟩
 *   gradient        ∇L · v against differences of the surrogate L, for actions of π and random advantages
 *   fisher          aᵀ F b against the mean of (J a)ᵀ M (J b), with J a and J b by differences
 *   fisherCurvature vᵀ F v against second differences of mean KL(old ‖ new)
 *   fisherSymmetry  uᵀ F v = vᵀ F u,    fisherSign  vᵀ F v ≥ 0
 */
import type { Operator } from '../../math/conjugateGradient.ts'
import type { Random } from '../../math/random.ts'
import { combine, dot, largestMagnitude, norm, sum } from '../../math/vector.ts'
import { backward, forward } from '../../nn/mlp.ts'
import { sumOverTiles } from '../../nn/shards.ts'
import { forwardPolicy } from '../../rl/policyMap.ts'
import { createFisher } from '../../trpo/fisher.ts'
import { policyGradient, surrogate } from '../../trpo/surrogate.ts'
import { type Check, compare, type Comparison, CURVATURES, judge, rounding, SLOPES } from '../comparison.ts'
import { curvaturesOf, slopesOf } from '../differences.ts'
import { NEGLIGIBLE } from '../distribution/etaDirections.ts'
import { type Neighborhood, pushForward } from './neighborhood.ts'

/** J and Jᵀ of the network alone, along every direction. */
export function verifyPasses(neighborhood: Neighborhood, random: Random): Check[] {
  const { old: { net, tape }, shards, directions } = neighborhood
  const n = tape.inputs.rows * tape.outputs.cols
  const pulled = new Float64Array(net.parameters.flat.length)
  const adjoints: Comparison[] = []
  const pairs = directions.map((v) => {
    const Jv = pushForward(neighborhood, v), u = Float64Array.from({ length: n }, () => random.normal())
    tape.outputDerivatives.data.set(u)
    sumOverTiles(pulled, shards, (tile, into) => backward(net, tile, into))
    adjoints.push(compare(dot(Jv, u), dot(v, pulled), norm(Jv) * norm(u)))
    return { Jv, ...differenced(neighborhood, v) }
  })
  // Relative to the largest of all directions: along a single parameter, changes may be rounding alone.
  const scale = largest(pairs.flatMap(({ Jv, wanted }) => [largestMagnitude(Jv), largestMagnitude(wanted)]))
  const tangents = pairs.map(({ Jv, wanted, uncertainty }) => {
    const difference = new Float64Array(n)
    combine(difference, Jv, -1, wanted)
    return compare(largestMagnitude(difference), 0, scale, uncertainty)
  })
  return [
    judge('tangent', 'J v against differences of the network\'s outputs', tangents, SLOPES),
    judge('adjoint', '⟨Jv, u⟩ against ⟨v, Jᵀu⟩', adjoints, rounding(1e-10)),
  ]
}

/** ∇L at θ_old. */
export function verifyGradient(neighborhood: Neighborhood, random: Random): Check {
  const { old, moved, shards, directions, reach } = neighborhood
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
    const negligible = Math.sqrt(NEGLIGIBLE * negligibleMetric(neighborhood, v, v))
    const scale = Math.max(length, Math.abs(slope[0]), negligible)
    return compare(dot(gradient, v), slope[0], scale, uncertainty)
  })
  return judge('gradient', '∇L · v against differences of the surrogate', comparisons, SLOPES)
}

/** aᵀ F b for every two of the directions; `of` names them. If they are all units of θ, F entry by entry. */
export function verifyProducts(neighborhood: Neighborhood, of: string): Check {
  const { old: { net, distribution, tape, eta }, directions } = neighborhood
  const N = tape.inputs.rows, P = net.parameters.flat.length
  const F = operatorOf(neighborhood)
  const sharedOf = (v: Float64Array): Float64Array => v.subarray(P - distribution.sharedSize)
  const columns = directions.map((b) => differenced(neighborhood, b))
  const metrics = columns.map(({ wanted }) => {
    tape.outputDerivatives.data.set(wanted)
    for (const { first, rows } of tape.tiles) {
      distribution.metric(tape.outputDerivatives, eta, first, rows, 1 / N)
    }
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
    // M J b has the relative uncertainty of J b.
    const size = Math.max(largestMagnitude(columns[j].wanted), TINY)
    uncertainty = Math.max(uncertainty, columns[j].uncertainty / size)
  })
  const scale = actual.reduce((max, x, k) => Math.max(max, Math.abs(x), Math.abs(wanted[k])), 0)
  const comparisons = actual.map((x, k) => compare(x, wanted[k], scale, uncertainty * scale))
  return judge('fisher', `${of} against the mean of (J a)ᵀM(J b), J by differences`, comparisons, SLOPES)
}

/** F as the second derivative of KL, its symmetry, and the sign of its curvatures. */
export function verifyCurvature(neighborhood: Neighborhood): Check[] {
  const { directions } = neighborhood
  const F = operatorOf(neighborhood)
  const products = directions.map((v) => {
    const out = new Float64Array(v.length)
    F(out, v)
    return out
  })
  const negligible = (u: Float64Array, v: Float64Array): number => negligibleMetric(neighborhood, u, v)
  const curvatures = directions.map((v, k) => {
    const { wanted, uncertainty } = klCurvature(neighborhood, v)
    const actual = dot(v, products[k])
    const scale = Math.max(Math.abs(actual), Math.abs(wanted), negligible(v, v))
    return compare(actual, wanted, scale, uncertainty)
  })
  const size = (k: number): number => norm(directions[k]) * norm(products[k])
  const pairs = products.slice(1).map((product, k) => {
    const u = directions[k], v = directions[k + 1]
    return compare(dot(u, product), dot(v, products[k]), size(k) + size(k + 1) + negligible(u, v))
  })
  const signs = directions.map((v, k) =>
    compare(Math.min(0, dot(v, products[k])), 0, size(k) + negligible(v, v)))
  return [
    judge('fisherCurvature', 'vᵀFv against second differences of mean KL(old‖new)', curvatures, CURVATURES),
    judge('fisherSymmetry', 'uᵀFv against vᵀFu', pairs, rounding(1e-10)),
    judge('fisherSign', 'vᵀFv where it is negative', signs, rounding(1e-12)),
  ]
}

/** Divisors that may be 0 are replaced by this. */
const TINY = 1e-300

/** The derivative along v of the network's outputs, [N · outputs], by differences; and their uncertainty. */
function differenced(
  { old, moved, reach }: Neighborhood, v: Float64Array,
): { readonly wanted: Float64Array; readonly uncertainty: number } {
  const wanted = new Float64Array(old.tape.inputs.rows * old.tape.outputs.cols)
  const uncertainty = slopesOf(wanted, (values, t) => {
    combine(moved.net.parameters.flat, old.net.parameters.flat, t, v)
    forward(moved.net, moved.tape)
    for (let i = 0; i < values.length; i++) values[i] = moved.tape.outputs.data[i]
  }, reach)
  return { wanted, uncertainty }
}

/** The second derivative along v of mean KL(old ‖ new), by differences, with its uncertainty. */
function klCurvature(
  { old, moved, reach }: Neighborhood, v: Float64Array,
): { readonly wanted: number; readonly uncertainty: number } {
  const { net: { parameters }, distribution, eta, tape } = old
  const kl = new Float64Array(tape.inputs.rows), curvature = new Float64Array(1)
  const uncertainty = curvaturesOf(curvature, (values, t) => {
    combine(moved.net.parameters.flat, parameters.flat, t, v)
    forwardPolicy(moved)
    distribution.klOldNew(kl, eta, moved.eta)
    values[0] = sum(kl) / kl.length
  }, reach)
  return { wanted: curvature[0], uncertainty }
}

/** uᵀ F v for a metric of NEGLIGIBLE times the identity: values of F below it are rounding. */
function negligibleMetric(neighborhood: Neighborhood, u: Float64Array, v: Float64Array): number {
  const N = neighborhood.old.tape.inputs.rows
  return NEGLIGIBLE * norm(pushForward(neighborhood, u)) * norm(pushForward(neighborhood, v)) / N
}

/** F without damping. */
function operatorOf({ old, shards }: Neighborhood): Operator {
  const fisher = createFisher(old, shards, 0)
  fisher.refresh()
  return fisher.apply
}

function largest(values: readonly number[]): number {
  return values.reduce((max, x) => Math.max(max, x), 0)
}
