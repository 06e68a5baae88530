/**
 * Files read whole, and written so that at any moment the old file or the new one is there, complete.
 * The new one is written under a temporary name beside it, synced to the disk, and renamed; then the
 * directory is synced, so that the name survives a power failure, too.
 * Where a file must not be replaced (one that is mounted by itself, or another user's in a sticky directory)
 * its bytes are overwritten instead, from the copy beside it; bytes that reach neither stay in that copy.
 * But: a process that is killed while writing may leave NAME.xxxxxxxx.tmp behind; one that is killed while
 * overwriting leaves the file damaged and that copy whole. A hard link to the old file keeps the old bytes.
 */
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { argumentError } from '../errors/expect.ts'
import { isUint8Array } from '../errors/kinds.ts'
import { UsageError } from './cli/failure.ts'
import {
  codeOf, type Disk, expectDisk, ignoringErrors, problemOf, realDisk, withUsageErrors,
} from './disk/disk.ts'
import { shownPath } from './show/text.ts'
import { expectFile, type Target, targetOf, temporaryName } from './disk/target.ts'

/** Whether the file was replaced as a whole, or had to be overwritten where it is. */
export type Written = 'replaced' | 'overwritten'

const WRITABLE = 'a file that can be written'

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
    const status = realDisk.statSync(path)
    if (status !== undefined) expectFile(path, status)
    return readFileSync(path)
  })
}

/**
 * Write these bytes to `path`; a file that is there is replaced and keeps its permissions. Throws a
 * UsageError, and then the old file is as it was, unless the error says otherwise: one that had to be
 * overwritten may be damaged, and the error names the file that holds the new bytes; or the new file is in
 * place, and the disk did not confirm its name. Throws a TypeError for what is no Uint8Array.
 */
export function writeWhole(path: string, bytes: Uint8Array, disk: Disk = realDisk): Written {
  expectPath(path)
  expectBytes(bytes)
  expectDisk(disk)
  return withUsageErrors(path, WRITABLE, () => {
    const target = openTarget(path, disk)
    const copy = temporaryName(target.path)
    writeCopy(path, copy, bytes, target, disk)
    const written = putInPlace(path, copy, target, bytes, disk)
    if (written === 'overwritten') return written
    try {
      syncDirectory(target, disk)
    } catch (error) {
      const problem = problemOf(path, 'a disk that confirms the new file', error)
      throw new UsageError(`${problem}; it is in place, but might not survive a power failure`)
    }
    return written
  })
}

/** What the rehearsal writes: a block of every usual size, so that a full disk refuses it. */
const REHEARSED: Uint8Array = new Uint8Array(4096)

/**
 * Throws the UsageError that `writeWhole` would, as far as that is known without the bytes: everything that
 * it does is done to a file of another name, which is then removed. The file itself is not touched: one that
 * then cannot be replaced will be overwritten.
 */
export function expectWritable(path: string, disk: Disk = realDisk): void {
  expectPath(path)
  expectDisk(disk)
  withUsageErrors(path, WRITABLE, () => {
    const target = openTarget(path, disk)
    const copy = temporaryName(target.path), renamed = temporaryName(target.path)
    writeCopy(path, copy, REHEARSED, target, disk)
    try {
      try {
        disk.renameSync(copy, renamed)
      } catch (error) {
        if (!mayOverwrite(target, error)) throw error
      }
      syncDirectory(target, disk)
      disk.unlinkSync(isGone(copy, disk) ? renamed : copy)
    } catch (error) {
      throw without([copy, renamed], path, error, disk)
    }
  })
}

/** Where to write. Throws if the file is there and must not be written, even if its directory may. */
function openTarget(path: string, disk: Disk): Target {
  const target = targetOf(path, disk)
  if (target.present !== null) disk.closeSync(disk.openSync(target.path, 'r+'))
  return target
}

/** A new file with these bytes and the permissions of the target, or none. */
function writeCopy(path: string, copy: string, bytes: Uint8Array, { present }: Target, disk: Disk): void {
  try {
    fill(disk.openSync(copy, 'wx', present === null ? 0o666 : present.mode), bytes, disk, false)
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? error : without([copy], path, error, disk)
  }
  if (present === null) return
  // The mode of `open` is subject to the umask. The owner first: a change of it clears bits of the mode.
  ignoringErrors(() => disk.chownSync(copy, present.uid, present.gid))
  ignoringErrors(() => disk.chmodSync(copy, present.mode))
}

/** Write, end the file there if it may be longer, sync and close. */
function fill(file: number, bytes: Uint8Array, disk: Disk, mayBeLonger: boolean): void {
  try {
    for (let at = 0; at < bytes.length;) {
      const written = disk.writeSync(file, bytes.subarray(at))
      if (!(written > 0)) throw Object.assign(new Error('EIO: the disk took no byte'), { code: 'EIO' })
      at += written
    }
    if (mayBeLonger) disk.ftruncateSync(file, bytes.length)
    disk.fsyncSync(file)
  } finally {
    disk.closeSync(file)
  }
}

/** The error, after removing the files; one that names those which may be left. */
function without(files: readonly string[], path: string, error: unknown, disk: Disk): unknown {
  const left = files.filter((file) => !(ignoringErrors(() => disk.unlinkSync(file)) || isGone(file, disk)))
  if (left.length === 0) return error
  const names = left.map(shownPath).join(', ')
  return new UsageError(`${problemOf(path, WRITABLE, error)}; an incomplete file may be left: ${names}`)
}

/** Errors of a rename after which a file may still be overwritten: it is mounted, or its folder refuses. */
const IRREPLACEABLE: readonly unknown[] = ['EBUSY', 'EPERM', 'EACCES', 'EXDEV']

function mayOverwrite({ present }: Target, error: unknown): boolean {
  return present !== null && IRREPLACEABLE.includes(codeOf(error))
}

function putInPlace(path: string, copy: string, target: Target, bytes: Uint8Array, disk: Disk): Written {
  try {
    disk.renameSync(copy, target.path)
    return 'replaced'
  } catch (error) {
    // A file server whose answer was lost has renamed the file: no copy is left.
    if (isGone(copy, disk)) {
      throw new UsageError(`${problemOf(path, WRITABLE, error)}; the new file may be in place`)
    }
    try {
      // From here on the copy may be all that there is: its name must survive, too.
      syncDirectory(target, disk)
      if (!mayOverwrite(target, error)) throw error
      // Not by the flag `w`: in some directories Linux refuses even an owner to create what is there already.
      fill(disk.openSync(target.path, 'r+'), bytes, disk, true)
    } catch (last) {
      throw new MisplacedError(problemOf(path, WRITABLE, last), copy)
    }
    ignoringErrors(() => disk.unlinkSync(copy))
    return 'overwritten'
  }
}

/** Whether there certainly is no such file. */
function isGone(path: string, disk: Disk): boolean {
  let gone = false
  ignoringErrors(() => { gone = disk.statSync(path) === undefined })
  return gone
}

/** What systems answer that do not sync directories, or do not open this one. */
const NOT_SYNCED: readonly unknown[] = ['EACCES', 'EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP', 'ENOSYS', 'EBADF']

/** Throws if the disk could not do it; not if the system does no such thing. */
function syncDirectory({ path }: Target, disk: Disk): void {
  try {
    const directory = disk.openSync(dirname(path), 'r')
    try {
      disk.fsyncSync(directory)
    } finally {
      disk.closeSync(directory)
    }
  } catch (error) {
    if (!NOT_SYNCED.includes(codeOf(error))) throw error
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

/** Remove a file, if that can be done. */
export function discard(path: string): void {
  ignoringErrors(() => realDisk.unlinkSync(path))
}
