/**
 * A scene: what is to be seen, in the units of a world, and how it becomes characters. Pure.
 */
import { ACROSS, createCanvas, DOWN, drawLine, fillDisc, linesOf } from './canvas.ts'

export type Point = readonly [x: number, y: number]

export interface Scene {
  /** The part of the world that is shown. */
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
  /** Points to be joined, one after the other. */
  readonly paths: readonly (readonly Point[])[]
  readonly discs: readonly { readonly at: Point; readonly radius: number }[]
}

/** The scene, as large as fits into so many characters, with equal units across and down. */
export function render(scene: Scene, columns: number, rows: number): string[] {
  const { left, right, bottom, top, paths, discs } = scene
  const width = right - left, height = top - bottom
  const scale = Math.min((ACROSS * columns - 1) / width, (DOWN * rows - 1) / height)
  const canvas = createCanvas(Math.min(columns, Math.ceil((scale * width + 1) / ACROSS)),
    Math.min(rows, Math.ceil((scale * height + 1) / DOWN)))
  const across = (x: number): number => scale * (x - left), down = (y: number): number => scale * (top - y)
  for (const path of paths) {
    for (let k = 1; k < path.length; k++) {
      const [x0, y0] = path[k - 1], [x1, y1] = path[k]
      drawLine(canvas, across(x0), down(y0), across(x1), down(y1))
    }
  }
  for (const { at: [x, y], radius } of discs) fillDisc(canvas, across(x), down(y), scale * radius)
  return linesOf(canvas)
}
