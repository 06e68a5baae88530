/**
 * Time per phase of an iteration. The library has no clock of its own; the host may give it one.
 */
import { expectFinite } from '../errors/expect.ts'

/** The timed parts of an iteration; 'rollout' includes the statistics of observations. */
export type Phase = 'rollout' | 'advantage' | 'gradient' | 'fisher' | 'lineSearch' | 'valueFit'
/** Milliseconds per phase. */
export type Phases = Record<Phase, number>
/** Assign the time since the last call, or since the start, to `phase`. */
export type Lap = (phase: Phase) => void

/** A lap that adds the time to `phases`; without a clock it does nothing. */
export function laps(phases: Phases, clock: (() => number) | undefined): Lap {
  if (clock === undefined) return () => {}
  const read = (): number => expectFinite('clock()', clock())
  let last = read()
  return (phase) => {
    const now = read()
    phases[phase] += now - last
    last = now
  }
}

export function zeroPhases(): Phases {
  return { rollout: 0, advantage: 0, gradient: 0, fisher: 0, lineSearch: 0, valueFit: 0 }
}
