/**
 * What the page and its worker say to each other: plain records, copied by `postMessage`. The page orders,
 * the worker reports; a report names the run it belongs to, so that the page can drop what comes late.
 */
import type { Certificate } from '../../src/trpo/certificate.ts'
import type { TrainOptions } from '../../src/trpo/options/options.ts'
import type { ObservedTrial } from '../../src/trpo/observer.ts'
import type { Episode } from '../../src/rl/rollout.ts'
import type { Space } from '../../src/rl/world/space.ts'
import type { ValueFit } from '../../src/trpo/value/loss.ts'
import type { Normalization } from '../../src/trpo/variants/normalization.ts'

/** The name of a world whose program is the setting's `source`. */
export const OWN = 'own'

/** A training, whole: equal settings give equal bits. */
export interface Setting {
  /** A name in trpo/envs, or OWN. */
  readonly world: string
  readonly seed: number
  /** What differs from the world's preset; without `seed`, `clock` and `backend`. */
  readonly options: Partial<TrainOptions>
  /** The program of a world of one's own, as in worker/ownWorld.ts; null for the others. */
  readonly source: string | null
}

/** KL and gain of L along x, from θ_old: three arrays of equal length. */
export interface Curve {
  /** Multiples of β, from 0 to 2. */
  readonly at: Float64Array
  /** Mean KL(old‖new) in nats, and what the quadratic model says: ½ (at · β)² xᵀF x. */
  readonly kl: Float64Array
  readonly quadratic: Float64Array
  /** L(θ) − L(θ_old). */
  readonly gain: Float64Array
}

/**
 * KL and gain on the plane through θ_old that the natural step and the plain gradient span. A point (p, q) is
 * θ_old + p · βx + q · w, where w is the part of the gradient orthogonal to x, as long as βx.
 */
export interface Plane {
  /** Points per side. [row · n + column]: p = reach · (2 column/(n−1) − 1), q the same of the row. */
  readonly n: number
  readonly reach: number
  readonly kl: Float64Array
  readonly gain: Float64Array
  /** The step along the plain gradient that is as long as βx: (p, q), on the unit circle. */
  readonly plain: readonly [p: number, q: number]
}

/** A step along the plain gradient from the same θ_old by the same data, as long as βx. */
export interface PlainStep {
  readonly kl: number
  readonly gain: number
  /** Mean deterministic return of the policy there, episodes as for `deterministicReturn`. */
  readonly return: number | null
}

/** An episode, whole: one more observation, [size] each, than actions and rewards. */
export interface Path {
  readonly observations: Float64Array
  readonly actions: readonly (number | Float64Array)[]
  readonly rewards: Float64Array
}

/** One iteration, and what was seen of it. */
export interface IterationRecord {
  /** From 1. */
  readonly iteration: number
  readonly steps: number
  readonly episodes: readonly Episode[]
  readonly meanReturnNow: number | null
  readonly meanReturn: number | null
  readonly meanLength: number | null
  readonly certificate: Certificate
  readonly valueFit: ValueFit
  readonly normalization: Normalization | null
  /** Of θ after the iteration: 16 hexadecimal digits, as `trpo train` prints them. */
  readonly hash: string
  /** The policy after the iteration, as `encodePolicy` writes it. */
  readonly policy: Uint8Array
  /** ‖g − (F + λI) x‖ / ‖g‖ after k = 0, 1, … products. */
  readonly residuals: readonly number[]
  readonly trials: readonly ObservedTrial[]
  /** null if the step ended before it had a direction. */
  readonly curve: Curve | null
  /** null also if there was no time for it, or if both directions are one. */
  readonly plane: Plane | null
  /** null also if it is switched off. */
  readonly plain: PlainStep | null
  /** Mean of a few episodes, most likely actions; null if it took too long. */
  readonly deterministicReturn: number | null
  /** Of a world of one's own, an episode of most likely actions; of others null: the page plays them. */
  readonly path: Path | null
  readonly milliseconds: { readonly update: number; readonly look: number }
}

/** What the page needs to know of a world and its training, once it is open. */
export interface Opened {
  /** All options, as they were resolved. */
  readonly options: TrainOptions
  readonly observationSpace: Space
  readonly actionSpace: Space
  readonly maxEpisodeSteps: number | null
  /** Mean return over 100 episodes from which the world counts as solved. */
  readonly solvedReturn: number | null
  /** Iterations until options.totalSteps. */
  readonly iterations: number
  /** The policy before the first iteration, as `encodePolicy` writes it. */
  readonly policy: Uint8Array
  /** What `checkEnv` remarked on a world of one's own. */
  readonly remarks: readonly string[]
}

/** How much to look. */
export interface Looking {
  /** false: records as of a ghost, without curve, plane and plain gradient. */
  readonly whole: boolean
  /** The plain gradient on the same data. */
  readonly plain: boolean
  /** Milliseconds that a plane may take. */
  readonly plane: number
}

/** From the page. `open` ends the run before; `until` is the last iteration that may be made. */
export type Order =
  | { readonly kind: 'open'; readonly run: number; readonly setting: Setting; readonly looking: Looking }
  | { readonly kind: 'allow'; readonly run: number; readonly until: number }
  | { readonly kind: 'look'; readonly run: number; readonly looking: Looking }

/** From the worker. `alive` comes about every second while a world of one's own is at work. */
export type Report =
  | { readonly kind: 'opened'; readonly run: number; readonly opened: Opened }
  | { readonly kind: 'record'; readonly run: number; readonly record: IterationRecord }
  | { readonly kind: 'finished'; readonly run: number }
  | { readonly kind: 'refused'; readonly run: number; readonly problems: readonly string[] }
  | { readonly kind: 'alive'; readonly run: number }

/** A worker as the page sees it. */
export interface WorkerHandle {
  post(order: Order): void
  end(): void
}

/** Starts a worker; `hear` is called with each of its reports. */
export type StartWorker = (hear: (report: Report) => void) => WorkerHandle
