/**
 * The calls of the system by which files are read and replaced, as a parameter, so that tests can let every
 * one of them fail; and the system's errors in the words of the command line.
 * But: no call takes a directory's contents. Runs list theirs themselves.
 */
import {
  chmodSync, chownSync, closeSync, fsyncSync, ftruncateSync, openSync, readlinkSync, realpathSync, renameSync,
  statSync, unlinkSync, writeSync,
} from 'node:fs'
import { getSystemErrorMap } from 'node:util'
import { argumentError } from '../../errors/expect.ts'
import { UsageError } from '../cli/failure.ts'
import { shownPath } from '../show/text.ts'

/** What the system knows of a file. */
export interface FileStatus {
  isFile(): boolean
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** The calls that `writeWhole` makes, as `node:fs` has them; tests give others. */
export interface Disk {
  openSync(path: string, flags: 'r' | 'r+' | 'wx', mode?: number): number
  /** Returns how many of the bytes were written. */
  writeSync(file: number, bytes: Uint8Array): number
  fsyncSync(file: number): void
  ftruncateSync(file: number, length: number): void
  closeSync(file: number): void
  renameSync(from: string, to: string): void
  unlinkSync(path: string): void
  chmodSync(path: string, mode: number): void
  chownSync(path: string, uid: number, gid: number): void
  readlinkSync(path: string): string
  /** The path without links, as the system's own `realpath` has it. */
  realpathSync(path: string): string
  /** undefined if there is no such file. */
  statSync(path: string): FileStatus | undefined
}

export const realDisk: Disk = {
  openSync, writeSync, fsyncSync, ftruncateSync, closeSync, renameSync, unlinkSync, chmodSync, chownSync,
  readlinkSync, realpathSync: realpathSync.native,
  statSync: (path) => statSync(path, { throwIfNoEntry: false }),
}

/** Throws a TypeError for what lacks one of the calls. */
export function expectDisk(disk: Disk): void {
  const calls = disk as unknown as Readonly<Record<string, unknown>> | null | undefined
  const missing = Object.keys(realDisk).find((name) => typeof calls?.[name] !== 'function')
  if (missing !== undefined) throw argumentError('disk', `the calls of a disk, with ${missing}`, disk)
}

/** Errors of the disk as UsageErrors that name the file. */
export function withUsageErrors<T>(path: string, expected: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    throw new UsageError(problemOf(path, expected, error))
  }
}

/** *PATH: expected X, got ENOENT: no such file or directory*. */
export function problemOf(path: string, expected: string, error: unknown): string {
  return `${shownPath(path)}: expected ${expected}, got ${systemText(error)}`
}

/** The name of a system's error, such as ENOENT; undefined for any other error. */
export function codeOf(error: unknown): string | undefined {
  return (error as { readonly code?: string } | null | undefined)?.code
}

/** `ENOENT: no such file or directory`: an error of the system without the call and its arguments. */
export function systemText(error: unknown): string {
  const { code, errno, message } =
    error as { readonly code?: string; readonly errno?: number; readonly message: string }
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno)
  if (known !== undefined) return known.join(': ')
  return code === 'ERR_INVALID_ARG_VALUE' ? 'a name with a null byte' : message.replace(/, \w+( '.*)?$/s, '')
}

/** Whether it could be done; if not, there is nothing more to try. */
export function ignoringErrors(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}
