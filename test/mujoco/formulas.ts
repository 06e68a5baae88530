/**
 * Rewards, ends and observations by Gymnasium's formulas, written once more and apart from bench/mujoco: from
 * positions and velocities before and after a step, and arrays of a MuJoCo that was stepped alone.
 */

export type Version = 4 | 5

/** Positions and velocities. */
export interface State { readonly qpos: Float64Array; readonly qvel: Float64Array }

/** All that a formula may need of one step. */
export interface Step {
  readonly before: State
  readonly after: State
  readonly action: Float64Array
  /** Seconds. */
  readonly dt: number
  /** The tip of the upper pole. */
  readonly tip: readonly number[]
  /** From target to fingertip: before, after. */
  readonly gaps: readonly (readonly number[])[]
  /** x of the first body: before, after. */
  readonly bodyX: readonly number[]
  /** Torques and forces on all bodies but the world. */
  readonly contact: readonly number[]
  readonly constraint: readonly number[]
}

interface Verdict { readonly end: boolean; readonly reward: number }

const squares = (x: Iterable<number>): number => [...x].reduce((sum, y) => sum + y * y, 0)
const inside = (x: number, low: number, high: number): boolean => low < x && x < high
const limit = (x: Iterable<number>, bound: number): number[] =>
  [...x].map((y) => y > bound ? bound : y < -bound ? -bound : y)

/** The reward of a step, and whether it ended the episode. */
export function verdict(name: string, version: Version, step: Step): Verdict {
  const { before, after: { qpos, qvel }, action, dt, tip, gaps, bodyX, contact } = step
  const forward = (qpos[0] - before.qpos[0]) / dt, effort = squares(action)
  /** v5 gives no bonus for the step that ends the episode. */
  const ended = (bonus: number, end: boolean, rest: number): Verdict =>
    ({ end, reward: rest + (end && version === 5 ? 0 : bonus) })
  switch (name) {
    case 'InvertedPendulum': return ended(1, Math.abs(qpos[1]) > 0.2, 0)
    case 'InvertedDoublePendulum': {
      const place = 0.01 * tip[0] * tip[0] + (tip[2] - 2) * (tip[2] - 2)
      return ended(10, tip[2] <= 1, -place - 0.001 * qvel[1] * qvel[1] - 0.005 * qvel[2] * qvel[2])
    }
    case 'Reacher': return { end: false, reward: -Math.hypot(...gaps[version === 4 ? 0 : 1]) - effort }
    case 'Swimmer': return { end: false, reward: forward - 0.0001 * effort }
    case 'HalfCheetah': return { end: false, reward: forward - 0.1 * effort }
    case 'Hopper': {
      const stands = qpos[1] > 0.7 && inside(qpos[2], -0.2, 0.2)
      const sane = [...qpos, ...qvel].slice(2).every((x) => inside(x, -100, 100))
      return ended(1, !(stands && sane), forward - 0.001 * effort)
    }
    case 'Walker2d': {
      const stands = inside(qpos[1], 0.8, 2) && inside(qpos[2], -1, 1)
      return ended(1, !stands, forward - 0.001 * effort)
    }
    default: {
      const cost = version === 4 ? 0 : 0.0005 * squares(limit(contact, 1))
      return ended(1, qpos[2] < 0.2 || qpos[2] > 1, (bodyX[1] - bodyX[0]) / dt - 0.5 * effort - cost)
    }
  }
}

/** The observation after a step. */
export function seen(name: string, version: Version, step: Step): number[] {
  const { after: { qpos, qvel }, gaps, contact, constraint } = step
  switch (name) {
    case 'InvertedPendulum': return [...qpos, ...qvel]
    case 'InvertedDoublePendulum': {
      const [x, a, b] = qpos, forces = limit(constraint, 10)
      const angles = [Math.sin(a), Math.sin(b), Math.cos(a), Math.cos(b)]
      return [x, ...angles, ...limit(qvel, 10), ...forces.slice(0, version === 5 ? 1 : 3)]
    }
    case 'Reacher': {
      const [a, b, x, y] = qpos, gap = gaps[1].slice(0, version === 5 ? 2 : 3)
      return [Math.cos(a), Math.cos(b), Math.sin(a), Math.sin(b), x, y, qvel[0], qvel[1], ...gap]
    }
    case 'Swimmer': return [...qpos.slice(2), ...qvel]
    case 'HalfCheetah': return [...qpos.slice(1), ...qvel]
    case 'Hopper': case 'Walker2d': return [...qpos.slice(1), ...limit(qvel, 10)]
    default: return [...qpos.slice(2), ...qvel, ...version === 5 ? limit(contact, 1) : []]
  }
}
