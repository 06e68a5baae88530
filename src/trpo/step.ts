/**
 * One trust-region step: θ ← θ + αʲ β x, the largest of the tried lengths that keeps mean KL(old‖new) ≤ δ and
 * raises the surrogate, both computed exactly on the whole batch.
 *
 *   x = (F + λI)⁻¹ g by conjugate gradient,   β = √(2δ / xᵀF x)      Schulman et al. 2015, section 6 and appendix C
 *
 * The update is a transaction: trials live in a candidate network, and θ is written once, at the end, if at all.
 * Every outcome is told by a certificate; nothing here throws for numbers that misbehave.
 */
import { cgWorkspace, type CgStatus, type CgWorkspace, conjugateGradient } from '../math/conjugateGradient.ts'
import type { Random } from '../math/random.ts'
import type { Tensor } from '../math/tensor.ts'
import { allFinite, combine, dot, largestMagnitude, norm, sum } from '../math/vector.ts'
import { createMlp } from '../nn/mlp.ts'
import { createShards, type Shards } from '../nn/shards.ts'
import { createPolicyMap, forwardPolicy, type Policy, type PolicyMap } from '../rl/policy.ts'
import { createSubset, type Fisher, type Subset } from './fisher.ts'
import { chooseParts, type StepParts } from './variants/choose.ts'
import type { Lap } from './phases.ts'
import { createPreconditioner, type Preconditioner } from './variants/preconditioner.ts'
import type { TrustRegion } from './variants/trustRegion.ts'

/**
 * - `accepted`: θ moved; KL ≤ δ and the surrogate rose.
 * - `accepted-beyond`: θ moved and the surrogate rose, but KL is above δ, within the `klSlack` that was asked for.
 * - `unconditional`: θ moved by a natural policy gradient without line search; nothing was promised but finite numbers.
 * - `zero-gradient`: there was nothing to follow.
 * - `non-positive-curvature`: xᵀF x ≤ 0, so that no length can be derived.
 * - `not-finite`: θ, the gradient, or the direction, was NaN or infinite.
 * - `kl-exceeded`, `no-improvement`: the search ran out of trials, and this is what its shortest one lacked.
 * θ has its exact bits in every case but the first three.
 */
export type StepStatus =
  'accepted' | 'accepted-beyond' | 'unconditional' | 'zero-gradient' | 'non-positive-curvature' | 'not-finite' | 'kl-exceeded' | 'no-improvement'

/** What an update did and why. KL in nats a state; every number is finite. */
export interface Certificate {
  readonly status: StepStatus
  /** δ and λ of this step. */
  readonly maxKl: number
  readonly damping: number
  /** KL(old ‖ new), mean and largest over the batch's states; 0 where θ did not move. */
  readonly kl: number
  readonly klMax: number
  /** ½ (αʲβ)² xᵀF x: what the mean KL would be if it were quadratic. F is that of the states that CG saw. */
  readonly quadraticKl: number
  /** L(θ) before and after, with the entropy bonus where there is one. */
  readonly surrogateBefore: number
  readonly surrogateAfter: number
  /** gᵀ(θ′ − θ), and the gain of L divided by it; 0 where θ did not move. */
  readonly predictedGain: number
  readonly gainRatio: number
  readonly gradientNorm: number
  readonly cgStatus: CgStatus | 'not-run'
  readonly cgIterations: number
  /** ‖g − (F + λI) x‖ / ‖g‖ by the recurrence. */
  readonly cgResidual: number
  readonly xFx: number
  /** β: the length at which the quadratic model spends δ. */
  readonly beta: number
  /** θ′ − θ = scale · β x: αʲ by backtracking, 0 where θ did not move. */
  readonly scale: number
  /** Trials that failed: j of the accepted αʲ by backtracking. */
  readonly backtracks: number
  /** Of π_old, mean over states, in nats. */
  readonly entropy: number
}

export interface StepOptions {
  /** δ, and what it bounds: the mean of KL(old‖new) over the batch's states, or the largest. */
  readonly maxKl: number
  readonly constraint: 'mean-kl' | 'max-kl'
  /** `state`: of the whole action; `dimension`: a component's on average, as if δ and λ were as many times larger. */
  readonly klUnit: 'state' | 'dimension'
  /** The search accepts KL up to this multiple of δ, at least 1; whatever is above δ is marked. */
  readonly klSlack: number
  /** The search accepts gains above this share of what the slope promises, in [0, 1]. */
  readonly leastGainRatio: number
  /** Added to the surrogate for each nat of mean entropy. */
  readonly entropyCoefficient: number
  /** The Fisher matrix: averaged over all actions, or over those that were taken. */
  readonly fisherEstimate: 'exact' | 'empirical'
  readonly cgIterations: number
  readonly cgTolerance: number
  readonly damping: number
  /** `diagonal` divides residuals by the Fisher matrix's exact diagonal, plus λ. */
  readonly preconditioner: 'none' | 'diagonal'
  /** Begin at the direction of the last step instead of at 0; costs one product more. */
  readonly warmStart: boolean
  /** `undamped` divides by xᵀF x, `damped` by xᵀ(F + λI) x, which makes shorter steps. */
  readonly stepLength: 'undamped' | 'damped'
  /** false: take αʲβ x at j = 0 whatever comes (natural policy gradient, Kakade 2002). */
  readonly lineSearch: boolean
  /** The first acceptable αʲ, or the longest acceptable step that maxBacktracks + 1 trials find, beyond β too. */
  readonly search: 'backtracking' | 'longest'
  readonly backtrackCoefficient: number
  readonly maxBacktracks: number
  /** Share of the states that the Fisher product sees, in (0, 1]. */
  readonly fisherFraction: number
}

/** Everything a step on a batch of fixed size needs, allocated once. */
export interface Stepper {
  readonly policy: Policy
  readonly options: StepOptions
  readonly parts: StepParts
  /** δ and λ of the next step: the options', unless someone changes them. */
  readonly region: TrustRegion
  /** π_old on the batch's states, with its cached activations; and the candidate. */
  readonly old: PolicyMap
  readonly candidate: PolicyMap
  readonly shards: Shards
  readonly subset: Subset | null
  readonly fisher: Fisher
  readonly preconditioner: Preconditioner | null
  readonly gradient: Float64Array
  readonly cg: CgWorkspace
  readonly oldLogProbability: Float64Array
  readonly newLogProbability: Float64Array
  readonly kl: Float64Array
  /** [1, N] */
  readonly scratch: Tensor
}

/**
 * A stepper for states that will lie in `observations` [N, inputs], and, where actions are masked, which are allowed
 * in `masks` [N, logits], as in a batch. `random` chooses the states of a subset.
 */
export function createStepper(
  policy: Policy, observations: Tensor, options: StepOptions, random: Random, masks: Uint8Array | null = null,
): Stepper {
  const { net, distribution } = policy
  const N = observations.rows, P = net.parameters.flat.length
  const old = createPolicyMap(net, distribution, observations, true, masks)
  const shards = createShards(net, old.tape)
  const candidateNet = createMlp(net.backend, net.sizes, net.activation.name, distribution.shared)
  const subset = options.fisherFraction < 1 ? createSubset(old, options.fisherFraction, random) : null
  const seen = subset ?? { map: old, shards }
  const parts = chooseParts(options, P)
  const dimensions = options.klUnit === 'dimension' ? distribution.dimensions : 1
  return {
    policy, options, parts, old, shards, subset,
    region: { maxKl: dimensions * options.maxKl, damping: dimensions * options.damping },
    candidate: createPolicyMap(candidateNet, distribution, observations, false, masks),
    fisher: parts.createFisher(seen.map, seen.shards, options.damping),
    preconditioner: options.preconditioner === 'none'
      ? null : createPreconditioner(seen.map, seen.shards, options.damping),
    gradient: new Float64Array(P),
    cg: cgWorkspace(P),
    oldLogProbability: new Float64Array(N),
    newLogProbability: new Float64Array(N),
    kl: new Float64Array(N),
    scratch: net.backend.allocate(1, N),
  }
}

/** Update θ from actions [N, actionSize] and advantages [N], both finite. `lap` is told what each stretch of work was. */
export function step(stepper: Stepper, actions: Tensor, advantages: Float64Array, lap: Lap): Certificate {
  const { policy, options, old, candidate, shards, subset, gradient, cg, kl, scratch } = stepper
  const { distribution } = policy
  const { objective, bounded, search } = stepper.parts
  const { maxKl: delta, damping: lambda } = stepper.region
  const N = advantages.length
  const theta = policy.net.parameters.flat
  const trial = candidate.net.parameters.flat

  forwardPolicy(old)
  distribution.logProbability(stepper.oldLogProbability, actions, old.eta)
  distribution.entropy(scratch.data, old.eta)
  const entropy = sum(scratch.data, N) / N
  const surrogateBefore = objective.value(old, stepper.oldLogProbability, stepper.oldLogProbability, advantages, scratch)
  scratch.data.set(advantages)
  objective.gradient(gradient, old, shards, actions, scratch.data)
  const gradientNorm = norm(gradient)
  lap('gradient')

  const unmoved = {
    maxKl: delta, damping: lambda, scale: 0, kl: 0, klMax: 0, quadraticKl: 0, surrogateBefore, surrogateAfter: surrogateBefore, predictedGain: 0, gainRatio: 0,
    gradientNorm, cgStatus: 'not-run', cgIterations: 0, cgResidual: 0, xFx: 0, beta: 0, backtracks: 0, entropy,
  } as const
  const finite = allFinite(theta) && Number.isFinite(gradientNorm) && Number.isFinite(surrogateBefore) && Number.isFinite(entropy)
  if (!finite) return withZeros({ ...unmoved, status: 'not-finite' })
  if (gradientNorm === 0) return { ...unmoved, status: 'zero-gradient' }

  subset?.choose()
  stepper.fisher.refresh(lambda, subset?.take(actions) ?? actions)
  stepper.preconditioner?.refresh(lambda)
  const solved = conjugateGradient(cg, stepper.fisher.apply, gradient, {
    maxIterations: options.cgIterations, relativeTolerance: options.cgTolerance,
    preconditioner: stepper.preconditioner?.apply, warmStart: options.warmStart,
  })
  lap('fisher')
  const xFx = solved.xAx - lambda * dot(cg.x, cg.x)
  const found = {
    ...unmoved, cgStatus: solved.status, cgIterations: solved.iterations, cgResidual: solved.relativeResidual, xFx,
  }
  const beta = Math.sqrt(2 * delta / (options.stepLength === 'damped' ? solved.xAx : xFx))
  if (!(xFx > 0)) {
    const status = solved.status === 'not-finite' || !Number.isFinite(xFx) ? 'not-finite' : 'non-positive-curvature'
    return withZeros({ ...found, status })
  }
  if (!Number.isFinite(beta)) return withZeros({ ...found, status: 'not-finite' })

  const slope = beta * dot(gradient, cg.x)
  // What the last trial amounts to, for the certificate.
  let spent = 0, surrogateAfter = surrogateBefore
  const acceptable = (scale: number): boolean => {
    combine(trial, theta, scale * beta, cg.x)
    forwardPolicy(candidate)
    distribution.klOldNew(kl, old.eta, candidate.eta)
    spent = bounded(kl)
    distribution.logProbability(stepper.newLogProbability, actions, candidate.eta)
    surrogateAfter = objective.value(candidate, stepper.newLogProbability, stepper.oldLogProbability, advantages, scratch)
    // An action that π_old all but excludes may have an infinite ratio, and an infinite L is no gain that one can tell.
    if (!Number.isFinite(spent) || !Number.isFinite(surrogateAfter) || !allFinite(trial)) return false
    const gain = surrogateAfter - surrogateBefore
    return !options.lineSearch || (spent <= options.klSlack * delta && gain > 0 && gain > options.leastGainRatio * scale * slope)
  }
  const { backtracks, scale } = search(acceptable)
  lap('lineSearch')
  if (backtracks < 0) {
    const failed = options.lineSearch ? options.maxBacktracks + 1 : 1
    const status = !options.lineSearch ? 'not-finite' : spent <= options.klSlack * delta ? 'no-improvement' : 'kl-exceeded'
    return withZeros({ ...found, beta, backtracks: failed, status })
  }

  theta.set(trial)
  const predictedGain = scale * slope
  return withZeros({
    ...found,
    status: !options.lineSearch ? 'unconditional' : spent <= delta ? 'accepted' : 'accepted-beyond',
    scale, kl: sum(kl, N) / N, klMax: largestMagnitude(kl), quadraticKl: 0.5 * scale * beta * scale * beta * xFx,
    surrogateAfter, predictedGain, gainRatio: predictedGain > 0 ? (surrogateAfter - surrogateBefore) / predictedGain : 0,
    beta, backtracks,
  })
}

/** The record with 0 for its entries that are NaN or infinite: such a number is told by the status alone. */
function withZeros(certificate: Certificate): Certificate {
  const zeros: Record<string, number> = {}
  for (const [name, value] of Object.entries(certificate)) {
    if (typeof value === 'number' && !Number.isFinite(value)) zeros[name] = 0
  }
  return { ...certificate, ...zeros }
}
