/**
 * PointMass: push a point in the plane to the origin. A linear-quadratic problem, s′ = A s + B a + w with
 * reward −(sᵀQ s + aᵀR a): its optimal policy and the expected return of every linear policy have closed
 * forms (Kalman 1960; Bertsekas, Dynamic Programming and Optimal Control), so that a learner can be compared
 * with the optimum.
 *
 * The horizon is a time limit (`truncated`) of 30 steps, many more than the optimal feedback needs to settle:
 * the best constant gain is some 0.1 % worse than the optimum. Doing nothing costs twenty times as much.
 * But: nothing is clipped or rounded to float32, and nothing terminates; the closed forms would not hold.
 */
import type { Random } from '../math/random.ts'
import type { Env } from '../rl/world/env.ts'
import type { Box } from '../rl/world/space.ts'
import { type Dynamics, simulate, type SimulatorOptions, timeLimit } from './simulator.ts'

const DT = 0.2, SPEED_COST = 0.1, PUSH_COST = 0.1
const MAX_POSITION = 2, MAX_SPEED = 1, NOISE = 0.05, HORIZON = 30

/** A matrix by its rows. */
export type Matrix = readonly (readonly number[])[]

/** The problem as matrices, by rows: s = (x, y, ẋ, ẏ), a = (aₓ, a_y); covariances of s₀ (mean 0) and w. */
export interface LinearQuadraticWorld {
  readonly A: Matrix
  readonly B: Matrix
  readonly Q: Matrix
  readonly R: Matrix
  readonly startCovariance: Matrix
  readonly noiseCovariance: Matrix
  readonly horizon: number
}

/** The matrices of `pointMass`. */
export const pointMassMatrices: LinearQuadraticWorld = {
  A: [[1, 0, DT, 0], [0, 1, 0, DT], [0, 0, 1, 0], [0, 0, 0, 1]],
  B: [[0, 0], [0, 0], [DT, 0], [0, DT]],
  Q: diagonal([1, 1, SPEED_COST, SPEED_COST]),
  R: diagonal([PUSH_COST, PUSH_COST]),
  // A uniform start within ±h has variance h²/3.
  startCovariance: diagonal([MAX_POSITION, MAX_POSITION, MAX_SPEED, MAX_SPEED].map((h) => h * h / 3)),
  noiseCovariance: diagonal([0, 0, NOISE * NOISE, NOISE * NOISE]),
  horizon: HORIZON,
}

/** State and observation: x, y, ẋ, ẏ. Action: two accelerations, unbounded. */
export function pointMass(options: SimulatorOptions = {}): Env<Float64Array> {
  return simulate('PointMass', dynamics(), timeLimit(options, HORIZON))
}

function dynamics(): Dynamics<Float64Array> {
  return {
    observationSpace: unbounded(4),
    actionSpace: unbounded(2),
    stateSize: 4,
    start(state: Float64Array, random: Random): void {
      for (let i = 0; i < 4; i++) {
        const max = i < 2 ? MAX_POSITION : MAX_SPEED
        state[i] = -max + 2 * max * random.uniform()
      }
    },
    observe(observation: Float64Array, state: Float64Array): void {
      observation.set(state)
    },
    step(state: Float64Array, action: Float64Array, random: Random): number {
      let cost = 0
      for (let axis = 0; axis < 2; axis++) {
        const position = state[axis], speed = state[axis + 2], push = action[axis]
        cost += position * position + SPEED_COST * (speed * speed) + PUSH_COST * (push * push)
        state[axis] = position + DT * speed
        state[axis + 2] = speed + DT * push + NOISE * random.normal()
      }
      return -cost
    },
    isTerminal(): boolean {
      return false
    },
  }
}

function unbounded(size: number): Box {
  const high = new Float64Array(size).fill(Infinity)
  return { kind: 'box', low: high.map((x) => -x), high }
}

function diagonal(values: readonly number[]): Matrix {
  return values.map((value, i) => values.map((_, j) => i === j ? value : 0))
}
