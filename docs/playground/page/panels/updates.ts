/**
 * What every update spent: its KL under δ(t). An update that was refused spent nothing and is a hollow ring;
 * one beyond δ, which a training without a line search allows, is hatched above the limit.
 */
import { axes, dot, frameOf, label, line, linear, pictureOn, type Point } from '../kit/plot.ts'
import { roundStep, roundUp, short } from '../kit/ticks.ts'
import type { IterationRecord } from '../../protocol.ts'
import { moved } from './sentence.ts'
import type { Panel, View } from './panel.ts'

export const updatesPanel: Panel = {
  id: 'updates',
  draw(canvas, view) {
    const { session: { records, shown }, palette } = view
    const picture = pictureOn(canvas, palette)
    if (records.length === 0) return
    const frame = frameOf(picture, 20), [left, , right, bottom] = frame
    const total = iterationsOf(view)
    const limit = Math.max(...records.map(({ certificate }) => certificate.maxKl))
    const spent = Math.max(...records.map(({ certificate }) => certificate.kl))
    const high = roundUp(Math.max(1.2 * limit, Math.min(1.05 * spent, 5 * limit)), 3)
    const X = linear(0.5, total + 0.5, left, right), Y = linear(0, high, bottom, frame[1])
    axes(picture, frame, { scale: X, title: 'update', ticks: iterationTicks(total, right - left) },
      { scale: Y, title: 'KL, nats per state' })
    const wide = Math.max(1, Math.min(18, X(2) - X(1) - (X(2) - X(1) > 3 ? 1 : 0)))
    records.forEach((record, i) => drawUpdate(record, X(record.iteration), i === shown))
    line(picture, records.map(({ iteration, certificate }): Point => [X(iteration), Y(certificate.maxKl)]),
      { color: palette.red, width: 1.75, keep: true })
    if (records.length === 1) {
      line(picture, [[X(0.5), Y(limit)], [X(1.5), Y(limit)]], { color: palette.red, width: 1.75 })
    }
    const last = records[records.length - 1]
    label(picture, 'δ', [X(last.iteration), Y(last.certificate.maxKl)], ['right', 'above-right', 'above'],
      { color: palette.red, weight: 600 }, 6)

    function drawUpdate(record: IterationRecord, x: number, isShown: boolean): void {
      const { ctx } = picture, { certificate: { kl, maxKl } } = record
      if (!moved(record)) {
        dot(picture, [x, bottom - 6], 3.5, palette.red, true)
        return
      }
      const within = Math.min(kl, maxKl)
      ctx.fillStyle = isShown ? palette.ink : palette.blue
      ctx.globalAlpha = isShown ? 1 : 0.78
      ctx.fillRect(x - wide / 2, Y(within), wide, bottom - Y(within))
      ctx.globalAlpha = 1
      if (kl > maxKl) {
        const end = Math.max(frame[1], Y(kl))
        ctx.strokeStyle = palette.red
        ctx.lineWidth = 1
        ctx.strokeRect(x - wide / 2 + 0.5, end, Math.max(1, wide - 1), Y(maxKl) - end)
      }
    }
  },
  sentence({ session: { records } }) {
    if (records.length === 0) return 'KL of every update under its limit: none yet.'
    const { certificate: last } = records[records.length - 1]
    const refused = records.filter((record) => !moved(record)).length
    const beyond = records.filter(({ certificate: { kl, maxKl } }) => kl > maxKl).length
    return `KL of ${records.length} update${records.length === 1 ? '' : 's'}: ${
      beyond === 0 ? 'none' : beyond} beyond δ, ${refused === 0 ? 'none' : refused} refused. The last spent ${
      short(last.kl)} of ${short(last.maxKl)}.`
  },
  table({ session: { records } }) {
    return {
      head: ['update', 'status', 'KL (nats)', 'δ', 'backtracks', 'gain, of promised'],
      rows: records.map(({ iteration, certificate: { status, kl, maxKl, backtracks, gainRatio } }) =>
        [iteration, status, short(kl), short(maxKl), backtracks, short(gainRatio, 2)]),
    }
  },
}

/** How many updates the axes of the whole training have room for. */
export function iterationsOf({ session: { records, opened } }: View): number {
  return Math.max(2, records.length, opened?.iterations ?? 0)
}

/** 1 and round numbers. */
export function iterationTicks(total: number, width: number): number[] {
  const step = Math.max(1, roundStep(total / Math.max(2, width / 44)))
  const ticks = Array.from({ length: Math.floor(total / step) }, (_, i) => (i + 1) * step)
  return step > 1 ? [1, ...ticks] : ticks
}
