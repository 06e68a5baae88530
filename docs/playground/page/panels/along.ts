/**
 * Along the step: what the search looks at. Above, KL as it is and as the quadratic model has it, under δ,
 * with every length that was tried; below, the gain of L as it is and as its slope at θ promises.
 */
import type { Box } from '../kit/labels.ts'
import {
  axes, BENEATH, dot, label, line, linear, type Picture, pictureOn, type Point, write,
} from '../kit/plot.ts'
import { roundStep, roundUp, short, signed, tickText } from '../kit/ticks.ts'
import type { IterationRecord } from '../../protocol.ts'
import type { Panel } from './panel.ts'

export const alongPanel: Panel = {
  id: 'along',
  draw(canvas, { session: { record }, palette }) {
    const picture = pictureOn(canvas, palette)
    if (record === null) return
    if (record.curve === null) {
      write(picture, 'No direction was found, so there is no curve.', [8, 24])
      return
    }
    const { width, height } = picture
    const middle = Math.round(22 + (height - 22 - 29 - BENEATH) * 0.58)
    drawKl(picture, record, [44, 22, width - 8, middle])
    drawGain(picture, record, [44, middle + 29, width - 8, height - BENEATH])
  },
  sentence({ session: { record } }) {
    if (record?.curve == null) return 'KL and gain along the step: nothing yet.'
    const { certificate: { kl, maxKl, scale }, trials } = record
    const beyond = trials.filter((trial) => !trial.accepted).length
    return `Along the step, against δ ${short(maxKl)}: at β KL is ${short(klAt(record, 1))}. `
      + (scale > 0 ? `The length ${short(scale, 2)} β was accepted with KL ${short(kl)}`
        : 'No length was accepted')
      + (beyond > 0 ? `, after ${beyond} that ${beyond === 1 ? 'was' : 'were'} not.` : '.')
  },
  table({ session: { record } }) {
    const curve = record?.curve
    return {
      head: ['length, of β', 'KL (nats)', 'quadratic model', 'gain of L'],
      rows: curve == null ? [] : Array.from(curve.at, (at, i) =>
        [short(at), short(curve.kl[i]), short(curve.quadratic[i]), signed(curve.gain[i], 3)]),
    }
  },
}

function klAt({ curve }: IterationRecord, at: number): number {
  return curve!.kl[curve!.at.findIndex((x) => x >= at)]
}

/** The greatest KL shown: enough for the curve near β and for most trials, not for all. */
function highestKl({ curve, trials, certificate: { maxKl } }: IterationRecord): number {
  const near = Math.max(...curve!.kl.filter((_, i) => curve!.at[i] <= 1.3).filter(Number.isFinite))
  const tried = Math.max(0, ...trials.map(({ kl }) => kl).filter(Number.isFinite))
  return roundUp(Math.min(3.6 * maxKl, Math.max(1.9 * maxKl, 1.1 * near, 1.15 * tried)), 3)
}

const dots: { readonly ticks: readonly number[]; readonly text: (x: number) => string } = {
  ticks: [0, 0.5, 1, 1.5, 2],
  text: (x) => x === 0 ? '0' : x === 1 ? 'β' : `${tickText(x, x % 1 === 0 ? 1 : 0.1)}β`,
}

function drawKl(picture: Picture, record: IterationRecord, frame: Box): void {
  const { ctx, palette, taken } = picture, { curve, certificate: { maxKl }, trials } = record
  const [left, top, right, bottom] = frame, high = highestKl(record)
  const X = linear(0, 2, left, right), Y = linear(0, high, bottom, top)
  axes(picture, frame, { scale: X, title: '', ticks: [] }, { scale: Y, title: 'KL, nats per state' })
  ctx.save()
  ctx.beginPath()
  ctx.rect(left, top - 1, right - left + 1, bottom - top + 2)
  ctx.clip()
  const path = (values: Float64Array): Point[] =>
    Array.from(curve!.at, (at, i): Point => [X(at), Y(Number.isFinite(values[i]) ? values[i] : 1e9)])
      .filter(([, y], i, all) => y >= top - 400 || (i > 0 && all[i - 1][1] >= top - 400))
  line(picture, path(curve!.quadratic), { color: palette.mute, dash: [2, 4], keep: true })
  line(picture, path(curve!.kl), { color: palette.blue, width: 2, keep: true })
  ctx.restore()
  line(picture, [[left, Y(maxKl)], [right, Y(maxKl)]], { color: palette.red, width: 1.5, keep: true })
  for (const { scale, kl, accepted } of trials) {
    const over = !(kl <= high)
    const at: Point = [X(Math.min(2, scale)), over ? top + 5 : Y(kl)]
    dot(picture, at, 4.5, accepted ? palette.blue : palette.red, !accepted)
  }
  const first = trials[0]
  if (first !== undefined && !(first.kl <= high)) {
    label(picture, `↑ ${short(first.kl, 2)}`, [X(first.scale), top + 5], ['right', 'left'],
      { color: palette.red })
  }
  label(picture, 'δ', [right - 6, Y(maxKl)], ['below', 'above', 'below-left'],
    { color: palette.red, weight: 600 }, 5)
  const inside: Box = [left + 2, top, right, bottom]
  nameCurve(picture, 'true KL', path(curve!.kl), inside, palette.blue)
  nameCurve(picture, 'model', path(curve!.quadratic), inside, palette.mute)
  taken.push(frame)
}

/** A curve's name beside it, near the frame's upper end. */
function nameCurve(
  picture: Picture, text: string, points: readonly Point[], bounds: Box, color: string,
): void {
  const shown = points.filter(([, y]) => y >= bounds[1] && y <= bounds[3]).reverse()
  for (const point of shown.slice(0, 7)) {
    const sides = ['left', 'above-left', 'right', 'below-right'] as const
    if (label(picture, text, point, sides, { color }, 9, bounds)) return
  }
}

function drawGain(picture: Picture, { curve, certificate, trials }: IterationRecord, frame: Box): void {
  const { ctx, palette } = picture, [left, top, right, bottom] = frame
  const { scale, predictedGain, surrogateBefore } = certificate
  const slope = scale > 0 ? predictedGain / scale : curve!.gain[1] / curve!.at[1]
  const gains = [...curve!.gain].filter(Number.isFinite)
  const step = roundStep((Math.max(0, ...gains, slope) - Math.min(0, ...gains)) / 2)
  const low = Math.max(-4, Math.floor(Math.min(0, ...gains) / step)) * step
  const high = Math.ceil(Math.max(0, ...gains, slope * 1.1) / step) * step
  const X = linear(0, 2, left, right), Y = linear(low, high, bottom, top)
  const ticks = [...new Set([low, 0, high])]
  axes(picture, frame, { scale: X, title: 'length of the step', ...dots },
    { scale: Y, title: 'gain of L', ticks, text: (x) => tickText(x, step) })
  ctx.save()
  ctx.beginPath()
  ctx.rect(left, top - 1, right - left + 1, bottom - top + 2)
  ctx.clip()
  line(picture, [[X(0), Y(0)], [X(2), Y(2 * slope)]], { color: palette.mute, dash: [2, 4], keep: true })
  line(picture, Array.from(curve!.at, (at, i): Point => [X(at), Y(curve!.gain[i])]),
    { color: palette.blue, width: 2, keep: true })
  ctx.restore()
  for (const trial of trials) {
    const gain = trial.surrogate - surrogateBefore
    if (!(gain >= low && gain <= high)) continue
    dot(picture, [X(trial.scale), Y(gain)], 4, trial.accepted ? palette.blue : palette.red, !trial.accepted)
  }
  label(picture, 'slope at θ', [X(0.7), Y(0.7 * slope)], ['above-left', 'above', 'left'], {}, 6)
}
