/**
 * The real disk, of which one call fails, or every call from one on: before it does anything, or after it has
 * done everything, as a file server whose answer is lost. `short` is no error: a write takes a part of its
 * bytes. Nothing is synced, since that has no effect that a process could see.
 */
import {
  chmodSync, chownSync, closeSync, ftruncateSync, openSync, readlinkSync, realpathSync, renameSync, statSync,
  unlinkSync, writeSync,
} from 'node:fs'
import type { Disk } from '../../src/node/disk/disk.ts'

export const CODES = ['ENOSPC', 'EIO', 'EACCES', 'EROFS', 'EMFILE', 'EBUSY', 'EPERM'] as const
export const KINDS: readonly (typeof CODES[number] | 'short' | 'nothing')[] = [...CODES, 'short', 'nothing']
export const MOMENTS = ['before', 'after', 'from then on'] as const

export interface Fault {
  /** Number of the call, from 0 on. */
  readonly call: number
  readonly kind: typeof KINDS[number]
  readonly moment: typeof MOMENTS[number]
}

export interface Faulty {
  readonly disk: Disk
  /** Names of the calls that were made. */
  readonly calls: string[]
  /** Descriptors that the code got and has not closed. */
  readonly open: Set<number>
}

/** `refusal`: the code with which every rename to `place` fails, besides. */
export function faultyDisk(fault: Fault | null, refusal: string | null, place: string): Faulty {
  const calls: string[] = [], open = new Set<number>()
  const error = (code: string, call: string): Error =>
    Object.assign(new Error(`${code}: injected, ${call}`), { code })
  const step = <T>(call: string, work: () => T): T => {
    const n = calls.push(call) - 1
    if (fault === null || fault.kind === 'short' || fault.kind === 'nothing') return work()
    if (fault.moment === 'from then on' ? n < fault.call : n !== fault.call) return work()
    if (fault.moment === 'after') work()
    throw error(fault.kind, call)
  }
  const wanted = (bytes: Uint8Array): Uint8Array => {
    if (fault?.kind !== 'short') return bytes
    const n = calls.length - 1
    const shortens = fault.moment === 'from then on' ? n >= fault.call : n === fault.call
    return shortens ? bytes.subarray(0, Math.ceil(bytes.length / 3)) : bytes
  }
  const disk: Disk = {
    openSync: (path, flags, mode) => {
      const file = step('open', () => openSync(path, flags, mode))
      open.add(file)
      return file
    },
    writeSync: (file, bytes) => step('write', () => {
      const nothing = fault?.kind === 'nothing' && calls.length - 1 === fault.call
      return nothing ? 0 : writeSync(file, wanted(bytes))
    }),
    fsyncSync: () => step('sync', () => {}),
    ftruncateSync: (file, length) => step('truncate', () => ftruncateSync(file, length)),
    closeSync: (file) => {
      // A close that fails has closed the file nevertheless.
      open.delete(file)
      closeSync(file)
      step('close', () => {})
    },
    renameSync: (from, to) => step('rename', () => {
      if (refusal !== null && to === place) throw error(refusal, 'rename')
      renameSync(from, to)
    }),
    unlinkSync: (path) => step('unlink', () => unlinkSync(path)),
    chmodSync: (path, mode) => step('chmod', () => chmodSync(path, mode)),
    chownSync: (path, uid, gid) => step('chown', () => chownSync(path, uid, gid)),
    readlinkSync: (path) => step('readlink', () => readlinkSync(path)),
    realpathSync: (path) => step('realpath', () => realpathSync.native(path)),
    statSync: (path) => step('stat', () => statSync(path, { throwIfNoEntry: false })),
  }
  return { disk, calls, open }
}
