/**
 * What rounding may hide from a trial: bounds of the errors of mean KL(old‖new) and of the surrogate's gain.
 * A trial is accepted only if it is acceptable by more than these, so that a certificate is true of the exact
 * numbers, also if σ is so small, or a mean so large, that doubles cannot resolve one in units of the other.
 *
 * Outputs η are off by at most `boundOutputs`; ρ is the largest such error, of π_old's and the candidate's η
 * together, in units of σ or logits. In those units KL has the slope √(2 KL) near its minimum and at most
 * 3 (√KL + KL) further on, for each of the distributions, and log π(a|s) the slope |z| or z² + 1, where
 * z² = d − 2H − 2 log π(a|s) for a Gaussian on ℝᵈ with entropy H, and at most 2 for a logit.
 */
import { exp } from '../math/elementary.ts'
import { keepLargest, largestNumber, largestOf, sumOf } from '../math/communicator.ts'
import type { Tensor } from '../math/tensor.ts'
import { boundOutputs, createOutputError, type OutputError, UNIT_ROUNDOFF } from '../nn/outputError.ts'
import type { PolicyMap } from '../rl/policyMap.ts'

/** Relative error of sums, exponentials and products over a batch: about a hundred roundings. */
const SUMS = 128 * UNIT_ROUNDOFF

/** Scratch for the bounds of one stepper. */
export interface Rounding {
  readonly network: OutputError
  /** Error of π_old's η, and of both: [etaSize] each. */
  readonly oldError: Float64Array
  readonly bothErrors: Float64Array
  /** Errors of log π_old(a|s), and of both log π(a|s) together; entropies: [N] each. */
  readonly oldLogErrors: Float64Array
  readonly logErrors: Float64Array
  readonly entropies: Float64Array
}

/** Bounds for one trial. */
export interface TrialErrors {
  /** ρ, in units of σ or of logits. */
  readonly relative: number
  /** Of the gain of L; Infinity if ratios cannot be resolved. */
  readonly gain: number
}

/** Of a trial that has not been made. */
export const EXACT: TrialErrors = { relative: 0, gain: 0 }

export function createRounding({ net, distribution, tape }: PolicyMap): Rounding {
  const N = tape.inputs.rows
  return {
    network: createOutputError(net),
    oldError: new Float64Array(distribution.etaSize),
    bothErrors: new Float64Array(distribution.etaSize),
    oldLogErrors: new Float64Array(N),
    logErrors: new Float64Array(N),
    entropies: new Float64Array(N),
  }
}

/** Prepare for trials against π_old on `old`, where log π(a|s) is `logProbability`; after `forwardPolicy`. */
export function boundOld(rounding: Rounding, old: PolicyMap, logProbability: Float64Array): void {
  const { network, oldError, oldLogErrors, logErrors } = rounding
  largestPerColumn(network.magnitudes[0], old.tape.inputs)
  keepLargest(old.ranks, network.magnitudes[0])
  oldError.set(boundOutputs(network, old.net))
  logErrors.fill(0)
  addLogErrors(rounding, old, oldError, logProbability)
  oldLogErrors.set(logErrors)
}

/**
 * The bounds for a candidate, likewise, after `boundOld`; log π_old(a|s) is `oldLogProbability`. The gain is
 * that of L + c · mean entropy, with c = `entropyCoefficient`.
 */
export function boundTrial(
  rounding: Rounding, candidate: PolicyMap, logProbability: Float64Array, oldLogProbability: Float64Array,
  advantages: Float64Array, entropyCoefficient: number,
): TrialErrors {
  const { network, oldError, bothErrors, logErrors, oldLogErrors } = rounding
  const error = boundOutputs(network, candidate.net)
  for (let j = 0; j < error.length; j++) bothErrors[j] = oldError[j] + error[j]
  logErrors.set(oldLogErrors)
  addLogErrors(rounding, candidate, error, logProbability)
  // From here on each entry is what its state adds: a sum over states, in shards like every other.
  for (let i = 0; i < advantages.length; i++) {
    const ratio = exp(logProbability[i] - oldLogProbability[i])
    // e^x − 1 ≤ 2x for x ≤ 1; beyond, the ratio is not known at all.
    const error = logErrors[i] <= 1 ? 2 * logErrors[i] : Infinity
    const size = Math.abs(advantages[i])
    logErrors[i] = size === 0 ? 0 : size * (ratio * error + SUMS * (ratio + 1))
  }
  let gain = sumOf(candidate.ranks, logErrors) / candidate.states
  const relative = relativeError(candidate, bothErrors)
  if (entropyCoefficient > 0) gain += entropyCoefficient * entropyError(rounding, candidate, relative)
  return { relative, gain }
}

/** A bound of the error of a KL, mean or largest, of `etaSize` outputs. */
export function klError({ relative: rho }: TrialErrors, kl: number, etaSize: number): number {
  return 3 * rho * (Math.sqrt(kl) + kl) + 2 * rho * rho * (1 + kl) + SUMS * kl + 16 * UNIT_ROUNDOFF * etaSize
}

/** logErrors += bounds of the errors of log π(a|s) by those of η, and by its own operations. */
function addLogErrors(
  { entropies, logErrors }: Rounding, map: PolicyMap, error: Float64Array,
  logProbability: Float64Array,
): void {
  const { distribution, eta } = map
  const { actionSize: d } = distribution
  const rho = relativeError(map, error)
  distribution.entropy(entropies, eta)
  for (let i = 0; i < logErrors.length; i++) {
    const entropy = entropies[i], log = logProbability[i]
    const squares = Math.max(0, d - 2 * entropy - 2 * log)
    const size = d + squares + Math.abs(entropy) + Math.abs(log)
    logErrors[i] += rho * (2 * (d + squares) + rho) + (16 + d) * UNIT_ROUNDOFF * size
  }
}

/** Of a difference of mean entropies, whose slope is at most 2H for logits and 1 for each log σ. */
function entropyError({ entropies }: Rounding, { distribution, ranks }: PolicyMap, rho: number): number {
  const d = distribution.actionSize, size = largestOf(ranks, entropies)
  return rho * (2 * size + d) + SUMS * (size + 4 * d)
}

/** The largest error of η in units of the distribution, over all states. */
function relativeError({ distribution, eta, ranks }: PolicyMap, error: Float64Array): number {
  return largestNumber(ranks, distribution.relativeError(error, eta))
}

/** out_j ← max over rows of |x_j|. */
function largestPerColumn(out: Float64Array, { data, rows, cols }: Tensor): void {
  out.fill(0)
  for (let i = 0, p = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, p++) out[j] = Math.max(out[j], Math.abs(data[p]))
  }
}
