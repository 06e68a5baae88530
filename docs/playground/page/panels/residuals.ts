/** Conjugate gradients: the residual after each Fisher product, of this update and of those before it. */
import {
  axes, dot, frameOf, label, line, linear, logarithmic, pictureOn, type Point, write,
} from '../kit/plot.ts'
import { short } from '../kit/ticks.ts'
import type { Panel } from './panel.ts'

/** Updates before this one that stay visible. */
const BEHIND = 12

export const residualsPanel: Panel = {
  id: 'cg',
  draw(canvas, { session: { records, shown, record, opened }, palette }) {
    const picture = pictureOn(canvas, palette)
    if (record === null) return
    const frame = frameOf(picture, 12), [left, top, right, bottom] = frame
    const recent = records.slice(Math.max(0, shown - BEHIND), shown + 1)
    const low = Math.min(...recent.flatMap(({ residuals }) => residuals.filter((x) => x > 0)))
    const high = Math.max(1, ...recent.flatMap(({ residuals }) => residuals))
    const products = Math.max(4, ...recent.map(({ residuals }) => residuals.length - 1))
    const X = linear(0, products, left, right)
    const Y = logarithmic(10 ** Math.floor(Math.log10(Math.max(low, 1e-12)) + 0.3), high * 1.2, bottom, top)
    axes(picture, frame, { scale: X, title: 'products with F', ticks: whole(products) },
      { scale: Y, title: '‖g − (F + λI)x‖ ∕ ‖g‖' })
    const path = (residuals: readonly number[]): Point[] =>
      residuals.map((x, k): Point => [X(k), Math.min(bottom, Y(x))])
    for (const { residuals } of recent.slice(0, -1)) {
      line(picture, path(residuals), { color: palette.faint, width: 1.25 })
    }
    const points = path(record.residuals)
    const tolerance = opened?.options.cgTolerance ?? 0
    if (tolerance > Y.low) {
      const y = Y(tolerance)
      line(picture, [[left, y], [right, y]], { color: palette.red, width: 1.25, keep: true })
    }
    line(picture, points, { color: palette.blue, width: 2, keep: true })
    for (const point of points) dot(picture, point, 3, palette.blue)
    if (tolerance > Y.low) {
      label(picture, `enough: ${short(tolerance, 1)}`, [left + 4, Y(tolerance)],
        ['below-right', 'above-right'], { color: palette.red, halo: true }, 5, frame)
    }
    label(picture, `update ${record.iteration}`, points[points.length - 1],
      ['above-right', 'right', 'above', 'below', 'left'], { color: palette.blue, halo: true }, 6, frame)
    if (recent.length > 3) {
      write(picture, 'grey: earlier', [right, top - 15], { align: 'right' })
    }
  },
  sentence({ session: { record } }) {
    if (record === null || record.residuals.length === 0) return 'Residuals of conjugate gradients: none yet.'
    const k = record.residuals.length - 1
    return `Conjugate gradients: after ${k} product${k === 1 ? '' : 's'} with the Fisher matrix `
      + `${short(record.residuals[k], 2)} of the gradient is left unexplained.`
  },
  table({ session: { record } }) {
    return {
      head: ['products', 'relative residual'],
      rows: record?.residuals.map((x, k) => [k, short(x)]) ?? [],
    }
  },
}

function whole(high: number): number[] {
  const step = high > 24 ? 10 : high > 12 ? 5 : high > 5 ? 2 : 1
  return Array.from({ length: Math.floor(high / step) + 1 }, (_, i) => i * step)
}
