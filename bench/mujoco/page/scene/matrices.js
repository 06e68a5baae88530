/** The few matrices of a camera, [16] by columns as WebGL has them, and vectors of three numbers. */

export const subtract = (a, b) => a.map((x, i) => x - b[i])
export const cross = ([a, b, c], [x, y, z]) => [b * z - c * y, c * x - a * z, a * y - b * x]
export const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0)
export const unit = (a) => {
  const length = Math.hypot(...a)
  return a.map((x) => x / length)
}

/** a·b */
export function multiply(a, b) {
  return Array.from({ length: 16 }, (_, k) => {
    const row = k % 4, column = k - row
    return a[row] * b[column] + a[row + 4] * b[column + 1] + a[row + 8] * b[column + 2]
      + a[row + 12] * b[column + 3]
  })
}

/** `angle`: radians from the lower to the upper edge; `aspect`: width over height. */
export function perspective(angle, aspect, near, far) {
  const f = 1 / Math.tan(angle / 2)
  return [
    f / aspect, 0, 0, 0, 0, f, 0, 0,
    0, 0, (far + near) / (near - far), -1, 0, 0, 2 * far * near / (near - far), 0,
  ]
}

/** From the world to a camera at `eye` that looks to `target`; z is up. */
export function lookAt(eye, target) {
  const back = unit(subtract(eye, target)), right = unit(cross([0, 0, 1], back)), up = cross(back, right)
  return [
    ...[0, 1, 2].flatMap((i) => [right[i], up[i], back[i], 0]),
    -dot(right, eye), -dot(up, eye), -dot(back, eye), 1,
  ]
}
