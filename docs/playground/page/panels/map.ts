/**
 * What the policy would do: its action over two numbers of the state, the others at rest. Shades of ink,
 * since an action is neither better nor worse than another; two components of an action are arrows. The line
 * is where the policy is undecided; the dot is the world's state now.
 */
import { actionScale, decideAll, leaning, shownPolicy } from '../acting.ts'
import { colourMap, indexOf, mix, type Palette } from '../kit/colours.ts'
import { contours } from '../kit/contour.ts'
import type { Box } from '../kit/labels.ts'
import {
  arrow, axes, dot, label, line, linear, paintField, type Picture, pictureOn, type Point, write,
} from '../kit/plot.ts'
import { short } from '../kit/ticks.ts'
import type { WorldView } from '../worlds/view.ts'
import type { Panel, View } from './panel.ts'

/** Points per side. */
const N = 31, ARROWS = 9

/** What the map needs to know of the world that is shown. */
export interface MapSource {
  /** null until the world is open. */
  view(): WorldView | null
  /** The two axes. */
  dimensions(): readonly [number, number]
}

export function createMapPanel(source: MapSource): Panel {
  return {
    id: 'map',
    draw(canvas, view) {
      const picture = pictureOn(canvas, view.palette), world = source.view()
      const policy = shownPolicy(view.session)
      if (world === null || policy === null) return
      drawMap(picture, view, world, source.dimensions())
    },
    sentence({ session }) {
      const world = source.view()
      if (world === null || session.record === null) return 'The policy over two numbers: nothing yet.'
      const [i, j] = source.dimensions(), rows = sample({ session }, world, [i, j], 3)
      const words = (k: number): string => {
        const [x] = rows[k].action
        return x < -0.2 ? world.actions[0] : x > 0.2 ? world.actions[1] : 'undecided'
      }
      return `The policy over ${world.axes[i].name} and ${world.axes[j].name}: both low: ${words(0)}; `
        + `both high: ${words(8)}; in the middle: ${words(4)}.`
    },
    table({ session }) {
      const world = source.view()
      if (world === null || shownPolicy(session) === null) return { head: [], rows: [] }
      const [i, j] = source.dimensions(), n = 5
      const values = sample({ session }, world, [i, j], n)
      const at = (axis: number, k: number): string =>
        short(world.axes[axis].low + k / (n - 1) * (world.axes[axis].high - world.axes[axis].low), 2)
      return {
        head: [world.axes[i].name, world.axes[j].name, 'action, −1 … 1'],
        rows: values.map(({ action }, k) =>
          [at(i, k % n), at(j, Math.floor(k / n)), action.map((x) => short(x, 2)).join(', ')]),
      }
    },
  }
}

/** Actions on a grid of n × n states, row by row. */
function sample(
  { session }: Pick<View, 'session'>, world: WorldView, [i, j]: readonly [number, number], n: number,
): { readonly action: number[]; readonly leaning: number }[] {
  const state = [...world.rest], { axes: [...all] } = world
  const actor = decideAll(shownPolicy(session)!, n * n, (out, at, k) => {
    const value = (axis: number, u: number): number =>
      all[axis].low + u / (n - 1) * (all[axis].high - all[axis].low)
    state[j] = value(j, Math.floor(k / n))
    state[i] = value(i, k % n)
    world.observe(out, at, state)
  })
  return Array.from({ length: n * n }, (_, k) =>
    ({ action: actionScale(actor, k), leaning: leaning(actor, k) }))
}

/** Where the map is on its canvas. */
export function mapFrame(width: number, height: number): Box {
  return [44, 22, width - 10, height - 31]
}

function drawMap(
  picture: Picture, view: View, world: WorldView, dimensions: readonly [number, number],
): void {
  const { palette, width, height } = picture, frame = mapFrame(width, height)
  const [left, top, right, bottom] = frame
  const [i, j] = dimensions, horizontal = world.axes[i], vertical = world.axes[j]
  const X = linear(horizontal.low, horizontal.high, left, right)
  const Y = linear(vertical.low, vertical.high, bottom, top)
  const isField = shownPolicy(view.session)!.distribution.actionSize === 2
  const values = sample(view, world, dimensions, isField ? ARROWS : N)
  // The titles are the page's two choices, above and below.
  axes(picture, frame, { scale: X, title: '' }, { scale: Y, title: '' })
  if (isField) {
    const longest = Math.max(1e-9, ...values.map(({ action: [u, v] }) => Math.hypot(u, v)))
    const gap = Math.min(right - left, bottom - top) / ARROWS * 1.1 / longest
    values.forEach(({ action: [u, v] }, k) => {
      const x = left + (k % ARROWS + 0.5) / ARROWS * (right - left)
      const y = bottom - (Math.floor(k / ARROWS) + 0.5) / ARROWS * (bottom - top)
      arrow(picture, [x - u * gap / 2, y + v * gap / 2], [x + u * gap / 2, y - v * gap / 2],
        { color: palette.ink, width: 1.25, keep: false })
    })
    return
  }
  const colours = colourMap(palette.panel, mix(palette.panel, palette.ink, 0.62))
  const first = values.map(({ action }) => action[0])
  paintField(picture, frame, N, (k) => colours[indexOf(first[k], -1, 1)])
  const boundary = contours(values.map((value) => value.leaning), N, 0)
  for (const path of boundary) {
    const points = Array.from({ length: path.length / 2 }, (_, k): Point => [
      left + path[2 * k] / (N - 1) * (right - left), bottom - path[2 * k + 1] / (N - 1) * (bottom - top),
    ])
    line(picture, points, { color: palette.panel, width: 3 })
    line(picture, points, { color: palette.ink, width: 1.5, keep: true })
  }
  // Each action's name where the policy is surest of it.
  const inside: Box = [left + 3, top + 3, right - 3, bottom - 3]
  for (const [sign, text] of [[-1, world.actions[0]], [1, world.actions[1]]] as const) {
    const at = centreOf(first, sign)
    if (at === null) continue
    const point: Point = [left + at[0] / (N - 1) * (right - left), bottom - at[1] / (N - 1) * (bottom - top)]
    label(picture, text, point, ['above', 'right', 'left'],
      { color: sign < 0 ? palette.ink : palette.panel }, 0, inside)
  }
  if (Math.max(...first) - Math.min(...first) < 0.05) {
    write(picture, 'no preference yet', [(left + right) / 2, (top + bottom) / 2],
      { align: 'center', color: palette.ink })
  }
}

/** The point farthest from where the action has not this sign, and from the edges; null if all are near. */
function centreOf(values: readonly number[], sign: number): readonly [number, number] | null {
  const isOther = values.map((value) => sign * value < 0.25)
  let best: readonly [number, number] | null = null, farthest = 8
  for (let y = 1; y < N; y += 2) {
    for (let x = 1; x < N; x += 2) {
      if (isOther[y * N + x]) continue
      let distance = Math.min((x * x) / 2, ((N - 1 - x) ** 2) / 2, 4 * y * y, 4 * (N - 1 - y) ** 2)
      for (let k = 0; k < N * N && distance > farthest; k++) {
        if (isOther[k]) distance = Math.min(distance, (k % N - x) ** 2 / 2 + 4 * (Math.floor(k / N) - y) ** 2)
      }
      if (distance > farthest) {
        farthest = distance
        best = [x, y]
      }
    }
  }
  return best
}

/** The world's present state, on a canvas over the map. */
export function markState(
  canvas: HTMLCanvasElement, palette: Palette, world: WorldView, [i, j]: readonly [number, number],
  state: ArrayLike<number>,
): void {
  const picture = pictureOn(canvas, palette)
  const [left, top, right, bottom] = mapFrame(picture.width, picture.height)
  const at = (axis: number, from: number, to: number): number => {
    const { low, high } = world.axes[axis], circle = high - low
    const isAngle = Math.abs(circle - 2 * Math.PI) < 1e-9
    const x = isAngle ? ((state[axis] - low) % circle + circle) % circle + low : state[axis]
    return from + Math.min(1, Math.max(0, (x - low) / circle)) * (to - from)
  }
  const x = at(i, left, right), y = at(j, bottom, top)
  if (x > left && x < right && y > top && y < bottom) dot(picture, [x, y], 5, picture.palette.ink, true)
}
