/**
 * Files read whole, and written so that at any moment the old file or the new one is there, complete.
 * The new one is written under a temporary name beside it, synced to the disk, and renamed.
 * But: a process that is killed while writing may leave NAME.xxxxxxxx.tmp behind.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync, fsyncSync, openSync, readFileSync, realpathSync, renameSync, statSync, unlinkSync, writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { UsageError } from './cli/failure.ts'

/** The calls that writing needs; tests give others. */
export interface Disk {
  openSync(path: string, flags: 'r' | 'wx', mode?: number): number
  writeSync(file: number, bytes: Uint8Array): number
  fsyncSync(file: number): void
  closeSync(file: number): void
  renameSync(from: string, to: string): void
  unlinkSync(path: string): void
}
const realDisk: Disk = { openSync, writeSync, fsyncSync, closeSync, renameSync, unlinkSync }

/** All bytes of the file. Throws a UsageError. */
export function readWhole(path: string): Uint8Array {
  return withUsageErrors(path, 'a file that can be read', () => {
    expectFile(path, statSync(path))
    return readFileSync(path)
  })
}

/**
 * Write these bytes to `path`; a file that is there is replaced. Throws a UsageError, and then nothing has
 * changed.
 */
export function writeWhole(path: string, bytes: Uint8Array, disk: Disk = realDisk): void {
  withUsageErrors(path, 'a file that can be written', () => {
    const { target, mode } = targetOf(path)
    const temporary = temporaryName(target)
    const file = disk.openSync(temporary, 'wx', mode)
    try {
      try {
        for (let at = 0; at < bytes.length;) at += disk.writeSync(file, bytes.subarray(at))
        disk.fsyncSync(file)
      } finally {
        disk.closeSync(file)
      }
      disk.renameSync(temporary, target)
    } catch (error) {
      ignoringErrors(() => disk.unlinkSync(temporary))
      throw error
    }
    // So that the name survives a power failure. Not every system opens directories, and the file is there
    // already.
    ignoringErrors(() => {
      const directory = disk.openSync(dirname(target), 'r')
      try {
        disk.fsyncSync(directory)
      } finally {
        disk.closeSync(directory)
      }
    })
  })
}

/** Throws the UsageError that `writeWhole` would, as far as that is known without the bytes. */
export function expectWritable(path: string): void {
  withUsageErrors(path, 'a file that can be written', () => {
    const { target, mode } = targetOf(path)
    const temporary = temporaryName(target)
    closeSync(openSync(temporary, 'wx', mode))
    unlinkSync(temporary)
  })
}

/** The file that `path` leads to, links followed, and the permissions that it has or will get. */
function targetOf(path: string): { readonly target: string; readonly mode: number } {
  let target: string
  try {
    target = realpathSync(path)
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'ENOENT') return { target: path, mode: 0o666 }
    throw error
  }
  const stat = statSync(target)
  expectFile(path, stat)
  return { target, mode: stat.mode & 0o777 }
}

/** Renaming a file to a device's name would delete the device. */
function expectFile(path: string, stat: { isFile(): boolean }): void {
  if (!stat.isFile()) throw new UsageError(`${path}: expected a file, got a directory or device`)
}

/** In the same directory, hence on the same disk: only there a rename is atomic. */
function temporaryName(target: string): string {
  return `${target}.${randomBytes(4).toString('hex')}.tmp`
}

/** Errors of the disk as UsageErrors that name the file. */
function withUsageErrors<T>(path: string, expected: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    // `ENOENT: no such file or directory, open '…'`
    const { code, message } = error as { readonly code?: string; readonly message: string }
    if (code === undefined) throw error
    throw new UsageError(`${path}: expected ${expected}, got ${message.replace(/, \w+( '.*)?$/s, '')}`)
  }
}

function ignoringErrors(work: () => void): void {
  try {
    work()
  } catch {
    // There is nothing more to try.
  }
}
