/** Worlds in units that nobody would choose, and any world in other units: for tests and benchmarks. */
import { cos, sin } from '../../src/math/trigonometry.ts'
import { Random } from '../../src/math/random.ts'
import type { Action, Env } from '../../src/rl/world/env.ts'
import { box, type Space } from '../../src/rl/world/space.ts'

/**
 * A room is to be kept at 293 K by a heater of 0 to 2000 W, while the street has 250 to 300 K: reward
 * −|T − 293| per step, 100 steps. Observations: the temperatures of room and street, in kelvin.
 */
export function heater(): Env<Float64Array> {
  let room = 0, street = 0, elapsed = 0, random = new Random(0)
  const observation = (): number[] => [room, street]
  return {
    observationSpace: box([200, 200], [400, 400]), actionSpace: box([0], [2000]),
    reset({ seed } = {}) {
      if (seed !== undefined) random = new Random(seed)
      room = 260 + 60 * random.uniform()
      street = 250 + 50 * random.uniform()
      elapsed = 0
      return { observation: observation() }
    },
    step([watts]) {
      room = Math.min(400, Math.max(200, room + 0.01 * watts - 0.1 * (room - street)))
      const reward = -Math.abs(room - 293)
      return { observation: observation(), reward, terminated: false, truncated: ++elapsed >= 100 }
    },
  }
}

/**
 * A cart on a track of ±2.4 m swings its pole up by a force of ±10 N and holds it: the equations of CartPole
 * (Barto, Sutton & Anderson 1983) with a continuous force, two steps of 10 ms, 300 decisions. Reward
 * (1 + cos θ)/2; leaving the track costs 10. The most that can be had is somewhat below 280.
 */
export function swingUp(): Env<Float64Array> {
  let x = 0, v = 0, theta = 0, omega = 0, elapsed = 0, random = new Random(0)
  const observation = (): number[] => [x, v, cos(theta), sin(theta), omega]
  const tick = (force: number): void => {
    const c = cos(theta), s = sin(theta), push = (force + 0.05 * omega * omega * s) / 1.1
    const alpha = (9.8 * s - c * push) / (0.5 * (4 / 3 - 0.1 * c * c / 1.1))
    const a = push - 0.05 * alpha * c / 1.1
    x += 0.01 * v
    v += 0.01 * a
    theta += 0.01 * omega
    omega += 0.01 * alpha
  }
  return {
    observationSpace: box([-Infinity, -Infinity, -1, -1, -Infinity], [Infinity, Infinity, 1, 1, Infinity]),
    actionSpace: box([-10], [10]),
    reset({ seed } = {}) {
      if (seed !== undefined) random = new Random(seed)
      x = v = omega = 0
      theta = Math.PI + 0.1 * random.normal()
      elapsed = 0
      return { observation: observation() }
    },
    step([force]) {
      tick(force)
      tick(force)
      const off = Math.abs(x) > 2.4
      const reward = (1 + cos(theta)) / 2 - (off ? 10 : 0)
      return { observation: observation(), reward, terminated: off, truncated: ++elapsed >= 300 }
    },
  }
}

/** A number from 0 to `width` is to be 0.7 of it: reward −(a/width − 0.7)², ten steps, nothing to see. */
export function target(width: number): Env<Float64Array> {
  let elapsed = 0
  return {
    observationSpace: box([0], [1]), actionSpace: box([0], [width]),
    reset() {
      elapsed = 0
      return { observation: [0.5] }
    },
    step([a]) {
      const miss = a / width - 0.7
      return { observation: [0.5], reward: -miss * miss, terminated: false, truncated: ++elapsed >= 10 }
    },
  }
}

/** Factors of units, and a constant that is added to each reward in its new unit. */
export interface Units {
  readonly reward?: number
  readonly constant?: number
  readonly observation?: number
  readonly action?: number
}

/** `env` in other units: observations and Box actions, with their bounds, and rewards times these factors. */
export function inUnits<A extends Action>(
  env: Env<A>, { reward: r = 1, constant = 0, observation: o = 1, action: a = 1 }: Units,
): Env<A> {
  const wider = (space: Space, factor: number): Space => space.kind === 'box'
    ? box(space.low.map((x) => factor * x), space.high.map((x) => factor * x)) : space
  const seen = (observation: unknown): Float64Array =>
    Float64Array.from(observation as ArrayLike<number>, (x) => o * x)
  return {
    observationSpace: wider(env.observationSpace, o),
    actionSpace: wider(env.actionSpace, a) as Env<A>['actionSpace'],
    reset: (options) => ({ observation: seen(env.reset(options).observation) }),
    step(action) {
      const own = typeof action === 'number'
        ? action : Float64Array.from(action as Float64Array, (x) => x / a)
      const result = env.step(own as A)
      return { ...result, observation: seen(result.observation), reward: r * result.reward + constant }
    },
  }
}
