/**
 * Ctrl-C in a program that computes: the first SIGINT or SIGTERM is recorded, so that the work can end in
 * order; then the handlers are removed, and the next signal kills at once. A handler runs only while no other
 * JavaScript does, so the code that works calls `poll` between its pieces.
 * But: a piece of work is never interrupted; until its end no signal is seen, neither the first nor the
 * second.
 */
import process from 'node:process'
import { setImmediate, setTimeout } from 'node:timers/promises'

export type Signal = 'SIGINT' | 'SIGTERM'
export const exitCodes: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143 }

/**
 * Milliseconds in which a second signal is the same key press: npm and npx pass Ctrl-C on to their child,
 * which the terminal has sent it already.
 */
const SAME_PRESS = 100

export interface Interrupt {
  /** The first signal that came, or null. */
  readonly signal: Signal | null
  /** One turn of the event loop, in which signals and broken pipes are noticed. */
  poll(): Promise<void>
  /** Remove the handlers: the next signal does what it does to any process. */
  close(): void
}

export function listenForInterrupt(): Interrupt {
  let signal: Signal | null = null
  const onInt = (): void => { signal ??= 'SIGINT' }
  const onTerm = (): void => { signal ??= 'SIGTERM' }
  process.on('SIGINT', onInt)
  process.on('SIGTERM', onTerm)
  let listening = true
  const close = (): void => {
    listening = false
    process.off('SIGINT', onInt)
    process.off('SIGTERM', onTerm)
  }
  return {
    get signal() { return signal },
    async poll() {
      await setImmediate()
      if (signal === null || !listening) return
      listening = false
      await setTimeout(SAME_PRESS)
      close()
    },
    close,
  }
}
