/**
 * What the page knows of a world beyond `Env`: how its state is drawn, pushed and seen, and what the numbers
 * of the state are called. A state is the vector that `getState` begins with; of a world of one's own it is
 * the observation.
 */
import { arrow, line, type Picture } from '../kit/plot.ts'

/** A number of the state, and the part of it that a map of the policy shows. */
export interface StateAxis {
  readonly name: string
  readonly unit: string
  readonly low: number
  readonly high: number
}

export interface WorldView {
  /** Steps per second when the world is shown. */
  readonly rate: number
  readonly axes: readonly StateAxis[]
  /** The axes that a map shows at first, and the state that the others rest at. */
  readonly first: readonly [number, number]
  readonly rest: readonly number[]
  /** Indices of angles, which are interpolated the short way round. */
  readonly angles: readonly number[]
  /** Words for the lowest and the highest action. */
  readonly actions: readonly [string, string]
  /** out[at …] ← the observation of `state`. */
  observe(out: Float64Array, at: number, state: ArrayLike<number>): void
  /** `action`: −1 … 1 for each component. */
  draw(picture: Picture, state: ArrayLike<number>, action: readonly number[]): void
  /** A push sideways, −1 … 1: by hand. */
  push(state: Float64Array, strength: number): void
  /** What a hand takes hold of, as a hint. */
  readonly hint: string
}

/** The observation is the state. */
export function observeAll(out: Float64Array, at: number, state: ArrayLike<number>): void {
  for (let i = 0; i < state.length; i++) out[at + i] = state[i]
}

/** A force beside a body: an arrow as long as `action`. */
export function force(picture: Picture, x: number, y: number, action: number, reach: number): void {
  if (Math.abs(action) < 0.03) return
  arrow(picture, [x, y], [x + action * reach, y], { color: picture.palette.mute, width: 2 })
}

/** A torque about a point: an arc with a head, anticlockwise if positive. */
export function torque(picture: Picture, x: number, y: number, action: number, radius: number): void {
  if (Math.abs(action) < 0.03) return
  const color = picture.palette.mute
  const points = Array.from({ length: 13 }, (_, i) => {
    const angle = -Math.PI / 2 - action * 1.9 * i / 12
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)] as const
  })
  line(picture, points.slice(0, 12), { color, width: 2 })
  arrow(picture, points[10], points[12], { color, width: 2 })
}
