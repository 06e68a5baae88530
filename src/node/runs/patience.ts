/**
 * A signal while a world does not answer: an iteration that is under way may end, but not for longer than
 * some seconds. Worlds that answer at once never wait, so nothing here runs while they are stepped.
 */
import { setTimeout } from 'node:timers/promises'
import { createStop } from '../../rl/play/stop.ts'
import type { StopSignal } from '../../rl/play/late.ts'
import type { Interrupt } from '../interrupt.ts'

/** Milliseconds between two looks, and for the rest of an iteration. */
const TURN = 100, PATIENCE = 2000

/** What `trainAsync` throws when patience has ended. */
export const IMPATIENT: unique symbol = Symbol('no answer')

export interface Patience {
  readonly signal: StopSignal
  close(): void
}

/** Aborts its signal, with IMPATIENT, some seconds after a signal of the process. */
export function patience(interrupt: Interrupt): Patience {
  const stop = createStop()
  let over = false
  const watch = async (): Promise<void> => {
    for (let left = PATIENCE; !over && left > 0;) {
      await setTimeout(TURN, undefined, { ref: false })
      if (interrupt.signal === null) await interrupt.poll()
      else left -= TURN
    }
    if (!over) stop.abort(IMPATIENT)
  }
  void watch()
  return { signal: stop.signal, close: () => { over = true } }
}
