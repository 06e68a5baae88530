/** The two curves beside the scene, and the sentences that say the same. */
import { axes, dot, line, linear, pictureOn } from '../../../docs/playground/page/kit/plot.ts'
import { roundUp, short, ticksBetween } from '../../../docs/playground/page/kit/ticks.ts'

const MARGINS = [44, 8, 12, 20]

/** Curves over steps: `series` has points [steps, y], a colour and a dash; the first one ends in a dot. */
function drawCurves(canvas, palette, end, series) {
  const picture = pictureOn(canvas, palette), [left, top, right, bottom] = MARGINS
  const frame = [left, top, picture.width - right, picture.height - bottom]
  const values = series.flatMap(({ points }) => points.map(([, y]) => y))
  const low = Math.min(0, ...values), high = values.length === 0 ? 1 : Math.max(low + 1e-9, ...values)
  const x = linear(0, end, frame[0], frame[2])
  const y = linear(low < 0 ? -roundUp(-low) : 0, roundUp(high), frame[3], frame[1])
  axes(picture, frame, { scale: x, title: '', ticks: ticksBetween(0, end, 3), text: thousands },
    { scale: y, title: '' })
  for (const { points, color, dash } of series) {
    line(picture, points.map(([at, value]) => [x(at), y(value)]), { color, dash, width: 1.75 })
  }
  const last = series[0].points.at(-1)
  if (last !== undefined) dot(picture, [x(last[0]), y(last[1])], 3.5, series[0].color)
}

const thousands = (x) => x === 0 ? '0' : x >= 1e6 ? `${+(x / 1e6).toFixed(2)}M` : `${+(x / 1000).toFixed(1)}k`

export function drawReturns(canvas, palette, records) {
  const points = records.filter(({ meanReturnNow }) => meanReturnNow !== null)
    .map(({ steps, meanReturnNow }) => [steps, meanReturnNow])
  drawCurves(canvas, palette, endOf(records), [{ points, color: palette.blue }])
  canvas.ariaLabel = points.length === 0 ? 'Mean return per iteration: none yet.'
    : `Mean return per iteration: ${short(points[0][1])} at first, ${short(points.at(-1)[1])} now.`
}

export function drawKls(canvas, palette, records) {
  const of = (name) => records.map((record) => [record.steps, record[name]])
  drawCurves(canvas, palette, endOf(records), [
    { points: of('kl'), color: palette.blue }, { points: of('maxKl'), color: palette.red, dash: [4, 3] },
  ])
  const last = records.at(-1)
  canvas.ariaLabel = last === undefined ? 'KL of every update: none yet.'
    : `KL of the last update: ${short(last.kl)} of ${short(last.maxKl)} allowed.`
}

const endOf = (records) => roundUp(records.at(-1)?.steps ?? 10_000)
