/**
 * The contract of an action distribution: η ↦ sample, log π, score, metric, KL, entropy. It never meets the
 * network. η has a part that the network computes for each state and a part that all states share (a Gaussian's log σ).
 * But: no distribution here has a metric that couples the two parts, and the contract takes advantage of that.
 */
import type { Backend } from '../../math/backend.ts'
import type { Random } from '../../math/random.ts'
import type { Tensor } from '../../math/tensor.ts'

/** Distribution parameters on N states. */
export interface Eta {
  /** As the network gave them: [N, etaSize]. */
  readonly rows: Tensor
  /** [shared] */
  readonly shared: Float64Array
  /** What `prepare` derives from `rows` once for all later uses: [N, cacheSize]. */
  readonly cache: Tensor
  /** 1 where the state allows an action, 0 where not: [N, etaSize]; null where all are allowed, or masks mean nothing. */
  readonly mask: Uint8Array | null
}

/** The operations of one family of distributions; each works on the rows of all states at once. */
export interface Distribution {
  readonly name: string
  /** Numbers of η that the network computes per state; numbers of η that all states share. */
  readonly etaSize: number
  readonly sharedSize: number
  /** Numbers that `prepare` derives per state. */
  readonly cacheSize: number
  /** Numbers per action. */
  readonly actionSize: number

  /** log σ ← `logStd`: in the biases of the outputs [etaSize] or the shared part [shared]; nothing where there is no σ. */
  setLogStd(bias: Float64Array, shared: Float64Array, logStd: number): void
  /** Fill eta.cache. Called after every change of eta.rows or eta.mask, before anything below. */
  prepare(eta: Eta): void
  /** actions ← one draw a state, the i-th from streams[i].  actions: [N, actionSize]. */
  sample(actions: Tensor, eta: Eta, streams: readonly Random[]): void
  /** actions ← the most likely action of each state (the lowest, where several are). */
  mode(actions: Tensor, eta: Eta): void
  /** out ← log π(a | s), in nats, summed over the components of an action.  out: [N]. */
  logProbability(out: Float64Array, actions: Tensor, eta: Eta): void
  /** etaBar ← wᵢ ∂ log π(aᵢ | sᵢ) / ∂ηᵢ [N, etaSize]; sharedBar ← Σ wᵢ ∂ log π(aᵢ | sᵢ) / ∂shared [shared]. */
  score(etaBar: Tensor, sharedBar: Float64Array, weights: Float64Array, actions: Tensor, eta: Eta): void
  /** out ← entropy in nats.  out: [N]. */
  entropy(out: Float64Array, eta: Eta): void
  /** etaBar ← w ∂ entropyᵢ / ∂ηᵢ [N, etaSize]; sharedBar ← w Σ ∂ entropyᵢ / ∂shared [shared]. */
  entropyScore(etaBar: Tensor, sharedBar: Float64Array, weight: number, eta: Eta): void
  /** out ← KL(old ‖ new) in nats, summed over the components of an action: at least 0, finite.  out: [N]. */
  klOldNew(out: Float64Array, old: Eta, new_: Eta): void
  /** Rows first … first + count − 1 of etaDot ← scale · M etaDot: M = ∂²KL(old ‖ new)/∂new² at new = old. */
  metric(etaDot: Tensor, eta: Eta, first: number, count: number, scale: number): void
  /**
   * Rows first … first + count − 1 of etaDot ← L_k, where M = Σ L_k L_kᵀ over k = 0 … etaSize − 1: what the exact
   * diagonal of the Fisher matrix is made of.
   */
  metricFactor(etaDot: Tensor, eta: Eta, k: number, first: number, count: number): void
  /** out ← M v for the shared part.  out, v: [shared]. */
  sharedMetric(out: Float64Array, v: Float64Array, eta: Eta): void
}

/** η on the N rows of `rows`, with memory for the cache; `mask` [N, etaSize] is filled by its owner. */
export function createEta(
  backend: Backend, distribution: Distribution, rows: Tensor, shared: Float64Array, mask: Uint8Array | null = null,
): Eta {
  return { rows, shared, cache: backend.allocate(rows.rows, distribution.cacheSize), mask }
}
