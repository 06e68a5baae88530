/**
 * Acrobot: two links hang from a pivot; a torque, only at the joint between them, must swing the tip up high.
 * Sutton 1996, with the equations of Sutton & Barto's book (the paper's lack a term) and the numbers of
 * Gymnasium's Acrobot-v1: unit links and masses, one Runge–Kutta step of 0.2 s, speeds clipped to 4π and 9π;
 * −1 per step, 0 for the step that ends it (the tip one link's length above the pivot), 500 steps.
 * The start and the observations are rounded to float32, as Gymnasium's are.
 * But: no torque noise, and not the paper's dynamics.
 */
import { cos, sin } from '../math/trigonometry.ts'
import type { Random } from '../math/random.ts'
import type { Env } from '../rl/world/env.ts'
import { type Dynamics, simulate, type SimulatorOptions, timeLimit } from './simulator.ts'

const GRAVITY = 9.8, LENGTH = 1, CENTRE = 0.5, MASS = 1, INERTIA = 1, DT = 0.2
const MAX_SPEED_1 = 4 * Math.PI, MAX_SPEED_2 = 9 * Math.PI

/**
 * State: θ₁, θ₂, θ̇₁, θ̇₂; θ₁ = 0 hangs down, θ₂ is relative to the first link; angles in [−π, π].
 * Observation: cos θ₁, sin θ₁, cos θ₂, sin θ₂, θ̇₁, θ̇₂. Actions: torque −1, 0, 1.
 */
export function acrobot(options: SimulatorOptions = {}): Env<number> {
  return simulate('Acrobot', dynamics(), timeLimit(options, 500))
}

function dynamics(): Dynamics<number> {
  const high = Float64Array.of(1, 1, 1, 1, Math.fround(MAX_SPEED_1), Math.fround(MAX_SPEED_2))
  const k1 = new Float64Array(4), k2 = new Float64Array(4), k3 = new Float64Array(4), k4 = new Float64Array(4)
  const between = new Float64Array(4)
  return {
    observationSpace: { kind: 'box', low: high.map((x) => -x), high },
    actionSpace: { kind: 'discrete', n: 3, start: 0 },
    stateSize: 4,
    start(state: Float64Array, random: Random): void {
      for (let i = 0; i < 4; i++) state[i] = Math.fround(-0.1 + 0.2 * random.uniform())
    },
    observe(observation: Float64Array, state: Float64Array): void {
      observation[0] = Math.fround(cos(state[0]))
      observation[1] = Math.fround(sin(state[0]))
      observation[2] = Math.fround(cos(state[1]))
      observation[3] = Math.fround(sin(state[1]))
      observation[4] = Math.fround(state[2])
      observation[5] = Math.fround(state[3])
    },
    step(state: Float64Array, action: number): number {
      const torque = action - 1
      derivative(k1, state, torque)
      for (let i = 0; i < 4; i++) between[i] = state[i] + DT / 2 * k1[i]
      derivative(k2, between, torque)
      for (let i = 0; i < 4; i++) between[i] = state[i] + DT / 2 * k2[i]
      derivative(k3, between, torque)
      for (let i = 0; i < 4; i++) between[i] = state[i] + DT * k3[i]
      derivative(k4, between, torque)
      for (let i = 0; i < 4; i++) state[i] += DT / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i])
      state[0] = wrap(state[0])
      state[1] = wrap(state[1])
      state[2] = Math.min(Math.max(state[2], -MAX_SPEED_1), MAX_SPEED_1)
      state[3] = Math.min(Math.max(state[3], -MAX_SPEED_2), MAX_SPEED_2)
      return isHigh(state) ? 0 : -1
    },
    isTerminal: isHigh,
  }
}

/** ds/dt into `rate`, for s = (θ₁, θ₂, θ̇₁, θ̇₂): the book's equations, term by term in its order. */
function derivative(rate: Float64Array, s: Float64Array, torque: number): void {
  const theta1 = s[0], theta2 = s[1], speed1 = s[2], speed2 = s[3]
  const c = cos(theta2), coupling = MASS * LENGTH * CENTRE * sin(theta2)
  const d1 = MASS * CENTRE * CENTRE
    + MASS * (LENGTH * LENGTH + CENTRE * CENTRE + 2 * LENGTH * CENTRE * c) + INERTIA + INERTIA
  const d2 = MASS * (CENTRE * CENTRE + LENGTH * CENTRE * c) + INERTIA
  const phi2 = MASS * CENTRE * GRAVITY * cos(theta1 + theta2 - Math.PI / 2)
  const phi1 = -(speed2 * speed2) * coupling - 2 * speed2 * speed1 * coupling
    + (MASS * CENTRE + MASS * LENGTH) * GRAVITY * cos(theta1 - Math.PI / 2) + phi2
  const acceleration2 = (torque + d2 / d1 * phi1 - speed1 * speed1 * coupling - phi2)
    / (MASS * CENTRE * CENTRE + INERTIA - d2 * d2 / d1)
  rate[0] = speed1
  rate[1] = speed2
  rate[2] = -(d2 * acceleration2 + phi1) / d1
  rate[3] = acceleration2
}

function isHigh(state: Float64Array): boolean {
  return -cos(state[0]) - cos(state[1] + state[0]) > 1
}

/** The same angle within [−π, π]. */
function wrap(angle: number): number {
  // One step turns a link less than once; only a start set by the user can be so far off that subtracting
  // takes long.
  let x = Math.abs(angle) < 100 ? angle : angle % (2 * Math.PI)
  while (x > Math.PI) x -= 2 * Math.PI
  while (x < -Math.PI) x += 2 * Math.PI
  return x
}
