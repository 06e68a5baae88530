/**
 * What goes wrong with stdout and stderr. A reader of stdout such as `head` may leave: that ends the work and
 * is no error. A reader of stderr may leave, too, and the work goes on. Other errors (a full disk) are those
 * of the command: on stdout the work ends, since its result has no place; on stderr it goes on.
 * Streams report errors in a later turn of the event loop, so the work asks between its pieces.
 */
import { closeSync, openSync } from 'node:fs'
import process from 'node:process'
import { setImmediate } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { UsageError } from '../cli/failure.ts'
import { systemText } from '../disk/disk.ts'

/** Nobody reads stdout any more. */
export class ReaderLeft extends Error {
  override readonly name = 'ReaderLeft'
}

export interface Streams {
  /** Throws if stdout is of no more use: ReaderLeft, or a UsageError. */
  check(): void
  /** Wait for what has been written. Returns the first error of a stream, or null. */
  settle(): Promise<ReaderLeft | UsageError | null>
  /** Remove the handlers: an error of a stream then ends the process, as without this. */
  close(): void
}

/** Listen to both streams until `close`. */
export function listenToStreams(): Streams {
  const { stdout, stderr } = process
  const terminals = [0, 1, 2].filter(isatty)
  let ofStdout: ReaderLeft | UsageError | null = null
  let ofStderr: UsageError | null = null
  const onStdout = (error: { readonly code?: string }): void => {
    ofStdout ??= error.code === 'EPIPE' ? new ReaderLeft() : problem('stdout', error)
  }
  const onStderr = (error: { readonly code?: string }): void => {
    if (error.code !== 'EPIPE') ofStderr ??= problem('stderr', error)
  }
  stdout.on('error', onStdout)
  stderr.on('error', onStderr)
  return {
    check() {
      if (ofStdout !== null) throw ofStdout
    },
    async settle() {
      for (const stream of [stdout, stderr]) {
        // Writes are done in order: after this one, no error of an earlier one is to come, except its event.
        await new Promise<void>((resolve) => { stream.write('', resolve) })
      }
      await setImmediate()
      return ofStdout ?? ofStderr
    },
    close() {
      stdout.off('error', onStdout)
      stderr.off('error', onStderr)
      for (const file of terminals) if (!isatty(file)) replaceLost(file)
    },
  }
}

/** Node 20 aborts at its end, by a check of its own, if a terminal that it began with is gone. */
function replaceLost(terminal: number): void {
  try {
    closeSync(terminal)
    // Gets the number that is free now.
    openSync('/dev/null', 'r+')
  } catch {
    // Then it is as without this.
  }
}

function problem(name: string, error: unknown): UsageError {
  return new UsageError(`${name}: expected a place to write, got ${systemText(error)}`)
}
