/**
 * Scenes of the built-in worlds, each from an observation: lengths and directions as Gymnasium draws them.
 * Pure.
 * But: actions are not drawn.
 */
import type { Point, Scene } from './scene.ts'

/** A scene from an observation of so many numbers. */
interface Picture { readonly size: number; readonly draw: (observation: Float64Array) => Scene }

/** By the name of the world. */
export const scenes: Readonly<Record<string, Picture>> = {
  CartPole: { size: 4, draw: cartPole },
  Acrobot: { size: 6, draw: acrobot },
  MountainCar: { size: 2, draw: (o) => mountainCar(o, 0.5) },
  MountainCarContinuous: { size: 2, draw: (o) => mountainCar(o, 0.45) },
  Pendulum: { size: 3, draw: pendulum },
  PointMass: { size: 4, draw: pointMass },
}

/** A rectangle, closed. */
function rectangle(left: number, right: number, bottom: number, top: number): Point[] {
  return [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]
}

/** x, ẋ, θ, θ̇: a cart on a track of ±2.4 m, and a pole of 1 m; θ = 0 is upright, θ > 0 leans right. */
export function cartPole([x, , theta]: Float64Array): Scene {
  const axle = 0.2
  return {
    left: -2.4, right: 2.4, bottom: -0.05, top: 1.25,
    paths: [
      [[-2.4, 0.1], [-2.4, -0.05], [2.4, -0.05], [2.4, 0.1]],
      rectangle(x - 0.25, x + 0.25, 0, axle),
      [[x, axle], [x + Math.sin(theta), axle + Math.cos(theta)]],
    ],
    discs: [{ at: [x, axle], radius: 0.05 }],
  }
}

/** cos θ₁, sin θ₁, cos θ₂, sin θ₂, …: two links of length 1; θ₁ = 0 hangs down. The line is the goal. */
export function acrobot([c1, s1, c2, s2]: Float64Array): Scene {
  const joint: Point = [s1, -c1]
  // The angle of the second link is relative to the first.
  const tip: Point = [joint[0] + s1 * c2 + c1 * s2, joint[1] - (c1 * c2 - s1 * s2)]
  return {
    left: -2.2, right: 2.2, bottom: -2.2, top: 2.2,
    paths: [[[-2.2, 1], [2.2, 1]], [[0, 0], joint, tip]],
    discs: [{ at: [0, 0], radius: 0.1 }, { at: joint, radius: 0.1 }],
  }
}

/** Height of the valley at a position. */
export function heightAt(x: number): number {
  return 0.45 * Math.sin(3 * x) + 0.55
}

/** Position and speed: a car on the slope, and a flag at the goal. */
export function mountainCar([x]: Float64Array, goal: number): Scene {
  const left = -1.2, right = 0.6, pieces = 90
  const slope = Array.from({ length: pieces + 1 }, (_, k): Point => {
    const at = left + (right - left) * k / pieces
    return [at, heightAt(at)]
  })
  const foot = heightAt(goal)
  return {
    left, right, bottom: 0, top: 1.25,
    paths: [slope, [[goal, foot], [goal, foot + 0.2], [goal + 0.06, foot + 0.17], [goal, foot + 0.14]]],
    discs: [{ at: [x, heightAt(x) + 0.05], radius: 0.04 }],
  }
}

/** cos θ, sin θ, …: a rod of length 1; θ = 0 is upright, θ > 0 leans left. */
export function pendulum([cos, sin]: Float64Array): Scene {
  return {
    left: -1.2, right: 1.2, bottom: -1.2, top: 1.2,
    paths: [[[0, 0], [-sin, cos]]],
    discs: [{ at: [0, 0], radius: 0.08 }, { at: [-sin, cos], radius: 0.06 }],
  }
}

/** x, y, ẋ, ẏ: a point, its way in the next second, and the origin as a cross. */
export function pointMass([x, y, vx, vy]: Float64Array): Scene {
  return {
    left: -3, right: 3, bottom: -3, top: 3,
    paths: [[[-0.2, 0], [0.2, 0]], [[0, -0.2], [0, 0.2]], [[x, y], [x + vx, y + vy]]],
    discs: [{ at: [x, y], radius: 0.12 }],
  }
}
