/**
 * A file that grows record by record. A record that cannot be written (a full disk) is kept and tried again
 * with the next one; what was written of it is taken back, so the file always ends with a whole record. The
 * first error is reported, and nothing is thrown: metrics are not worth a training.
 * But: beyond a mebibyte of records that wait, new ones are lost.
 */
import { Buffer } from 'node:buffer'
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { systemText } from '../../disk/disk.ts'
import { shownPath } from '../../show/text.ts'

/** The calls that appending needs; tests give others. */
export interface AppendDisk {
  openSync(path: string, flags: 'a'): number
  writeSync(file: number, bytes: Uint8Array): number
  fstatSync(file: number): { readonly size: number }
  ftruncateSync(file: number, length: number): void
  fsyncSync(file: number): void
  closeSync(file: number): void
}
const realDisk: AppendDisk = { openSync, writeSync, fstatSync, ftruncateSync, fsyncSync, closeSync }

export interface Appended {
  /** Whether there are records that could not be written yet. */
  readonly waits: boolean
  append(bytes: Uint8Array): void
  /** Wait until what is written is on the disk. */
  sync(): void
  close(): void
}

/** Bytes that may wait. */
const PATIENCE = 1_048_576

/** Append to the file at `path`, made if it is not there. `report` gets the first problem, as one line. */
export function createAppended(
  path: string, report: (problem: string) => void, disk: AppendDisk = realDisk,
): Appended {
  let reported = false
  let waiting: Uint8Array[] = []
  let torn = false
  const trying = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      if ((error as { readonly code?: string }).code === undefined) throw error
      if (!reported) report(`${shownPath(path)}: expected a file to append to, got ${systemText(error)}`)
      reported = true
    }
  }
  let file = -1, length = 0
  const open = (): void => {
    if (file >= 0) return
    file = disk.openSync(path, 'a')
    length = disk.fstatSync(file).size
  }
  const write = (): void => {
    open()
    if (torn) disk.ftruncateSync(file, length)
    torn = true
    const bytes = Buffer.concat(waiting)
    for (let at = 0; at < bytes.length;) at += disk.writeSync(file, bytes.subarray(at))
    torn = false
    length += bytes.length
    waiting = []
  }
  trying(open)
  return {
    get waits() { return waiting.length > 0 },
    append(bytes) {
      if (waiting.reduce((total, each) => total + each.length, 0) < PATIENCE) waiting.push(bytes)
      trying(write)
      // At once as well: the process may be killed before the next record.
      if (torn) trying(() => disk.ftruncateSync(file, length))
    },
    sync() {
      trying(() => { if (file >= 0) disk.fsyncSync(file) })
    },
    close() {
      trying(() => { if (file >= 0) disk.closeSync(file) })
      file = -1
    },
  }
}
