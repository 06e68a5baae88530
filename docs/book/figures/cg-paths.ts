/** Chapter 6: conjugate gradients and steepest descent on a quadratic of two unknowns. */
import { cgWorkspace, conjugateGradient, dot } from 'trpo/parts'
import { draw, type Point } from './svg.ts'

const MATRIX = [[1.6, 2.4], [2.4, 6]]
const A = (out: Float64Array, v: Float64Array): void => {
  for (const i of [0, 1]) out[i] = MATRIX[i][0] * v[0] + MATRIX[i][1] * v[1]
}
const SOLUTION: Point = [3, -1], START: Point = [0, 0]
const b = new Float64Array(2)
A(b, Float64Array.from(SOLUTION))

/** Where conjugate gradients are after k products, from `start`. */
function after(k: number, start: Point): Point {
  const r = new Float64Array(2), workspace = cgWorkspace(2)
  A(r, Float64Array.from(start))
  for (const i of [0, 1]) r[i] = b[i] - r[i]
  conjugateGradient(workspace, A, r, { maxIterations: k, relativeTolerance: 0 })
  return [start[0] + workspace.x[0], start[1] + workspace.x[1]]
}

/** f(x) − f(x*) = ½ eᵀA e */
function missing([x, y]: Point): number {
  const e = Float64Array.of(SOLUTION[0] - x, SOLUTION[1] - y), Ae = new Float64Array(2)
  A(Ae, e)
  return 0.5 * dot(e, Ae)
}

/** The points at which as much is missing as at `through`. */
function level(through: Point): Point[] {
  const height = missing(through)
  return Array.from({ length: 360 }, (_, k): Point => {
    const u: Point = [Math.cos(k * Math.PI / 180), Math.sin(k * Math.PI / 180)]
    const length = Math.sqrt(height / missing([SOLUTION[0] + u[0], SOLUTION[1] + u[1]]))
    return [SOLUTION[0] + length * u[0], SOLUTION[1] + length * u[1]]
  })
}

/** One product at a time, each from where the last one ended: steepest descent. */
const descent: Point[] = [START]
for (let k = 0; k < 12; k++) descent.push(after(1, descent[k]))
const conjugate: Point[] = [START, after(1, START), after(2, START)]

const picture = draw({ width: 640, x: [-0.3, 6.3], y: [-2.8, 0.8], stretch: 1 },
  [0, 1, 2, 3, 4, 5, 6], [-2, -1, 0], 'x₁', 'x₂')
for (const point of descent.slice(0, 4)) picture.curve(level(point), 'mute', '', true)
picture.curve(descent, 'limit')
for (const point of descent.slice(1)) picture.dot(point, 'limit', true)
picture.curve(conjugate, 'true')
for (const point of conjugate) picture.dot(point, 'true')
picture.words('x = 0', START, 'start', [10, 8])
picture.words('x*', SOLUTION, 'start', [8, -4])

export const svg: string = picture.end(
  'Level curves of a quadratic, with the paths of steepest descent and of conjugate gradients to its minimum')
