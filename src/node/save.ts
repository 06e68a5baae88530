/**
 * When the policy and the checkpoint of a training are saved: every minute, and at the end, whatever ends it.
 * Files are replaced as a whole each time: a power failure loses one minute, a failed write nothing.
 */
import { UsageError } from './cli/failure.ts'
import { MisplacedError } from './files.ts'

/** Seconds between two saves, by default. */
export const SAVE_EVERY = 60

export interface Saver {
  /**
   * Save if the last attempt is `interval` seconds ago. Returns the problem, or null; after one, the next
   * attempt is as much later.
   */
  saveIfDue(): string | null
  /** Save now. Returns the problem, or null. */
  save(): string | null
}

/**
 * `write` saves, and throws a UsageError if it cannot; `seconds` is a clock. A failed write may leave a copy
 * of the bytes in a file of its own: `discard` removes it once there is a newer one.
 */
export function createSaver(
  write: () => void, seconds: () => number, discard: (file: string) => void = () => {},
  interval: number = SAVE_EVERY,
): Saver {
  let last = seconds()
  let left: string | null = null
  const leave = (file: string | null): void => {
    if (left !== null) discard(left)
    left = file
  }
  const save = (): string | null => {
    try {
      write()
      leave(null)
      return null
    } catch (error) {
      if (error instanceof MisplacedError) leave(error.copy)
      if (error instanceof UsageError) return error.message
      throw error
    } finally {
      last = seconds()
    }
  }
  return { save, saveIfDue: () => seconds() - last < interval ? null : save() }
}

/** Several savers as one: each saves whatever becomes of the others; their problems, one per line. */
export function together(savers: readonly Saver[]): Saver {
  const all = (problems: readonly (string | null)[]): string | null =>
    problems.filter((problem) => problem !== null).join('\n') || null
  return {
    save: () => all(savers.map((saver) => saver.save())),
    saveIfDue: () => all(savers.map((saver) => saver.saveIfDue())),
  }
}
