/**
 * When the policy of a training is saved: every minute on the way, and at the end, whatever ends it.
 * Each time the file is replaced whole, so that a loss of power costs a minute and a failed write nothing.
 */
import { UsageError } from './cli/failure.ts'

/** Seconds between two saves on the way. */
const EVERY = 60

export interface Saver {
  /** Save if that was long ago. Returns what went wrong, null where nothing did; then it is tried again a minute later. */
  sometimes(): string | null
  /** Save. Returns what went wrong, null where nothing did. */
  now(): string | null
}

/** `write` saves, and throws a UsageError where it cannot; `seconds` is a clock. */
export function createSaver(write: () => void, seconds: () => number): Saver {
  let last = seconds()
  const now = (): string | null => {
    try {
      write()
      return null
    } catch (error) {
      if (error instanceof UsageError) return error.message
      throw error
    } finally {
      last = seconds()
    }
  }
  return { now, sometimes: () => seconds() - last < EVERY ? null : now() }
}
