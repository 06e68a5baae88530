/**
 * The contract of an action distribution with parameters η: sample, log π, score, entropy, KL, and the metric
 * M, its Fisher matrix with respect to η. η has a part that the network computes for each state (`rows`) and
 * a part that all states share (`shared`: the log σ of `gaussian`). No distribution refers to the network.
 * But: M may not couple the two parts: `metric` and `sharedMetric` are its two diagonal blocks.
 */
import type { Backend } from '../../math/backend.ts'
import type { Random } from '../../math/random.ts'
import type { Tensor } from '../../math/tensor.ts'

/** Distribution parameters on N states. */
export interface Eta {
  /** The network's outputs: [N, etaSize]. */
  readonly rows: Tensor
  /** [sharedSize] */
  readonly shared: Float64Array
  /** Computed from `rows` by `prepare`, once for all later calls: [N, cacheSize]. */
  readonly cache: Tensor
  /** 1 for each allowed action, 0 for each forbidden one: [N, etaSize]; null if all are allowed. */
  readonly mask: Uint8Array | null
}

/** The functions of a distribution, on N states at once. Vectors and tensors to be written come first. */
export interface Distribution {
  readonly name: string
  /** Numbers in η that the network computes per state; numbers in η that all states share. */
  readonly etaSize: number
  readonly sharedSize: number
  /** Numbers per state that `prepare` computes. */
  readonly cacheSize: number
  /** Numbers per action. */
  readonly actionSize: number

  /** log σ ← `logStd`, in the biases of the outputs [etaSize] or in `shared`; nothing if there is no σ. */
  setLogStd(bias: Float64Array, shared: Float64Array, logStd: number): void
  /** Fill eta.cache. To be called after every change of eta.rows or eta.mask, before any function below. */
  prepare(eta: Eta): void
  /** actions ← one draw per state, the i-th from streams[i].  actions: [N, actionSize]. */
  sample(actions: Tensor, eta: Eta, streams: readonly Random[]): void
  /** actions ← the most likely action of each state; the lowest of several equally likely ones. */
  mode(actions: Tensor, eta: Eta): void
  /** out ← log π(a | s), in nats, summed over the components of an action.  out: [N]. */
  logProbability(out: Float64Array, actions: Tensor, eta: Eta): void
  /**
   * Rows first … first + count − 1 of etaBar ← wᵢ ∂ log π(aᵢ|sᵢ)/∂ηᵢ, [N, etaSize]; sharedBar += Σ over them
   * of wᵢ ∂ log π(aᵢ|sᵢ)/∂shared, [sharedSize].
   */
  score(
    etaBar: Tensor, sharedBar: Float64Array, weights: Float64Array, actions: Tensor, eta: Eta,
    first: number, count: number,
  ): void
  /** out ← entropy in nats.  out: [N]. */
  entropy(out: Float64Array, eta: Eta): void
  /** The same rows of etaBar ← w ∂ entropyᵢ / ∂ηᵢ, [N, etaSize]; sharedBar += w Σ ∂ entropyᵢ / ∂shared. */
  entropyScore(
    etaBar: Tensor, sharedBar: Float64Array, weight: number, eta: Eta, first: number, count: number,
  ): void
  /** out ← KL(old ‖ new) in nats, summed over the components of an action: finite, at least 0.  out: [N]. */
  klOldNew(out: Float64Array, old: Eta, new_: Eta): void
  /** Rows first … first + count − 1 of etaDot ← scale · M etaDot, M = ∂²KL(old ‖ new)/∂new² at new = old. */
  metric(etaDot: Tensor, eta: Eta, first: number, count: number, scale: number): void
  /**
   * Rows first … first + count − 1 of etaDot ← L_k, where M = Σ L_k L_kᵀ over k = 0 … etaSize − 1.
   * Kronecker factors of the Fisher matrix are made of them.
   */
  metricFactor(etaDot: Tensor, eta: Eta, k: number, first: number, count: number): void
  /**
   * The largest change of η, over the states, by changes of at most error[j] in each ηⱼ: √Σ (error[j]/unit)²,
   * where the unit is σ for a mean, and 1 for a logit or log σ.  error: [etaSize].
   */
  relativeError(error: Float64Array, eta: Eta): number
  /** out ← M v for the shared part.  out, v: [sharedSize]. */
  sharedMetric(out: Float64Array, v: Float64Array, eta: Eta): void
}

/** η of N states, of which `rows` are the network's outputs. `mask` [N, etaSize] is kept, not copied. */
export function createEta(
  backend: Backend, distribution: Distribution, rows: Tensor, shared: Float64Array,
  mask: Uint8Array | null = null,
): Eta {
  return { rows, shared, cache: backend.allocate(rows.rows, distribution.cacheSize), mask }
}
