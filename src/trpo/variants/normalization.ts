/**
 * When the statistics of observations change: after the first batch and between iterations, never within one.
 *
 * `preserving`: the first layers of π and V are rewritten, so that both remain the same functions, and only
 * the coordinates of the next update are new. `plain`: the old weights read the new inputs, as in most
 * libraries; π then moves outside of the trust region. In both cases the record says by how much.
 * But: if an observation was clipped, only its clipped value is known, here too.
 */
import { type Communicator, gathered, sumOf } from '../../math/communicator.ts'
import { sum } from '../../math/vector.ts'
import { changeLayer } from '../../nn/inputChange.ts'
import type { Batch } from '../../rl/batch.ts'
import { normalizeRow, rebase, refreshNormalizer } from '../../rl/normalizer.ts'
import type { Policy } from '../../rl/policy.ts'
import { forwardPolicy, type PolicyMap } from '../../rl/policyMap.ts'
import type { Rollout } from '../../rl/rollout.ts'
import type { NormalizationOptions } from '../options/options.ts'
import type { Fitter } from '../value/fitter.ts'
import type { Batches } from './sampling.ts'

/** What new statistics of observations did to π. */
export interface Normalization {
  /** Mean KL(before ‖ after) over the batch's states, in nats per state, due to the new statistics. */
  readonly kl: number
  /** Share of the batch's inputs that were clipped. */
  readonly clipped: number
}

/**
 * The first statistics: μ and σ of the first batch, or batches if there is a vine, before anything is
 * computed from it; its rows are normalised in place. Its actions are still π's: without statistics π does
 * not depend on the state (`initializePolicy`).
 */
export function startNormalization(
  { actor: { policy: { normalizer } }, seen, ranks }: Rollout, batches: readonly Batch[],
): void {
  if (normalizer === null || normalizer.statistics.count > 0) return
  refreshNormalizer(normalizer, seen, ranks)
  for (const { observations, finalObservations, finalCount } of batches) {
    for (const [x, rows] of [[observations, observations.rows], [finalObservations, finalCount]] as const) {
      for (let i = 0; i < rows; i++) normalizeRow(x, i, x, i, normalizer)
    }
  }
}

/** Everything that is expressed in normalised coordinates; a `Trainer` has all of it. */
export interface Normalized {
  readonly options: Pick<NormalizationOptions, 'normalizeObservations'>
  readonly rollout: Rollout
  readonly batches: Pick<Batches, 'batch'>
  readonly stepper: StepperMaps
  readonly fitter: Pick<Fitter, 'changeInputs'>
}

/** Of a `Stepper`: π on the batch's states, a second network like it, and KL per state [N]. */
export interface StepperMaps {
  readonly policy: Policy
  readonly old: PolicyMap
  readonly candidate: PolicyMap
  readonly kl: Float64Array
}

/** All later statistics, once the batch has been used; overwrites its rows. null without a normaliser. */
export function refreshStatistics(
  { rollout: { seen, ranks }, batches, stepper, fitter, options: { normalizeObservations } }: Normalized,
): Normalization | null {
  const { observations } = batches.batch
  const { policy: { net, normalizer, distribution }, old, candidate, kl } = stepper
  if (normalizer === null) return null
  const clipped = shareClipped(observations.data, normalizer.clip, ranks)

  // No step is under way, so the candidate's network is free: here it holds π as it was.
  candidate.net.parameters.flat.set(net.parameters.flat)
  forwardPolicy(candidate)
  const change = refreshNormalizer(normalizer, seen, ranks)
  if (normalizeObservations === 'preserving') {
    changeLayer(net.parameters.layers[0], change)
    fitter.changeInputs(change)
  }
  rebase(observations, change, normalizer.clip)
  forwardPolicy(old)
  distribution.klOldNew(kl, candidate.eta, old.eta)
  const mean = sumOf(ranks, kl) / (ranks.size * kl.length)
  return { kl: Number.isFinite(mean) ? mean : Number.MAX_VALUE, clipped }
}

function shareClipped(x: Float64Array, clip: number, ranks: Communicator): number {
  let count = 0
  for (let p = 0; p < x.length; p++) if (Math.abs(x[p]) >= clip) count++
  return sum(gathered(ranks, Float64Array.of(count))) / (ranks.size * x.length)
}
