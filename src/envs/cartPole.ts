/**
 * CartPole: push a cart left or right so that the pole hinged on it stays upright; +1 per step.
 * Barto, Sutton & Anderson 1983, with the numbers of Gymnasium's CartPole-v1: gravity 9.8, half pole 0.5 m,
 * force ±10 N, explicit Euler steps of 0.02 s; it ends beyond 12° or 2.4 m, or after 500 steps.
 * Observations are rounded to float32, as Gymnasium's are.
 * But: no friction (the paper has some), no other integrator.
 */
import { cos, sin } from '../math/trigonometry.ts'
import type { Random } from '../math/random.ts'
import type { Env } from '../rl/world/env.ts'
import { type Dynamics, simulate, type SimulatorOptions, timeLimit } from './simulator.ts'

const GRAVITY = 9.8, CART = 1, POLE = 0.1, HALF_LENGTH = 0.5, FORCE = 10, TAU = 0.02
const TOTAL = POLE + CART, POLE_MOMENT = POLE * HALF_LENGTH
const MAX_X = 2.4, MAX_THETA = 12 * 2 * Math.PI / 360

/** State and observation: x, ẋ, θ, θ̇; θ = 0 is upright. Actions: 0 pushes left, 1 right. */
export function cartPole(options: SimulatorOptions = {}): Env<number> {
  return simulate('CartPole', dynamics(), timeLimit(options, 500))
}

function dynamics(): Dynamics<number> {
  // Twice the limits, so that the observation that ends an episode is still within the bounds.
  const high = Float64Array.of(Math.fround(2 * MAX_X), Infinity, Math.fround(2 * MAX_THETA), Infinity)
  return {
    observationSpace: { kind: 'box', low: high.map((x) => -x), high },
    actionSpace: { kind: 'discrete', n: 2, start: 0 },
    stateSize: 4,
    start(state: Float64Array, random: Random): void {
      for (let i = 0; i < 4; i++) state[i] = -0.05 + 0.1 * random.uniform()
    },
    observe(observation: Float64Array, state: Float64Array): void {
      for (let i = 0; i < 4; i++) observation[i] = Math.fround(state[i])
    },
    step(state: Float64Array, action: number): number {
      const x = state[0], xDot = state[1], theta = state[2], thetaDot = state[3]
      const force = action === 1 ? FORCE : -FORCE
      const c = cos(theta), s = sin(theta)
      const push = (force + POLE_MOMENT * (thetaDot * thetaDot) * s) / TOTAL
      const thetaAcc = (GRAVITY * s - c * push) / (HALF_LENGTH * (4 / 3 - POLE * (c * c) / TOTAL))
      const xAcc = push - POLE_MOMENT * thetaAcc * c / TOTAL
      state[0] = x + TAU * xDot
      state[1] = xDot + TAU * xAcc
      state[2] = theta + TAU * thetaDot
      state[3] = thetaDot + TAU * thetaAcc
      return 1
    },
    isTerminal(state: Float64Array): boolean {
      return Math.abs(state[0]) > MAX_X || Math.abs(state[2]) > MAX_THETA
    },
  }
}
