/**
 * Where the records of a run go: to stdout with --json, and into the files of its folder if it has one.
 * metrics.jsonl comes first, since the other files can be made again from it.
 * But: a file that cannot be written is reported once and costs no training; see `createAppended`.
 */
import { readdirSync } from 'node:fs'
import { Buffer } from 'node:buffer'
import { hostname } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { UsageError } from '../cli/failure.ts'
import { discard, readWhole, writeWhole } from '../files.ts'
import { type Appended, createAppended } from './files/appended.ts'
import { type Row, scalars } from './columns.ts'
import { createSeries, curvePicture, extend, markEnd } from './files/curve.ts'
import { eventHeader, scalarEvent } from './files/events.ts'
import { CURVE, EVENTS, METRICS, TABLE } from './folder.ts'
import type { History } from './history.ts'
import type { EndRecord, EvaluationRecord, RunRecord, StartRecord } from './records.ts'
import { tableLine, tableNames, tableText, widened } from './files/table.ts'

export interface Recording {
  start(record: StartRecord): void
  iteration(row: Row): void
  closing(record: EvaluationRecord): void
  end(record: EndRecord): void
  /** Draw the curve, and wait until the metrics are on the disk: before each checkpoint. */
  settle(): void
  close(): void
}

export interface RecordingParts {
  /** null for a run without a folder. */
  readonly folder: string | null
  /** Gets each record as a line, for stdout; null without --json. */
  readonly print: ((line: string) => void) | null
  /** Gets each problem with a file, as one line. */
  readonly report: (problem: string) => void
  /** Of a run that is continued. */
  readonly history: History | null
  readonly run: { readonly name: string; readonly seed: number; readonly solvedReturn: number | null }
}

export function createRecording(parts: RecordingParts): Recording {
  const files = parts.folder === null ? null : createFiles(parts.folder, parts)
  const { print, history } = parts
  const write = (record: RunRecord): void => {
    const line = `${JSON.stringify(record)}\n`
    print?.(line)
    // The first start of a run is its only one in the file.
    if (record.type !== 'start' || (history?.start ?? null) === null) files?.metrics.append(encoded(line))
  }
  return {
    start: write,
    iteration(row) {
      write(row.iteration)
      if (row.evaluation !== null) write(row.evaluation)
      files?.add(row)
    },
    closing(record) {
      write(record)
      files?.mark(record)
    },
    end: write,
    settle: () => files?.settle(),
    close: () => files?.close(),
  }
}

interface Files {
  readonly metrics: Appended
  add(row: Row): void
  mark(record: EvaluationRecord): void
  settle(): void
  close(): void
}

function createFiles(folder: string, { report, history, run }: RecordingParts): Files {
  const past = history?.rows ?? []
  const path = (name: string): string => join(folder, name)
  const reported = new Set<string>()
  const trying = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      if (!reported.has(error.message)) report(error.message)
      reported.add(error.message)
    }
  }
  const metrics = createAppended(path(METRICS), report)
  let names = tableNames(past)
  trying(() => writeWhole(path(TABLE), encoded(tableText(past, names))))
  let table = createAppended(path(TABLE), report)
  const events = beginEvents(folder, past, trying, report)
  const series = createSeries()
  for (const row of past) extend(series, row)
  let drawn = true
  const widen = (row: Row): void => {
    const wider = tableNames([row], names)
    if (wider.length === names.length || table.waits) return
    trying(() => {
      const text = Buffer.from(readWhole(path(TABLE))).toString('utf8')
      writeWhole(path(TABLE), encoded(widened(text, names, wider)))
      names = wider
      // The file by this name is another one now.
      table.close()
      table = createAppended(path(TABLE), report)
    })
  }
  return {
    metrics,
    add(row) {
      widen(row)
      table.append(encoded(tableLine(row, names)))
      events.append(scalarEvent(secondsOf(row), row.iteration.steps, scalars(row)))
      extend(series, row)
      drawn = false
    },
    mark(record) {
      markEnd(series, record)
      drawn = false
    },
    settle() {
      for (const file of [metrics, table, events]) file.sync()
      if (!drawn) trying(() => writeWhole(path(CURVE), encoded(curvePicture(series, run))))
      drawn = true
    },
    close() {
      for (const file of [metrics, table, events]) file.close()
    },
  }
}

/** A new file of events with the past in it; the earlier ones are removed, which TensorBoard understands. */
function beginEvents(
  folder: string, past: readonly Row[], trying: (work: () => void) => void,
  report: (problem: string) => void,
): Appended {
  const time = Math.floor(Date.now() / 1000)
  const host = hostname().replace(/[^\w.-]/g, '-')
  const name = `${EVENTS}${String(time).padStart(10, '0')}.${host}.${process.pid}.0`
  const began = past.length > 0 ? secondsOf(past[0]) : time
  trying(() => {
    const chunks = [eventHeader(began), ...past.map((row) =>
      scalarEvent(secondsOf(row), row.iteration.steps, scalars(row)))]
    writeWhole(join(folder, name), Uint8Array.from(Buffer.concat(chunks)))
    readdirSync(folder).filter((other) => other.startsWith(EVENTS) && other !== name)
      .forEach((other) => discard(join(folder, other)))
  })
  return createAppended(join(folder, name), report)
}

/** When the row was recorded, in seconds since 1970. */
function secondsOf({ iteration: { date } }: Row): number {
  const time = Date.parse(date) / 1000
  return Number.isFinite(time) ? time : 0
}

function encoded(text: string): Uint8Array {
  return Buffer.from(text)
}
