/**
 * Words on a picture, each beside its point and none upon another: a label takes the first of its places that
 * is free, inside the picture, and away from what is already there.
 * But: greedy; what is placed first stays, so that important words come first.
 */

/** Left, top, right, bottom, in pixels. */
export type Box = readonly [number, number, number, number]

/** Where a label may stand, seen from its point. */
export type Side = 'right' | 'left' | 'above' | 'below' | 'above-right' | 'above-left' | 'below-right'
  | 'below-left'

const offsets: Readonly<Record<Side, readonly [number, number]>> = {
  right: [1, 0], left: [-1, 0], above: [0, -1], below: [0, 1], 'above-right': [1, -1],
  'above-left': [-1, -1], 'below-right': [1, 1], 'below-left': [-1, 1],
}

const ALL = Object.keys(offsets) as readonly Side[]

/** The free box of `width` × `height` beside (x, y), `gap` away; null if there is none. */
export function placeLabel(
  taken: readonly Box[], bounds: Box, [x, y]: readonly [number, number],
  [width, height]: readonly [number, number], gap: number, sides: readonly Side[] = ALL,
): Box | null {
  for (const side of [...sides, ...sides.length === 1 ? [] : ALL]) {
    for (const far of [1, 2.2, 3.6]) {
      const [right, down] = offsets[side]
      const distance = gap * far * (right !== 0 && down !== 0 ? 0.75 : 1)
      const left = x + right * distance + (right - 1) / 2 * width
      const top = y + down * distance + (down - 1) / 2 * height
      const box: Box = [left, top, left + width, top + height]
      if (isInside(box, bounds) && !taken.some((other) => overlap(box, other))) return box
    }
  }
  return null
}

export function overlap(a: Box, b: Box): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

function isInside(box: Box, bounds: Box): boolean {
  return box[0] >= bounds[0] && box[1] >= bounds[1] && box[2] <= bounds[2] && box[3] <= bounds[3]
}

/** Boxes along a path of points, so that labels keep away from a line. */
export function boxesAlong(points: readonly (readonly [number, number])[], margin: number = 2): Box[] {
  const boxes: Box[] = []
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]]
    const pieces = Math.max(1, Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1]) / 8))
    for (let k = 0; k < pieces; k++) {
      const at = (t: number): [number, number] => [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]
      const [x0, y0] = at(k / pieces), [x1, y1] = at((k + 1) / pieces)
      boxes.push([
        Math.min(x0, x1) - margin, Math.min(y0, y1) - margin, Math.max(x0, x1) + margin,
        Math.max(y0, y1) + margin,
      ])
    }
  }
  return boxes
}
