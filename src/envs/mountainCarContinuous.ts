/**
 * MountainCarContinuous: the car of `mountainCar` with a throttle; +100 at the goal, −0.1 u² a step.
 * Moore 1990, with the numbers of Gymnasium's MountainCarContinuous-v0: push 0.0015 u, goal 0.45, 999 steps.
 * The push is clipped to |u| ≤ 1, but the reward charges u as it was given. The state is kept as float32
 * after each step, judged for its end before; observations are float32 too.
 * But: sums are doubles (NumPy 1's promotion); NumPy 2 adds in float32, and drifts by some 5e-7 an episode.
 */
import type { Env } from '../rl/world/env.ts'
import { look, park, roll, valley } from './mountainCar.ts'
import { type Dynamics, simulate, type SimulatorOptions } from './simulator.ts'

const POWER = 0.0015, GOAL = 0.45

/** State and observation: position, velocity. Action: one throttle u, left negative. */
export function mountainCarContinuous({ maxEpisodeSteps = 999 }: SimulatorOptions = {}): Env<Float64Array> {
  return simulate('MountainCarContinuous', dynamics(), { maxEpisodeSteps })
}

function dynamics(): Dynamics<Float64Array> {
  return {
    observationSpace: valley(),
    actionSpace: { kind: 'box', low: Float64Array.of(-1), high: Float64Array.of(1) },
    stateSize: 2,
    start: park,
    observe: look,
    step(state: Float64Array, action: Float64Array): number {
      const u = action[0]
      roll(state, Math.min(Math.max(u, -1), 1) * POWER)
      return (isThere(state) ? 100 : 0) - u * u * 0.1
    },
    isTerminal: isThere,
    settle(state: Float64Array): void {
      look(state, state)
    },
  }
}

function isThere(state: Float64Array): boolean {
  return state[0] >= GOAL && state[1] >= 0
}
