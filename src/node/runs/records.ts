/**
 * The records of a run, as they stand in metrics.jsonl and on stdout with --json: one `start`, then an
 * `iteration` and sometimes an `evaluation`, at last the closing `evaluation` and the `end`. Plain data.
 * But: JSON has no infinite numbers; a return that overflowed is null.
 */
import { exp } from '../../math/elementary.ts'
import { moments } from '../../math/moments.ts'
import type { TrainOptions } from '../../trpo/options/options.ts'
import type { Phases } from '../../trpo/phases.ts'
import type { Iteration } from '../../trpo/train.ts'
import type { EvaluationResult } from '../evaluation.ts'

/** What every record has besides its type. */
interface Moment {
  /** When it was written, as ISO 8601. */
  readonly date: string
  readonly iteration: number
  /** Environment steps so far. */
  readonly steps: number
}

export interface StartRecord extends Moment {
  readonly type: 'start'
  /** That of trpo. */
  readonly version: string
  readonly environment: string
  readonly seed: number
  readonly solvedReturn: number | null
  readonly options: PlainOptions
  /** Iterations between two evaluations, 0 for none; and episodes of each. */
  readonly evalEvery: number
  readonly evalEpisodes: number
  /** The command that repeats the run. */
  readonly command: string
}

/** Options as JSON can hold them: without the clock, infinities as text. */
export type PlainOptions = Readonly<Record<string, unknown>>

export interface IterationRecord extends Moment, Omit<Iteration, 'policy' | 'value' | 'phases' | 'snapshot'> {
  readonly type: 'iteration'
  /** Of training so far, evaluations not included. */
  readonly seconds: number
  /** Of this iteration; null if no time has passed. */
  readonly stepsPerSecond: number | null
  /** Mean of σ over a Box action's components; null if it depends on the state or there is none. */
  readonly actionStd: number | null
  /** Only with --phases. */
  readonly phases?: Phases
}

export interface EvaluationRecord extends Moment {
  readonly type: 'evaluation'
  /** Whether it is the one after the last iteration. */
  readonly closing: boolean
  /** Whether no periodic evaluation before had so high a mean. */
  readonly best: boolean
  readonly seed: number
  readonly deterministic: true
  readonly episodes: number
  readonly mean: number
  readonly std: number
  readonly min: number
  readonly max: number
  readonly meanLength: number
  /** Episodes that were stopped before their end. */
  readonly stopped: number
  readonly returns: readonly number[]
  readonly lengths: readonly number[]
}

export interface EndRecord extends Moment {
  readonly type: 'end'
  readonly seconds: number
  /** `complete`, a signal, `reader-left` (nobody reads stdout) or `error`, then with its message. */
  readonly reason: string
  readonly message: string | null
}

export type RunRecord = StartRecord | IterationRecord | EvaluationRecord | EndRecord

export function plainOptions(options: TrainOptions): PlainOptions {
  const { clock: _clock, ...plain } = options
  const finite = (value: unknown): unknown =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
  return Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, finite(value)]))
}

export function iterationRecord(
  iteration: Iteration, time: { readonly seconds: number; readonly stepsPerSecond: number | null },
  timed: boolean,
): IterationRecord {
  const { policy, value: _value, phases, snapshot: _snapshot, ...data } = iteration
  const { net: { parameters: { shared } }, distribution } = policy
  const actionStd = distribution.name !== 'gaussian' ? null
    : shared.reduce((total, logStd) => total + exp(logStd), 0) / shared.length
  return { type: 'iteration', date: now(), ...data, ...time, actionStd, ...timed ? { phases } : {} }
}

/** At least one episode must be complete. */
export function evaluationRecord(
  at: { readonly iteration: number; readonly steps: number }, { returns, lengths, stopped }: EvaluationResult,
  how: Pick<EvaluationRecord, 'closing' | 'best' | 'seed'>,
): EvaluationRecord {
  const { mean, variance } = moments(returns)
  return {
    type: 'evaluation', date: now(), iteration: at.iteration, steps: at.steps, ...how, deterministic: true,
    episodes: returns.length, mean, std: Math.sqrt(variance), 
    min: returns.reduce((a, b) => Math.min(a, b)), max: returns.reduce((a, b) => Math.max(a, b)),
    meanLength: moments(lengths).mean, stopped, returns: [...returns], lengths: [...lengths],
  }
}

export function now(): string {
  return new Date().toISOString()
}
