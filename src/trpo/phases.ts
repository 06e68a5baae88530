/**
 * Where the time of an iteration goes. The library reads no clock of its own: the host may give it one.
 */

/** The parts of an iteration whose time is measured. */
export type Phase = 'rollout' | 'advantage' | 'gradient' | 'fisher' | 'lineSearch' | 'valueFit'
/** Milliseconds spent in each. */
export type Phases = Record<Phase, number>
/** Say that the work since the last call, or since the start, belonged to `phase`. */
export type Lap = (phase: Phase) => void

/** A lap counter that adds into `phases`; it does nothing without a clock. */
export function laps(phases: Phases, clock: (() => number) | undefined): Lap {
  if (clock === undefined) return () => {}
  let last = clock()
  return (phase) => {
    const now = clock()
    phases[phase] += now - last
    last = now
  }
}

export function zeroPhases(): Phases {
  return { rollout: 0, advantage: 0, gradient: 0, fisher: 0, lineSearch: 0, valueFit: 0 }
}
