/** Chapter 4: where KL from N(0, 1) is δ, in the plane of μ and log σ, and where its quadratic model is. */
import { gaussian } from 'trpo/parts'
import { klOf, metricOf } from '../families.ts'
import { draw, type Point } from './svg.ts'

const family = gaussian(1), START = [0, 0]

/** The length along a direction at which `distance` reaches δ, by bisection. */
function lengthTo(delta: number, distance: (length: number) => number): number {
  let low = 0, high = 4
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (distance(middle) < delta) low = middle
    else high = middle
  }
  return low
}

function contour(delta: number, distance: (x: Point) => number): Point[] {
  return Array.from({ length: 180 }, (_, i): Point => {
    const angle = i * Math.PI / 90, u: Point = [Math.cos(angle), Math.sin(angle)]
    const length = lengthTo(delta, (l) => distance([l * u[0], l * u[1]]))
    return [length * u[0], length * u[1]]
  })
}

const picture = draw({ width: 560, x: [-1.6, 1.6], y: [-0.8, 1.1], stretch: 1 },
  [-1.5, -1, -0.5, 0, 0.5, 1, 1.5], [-0.5, 0, 0.5, 1], 'μ', 'log σ')
for (const delta of [0.01, 0.1, 0.5]) {
  const exact = contour(delta, (x) => klOf(family, START, x))
  const model = contour(delta, (x) => {
    const Mx = metricOf(family, START, x)
    return 0.5 * (x[0] * Mx[0] + x[1] * Mx[1])
  })
  picture.curve(model, 'mute', '4 4', true)
  picture.curve(exact, 'true', '', true)
  picture.words(`δ = ${delta}`, exact[45], 'middle', [0, -5])
}
picture.dot([0, 0], 'ink')

export const svg: string = picture.end(
  'Curves of equal KL from a Gaussian, and the ellipses of the model, for three radii')
