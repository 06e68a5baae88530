/**
 * Pendulum: swing a pendulum up with a torque that is too weak to lift it, and hold it there; it never
 * terminates. The numbers of Gymnasium's Pendulum-v1: g = 10, a uniform rod of mass and length 1, steps of
 * 0.05 s (speed first, then the angle with the new speed), torque clipped to ±2, speed to ±8, 200 steps.
 * Reward −(θ² + 0.1 θ̇² + 0.001 u²), of the state before the step, θ taken in [−π, π). Observations are
 * rounded to float32, as Gymnasium's are.
 * But: rewards are doubles throughout; Gymnasium's u² is a float32 under NumPy 2.
 */
import { cos, sin } from '../math/trigonometry.ts'
import type { Random } from '../math/random.ts'
import type { Env } from '../rl/world/env.ts'
import { type Dynamics, simulate, type SimulatorOptions, timeLimit } from './simulator.ts'

const GRAVITY = 10, DT = 0.05, MAX_SPEED = 8, MAX_TORQUE = 2

/** State: θ, θ̇; θ = 0 is upright and never wrapped. Observation: cos θ, sin θ, θ̇. Action: one torque. */
export function pendulum(options: SimulatorOptions = {}): Env<Float64Array> {
  return simulate('Pendulum', dynamics(), timeLimit(options, 200))
}

function dynamics(): Dynamics<Float64Array> {
  const high = Float64Array.of(1, 1, MAX_SPEED)
  return {
    observationSpace: { kind: 'box', low: high.map((x) => -x), high },
    actionSpace: { kind: 'box', low: Float64Array.of(-MAX_TORQUE), high: Float64Array.of(MAX_TORQUE) },
    stateSize: 2,
    start(state: Float64Array, random: Random): void {
      state[0] = -Math.PI + 2 * Math.PI * random.uniform()
      state[1] = -1 + 2 * random.uniform()
    },
    observe(observation: Float64Array, state: Float64Array): void {
      observation[0] = Math.fround(cos(state[0]))
      observation[1] = Math.fround(sin(state[0]))
      observation[2] = Math.fround(state[1])
    },
    step(state: Float64Array, action: Float64Array): number {
      const theta = state[0], speed = state[1]
      const u = clip(action[0], MAX_TORQUE)
      const angle = fromUpright(theta)
      const cost = angle * angle + 0.1 * (speed * speed) + 0.001 * (u * u)
      state[1] = clip(speed + (3 * GRAVITY / 2 * sin(theta) + 3 * u) * DT, MAX_SPEED)
      state[0] = theta + state[1] * DT
      return -cost
    },
    isTerminal(): boolean {
      return false
    },
  }
}

function clip(x: number, max: number): number {
  return Math.min(Math.max(x, -max), max)
}

/** The angle in [−π, π) with the same direction as `theta`; the remainder is made non-negative first. */
function fromUpright(theta: number): number {
  const turn = (theta + Math.PI) % (2 * Math.PI)
  return (turn < 0 ? turn + 2 * Math.PI : turn) - Math.PI
}
