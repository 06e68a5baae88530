/**
 * What metrics.jsonl says about a run so far. It is the run's one account: the table and the event file are
 * made of it, and when a run is continued it is truncated to what the checkpoint includes. A last line that
 * is torn, later iterations, and the end of the run before are taken off.
 * But: what it contains is checked only as far as it is read again, since people may edit it.
 */
import { Buffer } from 'node:buffer'
import { statSync, truncateSync } from 'node:fs'
import { withUsageErrors } from '../disk/disk.ts'
import { readWhole } from '../files.ts'
import type { Row } from './columns.ts'
import type { EndRecord, EvaluationRecord, IterationRecord, RunRecord, StartRecord } from './records.ts'

export interface History {
  readonly start: StartRecord | null
  readonly rows: readonly Row[]
  /** After the last iteration; null if the run is not over. */
  readonly closing: EvaluationRecord | null
  readonly end: EndRecord | null
}

/** Without lines that are no records. Throws a UsageError if the file cannot be read. */
export function readHistory(path: string): History {
  return historyOf(linesOf(path))
}

/**
 * The history up to `iteration`, the end of the run not included; the file is truncated to that. The history
 * of a file that is missing is empty.
 */
export function mendHistory(path: string, iteration: number): History {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return historyOf([])
  const lines = linesOf(path)
  const isLater = ({ record }: Line): boolean => record !== null && (record.type === 'end'
    || record.iteration > iteration || (record.type === 'evaluation' && record.closing))
  const later = lines.findIndex(isLater)
  const kept = later < 0 ? lines : lines.slice(0, later)
  withUsageErrors(path, 'a file that can be written', () => truncateSync(path, kept.at(-1)?.end ?? 0))
  return historyOf(kept)
}

interface Line {
  /** null if this is none. */
  readonly record: RunRecord | null
  /** Bytes of the file up to its end. */
  readonly end: number
}

/** Every line that has an end. */
function linesOf(path: string): Line[] {
  const bytes = readWhole(path)
  const lines: Line[] = []
  for (let begin = 0, end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, begin)) {
    lines.push({ record: recordIn(Buffer.from(bytes.subarray(begin, end)).toString('utf8')), end: end + 1 })
    begin = end + 1
  }
  return lines
}

const NEWLINE = 10
const TYPES: readonly string[] = ['start', 'iteration', 'evaluation', 'end']

function recordIn(line: string): RunRecord | null {
  try {
    const record = JSON.parse(line) as RunRecord
    const isOne = TYPES.includes(record.type) && Number.isSafeInteger(record.iteration)
      && (record.type !== 'iteration' || hasParts(record))
    return isOne ? record : null
  } catch {
    return null
  }
}

/** What is read of an iteration without further checks. */
function hasParts({ certificate, valueFit, episodes, info }: IterationRecord): boolean {
  return [certificate, valueFit, info].every((part) => typeof part === 'object' && part !== null)
    && Array.isArray(episodes)
}

function historyOf(lines: readonly Line[]): History {
  let start: StartRecord | null = null, end: EndRecord | null = null, closing: EvaluationRecord | null = null
  const rows: Row[] = []
  for (const { record } of lines) {
    if (record?.type === 'start') start = record
    else if (record?.type === 'end') end = record
    else if (record?.type === 'iteration') rows.push({ iteration: record, evaluation: null })
    else if (record?.type === 'evaluation' && record.closing) closing = record
    else if (record?.type === 'evaluation' && rows.at(-1)?.iteration.iteration === record.iteration) {
      rows[rows.length - 1] = { ...rows[rows.length - 1], evaluation: record }
    }
  }
  return { start, rows, closing, end }
}
