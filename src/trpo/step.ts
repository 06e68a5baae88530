/**
 * One trust-region step: θ ← θ + αʲ β x, for the first j = 0, 1, … at which mean KL(old‖new) ≤ δ and the
 * surrogate rises, both computed exactly on the whole batch. Schulman et al. 2015, section 6 and appendix C:
 *
 *   g = ∇L(θ_old),   x = (F + λI)⁻¹ g by conjugate gradients,   β = √(2δ / xᵀF x)
 *
 * The update is a transaction: trials are made in a candidate network, and θ is written once, at the end, or
 * not at all. Every outcome, also NaN or infinity, is a certificate with a status; nothing here throws.
 */
import { expectFinite, expectVector } from '../errors/expect.ts'
import { cgWorkspace, type CgWorkspace, conjugateGradient } from '../math/conjugateGradient.ts'
import { type Communicator, largestOf, solo, sumOf } from '../math/communicator.ts'
import type { Random } from '../math/random.ts'
import type { Tensor } from '../math/tensor.ts'
import { allFinite, combine, dot, norm } from '../math/vector.ts'
import { createMlp } from '../nn/mlp.ts'
import { createShards, type Shards } from '../nn/shards.ts'
import type { Batch } from '../rl/batch.ts'
import type { Policy } from '../rl/policy.ts'
import { createPolicyMap, forwardPolicy, type PolicyMap } from '../rl/policyMap.ts'
import { type Certificate, UNMOVED, withoutNaN } from './certificate.ts'
import type { Observer, Probe, Solved } from './observer.ts'
import type { StepOptions } from './options/options.ts'
import type { Lap } from './phases.ts'
import { boundOld, boundTrial, createRounding, EXACT, type Rounding } from './rounding.ts'
import { chooseParts, type StepParts } from './variants/choose.ts'
import { refreshKronecker } from './variants/kronecker.ts'
import type { Trial } from './variants/search.ts'
import { createTrustRegion, type TrustRegion } from './variants/trustRegion.ts'

/** Everything that steps on batches of N states need, allocated once. P is the number of parameters. */
export interface Stepper {
  readonly policy: Policy
  readonly options: StepOptions
  readonly parts: StepParts
  /** δ and λ of the next step. */
  readonly region: TrustRegion
  /** π_old on the batch's states, with its activations cached. */
  readonly old: PolicyMap
  /** The policy of a trial on the same states, with a network of its own. */
  readonly candidate: PolicyMap
  readonly shards: Shards
  /** g: [P]; x is `cg.x`. */
  readonly gradient: Float64Array
  readonly cg: CgWorkspace
  /** Per state: log π_old(a|s), and log π(a|s) and KL(old ‖ new) of the last trial. [N] each. */
  readonly oldLogProbability: Float64Array
  readonly newLogProbability: Float64Array
  readonly kl: Float64Array
  /** [1, N] */
  readonly scratch: Tensor
  readonly rounding: Rounding
}

/** What a step reads of a batch: actions as drawn [N, actionSize] and advantages [N], all finite. */
export type StepBatch = Pick<Batch, 'actions' | 'advantages'>

/**
 * A stepper for batches whose states are in `observations` [N, inputs] and whose masks, if actions are
 * masked, are in `masks` [N, etaSize]. `random` draws the states of Fisher products if they are not all.
 */
export function createStepper(
  policy: Policy, observations: Tensor, options: StepOptions, random: Random, masks: Uint8Array | null = null,
  ranks: Communicator = solo,
): Stepper {
  const { net, distribution, actionSpace } = policy
  const N = observations.rows, P = net.parameters.flat.length
  const old = createPolicyMap(net, distribution, observations, true, masks, ranks)
  const candidateNet = createMlp(net.backend, net.sizes, net.activation.name, distribution.sharedSize)
  const shards = createShards(net, old.tape, ranks)
  return {
    policy, options, old, shards,
    parts: chooseParts(options, old, shards, random),
    region: createTrustRegion(options, actionSpace),
    candidate: createPolicyMap(candidateNet, distribution, observations, false, masks, ranks),
    gradient: new Float64Array(P),
    cg: cgWorkspace(P),
    oldLogProbability: new Float64Array(N),
    newLogProbability: new Float64Array(N),
    kl: new Float64Array(N),
    scratch: net.backend.allocate(1, N),
    rounding: createRounding(old),
  }
}

/**
 * Improve θ within the trust region, or leave its exact bits; the certificate says which, and why.
 * `lap(phase)` is called at the end of each phase, for timing; `observer` looks on.
 */
export function step(
  stepper: Stepper, batch: StepBatch, lap: Lap = () => {}, observer: Observer = {},
): Certificate {
  const start = linearize(stepper, batch)                      // L(θ_old) and g = ∇L(θ_old)
  lap('gradient')
  if (start.status !== undefined) return certificateOf(start)

  const direction = solve(stepper, observer)                   // x ≈ (F + λI)⁻¹ g and β = √(2δ / xᵀF x)
  lap('fisher')
  if (direction.status !== undefined) return certificateOf(start, direction)
  observer.solved?.(solvedOf(stepper, batch, start, direction))

  const move = search(stepper, batch, start, direction, observer)   // the accepted scale αʲ, or 0
  lap('lineSearch')
  if (move.scale > 0) {
    // As in the accepted trial; an observer may have used the candidate since.
    const { flat } = stepper.policy.net.parameters
    combine(flat, flat, move.scale * direction.beta, stepper.cg.x)
  }
  return certificateOf(start, direction, move)
}

/** What a stage contributes to the certificate; a status if the step ends with that stage. */
type Found<K extends keyof Certificate> = Pick<Certificate, K> & Partial<Certificate>

function certificateOf(...found: readonly Partial<Certificate>[]): Certificate {
  return withoutNaN(Object.assign({}, UNMOVED, ...found))
}

/** stepper.gradient ← ∇L(θ_old), by a forward pass of π_old on the whole batch, which stays cached. */
function linearize(stepper: Stepper, { actions, advantages }: StepBatch): Found<'surrogateBefore'> {
  const { policy: { net, distribution }, parts: { objective }, old, shards, gradient, scratch } = stepper
  const { oldLogProbability, rounding, region: { maxKl, damping } } = stepper
  const N = advantages.length
  forwardPolicy(old)
  distribution.logProbability(oldLogProbability, actions, old.eta)
  distribution.entropy(scratch.data, old.eta)
  const entropy = sumOf(old.ranks, scratch.data, N) / old.states
  const surrogateBefore = objective.value(old, oldLogProbability, oldLogProbability, advantages, scratch)
  scratch.data.set(advantages)
  objective.gradient(gradient, old, shards, actions, scratch.data)
  const gradientNorm = norm(gradient)
  boundOld(rounding, old, oldLogProbability)
  const found = { maxKl, damping, entropy, surrogateBefore, surrogateAfter: surrogateBefore, gradientNorm }
  const numbers = [gradientNorm, surrogateBefore, entropy]
  const finite = allFinite(net.parameters.flat) && numbers.every(Number.isFinite)
  if (!finite) return { ...found, status: 'not-finite' }
  return gradientNorm === 0 ? { ...found, status: 'zero-gradient' } : found
}

/**
 * stepper.cg.x ← x, the solution of (F + λI) x = g; and β, at which the quadratic model of KL, damped or not,
 * is δ.
 */
function solve(stepper: Stepper, { solving }: Observer): Found<'beta' | 'xFx'> {
  const { options, parts, region: { maxKl: delta, damping: lambda }, gradient, cg } = stepper
  const { fisher, preconditioner, squaredLength } = parts
  fisher.refresh(lambda)
  if (preconditioner !== null) refreshKronecker(preconditioner, lambda)
  const solved = conjugateGradient(cg, fisher.apply, gradient, {
    maxIterations: options.cgIterations, relativeTolerance: options.cgTolerance,
    preconditioner: preconditioner?.apply,
    visit: solving && ((k, residual) => solving(k, residual, cg.x)),
  })
  const { status: cgStatus, iterations: cgIterations, relativeResidual: cgResidual, xAx } = solved
  const xFx = xAx - lambda * dot(cg.x, cg.x)
  const found = { cgStatus, cgIterations, cgResidual, xFx, beta: 0 }
  if (!(xFx > 0)) {
    const broken = cgStatus === 'not-finite' || !Number.isFinite(xFx)
    return { ...found, status: broken ? 'not-finite' : 'non-positive-curvature' }
  }
  const beta = Math.sqrt(2 * delta / squaredLength(xAx, xFx))
  return Number.isFinite(beta) ? { ...found, beta } : { ...found, status: 'not-finite' }
}

/** The candidate network ← θ + scale · β x for one scale after another, until the trial is accepted. */
function search(
  stepper: Stepper, batch: StepBatch,
  { surrogateBefore }: Found<'surrogateBefore'>, { beta, xFx }: Found<'beta' | 'xFx'>, observer: Observer,
): Found<'scale'> {
  const { parts, region: { maxKl: delta }, gradient, cg } = stepper
  const slope = beta * dot(gradient, cg.x)
  let last = { kl: 0, klMax: 0, surrogate: surrogateBefore, gain: 0, predictedGain: 0, errors: EXACT }
  const { scale, backtracks } = parts.search.run((scale) => {
    const trial = probe(stepper, batch, scale * beta)
    last = { ...trial, gain: trial.surrogate - surrogateBefore, predictedGain: scale * slope }
    // An action with almost no probability under π_old may have an infinite ratio; an infinite L is no gain.
    const usable = Number.isFinite(trial.kl) && Number.isFinite(trial.surrogate)
    const accepted =
      usable && allFinite(stepper.candidate.net.parameters.flat) && parts.search.accepts(last, delta)
    const { kl, klMax, surrogate } = trial
    observer.trial?.({ scale, kl, klMax, surrogate, accepted })
    return accepted
  })
  const status = parts.search.verdict(scale > 0, last, delta)
  if (scale === 0) return { status, scale, backtracks: parts.search.maxTrials }
  const { kl, klMax, surrogate, gain, predictedGain } = last
  return {
    status, scale, backtracks, kl, klMax, quadraticKl: 0.5 * scale * beta * scale * beta * xFx,
    surrogateAfter: surrogate, predictedGain, gainRatio: predictedGain > 0 ? gain / predictedGain : 0,
  }
}

/**
 * candidate ← θ + length · direction [P], which is x by default; returns KL(old ‖ new) there, its mean and
 * its maximum, and L. To be called while the batch of the last `step` is unchanged.
 */
export function probe(
  stepper: Stepper, { actions, advantages }: StepBatch, length: number,
  direction: Float64Array = stepper.cg.x,
): Probe & Pick<Trial, 'errors'> {
  const { policy: { net, distribution }, parts: { objective }, old, candidate, kl, scratch } = stepper
  const { oldLogProbability, newLogProbability } = stepper
  combine(candidate.net.parameters.flat, net.parameters.flat, length, direction)
  forwardPolicy(candidate)
  distribution.klOldNew(kl, old.eta, candidate.eta)
  distribution.logProbability(newLogProbability, actions, candidate.eta)
  const surrogate = objective.value(candidate, newLogProbability, oldLogProbability, advantages, scratch)
  const errors = boundTrial(
    stepper.rounding, candidate, newLogProbability, oldLogProbability, advantages,
    stepper.options.entropyCoefficient,
  )
  return { kl: sumOf(old.ranks, kl) / old.states, klMax: largestOf(old.ranks, kl), surrogate, errors }
}

function solvedOf(
  stepper: Stepper, batch: StepBatch,
  { surrogateBefore }: Found<'surrogateBefore'>, { beta, xFx }: Found<'beta' | 'xFx'>,
): Solved {
  const { policy, gradient, cg: { x }, region: { maxKl } } = stepper
  return {
    policy, gradient, x, maxKl, beta, xFx, surrogate: surrogateBefore,
    probe(length, direction = x) {
      expectFinite('length', length)
      expectVector('direction', direction, x.length)
      const { kl, klMax, surrogate } = probe(stepper, batch, length, direction)
      return { kl, klMax, surrogate }
    },
  }
}
