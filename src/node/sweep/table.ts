/**
 * The result of a sweep: one row per configuration, best first, by the median over seeds. Pure.
 */
import { decimal, grouped, median, wrap } from '../show/format.ts'
import type { Paint } from '../show/terminal.ts'
import { type Outcome, scoreOf, solvedAt } from './outcome.ts'
import type { Configuration } from './plan.ts'

/** Runs of one configuration, summed up. */
export interface Row {
  readonly configuration: Configuration
  /** Runs that are complete, and all that were planned. */
  readonly complete: number
  readonly planned: number
  /** Over the scores of complete runs, of all that have one if none is complete; null if none has. */
  readonly median: number | null
  readonly min: number | null
  readonly max: number | null
  /** Runs that solved the task, and the median of the steps at which training did; null if none. */
  readonly solved: number
  readonly solvedAt: number | null
}

/** Best median first, of equal ones the best minimum; configurations without any score last. */
export function rowsOf(
  outcomes: readonly Outcome[], configurations: readonly Configuration[], solvedReturn: number | null,
): Row[] {
  const rows = configurations.map((configuration): Row => {
    const own = outcomes.filter(({ run }) => run.configuration === configuration)
    const complete = own.filter(({ state }) => state === 'complete')
    const judged = complete.length > 0 ? complete : own
    const scores = sorted(judged.map(scoreOf))
    const solved = own.map((each) => solvedAt(each, solvedReturn)).filter((at) => at !== null)
    return {
      configuration, complete: complete.length, planned: own.length,
      median: median(scores), min: scores.at(0) ?? null, max: scores.at(-1) ?? null,
      solved: solved.length, solvedAt: median(sorted(solved.filter((at) => at < Infinity))),
    }
  })
  const before = (a: number | null, b: number | null): number => {
    const x = a ?? -Infinity, y = b ?? -Infinity
    return x === y ? 0 : x > y ? -1 : 1
  }
  return rows.sort((a, b) => before(a.median, b.median) || before(a.min, b.min))
}

/** The numbers, in ascending order. */
function sorted(values: readonly (number | null)[]): number[] {
  return values.filter((x): x is number => x !== null && Number.isFinite(x)).sort((a, b) => a - b)
}

/** Characters that flags need beside the numbers; else they are below them, so far to the right. */
const ROOM = 20, BELOW = 6

/** The table, in lines of at most `columns` − 1 characters if every flag is shorter than that. */
export function tableText(
  rows: readonly Row[], solvedReturn: number | null, columns: number, paint: Paint,
): string {
  const titles = ['median', 'min', 'max', 'runs', ...solvedReturn === null ? [] : ['solved', 'at step'],
    'configuration']
  const x = (value: number | null): string => decimal(value, 1, 9)
  const cells = rows.map(({ configuration, complete, planned, solved, ...row }) => [
    x(row.median), x(row.min), x(row.max),
    complete === planned ? String(planned) : `${complete} of ${planned}`,
    ...solvedReturn === null ? [] : [String(solved), row.solvedAt === null ? '-' : grouped(row.solvedAt)],
    configuration.flags === '' ? 'as given' : configuration.flags,
  ])
  const last = titles.length - 1
  const widths = titles.map((title, c) => Math.max(title.length, ...cells.map((row) => row[c].length)))
  const before = 2 + widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0)
  const beside = columns - 1 - before >= ROOM
  const line = (row: readonly string[]): string[] => {
    const head = `  ${row.slice(0, last).map((cell, c) => `${cell.padStart(widths[c])}  `).join('')}`
    const indent = ' '.repeat(beside ? before : BELOW)
    const flags = wrap(row[last], columns - 1 - indent.length, / (?=--)/).map((text) => indent + text)
    return beside ? [head + flags[0].slice(before), ...flags.slice(1)] : [head.trimEnd(), ...flags]
  }
  const lines = cells.flatMap((row, i) => {
    const own = line(row)
    return i === 0 && rows[0].median !== null ? own.map(paint.strong) : own
  })
  return `${[...line(titles).map(paint.faint), ...lines].join('\n')}\n`
}
