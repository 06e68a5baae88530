/**
 * What is known of one run of a sweep: counted from its records, judged when it is over. Pure.
 */
import { zeroPhases } from '../../trpo/phases.ts'
import type { Shown } from '../show/display.ts'
import { count, createTally, type Tally } from '../show/summary.ts'
import type { Ended } from './children.ts'
import type { PlannedRun } from './plan.ts'

export interface Outcome {
  readonly run: PlannedRun
  readonly tally: Tally
  /** Mean return over the last 100 episodes of training; null if none has ended. */
  meanReturn: number | null
  /** Mean return of the final evaluation; null if there was none. */
  evaluation: number | null
  /** Seconds of its process. */
  seconds: number
  state: 'waiting' | 'running' | 'complete' | 'interrupted' | 'failed'
  /** Why it failed, in one line; its exit code, 1 if it had none. */
  problem: string
  code: number
}

export function createOutcome(run: PlannedRun): Outcome {
  return {
    run, tally: createTally(), meanReturn: null, evaluation: null, seconds: 0, state: 'waiting', problem: '',
    code: 0,
  }
}

/** Add a record, as a line of JSON; other lines are ignored. */
export function addRecord(outcome: Outcome, line: string, solvedReturn: number | null): void {
  let record: Partial<Shown> & Closing
  try {
    record = JSON.parse(line)
  } catch {
    return
  }
  if (record.type === 'evaluation') {
    if (record.closing === true && typeof record.mean === 'number') outcome.evaluation = record.mean
  } else if (record.certificate !== undefined) {
    count(outcome.tally, { ...record as Shown, phases: zeroPhases() }, solvedReturn)
    outcome.meanReturn = record.meanReturn ?? null
  }
}

/** Of an evaluation's record. */
interface Closing { readonly type?: unknown; readonly closing?: unknown; readonly mean?: unknown }

/** Judge how the run ended; `stopped` if it was asked to. */
export function end(outcome: Outcome, { code, signal, stderr }: Ended, stopped: boolean): void {
  outcome.code = code ?? 1
  outcome.state = code === 0 ? 'complete' : stopped && (code ?? 129) > 128 ? 'interrupted' : 'failed'
  if (outcome.state !== 'failed') return
  const last = stderr.trimEnd().split('\n').at(-1) ?? ''
  const how = signal === null ? `exit code ${code}` : signal
  outcome.problem = last === '' || code === null && signal !== null ? how : `${how}: ${last}`
}

/** What a run is judged by. */
export function scoreOf({ evaluation, meanReturn }: Outcome): number | null {
  return evaluation ?? meanReturn
}

/** The step at which training solved the task, null if it did not; Infinity if only the evaluation did. */
export function solvedAt({ tally, evaluation }: Outcome, solvedReturn: number | null): number | null {
  if (tally.solved !== null) return tally.solved.steps
  return solvedReturn !== null && evaluation !== null && evaluation >= solvedReturn ? Infinity : null
}
