/** Where a camera's eye is, and the matrix from the world to its picture. */
import { lookAt, multiply, perspective, unit } from './matrices.js'

/** Towards the sun, for light and shadows. */
export const SUN = unit([0.35, -0.5, 1])

/** Radians that a picture of 4 to 3 sees from its lower to its upper edge. */
const OPENING = 0.42

/** `target` [3], `distance` from it, `yaw` about the vertical, `pitch` above the ground. */
export function viewOf({ target, distance, yaw, pitch }, { width, height }) {
  const eye = [
    target[0] + distance * Math.cos(pitch) * Math.sin(yaw),
    target[1] - distance * Math.cos(pitch) * Math.cos(yaw),
    target[2] + distance * Math.sin(pitch),
  ]
  // A narrow picture shows as much to the left and right as one of 4 to 3.
  const opening = 2 * Math.atan(Math.tan(OPENING / 2) * Math.max(1, 4 / 3 * height / width))
  const matrix = multiply(perspective(opening, width / height, 0.1, 100), lookAt(eye, target))
  return { eye, matrix, opening }
}
