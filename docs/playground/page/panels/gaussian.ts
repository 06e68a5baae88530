/**
 * The picture of two parameters: the ellipses are what one δ buys at each place, by the quadratic model; at
 * the point that may be dragged also what it truly buys, the plain and the natural direction, and where steps
 * lead.
 */
import { mix } from '../kit/colours.ts'
import type { Box } from '../kit/labels.ts'
import {
  arrow, axes, dot, frameOf, label, line, linear, logarithmic, type Picture, pictureOn, type Point,
  type Scale,
} from '../kit/plot.ts'
import { short } from '../kit/ticks.ts'
import type { Panel } from './panel.ts'
import {
  DELTA, ellipse, GOAL, localAt, MU, pathFrom, type Place, placeAt, rewardAt, SIGMA, trueRing,
} from './places.ts'

export interface GaussianPanel extends Panel {
  /** Move the point; it stays inside the picture. */
  move(mu: number, sigma: number): void
  place(): { mu: number; sigma: number }
  /** The place under a pixel. */
  under(canvas: HTMLCanvasElement, x: number, y: number): { mu: number; sigma: number }
}

export function createGaussianPanel(): GaussianPanel {
  let here: Place = [-0.6, Math.log(0.9)], isTouched = false
  return {
    id: 'gaussian',
    place: () => ({ mu: here[0], sigma: Math.exp(here[1]) }),
    move(mu, sigma) {
      isTouched = true
      here = placeAt(mu, sigma)
    },
    under(canvas, x, y) {
      const [X, Y, [left, top, right, bottom]] = scales(canvas.clientWidth, canvas.clientHeight)
      return {
        mu: X.low + (x - left) / (right - left) * (X.high - X.low),
        sigma: Y.low * (Y.high / Y.low) ** ((bottom - y) / (bottom - top)),
      }
    },
    draw(canvas, { palette }) {
      drawPlaces(pictureOn(canvas, palette), here, isTouched)
    },
    sentence() {
      const { fisher: [a, , , d], natural } = localAt(here)
      const [u, v] = natural.map((x) => short(x, 2))
      return `A Gaussian with μ ${short(here[0], 2)} and σ ${short(Math.exp(here[1]), 2)}. Fisher matrix: `
        + `${short(a, 3)} for μ, ${short(d, 3)} for log σ. The natural step moves μ by ${u} `
        + `and log σ by ${v}.`
    },
    table() {
      return {
        head: ['step', 'μ', 'σ', 'expected reward'],
        rows: pathFrom(here).map((place, k) =>
          [k, short(place[0]), short(Math.exp(place[1])), short(rewardAt(place))]),
      }
    },
  }
}

function scales(width: number, height: number): [Scale, Scale, Box] {
  const frame = frameOf({ width, height }, 10), [left, top, right, bottom] = frame
  return [linear(MU[0], MU[1], left, right), logarithmic(SIGMA[0], SIGMA[1], bottom, top), frame]
}

function drawPlaces(picture: Picture, here: Place, isTouched: boolean): void {
  const { ctx, palette, width, height } = picture, [X, Y, frame] = scales(width, height)
  const [left, top, right, bottom] = frame
  const at = ([mu, logSigma]: Place): Point => [X(mu), Y(Math.exp(logSigma))]
  axes(picture, frame, { scale: X, title: 'μ' },
    { scale: Y, title: 'σ', ticks: [0.1, 0.2, 0.5, 1, 2], text: String })
  ctx.save()
  ctx.beginPath()
  ctx.rect(left, top, right - left, bottom - top)
  ctx.clip()
  for (const sigma of [0.11, 0.22, 0.44, 0.88, 1.76]) {
    const { fisher } = localAt([GOAL, Math.log(sigma)]), apart = 2.4 * Math.sqrt(2 * DELTA / fisher[0])
    const count = Math.ceil((MU[1] - MU[0]) / apart)
    for (let k = 0; k <= count; k++) {
      const place: Place = [MU[0] + k * apart, Math.log(sigma)]
      line(picture, ellipse(place, fisher, 24).map(at),
        { color: mix(palette.red, palette.panel, 0.55), width: 1 })
    }
  }
  line(picture, [[X(GOAL), top], [X(GOAL), bottom]], { color: palette.blue, width: 1, dash: [1, 3] })
  const path = pathFrom(here).map(at)
  line(picture, path, { color: palette.blue, width: 1.5, keep: true })
  for (const point of path.slice(1)) dot(picture, point, 2, palette.blue)
  const local = localAt(here), model = ellipse(here, local.fisher)
  line(picture, model.map(at), { color: palette.red, width: 1.5, dash: [2, 3] })
  line(picture, trueRing(here, model).map(at), { color: palette.red, width: 2, keep: true })
  const to = ([mu, logSigma]: Place, long: number): Point =>
    at([here[0] + long * mu, here[1] + long * logSigma])
  arrow(picture, at(here), to(local.plain, 1), { color: palette.mute, dash: [3, 3] })
  arrow(picture, at(here), to(local.natural, 1), { color: palette.ink, width: 2 })
  dot(picture, at(here), 6, palette.ink)
  ctx.restore()
  const words = { halo: true, color: palette.ink }
  label(picture, 'natural', to(local.natural, 1), ['above-right', 'right', 'below-right'], words, 6, frame)
  label(picture, 'plain', to(local.plain, 1), ['below-right', 'above', 'left'], { halo: true }, 6, frame)
  if (!isTouched) label(picture, 'drag', at(here), ['left', 'above-left'], words, 12, frame)
  const blue = { color: palette.blue, halo: true }
  label(picture, 'best μ', [X(GOAL), top + 6], ['right', 'left'], blue, 4, frame)
}
