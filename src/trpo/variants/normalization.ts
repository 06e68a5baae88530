/**
 * When the statistics of observations move, and what follows them: between two iterations, never within one.
 *
 * `preserving`: the first layers of π and V absorb the change, so that both stay the functions they were, and only the
 * coordinates of the next update are new. `plain`: they read the new inputs with the old weights, as in most libraries;
 * π then moves outside of the trust region. Either way the record says by how much.
 * But: an observation that was cut is known by its cut value alone, here too.
 */
import { sum } from '../../math/vector.ts'
import { absorb } from '../../nn/inputChange.ts'
import { bindParameters } from '../../nn/parameters.ts'
import type { Batch } from '../../rl/batch.ts'
import { normalizeRow, rebase, refresh } from '../../rl/normalizer.ts'
import { forwardPolicy } from '../../rl/policy.ts'
import type { Rollout } from '../../rl/rollout.ts'
import type { Lap } from '../phases.ts'
import type { Stepper } from '../step.ts'
import type { Fitter } from '../value/fitter.ts'

export interface NormalizationOptions {
  /** Box observations to mean 0 and variance 1, by the states acted in so far. */
  readonly normalizeObservations: 'off' | 'preserving' | 'plain'
  /** They are then cut at ± this many standard deviations; above 0, 1e300 for never. */
  readonly observationClip: number
}

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
export function beginNormalization({ actor: { policy: { normalizer } }, seen }: Rollout, ...batches: readonly Batch[]): void {
  if (normalizer === null || normalizer.statistics.count > 0) return
  refresh(normalizer, seen)
  for (const { observations, finalObservations, finalCount } of batches) {
    for (const [x, rows] of [[observations, observations.rows], [finalObservations, finalCount]] as const) {
      for (let i = 0; i < rows; i++) normalizeRow(x, i, x, i, normalizer)
    }
  }
}

/** All who read normalised observations, or remember derivatives by them. */
export interface Readers {
  readonly rollout: Rollout
  readonly batch: Batch
  readonly stepper: Stepper
  readonly fitter: Pick<Fitter, 'changeInputs'>
}

/** All later statistics, once the batch is done with: its rows are rewritten. null where nothing is normalised. */
export function moveStatistics(
  { rollout: { seen }, batch: { observations }, stepper, fitter }: Readers,
  mode: NormalizationOptions['normalizeObservations'], lap: Lap,
): Normalization | null {
  const { policy: { net, normalizer, distribution }, old, candidate, cg, kl } = stepper
  if (normalizer === null) return null
  const clipped = shareCut(observations.data, normalizer.clip)

  // The candidate's network is idle between two steps: here it is π as it was.
  candidate.net.parameters.flat.set(net.parameters.flat)
  forwardPolicy(candidate)
  const change = refresh(normalizer, seen)
  if (mode === 'preserving') {
    absorb(net.parameters.layers[0], change)
    absorb(bindParameters(cg.x, net.sizes, distribution.shared).layers[0], change)
    fitter.changeInputs(change)
  }
  rebase(observations, change, normalizer.clip)
  forwardPolicy(old)
  distribution.klOldNew(kl, candidate.eta, old.eta)
  const mean = sum(kl) / kl.length
  lap('rollout')
  return { kl: Number.isFinite(mean) ? mean : Number.MAX_VALUE, clipped }
}

function shareCut(x: Float64Array, clip: number): number {
  let count = 0
  for (let p = 0; p < x.length; p++) if (Math.abs(x[p]) >= clip) count++
  return count / x.length
}
