/**
 * A run while it goes on: what it begins with, a row per iteration with the bar below it, evaluations.
 */
import { VERSION } from '../../io/version.ts'
import type { Iteration } from '../../trpo/train.ts'
import type { Training } from '../cli/trainArguments.ts'
import { clock } from '../clock.ts'
import { bar, header, row } from '../show/display.ts'
import { countdown, decimal, grouped, plural, wrap } from '../show/format.ts'
import { spread } from '../show/summary.ts'
import { shown, shownPath } from '../show/text.ts'
import type { RunState, Session } from './keep.ts'
import type { OpenRun } from './open.ts'
import type { EvaluationRecord } from './records.ts'

/** Rows after which a terminal shows the header again. */
const HEADER_INTERVAL = 30

/** An evaluation between two iterations. */
export function showEvaluation({ display, progress }: Session, { returns, best }: EvaluationRecord): void {
  const words = `evaluation: ${spread(Float64Array.from(returns))}${best ? ', the best so far' : ''}`
  const lines = wrap(words, progress.columns() - 1)
  for (const line of lines) display.line(best ? progress.paint.good(line) : line)
}

/** The iteration's row, and the bar below it. */
export function showIteration(
  session: Session, state: RunState, record: Iteration, stepsPerSecond: number | null,
): void {
  const { training, progress, display } = session
  const { solvedReturn } = training.environment
  const { iteration, meanReturn } = record
  const { paint } = progress
  const columns = progress.columns()
  const isFirst = record.steps - state.before <= training.options.batchSteps
  if (isFirst || (progress.live && iteration % HEADER_INTERVAL === 1)) display.line(header(columns, paint))
  // By steps, not iterations: the iterations of a vine differ in size.
  const planned = plannedStepsOf(training), fraction = Math.min(1, record.steps / planned)
  const secondsPerStep = (clock() - state.began) / 1000 / (record.steps - state.before)
  const secondsLeft = Math.max(0, planned - record.steps) * secondsPerStep
  const solved = state.tally.solved !== null && meanReturn !== null && meanReturn >= solvedReturn!
  display.line(row(record, { solved, stepsPerSecond, secondsLeft }, columns, paint))
  const label = `${decimal(100 * fraction, 0, 3)} %  ${countdown(secondsLeft)} left`
  display.bar(bar(fraction, label, columns, paint))
}

function iterationsOf(
  { options: { totalSteps, batchSteps }, given: { iterations = Infinity } }: Training,
): number {
  return Math.min(iterations, Math.ceil(totalSteps / batchSteps))
}

/** The last iteration is whole. */
export function plannedStepsOf(training: Training): number {
  return iterationsOf(training) * training.options.batchSteps
}

/** Lines to begin with: what is trained, and how long. */
export function introduction(
  { training, folder, progress }: Session, { snapshot }: OpenRun,
): readonly string[] {
  const { environment: { name, solvedReturn }, options } = training
  const { envCount, batchSteps, seed } = options, { workers } = training.given
  const threshold = solvedReturn === null ? '' : `, solved at a mean return of ${solvedReturn}`
  const extent = options.sampling === 'vine'
    ? `${plural(options.totalSteps, 'step')}, at most ${grouped(batchSteps)} per iteration,`
    : `${plural(iterationsOf(training), 'iteration')} of ${plural(batchSteps, 'step')}`
  const inThreads = workers === 1 ? '' : ` and ${workers} threads`
  return [
    `trpo ${VERSION}: ${shown(name)}${threshold}`,
    `${extent} in ${plural(envCount, 'environment')}${inThreads}, seed ${seed}`,
    ...folder === null ? [] : [snapshot === null ? `run folder ${shownPath(folder)}`
      : `continues ${shownPath(folder)} after iteration ${snapshot.iteration}, ${
        plural(snapshot.steps, 'step')}`],
  ].flatMap((line) => wrap(line, progress.columns() - 1))
}
