/**
 * Ctrl-C, in a program that computes: the first SIGINT or SIGTERM is noted, for the work to end in good
 * order; once it is, nothing listens any more, and the next one kills at once.
 * A handler runs only while other JavaScript does not, so whoever works calls `breathe` between its pieces.
 * But: a piece of work is never cut short; until its end no signal is seen, be it the first or the second.
 */
import process from 'node:process'
import { setImmediate, setTimeout } from 'node:timers/promises'

export type Signal = 'SIGINT' | 'SIGTERM'
export const exitCodes: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143 }

/**
 * Milliseconds in which a second signal is the same press: npm and npx pass on to their child the Ctrl-C that
 * it had from the terminal already.
 */
const SAME_PRESS = 100

export interface Interrupt {
  /** The first signal that came. */
  readonly signal: Signal | null
  /** A turn of the event loop, in which signals and broken pipes are noticed. */
  breathe(): Promise<void>
  /** Listen no more: the next signal does what it does to any process. */
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
    async breathe() {
      await setImmediate()
      if (signal === null || !listening) return
      listening = false
      await setTimeout(SAME_PRESS)
      close()
    },
    close,
  }
}
