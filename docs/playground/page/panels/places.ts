/**
 * A policy with two parameters, a ~ N(μ, σ²), in a world whose reward is −(a − 2)²: its Fisher matrix, its KL
 * and the natural direction, all by the code that trains networks.
 * But: no rollouts; the expected reward and its gradient are known in closed form.
 */
import { conjugateGradient, cgWorkspace } from '../../../../src/math/conjugateGradient.ts'
import { reference } from '../../../../src/math/reference.ts'
import { matrix } from '../../../../src/math/tensor.ts'
import { createShards } from '../../../../src/nn/shards.ts'
import { createPolicy } from '../../../../src/rl/policy.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../../../../src/rl/policyMap.ts'
import { createFisher } from '../../../../src/trpo/fisher.ts'

export const GOAL = 2, DELTA = 0.1
export const MU = [-1.5, 3.5] as const, SIGMA = [0.08, 2] as const
/** Natural steps that are followed from the point. */
const STEPS = 40

/** (μ, log σ). */
export type Place = readonly [mu: number, logSigma: number]

/** What the library says of a place. */
export interface Local {
  /** F, 2 × 2 by rows. */
  readonly fisher: readonly [number, number, number, number]
  /** Of the expected reward. */
  readonly gradient: Place
  /** β F⁻¹g, at which the quadratic model spends δ; and as long a step along g. */
  readonly natural: Place
  readonly plain: Place
}

/** θ = (w, μ, log σ); w is idle, since the only observation is 0. */
function createOne(): PolicyMap {
  const space = { kind: 'box', low: Float64Array.of(-1), high: Float64Array.of(1) } as const
  const { net, distribution } = createPolicy(reference, space, space, [], 'tanh')
  return createPolicyMap(net, distribution, matrix(new Float64Array(1), 1, 1), true)
}

const old = createOne(), candidate = createOne(), kl = new Float64Array(1)
const fisher = createFisher(old, createShards(old.net, old.tape), 0)
const cg = cgWorkspace(3)

function put(map: PolicyMap, [mu, logSigma]: Place): void {
  map.net.parameters.flat.set([0, mu, logSigma])
  forwardPolicy(map)
}

/** KL(here ‖ there) in nats. */
export function klBetween(here: Place, there: Place): number {
  put(old, here)
  put(candidate, there)
  old.distribution.klOldNew(kl, old.eta, candidate.eta)
  return kl[0]
}

/** E[−(a − 2)²] = −(μ − 2)² − σ². */
export function rewardAt([mu, logSigma]: Place): number {
  return -((mu - GOAL) ** 2) - Math.exp(2 * logSigma)
}

export function localAt(place: Place): Local {
  put(old, place)
  fisher.refresh(0)
  const column = (k: number): Float64Array => {
    const out = new Float64Array(3), v = new Float64Array(3)
    v[k] = 1
    fisher.apply(out, v)
    return out
  }
  const [mu, logSigma] = place, first = column(1), second = column(2)
  const gradient: Place = [-2 * (mu - GOAL), -2 * Math.exp(2 * logSigma)]
  const { xAx } = conjugateGradient(cg, fisher.apply, Float64Array.of(0, ...gradient),
    { maxIterations: 3, relativeTolerance: 1e-10 })
  const beta = xAx > 0 ? Math.sqrt(2 * DELTA / xAx) : 0
  const natural: Place = [beta * cg.x[1], beta * cg.x[2]]
  const scale = Math.hypot(...natural) / (Math.hypot(...gradient) || 1)
  return {
    fisher: [first[1], second[1], first[2], second[2]], gradient, natural,
    plain: [scale * gradient[0], scale * gradient[1]],
  }
}

/** The places that steps with a line search go through, the first included. */
export function pathFrom(start: Place, steps: number = STEPS): Place[] {
  const path = [start]
  for (let here = start, k = 0; k < steps; k++) {
    const { natural } = localAt(here)
    let scale = 1, next = here
    for (let j = 0; j < 12; j++, scale *= 0.8) {
      const there: Place = [here[0] + scale * natural[0], here[1] + scale * natural[1]]
      if (klBetween(here, there) > DELTA || rewardAt(there) <= rewardAt(here)) continue
      next = there
      break
    }
    if (next === here || next[1] < Math.log(SIGMA[0])) break
    path.push(here = next)
  }
  return path
}

/** The ellipse ½ xᵀF x = δ about a place. */
export function ellipse(place: Place, [a, b, , d]: Local['fisher'], points: number = 40): Place[] {
  // x = r (cos t, sin t) with r so that the model is δ.
  return Array.from({ length: points + 1 }, (_, i) => {
    const t = 2 * Math.PI * i / points, c = Math.cos(t), s = Math.sin(t)
    const r = Math.sqrt(2 * DELTA / (a * c * c + 2 * b * c * s + d * s * s))
    return [place[0] + r * c, place[1] + r * s]
  })
}

/** Where KL from a place is truly δ: by bisection along each direction of the ellipse. */
export function trueRing(place: Place, model: readonly Place[]): Place[] {
  return model.map(([mu, logSigma]) => {
    const at = (t: number): Place => [place[0] + t * (mu - place[0]), place[1] + t * (logSigma - place[1])]
    let low = 0, high = 3
    for (let k = 0; k < 14; k++) {
      const middle = (low + high) / 2
      if (klBetween(place, at(middle)) < DELTA) low = middle
      else high = middle
    }
    return at(low)
  })
}

/** The place with this μ and σ, or the nearest one that the picture shows. */
export function placeAt(mu: number, sigma: number): Place {
  const clamp = (x: number, [low, high]: readonly [number, number]): number =>
    Math.min(high, Math.max(low, x))
  return [clamp(mu, MU), Math.log(clamp(sigma, SIGMA))]
}
