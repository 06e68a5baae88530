/**
 * Files as they should be: read whole, and written so that at any moment there is the old one or the new one, whole.
 * The new one is written beside its place, synced to the disk, and renamed into it.
 * But: who is killed meanwhile may leave NAME.xxxxxxxx.tmp behind.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, realpathSync, renameSync, statSync, unlinkSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { UsageError } from './cli/failure.ts'

/** What writing asks of a disk. */
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
  return attempt(path, 'a file that can be read', () => {
    expectFile(path, statSync(path))
    return readFileSync(path)
  })
}

/** A file of these bytes at `path`, in place of one that is there. Throws a UsageError, and all is as it was before. */
export function writeWhole(path: string, bytes: Uint8Array, disk: Disk = realDisk): void {
  attempt(path, 'a file that can be written', () => {
    const { place, mode } = placeOf(path)
    const beside = nameBeside(place)
    const file = disk.openSync(beside, 'wx', mode)
    try {
      try {
        for (let at = 0; at < bytes.length;) at += disk.writeSync(file, bytes.subarray(at))
        disk.fsyncSync(file)
      } finally {
        disk.closeSync(file)
      }
      disk.renameSync(beside, place)
    } catch (error) {
      quietly(() => disk.unlinkSync(beside))
      throw error
    }
    // For the name to outlast a loss of power. Not every system opens directories, and the file is there already.
    quietly(() => {
      const directory = disk.openSync(dirname(place), 'r')
      try {
        disk.fsyncSync(directory)
      } finally {
        disk.closeSync(directory)
      }
    })
  })
}

/** Throws the UsageError that `writeWhole` would, as far as one can know without the bytes. */
export function expectWritable(path: string): void {
  attempt(path, 'a file that can be written', () => {
    const { place, mode } = placeOf(path)
    const beside = nameBeside(place)
    closeSync(openSync(beside, 'wx', mode))
    unlinkSync(beside)
  })
}

/** Where the file is that `path` leads to, through links, and the permissions that it has or should have. */
function placeOf(path: string): { readonly place: string; readonly mode: number } {
  let place: string
  try {
    place = realpathSync(path)
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'ENOENT') return { place: path, mode: 0o666 }
    throw error
  }
  const stat = statSync(place)
  expectFile(path, stat)
  return { place, mode: stat.mode & 0o777 }
}

/** To rename a file over a device would be to delete the device. */
function expectFile(path: string, stat: { isFile(): boolean }): void {
  if (!stat.isFile()) throw new UsageError(`${path}: expected a file, got a directory or device`)
}

/** In the same directory, hence on the same disk: only there a rename is one act. */
function nameBeside(place: string): string {
  return `${place}.${randomBytes(4).toString('hex')}.tmp`
}

function attempt<T>(path: string, expected: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    // `ENOENT: no such file or directory, open '…'`
    const { code, message } = error as { readonly code?: string; readonly message: string }
    if (code === undefined) throw error
    throw new UsageError(`${path}: expected ${expected}, got ${message.replace(/, \w+( '.*)?$/s, '')}`)
  }
}

function quietly(work: () => void): void {
  try {
    work()
  } catch {
    // What could be done has been.
  }
}
