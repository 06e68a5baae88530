/**
 * Drawing on a canvas in CSS pixels: lines, dots, words, scales and quiet axes. What has been written or
 * drawn is remembered as boxes, so that labels keep away from it.
 * But: no legends; a curve has its name beside it.
 */
import type { Palette } from './colours.ts'
import { type Box, boxesAlong, placeLabel, type Side } from './labels.ts'
import { powerText, powersBetween, tickText, ticksBetween } from './ticks.ts'

export const FONT = 'system-ui, -apple-system, "Segoe UI", sans-serif'
export const SIZE = 12

/** A canvas that is being drawn on. */
export interface Picture {
  readonly ctx: CanvasRenderingContext2D
  readonly width: number
  readonly height: number
  readonly palette: Palette
  /** What labels must not cover. */
  readonly taken: Box[]
}

export type Point = readonly [number, number]

/**
 * Sizes as they were last laid out: to ask a canvas itself would make the browser lay the page out at once.
 */
const sizes = new WeakMap<Element, Point>()
const watch = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) sizes.set(target, [contentRect.width, contentRect.height])
})

/** Width and height in CSS pixels. */
export function sizeOf(canvas: HTMLCanvasElement): Point {
  const known = sizes.get(canvas)
  if (known !== undefined) return known
  watch?.observe(canvas)
  const size: Point = [canvas.clientWidth, canvas.clientHeight]
  sizes.set(canvas, size)
  return size
}

/** An empty picture in the canvas' present size and the screen's resolution. */
export function pictureOn(canvas: HTMLCanvasElement, palette: Palette): Picture {
  const [width, height] = sizeOf(canvas)
  const dense = Math.min(3, globalThis.devicePixelRatio || 1)
  if (canvas.width !== Math.round(width * dense) || canvas.height !== Math.round(height * dense)) {
    canvas.width = Math.round(width * dense)
    canvas.height = Math.round(height * dense)
  }
  const ctx = canvas.getContext('2d')!
  ctx.setTransform(dense, 0, 0, dense, 0, 0)
  ctx.clearRect(0, 0, width, height)
  ctx.lineJoin = ctx.lineCap = 'round'
  ctx.font = `${SIZE}px ${FONT}`
  return { ctx, width, height, palette, taken: [] }
}

/** From values to pixels. */
export interface Scale {
  (x: number): number
  readonly low: number
  readonly high: number
  readonly log: boolean
}

export function linear(low: number, high: number, from: number, to: number): Scale {
  return Object.assign((x: number) => from + (x - low) / (high - low) * (to - from),
    { low, high, log: false })
}

export function logarithmic(low: number, high: number, from: number, to: number): Scale {
  const a = Math.log(low), b = Math.log(high)
  return Object.assign(
    (x: number) => from + (Math.log(Math.max(x, 1e-300)) - a) / (b - a) * (to - from),
    { low, high, log: true })
}

export interface Stroke {
  readonly color: string
  readonly width?: number
  readonly dash?: readonly number[]
  /** Labels keep away from the line. */
  readonly keep?: boolean
}

export function line(picture: Picture, points: readonly Point[], stroke: Stroke): void {
  const { ctx, taken } = picture
  ctx.strokeStyle = stroke.color
  ctx.lineWidth = stroke.width ?? 1.5
  ctx.setLineDash([...stroke.dash ?? []])
  ctx.beginPath()
  points.forEach(([x, y], i) => { if (i === 0) ctx.moveTo(x, y); else ctx.lineTo(x, y) })
  ctx.stroke()
  ctx.setLineDash([])
  if (stroke.keep) taken.push(...boxesAlong(points))
}

/** A line from a to b with a head at b. */
export function arrow(picture: Picture, a: Point, b: Point, stroke: Stroke): void {
  const length = Math.hypot(b[0] - a[0], b[1] - a[1])
  if (length < 1) return
  const [u, v] = [(b[0] - a[0]) / length, (b[1] - a[1]) / length]
  const head = Math.min(9, length / 2), { ctx } = picture
  line(picture, [a, [b[0] - u * head * 0.8, b[1] - v * head * 0.8]], { keep: true, ...stroke })
  ctx.fillStyle = stroke.color
  ctx.beginPath()
  ctx.moveTo(b[0], b[1])
  ctx.lineTo(b[0] - head * u + head * 0.42 * v, b[1] - head * v - head * 0.42 * u)
  ctx.lineTo(b[0] - head * u - head * 0.42 * v, b[1] - head * v + head * 0.42 * u)
  ctx.fill()
}

/** Filled, or hollow: with the panel's colour inside. */
export function dot(picture: Picture, [x, y]: Point, radius: number, color: string, hollow = false): void {
  const { ctx, palette, taken } = picture
  ctx.beginPath()
  ctx.arc(x, y, radius, 0, 2 * Math.PI)
  ctx.fillStyle = hollow ? palette.panel : color
  ctx.fill()
  ctx.lineWidth = 1.75
  ctx.strokeStyle = hollow ? color : palette.panel
  ctx.stroke()
  taken.push([x - radius, y - radius, x + radius, y + radius])
}

export interface Words {
  readonly color?: string
  readonly align?: CanvasTextAlign
  readonly weight?: number
  readonly size?: number
  /** A rim in the panel's colour: for words upon a picture. */
  readonly halo?: boolean
}

/** Text whose middle line is at y; returns its box, which is then taken. */
export function write(picture: Picture, text: string, [x, y]: Point, words: Words = {}): Box {
  const { ctx, palette, taken } = picture, size = words.size ?? SIZE, align = words.align ?? 'left'
  ctx.font = `${words.weight ?? 400} ${size}px ${FONT}`
  ctx.textAlign = align
  ctx.textBaseline = 'middle'
  const width = ctx.measureText(text).width
  if (words.halo) {
    ctx.lineWidth = 3.5
    ctx.strokeStyle = palette.panel
    ctx.strokeText(text, x, y)
  }
  ctx.fillStyle = words.color ?? palette.mute
  ctx.fillText(text, x, y)
  const left = align === 'right' ? x - width : align === 'center' ? x - width / 2 : x
  const box: Box = [left - 5, y - size * 0.6, left + width + 5, y + size * 0.6]
  taken.push(box)
  return box
}

/** Text beside a point, if there is room, on the first free one of `sides`. */
export function label(
  picture: Picture, text: string, point: Point, sides: readonly Side[], words: Words = {}, gap: number = 8,
  bounds: Box = [2, 2, picture.width - 2, picture.height - 2],
): Box | null {
  const { ctx, taken } = picture, size = words.size ?? SIZE
  ctx.font = `${words.weight ?? 400} ${size}px ${FONT}`
  const box = placeLabel(taken, bounds, point, [ctx.measureText(text).width + 2, size + 2], gap, sides)
  if (box === null) return null
  return write(picture, text, [box[0] + 1, (box[1] + box[3]) / 2], { ...words, align: 'left' })
}

/** An axis: its scale, its name with unit, and where its ticks are (round numbers by default). */
export interface Axis {
  readonly scale: Scale
  readonly title: string
  readonly ticks?: readonly number[]
  readonly text?: (x: number) => string
}

/** Pixels under a frame for the numbers and the title of x. */
export const BENEATH = 34

/** The frame of a picture with one pair of axes, both with titles. */
export function frameOf({ width, height }: Pick<Picture, 'width' | 'height'>, right: number): Box {
  return [44, 22, width - right, height - BENEATH]
}

/** Rules at the ticks of y, their numbers at the left; numbers of x below; both titles. */
export function axes(picture: Picture, frame: Box, x: Axis, y: Axis): void {
  const [left, top, right, bottom] = frame, { palette } = picture
  for (const { at, text } of ticksOf(y, Math.max(2, Math.round((bottom - top) / 36)))) {
    const h = Math.round(y.scale(at)) + 0.5
    line(picture, [[left, h], [right, h]], { color: palette.rule, width: 1 })
    write(picture, text, [left - 6, h], { align: 'right' })
  }
  line(picture, [[left, bottom + 0.5], [right, bottom + 0.5]], { color: palette.mute, width: 1 })
  for (const { at, text } of ticksOf(x, Math.max(2, Math.round((right - left) / 64)))) {
    const h = x.scale(at)
    line(picture, [[h, bottom], [h, bottom + 4]], { color: palette.mute, width: 1 })
    write(picture, text, [h, bottom + 11], { align: 'center' })
  }
  if (y.title !== '') write(picture, y.title, [Math.min(left, 6), top - 15])
  if (x.title !== '') write(picture, x.title, [(left + right) / 2, bottom + 28], { align: 'center' })
}

function ticksOf(axis: Axis, count: number): { at: number, text: string }[] {
  const { scale: { low, high, log } } = axis
  const ticks = axis.ticks ?? (log ? powersBetween(low, high) : ticksBetween(low, high, count))
  const step = ticks.length > 1 ? ticks[1] - ticks[0] : 1
  const text = axis.text ?? (log ? powerText : (x: number) => tickText(x, step))
  return ticks.map((at) => ({ at, text: text(at) }))
}

/** A field of n × n numbers as colours, stretched over `frame`; the row 0 is at the bottom. */
export function paintField(
  { ctx }: Picture, [left, top, right, bottom]: Box, n: number, colourAt: (i: number) => number,
): void {
  const image = new ImageData(n, n), words = new Uint32Array(image.data.buffer)
  for (let y = 0; y < n; y++) {
    for (let x = 0; x < n; x++) words[(n - 1 - y) * n + x] = colourAt(y * n + x)
  }
  const small = new OffscreenCanvas(n, n)
  small.getContext('2d')!.putImageData(image, 0, 0)
  ctx.imageSmoothingEnabled = true
  ctx.imageSmoothingQuality = 'high'
  // The outermost points lie on the frame, not half a cell within.
  const edge = 0.5
  ctx.drawImage(small, edge, edge, n - 2 * edge, n - 2 * edge, left, top, right - left, bottom - top)
}
