/**
 * The folder of a run: its name, its files, and when it may be used. By default `runs/ENV-sSEED-DATE`, a new
 * one each time. A folder that a user names may be new or empty; with --force its run is removed.
 */
import { mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../cli/failure.ts'
import { ignoringErrors, withUsageErrors } from '../disk/disk.ts'
import { discard } from '../files.ts'
import { shownPath } from '../show/text.ts'
import { type Lock, takeLock } from './lock/lock.ts'

export const CONFIG = 'config.json'
export const METRICS = 'metrics.jsonl'
export const TABLE = 'metrics.csv'
export const CURVE = 'curve.svg'
export const CHECKPOINT = 'checkpoint.safetensors'
export const PREVIOUS = 'checkpoint.previous.safetensors'
export const DAMAGED = 'checkpoint.damaged.safetensors'
export const BEST = 'best.safetensors'
export const POLICY = 'policy.safetensors'
export const LOCK = 'lock'
/** How names of TensorBoard's files begin. */
export const EVENTS = 'events.out.tfevents.'
const OWN: readonly string[] =
  [CONFIG, METRICS, TABLE, CURVE, CHECKPOINT, PREVIOUS, DAMAGED, BEST, POLICY]

/** A folder that this process has locked. */
export interface LockedFolder { readonly path: string; readonly lock: Lock }

/** Where runs are kept by default, below the current directory. */
const RUNS = 'runs'
/** Names that are tried before giving up: runs that began in the same second. */
const ATTEMPTS = 1000

/** Make a new folder below runs/, named after the run. Throws a UsageError if that cannot be done. */
export function defaultFolder(environment: string, seed: number, date: Date): LockedFolder {
  return withUsageErrors(RUNS, EXPECTED, () => locked(newFolder(environment, `s${seed}`, date)))
}

const EXPECTED = 'a directory for run folders'

/** Make a new folder `runs/ENV-KIND-DATE`. Throws a UsageError if that cannot be done. */
export function newFolder(environment: string, kind: string, date: Date): string {
  const word = environment.replace(/[^\w.]+/g, '-').replace(/^[-.]+|-+$/g, '').slice(0, 60) || 'run'
  const time = date.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  const name = join(RUNS, `${word}-${kind}-${time}`)
  return withUsageErrors(RUNS, EXPECTED, () => {
    mkdirSync(RUNS, { recursive: true })
    for (let k = 1; ; k++) {
      const path = k === 1 ? name : `${name}-${k}`
      try {
        mkdirSync(path)
        return path
      } catch (error) {
        if ((error as { readonly code?: string }).code !== 'EEXIST' || k === ATTEMPTS) throw error
      }
    }
  })
}

/**
 * The folder that a user names for a new run. Throws a UsageError if it cannot be made, another process uses
 * it, or something is in it; with `force` the files of a run are removed, and others stay.
 */
export function namedFolder(path: string, force: boolean): LockedFolder {
  return withUsageErrors(path, 'a folder that can be written', () => {
    mkdirSync(path, { recursive: true })
    const folder = locked(path)
    const files = readdirSync(path).filter((name) => name !== LOCK)
    if (force) {
      abandon(folder)
    } else if (files.length > 0) {
      folder.lock.release()
      const cure = files.includes(CONFIG) ? '--resume continues that run, --force replaces it'
        : '--force uses it all the same'
      throw new UsageError(`--run-dir: expected an empty folder, got ${shownPath(path)} with ${
        shownPath(files.includes(CONFIG) ? CONFIG : files[0])} in it; ${cure}`)
    }
    return folder
  })
}

/** Remove the files of a run, and no others. */
export function abandon({ path }: LockedFolder): void {
  ignoringErrors(() => readdirSync(path).filter((name) => OWN.includes(name) || name.startsWith(EVENTS))
    .forEach((name) => discard(join(path, name))))
}

export function removeIfEmpty(path: string): void {
  ignoringErrors(() => rmdirSync(path))
}

/** The folder of a run that is there. Throws a UsageError if it is none, or another process uses it. */
export function presentFolder(path: string): LockedFolder {
  return withUsageErrors(path, 'a run folder', () => {
    if (!readdirSync(path).includes(CONFIG)) {
      throw new UsageError(`${shownPath(path)}: expected a run folder, got one without ${CONFIG}`)
    }
    return locked(path)
  })
}

/** Whether this is the folder of a run. */
export function isRunFolder(path: string): boolean {
  try {
    return readdirSync(path).includes(CONFIG)
  } catch {
    return false
  }
}

/** The run folders at or below each path, in alphabetical order. Throws a UsageError if there is none. */
export function runFoldersIn(path: string, depth: number = 3): string[] {
  const found = withUsageErrors(path, 'a run folder', () => below(path, depth))
  if (found.length > 0) return found
  throw new UsageError(`${shownPath(path)}: expected a run folder or one that holds some, got neither`)
}

function below(path: string, depth: number): string[] {
  const entries = readdirSync(path, { withFileTypes: true })
  if (entries.some(({ name }) => name === CONFIG)) return [path]
  if (depth === 0) return []
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort()
    .flatMap((name) => below(join(path, name), depth - 1))
}

function locked(path: string): LockedFolder {
  return { path, lock: takeLock(path, join(path, LOCK)) }
}

