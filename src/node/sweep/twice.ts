/**
 * Signals for a program that only waits, so that their handlers run at once: the first one is passed on, the
 * second one, too, and then ends the program.
 */
import process from 'node:process'
import { SAME_PRESS, type Signal, signals } from '../process/signalThread.ts'
import { clock } from '../clock.ts'

export interface Listening {
  /** The first signal that came, or null. */
  readonly signal: Signal | null
  /** Remove the handlers. */
  close(): void
}

/** Calls `first` and then `second`; npm passes Ctrl-C on once more, which is the same key press. */
export function listenTwice(first: (signal: Signal) => void, second: () => void): Listening {
  let signal: Signal | null = null
  let since = 0
  const handlers = signals.map((name) => [name, () => {
    if (signal === null) {
      signal = name
      since = clock()
      first(name)
    } else if (clock() - since >= SAME_PRESS) {
      second()
      close()
      process.kill(process.pid, name)
    }
  }] as const)
  const close = (): void => {
    for (const [name, handler] of handlers) process.off(name, handler)
  }
  for (const [name, handler] of handlers) process.on(name, handler)
  return { get signal() { return signal }, close }
}
