/**
 * Files read whole, and written so that at any moment the old file or the new one is there, complete.
 * The new one is written under a temporary name beside it, synced to the disk, and renamed.
 * Where a file must not be replaced (one that is mounted by itself, or another user's in a sticky directory)
 * its bytes are overwritten instead, from the copy beside it; bytes that reach neither stay in that copy.
 * But: a process that is killed while writing may leave NAME.xxxxxxxx.tmp behind; one that is killed while
 * overwriting leaves the file damaged and that copy whole. A hard link to the old file keeps the old bytes.
 */
import {
  chmodSync, chownSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, truncateSync,
  unlinkSync, writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { getSystemErrorMap } from 'node:util'
import { argumentError } from '../errors/expect.ts'
import { isUint8Array } from '../errors/kinds.ts'
import { UsageError } from './cli/failure.ts'
import { shownPath } from './show/text.ts'
import { expectFile, type Target, targetOf, temporaryName } from './target.ts'

/** The calls that writing needs; tests give others. */
export interface Disk {
  openSync(path: string, flags: 'r' | 'r+' | 'wx', mode?: number): number
  writeSync(file: number, bytes: Uint8Array): number
  fsyncSync(file: number): void
  closeSync(file: number): void
  renameSync(from: string, to: string): void
  unlinkSync(path: string): void
}
const realDisk: Disk = { openSync, writeSync, fsyncSync, closeSync, renameSync, unlinkSync }

/** Whether the file was replaced as a whole, or had to be overwritten where it is. */
export type Written = 'replaced' | 'overwritten'

/** The bytes could not be put where they belong; a file beside it holds them. */
export class MisplacedError extends UsageError {
  readonly copy: string
  constructor(message: string, copy: string) {
    super(`${message}; the new contents are in ${shownPath(copy)}`)
    this.copy = copy
  }
}

/** All bytes of the file. Throws a UsageError. */
export function readWhole(path: string): Uint8Array {
  expectPath(path)
  return withUsageErrors(path, 'a file that can be read', () => {
    expectFile(path, statSync(path))
    return readFileSync(path)
  })
}

/**
 * Write these bytes to `path`; a file that is there is replaced and keeps its permissions. Throws a
 * UsageError, and then the old file is as it was; one that had to be overwritten may be damaged, and the
 * error names the file that holds the new bytes. Throws a TypeError for what is no Uint8Array.
 */
export function writeWhole(path: string, bytes: Uint8Array, disk: Disk = realDisk): Written {
  expectPath(path)
  expectBytes(bytes)
  if (typeof disk?.openSync !== 'function') throw argumentError('disk', 'the calls of a disk', disk)
  return withUsageErrors(path, 'a file that can be written', () => {
    const target = targetOf(path)
    expectOpen(target)
    const copy = temporaryName(target.path)
    writeCopy(copy, bytes, target, disk)
    const written = putInPlace(path, copy, target, bytes, disk)
    // So that the name survives a power failure. Not every system opens directories, and the file is there
    // already.
    if (written === 'replaced') ignoringErrors(() => syncDirectory(dirname(target.path), disk))
    return written
  })
}

/**
 * Throws the UsageError that `writeWhole` would, as far as that is known without the bytes. It changes
 * nothing, so it replaces nothing: a file that then cannot be replaced will be overwritten.
 */
export function expectWritable(path: string): void {
  expectPath(path)
  withUsageErrors(path, 'a file that can be written', () => {
    const target = targetOf(path)
    expectOpen(target)
    const copy = temporaryName(target.path)
    closeSync(openSync(copy, 'wx', 0o600))
    unlinkSync(copy)
  })
}

/** Throws if the file is there and must not be written, though its directory might allow to replace it. */
function expectOpen({ path, present }: Target): void {
  if (present !== null) closeSync(openSync(path, 'r+'))
}

/** A new file with these bytes and the permissions of the target, or none. */
function writeCopy(copy: string, bytes: Uint8Array, { present }: Target, disk: Disk): void {
  const file = disk.openSync(copy, 'wx', present === null ? 0o666 : present.mode)
  try {
    fill(file, bytes, disk)
  } catch (error) {
    ignoringErrors(() => disk.unlinkSync(copy))
    throw error
  }
  if (present === null) return
  // The mode of `open` is subject to the umask. The owner first: a change of it clears bits of the mode.
  ignoringErrors(() => chownSync(copy, present.uid, present.gid))
  ignoringErrors(() => chmodSync(copy, present.mode))
}

/** Write, sync and close. */
function fill(file: number, bytes: Uint8Array, disk: Disk): void {
  try {
    for (let at = 0; at < bytes.length;) at += disk.writeSync(file, bytes.subarray(at))
    disk.fsyncSync(file)
  } finally {
    disk.closeSync(file)
  }
}

/** Errors of a rename after which a file may still be overwritten: it is mounted, or its folder refuses. */
const IRREPLACEABLE = ['EBUSY', 'EPERM', 'EACCES', 'EXDEV']

function putInPlace(
  path: string, copy: string, { path: place, present }: Target, bytes: Uint8Array, disk: Disk,
): Written {
  try {
    disk.renameSync(copy, place)
    return 'replaced'
  } catch (error) {
    const { code = '' } = error as { readonly code?: string }
    try {
      if (present === null || !IRREPLACEABLE.includes(code)) throw error
      // Not by the flag `w`: in some directories Linux refuses even an owner to create what is there already.
      const file = disk.openSync(place, 'r+')
      truncateSync(place, bytes.length)
      fill(file, bytes, disk)
    } catch (last) {
      const problem = `${shownPath(path)}: expected a file that can be written, got ${systemText(last)}`
      throw new MisplacedError(problem, copy)
    }
    ignoringErrors(() => disk.unlinkSync(copy))
    return 'overwritten'
  }
}

function syncDirectory(path: string, disk: Disk): void {
  const directory = disk.openSync(path, 'r')
  try {
    disk.fsyncSync(directory)
  } finally {
    disk.closeSync(directory)
  }
}

function expectPath(path: unknown): void {
  if (typeof path !== 'string') throw argumentError('path', 'a string', path)
}

/** Bytes that are there: an empty array is also what a buffer leaves behind that was given to a worker. */
function expectBytes(bytes: unknown): void {
  if (!isUint8Array(bytes)) throw argumentError('bytes', 'a Uint8Array', bytes)
  try {
    new Uint8Array(bytes.buffer)
  } catch {
    throw new TypeError('bytes: expected a Uint8Array, got one whose memory was transferred')
  }
}

/** Errors of the disk as UsageErrors that name the file. */
function withUsageErrors<T>(path: string, expected: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if ((error as { readonly code?: string }).code === undefined) throw error
    throw new UsageError(`${shownPath(path)}: expected ${expected}, got ${systemText(error)}`)
  }
}

/** `ENOENT: no such file or directory`: an error of the system without the call and its arguments. */
export function systemText(error: unknown): string {
  const { code, errno, message } =
    error as { readonly code?: string; readonly errno?: number; readonly message: string }
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno)
  if (known !== undefined) return known.join(': ')
  return code === 'ERR_INVALID_ARG_VALUE' ? 'a name with a null byte' : message.replace(/, \w+( '.*)?$/s, '')
}

/** Remove a file, if that can be done. */
export function discard(path: string): void {
  ignoringErrors(() => unlinkSync(path))
}

function ignoringErrors(work: () => void): void {
  try {
    work()
  } catch {
    // There is nothing more to try.
  }
}
