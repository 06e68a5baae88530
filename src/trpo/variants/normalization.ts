/**
 * When the statistics of observations move, and what follows them: between two iterations, never within one.
 *
 * `preserving`: the first layers of π and V absorb the change, so that both stay the functions they were, and only the
 * coordinates of the next update are new. `plain`: they read the new inputs with the old weights, as in most libraries;
 * π then moves outside of the trust region. Either way the record says by how much.
 * But: an observation that was cut is known by its cut value alone, here too.
 */
import { sum } from '../../math/vector.ts'
import { changeLayer } from '../../nn/inputChange.ts'
import type { Batch } from '../../rl/batch.ts'
import { normalizeRow, rebase, refreshNormalizer } from '../../rl/normalizer.ts'
import { forwardPolicy } from '../../rl/policyMap.ts'
import type { Rollout } from '../../rl/rollout.ts'
import type { Stepper } from '../step.ts'
import type { Fitter } from '../value/fitter.ts'
import type { NormalizationOptions } from '../options/options.ts'
import type { Batches } from './sampling.ts'

/** What new statistics of observations did to π. */
export interface Normalization {
  /** Mean KL(before ‖ after) over the batch's states: how far the new statistics moved π, in nats a state. */
  readonly kl: number
  /** Share of the batch's inputs that were cut. */
  readonly clipped: number
}

/**
 * The first statistics: after the first batch, or batches where there is a vine, before anything is read off; their
 * rows are normalised in place. Actions are still π's: without statistics π does not depend on the state
 * (`initializePolicy`).
 */
export function startNormalization({ actor: { policy: { normalizer } }, seen }: Rollout, batches: readonly Batch[]): void {
  if (normalizer === null || normalizer.statistics.count > 0) return
  refreshNormalizer(normalizer, seen)
  for (const { observations, finalObservations, finalCount } of batches) {
    for (const [x, rows] of [[observations, observations.rows], [finalObservations, finalCount]] as const) {
      for (let i = 0; i < rows; i++) normalizeRow(x, i, x, i, normalizer)
    }
  }
}

/** Everything that is expressed in normalised coordinates. */
export interface Readers {
  readonly options: Pick<NormalizationOptions, 'normalizeObservations'>
  readonly rollout: Rollout
  readonly batches: Pick<Batches, 'batch'>
  readonly stepper: Stepper
  readonly fitter: Pick<Fitter, 'changeInputs'>
}

/** All later statistics, once the batch has been used: its rows are rewritten. null if nothing is normalised. */
export function refreshStatistics(
  { rollout: { seen }, batches, stepper, fitter, options: { normalizeObservations } }: Readers,
): Normalization | null {
  const { observations } = batches.batch
  const { policy: { net, normalizer, distribution }, old, candidate, kl } = stepper
  if (normalizer === null) return null
  const clipped = shareClipped(observations.data, normalizer.clip)

  // The candidate's network is idle between two steps: here it is π as it was.
  candidate.net.parameters.flat.set(net.parameters.flat)
  forwardPolicy(candidate)
  const change = refreshNormalizer(normalizer, seen)
  if (normalizeObservations === 'preserving') {
    changeLayer(net.parameters.layers[0], change)
    fitter.changeInputs(change)
  }
  rebase(observations, change, normalizer.clip)
  forwardPolicy(old)
  distribution.klOldNew(kl, candidate.eta, old.eta)
  const mean = sum(kl) / kl.length
  return { kl: Number.isFinite(mean) ? mean : Number.MAX_VALUE, clipped }
}

function shareClipped(x: Float64Array, clip: number): number {
  let count = 0
  for (let p = 0; p < x.length; p++) if (Math.abs(x[p]) >= clip) count++
  return count / x.length
}
