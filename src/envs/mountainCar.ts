/**
 * MountainCar: a car too weak for the hill must first roll backwards to gain speed; −1 per step.
 * Moore 1990, in the form of Sutton 1996, with the numbers of Gymnasium's MountainCar-v0: push ±0.001,
 * slope 0.0025 cos 3x, speed within ±0.07, goal at 0.5, 200 steps.
 * Observations are rounded to float32, as Gymnasium's are.
 * But: any forward speed at the goal is accepted (Gymnasium's `goal_velocity` of 0).
 */
import { cos } from '../math/trigonometry.ts'
import type { Random } from '../math/random.ts'
import type { Env } from '../rl/world/env.ts'
import type { Box } from '../rl/world/space.ts'
import { type Dynamics, simulate, type SimulatorOptions, timeLimit } from './simulator.ts'

const LEFT_WALL = -1.2, RIGHT_END = 0.6, MAX_SPEED = 0.07, GOAL = 0.5, PUSH = 0.001, SLOPE = 0.0025

/** State and observation: position, velocity. Actions: 0 pushes left, 1 does not push, 2 pushes right. */
export function mountainCar(options: SimulatorOptions = {}): Env<number> {
  return simulate('MountainCar', dynamics(), timeLimit(options, 200))
}

function dynamics(): Dynamics<number> {
  return {
    observationSpace: valleySpace(),
    actionSpace: { kind: 'discrete', n: 3, start: 0 },
    stateSize: 2,
    start: startAtRest,
    observe: observeRounded,
    step(state: Float64Array, action: number): number {
      moveCar(state, (action - 1) * PUSH)
      return -1
    },
    isTerminal(state: Float64Array): boolean {
      return state[0] >= GOAL && state[1] >= 0
    },
  }
}

/** Positions and velocities, as float32 bounds. */
export function valleySpace(): Box {
  const high = Float64Array.of(Math.fround(RIGHT_END), Math.fround(MAX_SPEED))
  return { kind: 'box', low: Float64Array.of(Math.fround(LEFT_WALL), -high[1]), high }
}

/** A start at rest, near the bottom of the valley (−π/6). */
export function startAtRest(state: Float64Array, random: Random): void {
  state[0] = -0.6 + 0.2 * random.uniform()
  state[1] = 0
}

/** Position and velocity, rounded to float32. */
export function observeRounded(observation: Float64Array, state: Float64Array): void {
  observation[0] = Math.fround(state[0])
  observation[1] = Math.fround(state[1])
}

/** One time step with a push; at the left wall the car stops. */
export function moveCar(state: Float64Array, push: number): void {
  let velocity = state[1] + (push - SLOPE * cos(3 * state[0]))
  velocity = Math.min(Math.max(velocity, -MAX_SPEED), MAX_SPEED)
  const position = Math.min(Math.max(state[0] + velocity, LEFT_WALL), RIGHT_END)
  state[0] = position
  state[1] = position === LEFT_WALL && velocity < 0 ? 0 : velocity
}
