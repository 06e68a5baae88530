/**
 * Ctrl-C in a program that computes: the first SIGINT, SIGTERM or SIGHUP is recorded, so that the work can
 * end in order; the next one ends the program at once, also while a world's `step` does not return. Code that
 * works calls `poll` between its pieces.
 * But: a piece of work is not interrupted by the first signal. Without a thread for signals, handlers run
 * only in `poll`: a piece that does not end then keeps the program from seeing any signal.
 */
import process from 'node:process'
import { setImmediate, setTimeout } from 'node:timers/promises'
import {
  SAME_PRESS, type Signal, signals, type SignalThread, startSignalThread,
} from './process/signalThread.ts'

export const exitCodes: Readonly<Record<Signal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

export interface Interrupt {
  /** The first signal that `poll` has noticed, or null. */
  readonly signal: Signal | null
  /** One turn of the event loop, in which signals and broken pipes are noticed. */
  poll(): Promise<void>
  /** Remove the handlers: the next signal does what it does to any process. */
  close(): Promise<void>
}

/** Listens at once; from the first `poll` on by the thread, if this host has one. */
export function listenForInterrupt(): Interrupt {
  const here = listenBetweenPieces()
  let thread: SignalThread | null = null
  // What the thread has, from the moment on when another signal is a second one.
  let noticed: Signal | null = null
  const started = startSignalThread().then(async (candidate) => {
    // If a signal has come by now, the next one is the second: the thread would take it for the first.
    if (candidate === null || here.signal !== null) return candidate?.close()
    thread = candidate
    return here.close()
  })
  return {
    get signal() { return noticed ?? here.signal },
    async poll() {
      await started
      await here.poll()
      if (noticed !== null || thread === null || thread.signal === null) return
      await setTimeout(SAME_PRESS)
      noticed = thread.signal
    },
    async close() {
      await started
      await thread?.close()
      await here.close()
    },
  }
}

/** By handlers in this thread: the first signal removes them, so that the second one kills. */
export function listenBetweenPieces(): Interrupt {
  let signal: Signal | null = null
  const handlers = signals.map((name) => [name, () => { signal ??= name }] as const)
  for (const [name, handler] of handlers) process.on(name, handler)
  let listening = true
  const close = async (): Promise<void> => {
    listening = false
    for (const [name, handler] of handlers) process.off(name, handler)
  }
  return {
    get signal() { return signal },
    async poll() {
      await setImmediate()
      if (signal === null || !listening) return
      listening = false
      await setTimeout(SAME_PRESS)
      await close()
    },
    close,
  }
}
