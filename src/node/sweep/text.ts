/**
 * What a sweep shows: a line per run that has ended, a bar, a summary; and the same as plain data. Pure.
 */
import { bar } from '../show/display.ts'
import { countdown, decimal, duration, grouped, plural, wrap } from '../show/format.ts'
import { type Field, fieldList } from '../show/summary.ts'
import type { Paint } from '../show/terminal.ts'
import { shown, shownLines, shownPath } from '../show/text.ts'
import { type Outcome, scoreOf, solvedAt } from './outcome.ts'
import { type Row, tableText } from './table.ts'

/** What is the same for all runs of a sweep. */
export interface Common {
  /** Of the environment. */
  readonly name: string
  readonly solvedReturn: number | null
  /** Steps of all runs, if none is interrupted. */
  readonly plannedSteps: number
}

/** Characters of a line for the number of a run, and for its seed. */
const COUNT = 5, SEED = 10

/** The run that has just ended: how many have, its seed, its result, its flags. */
export function runLine(
  outcome: Outcome, outcomes: readonly Outcome[], { solvedReturn }: Common, columns: number, paint: Paint,
): string[] {
  const over = outcomes.filter(({ state }) => state !== 'waiting' && state !== 'running').length
  const { run: { seed, configuration: { flags } }, state, seconds, tally, problem } = outcome
  const at = solvedAt(outcome, solvedReturn)
  const solved = at === null ? '' : at === Infinity ? ', solved in evaluation' : `, solved at ${grouped(at)}`
  const result = state === 'failed' ? shownLines(problem)
    : `return ${decimal(scoreOf(outcome), 1, 12)}${solved}, ${duration(seconds)}`
      + (state === 'interrupted' ? `, interrupted at step ${grouped(tally.steps)}` : '')
  const head = `${String(over).padStart(COUNT)}  ${`seed ${seed}`.padEnd(SEED)}`
  const lines = wrap(`${flags}${flags === '' ? '' : ': '}${result}`, Math.max(20, columns - 1 - head.length))
  const role = state === 'failed' ? paint.bad : at !== null ? paint.good : (text: string): string => text
  return lines.map((line, i) => `${i === 0 ? head : ' '.repeat(head.length)}${role(line)}`)
}

/** How much is done, by steps, and how long the rest takes at the same rate. */
export function barText(
  outcomes: readonly Outcome[], { plannedSteps }: Common, seconds: number, columns: number, paint: Paint,
): string {
  let steps = 0, over = 0, running = 0
  for (const { state, tally } of outcomes) {
    steps += state === 'running' || state === 'waiting' ? tally.steps : plannedSteps / outcomes.length
    if (state === 'running') running++
    else if (state !== 'waiting') over++
  }
  const fraction = Math.min(1, steps / plannedSteps)
  const left = countdown(fraction > 0 ? seconds / fraction * (1 - fraction) : null)
  return bar(fraction, `${over} of ${outcomes.length} runs, ${running} running  ${left} left`, columns, paint)
}

/** What a summary ends with. */
interface Ending {
  /** As lines. */
  readonly command: readonly string[]
  /** Of the folders of all runs; null if there are none. */
  readonly folder: string | null
}

/** The table, what failed, and the command again. */
export function sweepSummary(
  common: Common, outcomes: readonly Outcome[], rows: readonly Row[], seconds: number,
  { command, folder }: Ending, columns: number, paint: Paint,
): string {
  const { name, solvedReturn } = common
  const count = (state: Outcome['state']): number => outcomes.filter((each) => each.state === state).length
  const parts = [`${plural(outcomes.length, 'run')} in ${duration(seconds)}`]
  for (const state of ['failed', 'interrupted'] as const) {
    if (count(state) > 0) parts.push(`${grouped(count(state))} ${state}`)
  }
  const missing = count('waiting')
  if (missing > 0) parts.push(`${grouped(missing)} not begun`)
  const judged = outcomes.some(({ evaluation }) => evaluation !== null) ? 'of the final evaluation'
    : 'over the last 100 episodes of training'
  const threshold = solvedReturn === null ? '' : ` (threshold ${solvedReturn})`
  const head = (text: string): string => wrap(text, Math.min(columns, 80) - 1).join('\n  ')
  return `\n${paint.strong(head(`${shown(name)}: ${parts.join(', ')}.`))}\n`
    + `${head(`Mean return ${judged}${threshold}, by the median over seeds, best first:`)}\n`
    + tableText(rows, solvedReturn, Math.min(columns, 120), paint)
    + fieldList([...folder === null ? [] : [inFolder(folder)], ['repeat', command]], columns, paint)
}

function inFolder(folder: string): Field {
  return ['run folders', shownPath(folder)]
}

/** A run as plain data. */
export function runData(outcome: Outcome, { solvedReturn }: Common): object {
  const { run: { seed, configuration: { options } }, state, seconds, tally, meanReturn, evaluation } = outcome
  const { problem, code } = outcome
  const at = solvedAt(outcome, solvedReturn)
  return {
    type: 'run', seed, options, state, code, ...problem === '' ? {} : { problem }, seconds,
    steps: tally.steps, meanReturn, evaluation, solved: at !== null, solvedAt: at === Infinity ? null : at,
  }
}

/** A row of the table as plain data. */
export function rowData({ configuration: { options }, ...row }: Row): object {
  return { type: 'configuration', options, ...row }
}
