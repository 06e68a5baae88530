/**
 * The state of a training on disk: the newest checkpoint and the one before it, each a whole file at any
 * moment. A run is continued from the newest that is valid.
 */
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { FileError } from '../../io/fileError.ts'
import { decodeTraining } from '../../io/trainingFile.ts'
import type { Snapshot } from '../../trpo/start/snapshot.ts'
import { UsageError } from '../cli/failure.ts'
import { ignoringErrors, withUsageErrors } from '../disk/disk.ts'
import { readWhole, writeWhole } from '../files.ts'
import { grouped } from '../show/format.ts'
import { shownPath } from '../show/text.ts'
import { CHECKPOINT, DAMAGED, PREVIOUS } from './folder.ts'

/** Write a checkpoint; the one before becomes its predecessor. Throws a UsageError. */
export function saveCheckpoint(folder: string, bytes: Uint8Array): void {
  const newest = join(folder, CHECKPOINT)
  // After a failed write there is none, and the predecessor stays.
  withUsageErrors(newest, 'a file that can be written', () => {
    try {
      renameSync(newest, join(folder, PREVIOUS))
    } catch (error) {
      if ((error as { readonly code?: string }).code !== 'ENOENT') throw error
    }
  })
  writeWhole(newest, bytes)
}

export interface Loaded {
  readonly snapshot: Snapshot
  /** Why it is not the newest, for the user; null if it is. */
  readonly notice: string | null
}

/** The newest checkpoint that is valid. A damaged one gets another name. Throws a UsageError if none is. */
export function loadCheckpoint(folder: string): Loaded {
  const newest = attempt(join(folder, CHECKPOINT))
  if (typeof newest !== 'string') return { snapshot: newest, notice: null }
  const previous = attempt(join(folder, PREVIOUS))
  if (typeof previous === 'string') throw new UsageError(`${newest}\n${previous}`)
  // Else it would become the predecessor of the next one.
  ignoringErrors(() => renameSync(join(folder, CHECKPOINT), join(folder, DAMAGED)))
  const { iteration, steps } = previous
  const notice = `${newest}; continued from the checkpoint before, of iteration ${iteration}, `
    + `step ${grouped(steps)}`
  return { snapshot: previous, notice }
}

/** The snapshot in a file, or what is wrong with it. */
function attempt(path: string): Snapshot | string {
  try {
    return decodeTraining(readWhole(path))
  } catch (error) {
    if (error instanceof UsageError) return error.message
    if (error instanceof FileError) return `${shownPath(path)}: ${error.message}`
    throw error
  }
}
