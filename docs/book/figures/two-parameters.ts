/** Chapter 5: a training of two parameters, with the trust regions that it went through. */
import { aim } from '../families.ts'
import { updates } from '../lab.ts'
import { draw, type Point } from './svg.ts'

interface Step {
  readonly at: Point
  /** The diagonal of F, read off g = F x. */
  readonly F: Point
  readonly g: Point
  readonly natural: Point
}

const DELTA = 0.1
const steps: Step[] = []
let at: Point = [0, 0], seen: Omit<Step, 'at'> | null = null
const run = updates(14, { hiddenSizes: [], maxKl: DELTA, damping: 0, cgTolerance: 1e-9 }, aim,
  ({ gradient: [, ...g], x: [, ...x], beta }) => {
    seen = { F: [g[0] / x[0], g[1] / x[1]], g: [g[0], g[1]], natural: [beta * x[0], beta * x[1]] }
  })
for (const { record } of run) {
  steps.push({ at, ...seen! })
  const [, mean, logStd] = record.policy.net.parameters.flat
  at = [mean, logStd]
}

const from = ([x, y]: Point, [dx, dy]: Point): Point => [x + dx, y + dy]
const picture = draw({ width: 640, x: [-0.5, 2.4], y: [-2.5, 0.5], stretch: 0.6 },
  [0, 0.5, 1, 1.5, 2], [-2, -1.5, -1, -0.5, 0, 0.5], 'μ', 'log σ')
for (const [i, { at: start, F, g, natural }] of steps.entries()) {
  if (i % 2 === 1) continue
  const ellipse = Array.from({ length: 90 }, (_, k): Point => from(start, [
    Math.sqrt(2 * DELTA / F[0]) * Math.cos(k * Math.PI / 45),
    Math.sqrt(2 * DELTA / F[1]) * Math.sin(k * Math.PI / 45),
  ]))
  const length = Math.sqrt(2 * DELTA / (F[0] * g[0] ** 2 + F[1] * g[1] ** 2))
  const plain: Point = [length * g[0], length * g[1]]
  picture.curve(ellipse, 'mute', '4 4', true)
  picture.curve([start, from(start, plain)], 'limit')
  picture.dot(from(start, plain), 'limit', true)
  picture.curve([start, from(start, natural)], 'true')
}
for (const { at: place } of steps) picture.dot(place, 'ink')

export const svg: string = picture.end(
  'A training in the plane of the mean and log σ, with trust regions, natural and plain steps')
