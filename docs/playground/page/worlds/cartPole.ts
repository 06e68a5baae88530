/** CartPole drawn: the track between its ends, the cart, the pole, and the angle at which it is lost. */
import { dot, line } from '../kit/plot.ts'
import { force, observeAll, type WorldView } from './view.ts'

const LIMIT = 12 * Math.PI / 180

export const cartPoleView: WorldView = {
  rate: 50,
  axes: [
    { name: 'cart’s position', unit: 'm', low: -2.4, high: 2.4 },
    { name: 'cart’s speed', unit: 'm/s', low: -2.5, high: 2.5 },
    { name: 'pole’s angle', unit: 'rad', low: -LIMIT, high: LIMIT },
    { name: 'pole’s speed', unit: 'rad/s', low: -2.5, high: 2.5 },
  ],
  first: [2, 3],
  rest: [0, 0, 0, 0],
  angles: [],
  actions: ['push left', 'push right'],
  hint: 'drag sideways to push the pole',
  observe: observeAll,
  push(state, strength) {
    state[3] += 1.2 * strength
  },
  draw(picture, state, [action]) {
    const { ctx, width, height, palette } = picture
    const ground = height - 26, unit = (width - 56) / 4.8, x = width / 2 + state[0] * unit
    const long = Math.min(height - 66, 1.5 * unit, 150)
    line(picture, [[14, ground], [width - 14, ground]], { color: palette.mute, width: 1 })
    for (const end of [-2.4, 2.4]) {
      const h = width / 2 + end * unit
      line(picture, [[h, ground - 6], [h, ground + 6]], { color: palette.red, width: 2 })
    }
    const tip = (angle: number): [number, number] =>
      [x + long * Math.sin(angle), ground - 20 - long * Math.cos(angle)]
    for (const angle of [-LIMIT, LIMIT]) {
      line(picture, [[x, ground - 20], tip(angle)], { color: palette.red, width: 1, dash: [2, 4] })
    }
    ctx.fillStyle = palette.ink
    ctx.beginPath()
    ctx.roundRect(x - 23, ground - 20, 46, 15, 3)
    ctx.fill()
    dot(picture, [x - 13, ground - 4], 4, palette.ink)
    dot(picture, [x + 13, ground - 4], 4, palette.ink)
    line(picture, [[x, ground - 20], tip(state[2])], { color: palette.ink, width: 5 })
    dot(picture, [x, ground - 20], 4, palette.mute)
    force(picture, x + Math.sign(action) * 27, ground - 12, action, 20)
  },
}
