/**
 * MountainCarContinuous: the car of `mountainCar` with a throttle; +100 at the goal, −0.1 u² per step.
 * Moore 1990, with the numbers of Gymnasium's MountainCarContinuous-v0: push 0.0015 u, goal 0.45, 999 steps.
 * The push is clipped to |u| ≤ 1, but the reward uses the unclipped u. The state is rounded to float32 after
 * each step, after the test whether the episode ends; observations are float32, too.
 * But: sums are doubles (NumPy 1's promotion); NumPy 2 adds in float32, and drifts by some 5e-7 per episode.
 */
import type { Env } from '../rl/world/env.ts'
import { moveCar, observeRounded, startAtRest, valleySpace } from './mountainCar.ts'
import { type Dynamics, simulate, type SimulatorOptions, timeLimit } from './simulator.ts'

const POWER = 0.0015, GOAL = 0.45

/** State and observation: position, velocity. Action: one throttle u, left negative. */
export function mountainCarContinuous(options: SimulatorOptions = {}): Env<Float64Array> {
  return simulate('MountainCarContinuous', dynamics(), timeLimit(options, 999))
}

function dynamics(): Dynamics<Float64Array> {
  return {
    observationSpace: valleySpace(),
    actionSpace: { kind: 'box', low: Float64Array.of(-1), high: Float64Array.of(1) },
    stateSize: 2,
    start: startAtRest,
    observe: observeRounded,
    step(state: Float64Array, action: Float64Array): number {
      const u = action[0]
      moveCar(state, Math.min(Math.max(u, -1), 1) * POWER)
      return (isAtGoal(state) ? 100 : 0) - u * u * 0.1
    },
    isTerminal: isAtGoal,
    settle(state: Float64Array): void {
      observeRounded(state, state)
    },
  }
}

function isAtGoal(state: Float64Array): boolean {
  return state[0] >= GOAL && state[1] >= 0
}
