/**
 * One process per run folder: the file `lock` in it. The lock of a process that runs no more is taken over,
 * under a second lock, so that of several processes that find it only one removes it. Its holder refreshes
 * it, and notices if it has lost it.
 * But: the lock of another host or container is taken over after an hour without a refresh.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { UsageError } from '../../cli/failure.ts'
import { discard } from '../../files.ts'
import { shownPath } from '../../show/text.ts'
import { isGone, type Owner, ownerIn, thisProcess } from './owner.ts'

export interface Lock {
  /** Throws a UsageError if the lock is another's now. */
  expectOurs(): void
  /** Say that this process is at work still. */
  refresh(): void
  /** Remove it, if it is ours still. */
  release(): void
}

/** Milliseconds without a refresh after which an owner of whom nothing else is known is given up. */
const SILENCE = 3_600_000

/** Lock `folder` by its file `path`. Throws a UsageError if another process has it. */
export function takeLock(folder: string, path: string): Lock {
  const own = thisProcess(randomBytes(8).toString('hex'))
  const isOurs = (): boolean => ownerOf(path)?.nonce === own.nonce
  if (!created(path, own)) takeOver(folder, path, own)
  return {
    expectOurs() {
      if (isOurs()) return
      const problem = `expected the lock of this process, got that of ${describe(ownerOf(path))}`
      throw new UsageError(`${shownPath(path)}: ${problem}`)
    },
    refresh() {
      const now = Date.now() / 1000
      utimesSync(path, now, now)
    },
    release() {
      if (isOurs()) discard(path)
    },
  }
}

/** Put our own lock in the place of one whose owner is gone. */
function takeOver(folder: string, path: string, own: Owner): void {
  const guard = `${path}.takeover`
  if (!isStale(path)) throw inUse(folder, path)
  // A guard that is stale was left behind by a process that was killed between these few calls.
  if (!created(guard, own)) {
    if (isStale(guard)) discard(guard)
    if (!created(guard, own)) throw inUse(folder, path)
  }
  try {
    // Judged again: before the guard was ours, another process may have taken the lock over.
    if (!isStale(path)) throw inUse(folder, path)
    discard(path)
    if (!created(path, own)) throw inUse(folder, path)
  } finally {
    discard(guard)
  }
}

/** Create the file; false if there is one. */
function created(path: string, own: Owner): boolean {
  try {
    const file = openSync(path, 'wx', 0o644)
    try {
      writeFileSync(file, `${JSON.stringify(own)}\n`)
      // After a power failure an empty file would say nothing about its owner.
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    return true
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'EEXIST') return false
    throw error
  }
}

/** Whether the lock may be taken over; also if it vanished meanwhile. */
function isStale(path: string): boolean {
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity)
  const owner = ownerOf(path)
  return (owner === null ? null : isGone(owner)) ?? age > SILENCE
}

function ownerOf(path: string): Owner | null {
  try {
    return ownerIn(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

function inUse(folder: string, path: string): UsageError {
  const owner = ownerOf(path)
  const cure = owner !== null && isGone(owner) === false ? ''
    : `; remove ${shownPath(path)} if that runs no more`
  const problem = `expected a folder that no other process uses, got one of ${describe(owner)}${cure}`
  return new UsageError(`${shownPath(folder)}: ${problem}`)
}

function describe(owner: Owner | null): string {
  return owner === null ? 'an unknown process' : `process ${owner.pid} on ${shownPath(owner.host)}`
}
