/**
 * Pictures of worlds: dots against Unicode's numbering of Braille dots and a test of every dot, points of
 * scenes against closed forms and against what the worlds themselves do, bars against strings written by
 * hand. Tolerance: 1e-12 for points (a few roundings of numbers near 1); observations are float32, hence 1e-6
 * where a world's own state is the oracle.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  acrobot as acrobotEnv, cartPole as cartPoleEnv, environments, mountainCar as mountainCarEnv,
  pendulum as pendulumEnv,
} from '../../../src/envs/index.ts'
import { box } from '../../../src/rl/world/space.ts'
import { Random } from '../../../src/math/random.ts'
import { bars, rangesOf } from '../../../src/node/watch/bars.ts'
import {
  type Canvas, createCanvas, drawLine, fillDisc, linesOf, setDot,
} from '../../../src/node/watch/canvas.ts'
import { drawingOf } from '../../../src/node/watch/drawing.ts'
import { type Point, render } from '../../../src/node/watch/scene.ts'
import {
  acrobot, cartPole, heightAt, mountainCar, pendulum, pointMass, scenes,
} from '../../../src/node/watch/worlds.ts'

const close = (got: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(got - expected) <= tolerance, `${got} for ${expected}`)
const closePoint = (got: Point, expected: Point, tolerance?: number): void =>
  got.forEach((x, i) => close(x, expected[i], tolerance))

/** Unicode's dots: 1, 2, 3 and 7 from the top in the left column, 4, 5, 6 and 8 in the right one. */
const DOTS = [[1, 2, 3, 7], [4, 5, 6, 8]]
/** Whether the canvas has a dot there. */
function hasDot(canvas: Canvas, x: number, y: number): boolean {
  const line = linesOf(canvas)[Math.floor(y / 4)].padEnd(canvas.columns)
  const code = line.codePointAt(Math.floor(x / 2))!
  return code >= 0x2800 && ((code - 0x2800) >> (DOTS[x % 2][y % 4] - 1)) % 2 === 1
}

test('each dot is the one that Unicode numbers, and nothing outside is drawn', () => {
  for (let x = 0; x < 2; x++) {
    for (let y = 0; y < 4; y++) {
      const canvas = createCanvas(1, 1)
      setDot(canvas, x, y)
      assert.equal(linesOf(canvas), [String.fromCharCode(0x2800 + 2 ** (DOTS[x][y] - 1))])
    }
  }
  const canvas = createCanvas(3, 2)
  for (const [x, y] of [[-1, 0], [6, 0], [0, 8], [0, -1], [NaN, 0], [Infinity, 1]]) setDot(canvas, x, y)
  drawLine(canvas, NaN, 0, 1, 1)
  drawLine(canvas, 0, 0, 1e300, 1)
  fillDisc(canvas, NaN, 0, 2)
  fillDisc(canvas, -100, 0, 3)
  fillDisc(canvas, 1e30, 1e30, 3)
  assert.equal(linesOf(canvas), ['', ''])
})

test('a line has one dot per column or row, and its ends; a disc all dots within its radius', () => {
  const ends = [[0, 0, 19, 0], [3, 1, 3, 15], [0, 0, 15, 15], [19, 2, 4, 9], [7, 7, 7, 7]]
  for (const [x0, y0, x1, y1] of ends) {
    const canvas = createCanvas(10, 4)
    drawLine(canvas, x0, y0, x1, y1)
    let count = 0
    for (let x = 0; x < 20; x++) for (let y = 0; y < 16; y++) if (hasDot(canvas, x, y)) count++
    assert.is(count, Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)) + 1)
    assert.ok(hasDot(canvas, x0, y0) && hasDot(canvas, x1, y1))
  }
  const canvas = createCanvas(10, 4)
  fillDisc(canvas, 9, 8, 4.5)
  for (let x = 0; x < 20; x++) {
    for (let y = 0; y < 16; y++) assert.is(hasDot(canvas, x, y), (x - 9) ** 2 + (y - 8) ** 2 <= 4.5 ** 2)
  }
})

test('a scene fills the width or the height, with equal units, and its corners are in the corners', () => {
  const scene = { left: -1, right: 3, bottom: 2, top: 4, discs: [], paths: [
    [[-1, 4], [-1, 4]], [[3, 2], [3, 2]],
  ] as const }
  for (const [columns, rows] of [[40, 20], [40, 5], [10, 20]]) {
    const lines = render(scene, columns, rows)
    const width = Math.max(...lines.map((line) => line.length))
    assert.ok(lines.length <= rows && width <= columns)
    assert.ok(lines.length === rows || width === columns, 'as large as possible')
    // Twice as wide as high, and a character is twice as high as wide.
    assert.ok(Math.abs(width / (4 * lines.length) - 1) < 0.25, `${width} × ${lines.length}`)
    assert.is(lines[0].codePointAt(0)! & 1, 1, 'top left')
    assert.is.not(lines.at(-1)!.codePointAt(width - 1), undefined)
  }
})

test('CartPole: the pole is 1 m long, upright at 0, and leans to the side of its angle', () => {
  const axle = ([x, y]: Point, angle: number): Point => [x + Math.sin(angle), y + Math.cos(angle)]
  for (const [x, theta] of [[0, 0], [1.5, 0.2], [-2, -0.2], [0.3, Math.PI / 2]]) {
    const [, , pole] = cartPole(Float64Array.of(x, 9, theta, 9)).paths
    close(pole[0][0], x)
    closePoint(pole[1], axle(pole[0], theta))
    close(Math.hypot(pole[1][0] - pole[0][0], pole[1][1] - pole[0][1]), 1)
  }
  const env = cartPoleEnv()
  env.reset({ seed: 1 })
  env.setState!(Float64Array.from(env.getState!()).fill(0, 0, 4))
  const scene = [0, 1, 2, 3].map(() => cartPole(Float64Array.from(env.step(1).observation as number[])))
  assert.ok(scene[3].discs[0].at[0] > scene[0].discs[0].at[0], 'action 1 pushes to the right')
  assert.ok(scene[3].paths[2][1][0] < scene[3].paths[2][0][0], 'and the pole falls to the left')
})

test('Acrobot: links of length 1, hanging at 0; an episode ends when the tip is above the line', () => {
  const point = (a: number, b: number): Point[] =>
    [...acrobot(Float64Array.of(Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b), 0, 0)).paths[1]]
  closePoint(point(0, 0)[2], [0, -2])
  closePoint(point(Math.PI / 2, 0)[2], [2, 0])
  closePoint(point(Math.PI, 0)[2], [0, 2])
  closePoint(point(Math.PI / 2, Math.PI / 2)[2], [1, 1])
  const env = acrobotEnv(), random = new Random(3)
  let ends = 0
  for (let t = 0; t < 500; t++) {
    env.reset()
    const state = env.getState!()
    for (let i = 0; i < 4; i++) state[i] = -Math.PI + 2 * Math.PI * random.uniform()
    env.setState!(state)
    const { observation, terminated } = env.step(1)
    const scene = acrobot(Float64Array.from(observation as number[]))
    const [, , tip] = scene.paths[1], [[, line]] = scene.paths[0]
    if (Math.abs(tip[1] - line) > 1e-6) assert.is(tip[1] > line, terminated)
    if (terminated) ends++
  }
  assert.ok(ends > 50 && ends < 450, `${ends} ends`)
})

test('Pendulum: upright at 0, and a positive torque turns it to the left', () => {
  closePoint(pendulum(Float64Array.of(1, 0, 0)).discs[1].at, [0, 1])
  closePoint(pendulum(Float64Array.of(-1, 0, 0)).discs[1].at, [0, -1])
  const env = pendulumEnv()
  env.reset({ seed: 1 })
  env.setState!(Float64Array.from(env.getState!()).fill(0, 0, 2))
  const { observation } = env.step(Float64Array.of(2))
  const [angle] = env.getState!()
  closePoint(pendulum(Float64Array.from(observation as number[])).discs[1].at,
    [-Math.sin(angle), Math.cos(angle)], 1e-6)
  assert.ok(angle > 0)
})

test('MountainCar: the slope is that which accelerates the car, and the flag is at the goal', () => {
  const env = mountainCarEnv()
  env.reset({ seed: 1 })
  for (const x of [-1.1, -0.8, -0.3, 0, 0.4]) {
    env.setState!(Float64Array.from(env.getState!()).fill(x, 0, 1).fill(0, 1, 2))
    env.step(1)
    const acceleration = env.getState!()[1]
    const slope = (heightAt(x + 1e-6) - heightAt(x - 1e-6)) / 2e-6
    // Both are multiples of cos 3x; a difference quotient has an error of some 1e-10.
    close(acceleration / slope, -0.0025 / 1.35, 1e-9)
    const [{ at: [cx, cy] }] = mountainCar(Float64Array.of(x, 0), 0.5).discs
    close(cx, x)
    assert.ok(cy > heightAt(x))
  }
  for (const [name, goal] of [['MountainCar', 0.5], ['MountainCarContinuous', 0.45]] as const) {
    closePoint(scenes[name].draw(Float64Array.of(0, 0)).paths[1][0], [goal, heightAt(goal)])
  }
})

test('PointMass: a point where it is, and the way of one second', () => {
  const { discs, paths } = pointMass(Float64Array.of(1, -2, 0.5, 0.25))
  closePoint(discs[0].at, [1, -2])
  closePoint(paths[2][1], [1.5, -1.75])
})

test('every built-in world has a picture that fits, wherever its states are', () => {
  assert.equal(Object.keys(scenes).sort(), Object.keys(environments).sort())
  for (const { name, make } of Object.values(environments)) {
    const env = make(), drawing = drawingOf(name, env)
    const { observation } = env.reset({ seed: 1 })
    const size = (observation as Float64Array).length
    const far = [1e30, -Infinity, NaN].map((x) => new Float64Array(size).fill(x))
    for (const numbers of [observation, ...far]) {
      for (const [columns, rows] of [[79, 20], [30, 10], [5, 2], [100, 1]]) {
        const lines = drawing(numbers, columns, rows)
        assert.ok(lines.length <= rows && lines.every((line) => line.length <= columns))
      }
    }
    assert.ok(drawing(observation, 79, 20).join('').length > 20, name)
  }
})

test('other observations are bars from low to high, or within what has been seen', () => {
  const of = (numbers: number[], rows = 9): string[] =>
    bars(numbers, rangesOf(box([0, -Infinity], [4, Infinity])), rangesOf(box([9, -1], [9, 1])), 25, rows)
  assert.equal(of([1, 0]), ['  [0]     1.000  ██······', '  [1]     0.000  ████····'])
  assert.equal(of([4, 1]), ['  [0]     4.000  ████████', '  [1]     1.000  ████████'])
  assert.equal(of([0.25, -9]), ['  [0]     0.250  ▌·······', '  [1]    -9.000  ········'])
  assert.equal(of([0.0625 * 3, NaN]), ['  [0]     0.188  ▍·······', '  [1]         -  ········'])
  assert.equal(of([1, 0], 1), ['     … 2 numbers'])
  const lineOf = (observation: unknown, observationSpace: Parameters<typeof rangesOf>[0]): string =>
    drawingOf('CartPole', { observationSpace })(observation, 25, 9).join('\n')
  assert.is(lineOf(5, { kind: 'discrete', n: 5, start: 3 }), '  [0]     5.000  ████····')
  assert.is(lineOf([2, 0], { kind: 'multiDiscrete', nvec: [3, 2] }),
    '  [0]     2.000  ████████\n  [1]     0.000  ········')
  assert.is(lineOf([1], { kind: 'multiBinary', n: 1 }), '  [0]     1.000  ████████')
})

test.run()
