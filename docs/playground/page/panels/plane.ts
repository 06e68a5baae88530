/**
 * The step, seen from above: each point is a policy near θ, on the plane that the natural step and the plain
 * gradient span. Colour is the gain of L, the ring is KL = δ, and the step is what the update did.
 * Before the first update a sketch: the same picture of a quadratic KL and a linear L, and it says so.
 */
import { colourMap, indexOf, mix, type Palette } from '../kit/colours.ts'
import { contours, refine } from '../kit/contour.ts'
import type { Box, Side } from '../kit/labels.ts'
import { arrow, dot, label, line, linear, paintField, type Picture, pictureOn, type Point, write }
  from '../kit/plot.ts'
import { short, signed } from '../kit/ticks.ts'
import type { Plane } from '../../protocol.ts'
import type { Panel, View } from './panel.ts'

/** Points per side to which the plane is refined. */
const FINE = 96

/** What the picture shows, of a record or of the sketch. */
interface Scene {
  readonly plane: Plane
  readonly maxKl: number
  readonly scale: number
  readonly refused: readonly number[]
  readonly isSketch: boolean
}

export const planePanel: Panel = {
  id: 'plane',
  draw(canvas, view) {
    const picture = pictureOn(canvas, view.palette)
    const scene = sceneOf(view)
    if (scene !== null) drawScene(picture, scene)
    else {
      write(picture, view.session.record?.curve == null
        ? 'No direction was found: there is no plane to show.'
        : 'Quick leaves no time for this plane.', [16, 40])
    }
  },
  sentence({ session: { record } }) {
    if (record === null) return 'A sketch of the plane of both gradients, until the first update.'
    if (record.plane === null) return 'No plane was computed for this update.'
    const { certificate: { scale, kl, maxKl }, plane: { plain } } = record
    const angle = Math.round(Math.acos(Math.min(1, Math.max(-1, plain[0]))) * 180 / Math.PI)
    return `The plane of both gradients, ${angle} degrees apart. The ring where KL is ${short(maxKl)} is `
      + `longest where the policy hardly changes. ${scale > 0
        ? `The update went ${short(scale, 2)} of β along the natural step, to KL ${short(kl)}.`
        : 'The policy did not move.'}`
  },
  table({ session: { record } }) {
    const plane = record?.plane
    const head = ['p, of βx', 'q, across', 'KL (nats)', 'gain of L']
    if (plane == null) return { head, rows: [] }
    const { n, reach, kl, gain } = plane, stride = Math.max(1, Math.round((n - 1) / 6))
    const rows: string[][] = []
    for (let r = 0; r < n; r += stride) {
      for (let c = 0; c < n; c += stride) {
        const at = (i: number): string => short(reach * (2 * i / (n - 1) - 1), 2)
        rows.push([at(c), at(r), short(kl[r * n + c]), signed(gain[r * n + c], 3)])
      }
    }
    return { head, rows }
  },
}

function sceneOf({ session: { record } }: View): Scene | null {
  if (record === null) return sketch()
  if (record.plane === null) return null
  const { plane, certificate: { maxKl, scale }, trials } = record
  const refused = trials.filter(({ accepted }) => !accepted).map((trial) => trial.scale)
  return { plane, maxKl, scale, refused, isSketch: false }
}

/** KL = ½ (p, q) A (p, q)ᵀ with KL = δ at (1, 0), and a gain that rises along p above all. */
function sketch(): Scene {
  const n = 13, reach = 1.6, kl = new Float64Array(n * n), gain = new Float64Array(n * n)
  for (let r = 0; r < n; r++) {
    for (let c = 0; c < n; c++) {
      const p = reach * (2 * c / (n - 1) - 1), q = reach * (2 * r / (n - 1) - 1)
      kl[r * n + c] = p * p + 1.2 * p * q + 2.4 * q * q
      gain[r * n + c] = p + 0.6 * q
    }
  }
  const plane: Plane = { n, reach, kl, gain, plain: [0.5, 0.866] }
  return { plane, maxKl: 1, scale: 1, refused: [], isSketch: true }
}

/** The square in which the plane is drawn. */
function squareOf({ width, height }: Picture): Box {
  const left = 44, top = 20, bottom = 40
  const side = Math.max(80, Math.min(width - left - 10, height - top - bottom))
  return [left, top, left + side, top + side]
}

function drawScene(picture: Picture, { plane, maxKl, scale, refused, isSketch }: Scene): void {
  const { palette, taken } = picture, { reach, plain } = plane
  const square = squareOf(picture), [left, top, right, bottom] = square
  const X = linear(-reach, reach, left, right), Y = linear(-reach, reach, bottom, top)
  const at = (p: number, q: number): Point => [X(p), Y(q)]
  const kl = refine(plane.kl, plane.n, FINE), gain = refine(plane.gain, plane.n, FINE)
  const high = Math.max(1e-12, ...plane.gain.map(Math.abs).filter(Number.isFinite))
  const map = gainColours(palette, isSketch)
  paintField(picture, square, FINE, (i) => map[indexOf(gain[i], -high, high)])
  const place = (points: readonly number[]): Point[] => {
    const across = (i: number): number => reach * (2 * i / (FINE - 1) - 1)
    return Array.from({ length: points.length / 2 }, (_, i) =>
      at(across(points[2 * i]), across(points[2 * i + 1])))
  }
  frame(picture, square, at)

  const rings = (level: number): Point[][] => contours(kl, FINE, level).map(place)
  for (const ring of [...rings(maxKl / 4), ...rings(4 * maxKl)]) {
    line(picture, ring, { color: mix(palette.mute, palette.panel, 0.25), width: 1 })
  }
  const limit = rings(maxKl)
  for (const ring of limit) line(picture, ring, { color: palette.red, width: 2.25, keep: true })

  const origin = at(0, 0)
  line(picture, [origin, at(plain[0], plain[1])], { color: palette.panel, width: 4 })
  arrow(picture, origin, at(plain[0], plain[1]), { color: palette.ink, dash: [4, 4] })
  const end = at(scale, 0)
  arrow(picture, origin, at(1, 0), { color: palette.ink, width: 2 })
  for (const each of refused) if (each <= reach) dot(picture, at(each, 0), 4.5, palette.red, true)
  if (scale > 0) dot(picture, end, 5.5, palette.blue)
  dot(picture, origin, 3, palette.ink)

  nameRing(picture, limit, isSketch ? 'KL = δ' : `KL = δ = ${short(maxKl)}`, square)
  const words = { halo: true, color: palette.ink }
  const name = (text: string, point: Point, sides: readonly Side[], color = palette.ink): void => {
    label(picture, text, point, sides, { ...words, color }, 9, [left + 2, top + 2, right - 2, bottom - 2])
  }
  if (scale > 0) name('new θ', end, ['above-right', 'below-right', 'above', 'below'], palette.blue)
  else name('θ stays', origin, ['below-left', 'left', 'below'], palette.red)
  if (scale > 0) name('θ', origin, ['left', 'below-left', 'below'])
  name('plain gradient', at(plain[0], plain[1]), ['above', 'right', 'left', 'above-left'])
  name('natural step βx', at(0.55, 0), ['below', 'above', 'below-right'])
  taken.push(square)
}

/** The limit's name, where the ring has room for it. */
function nameRing(picture: Picture, rings: readonly Point[][], text: string, square: Box): void {
  const { palette } = picture, points = rings.flat()
  const inside: Box = [square[0] + 3, square[1] + 3, square[2] - 3, square[3] - 3]
  const away = [...points].sort((a, b) => a[0] - b[0])
  for (const [point, sides] of [
    [away[0], ['above', 'left', 'below', 'above-right']],
    [away[Math.floor(away.length / 5)], ['above', 'below', 'left']],
    [away[away.length - 1], ['above', 'below']],
  ] as const) {
    if (point === undefined) continue
    if (label(picture, text, point, sides, { halo: true, color: palette.red, weight: 600 }, 7, inside)) return
  }
}

function frame(picture: Picture, [left, top, right, bottom]: Box, at: (p: number, q: number) => Point): void {
  const { ctx, palette } = picture
  ctx.strokeStyle = palette.mute
  ctx.lineWidth = 1
  ctx.strokeRect(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1)
  const names = new Map([[-1, '−β'], [0, '0'], [1, 'β']])
  for (const [value, text] of names) {
    const x = at(value, 0)[0], y = at(0, value)[1]
    line(picture, [[x, bottom], [x, bottom + 4]], { color: palette.mute, width: 1 })
    line(picture, [[left - 4, y], [left, y]], { color: palette.mute, width: 1 })
    write(picture, text, [x, bottom + 12], { align: 'center' })
    write(picture, text, [left - 7, y], { align: 'right' })
  }
  write(picture, 'along the natural step, in lengths of βx', [(left + right) / 2, bottom + 28],
    { align: 'center' })
  ctx.save()
  ctx.translate(12, (top + bottom) / 2)
  ctx.rotate(-Math.PI / 2)
  write(picture, 'across it, toward the plain gradient', [0, 0], { align: 'center' })
  picture.taken.pop()
  ctx.restore()
}

const maps = new Map<string, ReturnType<typeof colourMap>>()

/** Vermilion where L falls, the panel's colour at 0, blue where it rises; strong only far from 0. */
export function gainColours(palette: Palette, isSketch: boolean): ReturnType<typeof colourMap> {
  const strength = isSketch ? 0.35 : 0.62, key = palette.panel + strength
  if (!maps.has(key)) {
    const low = mix(palette.panel, palette.red, strength), high = mix(palette.panel, palette.blue, strength)
    maps.set(key,
      colourMap(low, mix(palette.panel, low, 0.55), palette.panel, mix(palette.panel, high, 0.55), high))
  }
  return maps.get(key)!
}
